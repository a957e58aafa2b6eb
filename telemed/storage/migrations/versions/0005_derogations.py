"""Individual derogations to the cap, and an index of the acts that are not closed.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

from telemed.storage.migrations.append_only import protect, unprotect

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "billing_derogations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rpps", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("rate_percent", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("replaces_id", sa.Uuid(), nullable=True),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("decided_by IN ('cpn', 'cpam')", name=op.f("ck_billing_derogations_decided_by")),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_billing_derogations_days")),
        sa.CheckConstraint("rate_percent > 0 AND rate_percent < 100", name=op.f("ck_billing_derogations_rate")),
        sa.CheckConstraint(
            "replaces_id IS NOT NULL OR NOT is_withdrawn", name=op.f("ck_billing_derogations_withdrawn")
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["billing_derogations.id"], name=op.f("fk_billing_derogations_replaces_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_derogations")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_billing_derogations_replaces_id")),
    )
    with op.batch_alter_table("billing_derogations", schema=None) as batch_op:
        batch_op.create_index("ix_billing_derogations_of_doctor", ["rpps", "first_day", "id"], unique=False)

    with op.batch_alter_table("teleconsultations", schema=None) as batch_op:
        batch_op.create_index(
            "ix_teleconsultations_open",
            ["professional_id", "listed_at"],
            unique=False,
            sqlite_where=sa.text("state IN ('booked', 'waiting', 'in_call', 'finished')"),
            postgresql_where=sa.text("state IN ('booked', 'waiting', 'in_call', 'finished')"),
        )
    protect("billing_derogations")


def downgrade() -> None:
    unprotect("billing_derogations")
    with op.batch_alter_table("teleconsultations", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_teleconsultations_open",
            sqlite_where=sa.text("state IN ('booked', 'waiting', 'in_call', 'finished')"),
            postgresql_where=sa.text("state IN ('booked', 'waiting', 'in_call', 'finished')"),
        )

    with op.batch_alter_table("billing_derogations", schema=None) as batch_op:
        batch_op.drop_index("ix_billing_derogations_of_doctor")

    op.drop_table("billing_derogations")
