"""What people decide of measures that were set aside, and the index that finds those that wait.

Revision ID: 0033
Revises: 0032
"""

import sqlalchemy as sa
from alembic import op

from telemed.storage.migrations.append_only import protect

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

TABLE, OBSERVATIONS = "telemonitoring_judgements", "telemonitoring_observations"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("signal", sa.String(), nullable=False),
        sa.Column("component", sa.String(), nullable=False),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("follow_up_id", sa.Uuid(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("verdict IN ('confirmed', 'rejected')", name=op.f("ck_telemonitoring_judgements_verdict")),
        sa.ForeignKeyConstraint(
            ["follow_up_id"], ["telemonitoring_follow_ups.id"], name=op.f("fk_telemonitoring_judgements_follow_up_id")
        ),
        sa.PrimaryKeyConstraint(
            "device_id", "signal", "component", "measured_at", "version", name=op.f("pk_telemonitoring_judgements")
        ),
    )
    protect(TABLE)
    aside = sa.text("quarantine IS NOT NULL")
    op.create_index(
        "ix_telemonitoring_observations_aside",
        OBSERVATIONS,
        ["follow_up_id", "measured_at"],
        sqlite_where=aside,
        postgresql_where=aside,
    )


def downgrade() -> None:
    op.drop_index("ix_telemonitoring_observations_aside", OBSERVATIONS)
    op.drop_table(TABLE)
