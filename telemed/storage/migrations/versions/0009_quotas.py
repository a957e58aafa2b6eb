"""Quotas: the persons behind merged records, a counter for each quota, the place of each act.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "billing_quota_persons",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("merged_into", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "person_id <> patient_id AND merged_into <> patient_id", name=op.f("ck_billing_quota_persons_another")
        ),
        sa.PrimaryKeyConstraint("patient_id", name=op.f("pk_billing_quota_persons")),
    )
    for column in ("person_id", "merged_into"):
        op.create_index(f"ix_billing_quota_persons_{column}", "billing_quota_persons", [column])
    op.create_table(
        "billing_quota_counters",
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rpps", sa.String(), nullable=False),
        sa.Column("reserved", sa.Integer(), nullable=False),
        sa.Column("consumed", sa.Integer(), nullable=False),
        sa.CheckConstraint("reserved >= 0", name=op.f("ck_billing_quota_counters_reserved")),
        sa.CheckConstraint("consumed >= 0", name=op.f("ck_billing_quota_counters_consumed")),
        sa.PrimaryKeyConstraint("patient_id", "code", "year", "rpps", name=op.f("pk_billing_quota_counters")),
    )
    op.create_table(
        "billing_quota_reservations",
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("rpps", sa.String(), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('reserved', 'consumed', 'exhausted', 'released')",
            name=op.f("ck_billing_quota_reservations_state"),
        ),
        sa.PrimaryKeyConstraint("act_id", "code", name=op.f("pk_billing_quota_reservations")),
    )


def downgrade() -> None:
    op.drop_table("billing_quota_reservations")
    op.drop_table("billing_quota_counters")
    op.drop_table("billing_quota_persons")
