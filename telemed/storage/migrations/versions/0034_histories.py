"""Files of past measures of télésurveillance.

Revision ID: 0034
Revises: 0033
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "telemonitoring_histories",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("follow_up_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("doubtful", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signals", sa.JSON(), nullable=False),
        sa.Column("faults", sa.JSON(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "(state = 'previewed') = (settled_at IS NULL)", name=op.f("ck_telemonitoring_histories_settled")
        ),
        sa.CheckConstraint("state IN ('previewed', 'kept', 'undone')", name=op.f("ck_telemonitoring_histories_state")),
        sa.CheckConstraint(
            "accepted >= 0 AND doubtful >= 0 AND rejected >= 0", name=op.f("ck_telemonitoring_histories_counts")
        ),
        sa.ForeignKeyConstraint(
            ["follow_up_id"], ["telemonitoring_follow_ups.id"], name=op.f("fk_telemonitoring_histories_follow_up_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telemonitoring_histories")),
    )
    op.create_index("ix_telemonitoring_histories_follow_up", "telemonitoring_histories", ["follow_up_id", "id"])


def downgrade() -> None:
    op.drop_table("telemonitoring_histories")
