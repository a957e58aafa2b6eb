"""Deaths of patients: when, as whom said, and their corrections.

Revision ID: 0041
Revises: 0040
"""

import sqlalchemy as sa
from alembic import op

from telemed.storage.migrations.append_only import protect

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

TABLE = "patient_deaths"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("died_on", sa.Date(), nullable=True),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "source IN ('certificate', 'civil_registry', 'facility', 'relative', 'other')",
            name=op.f("ck_patient_deaths_source"),
        ),
        sa.CheckConstraint("(died_on IS NULL) = (source IS NULL)", name=op.f("ck_patient_deaths_day_and_source")),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name=op.f("fk_patient_deaths_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient_deaths")),
    )
    op.create_index("ix_patient_deaths_patient", TABLE, ["patient_id", "id"])
    op.create_index("ix_patient_deaths_day", TABLE, ["died_on"])
    protect(TABLE)


def downgrade() -> None:
    op.drop_table(TABLE)
