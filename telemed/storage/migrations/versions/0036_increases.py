"""Télésurveillance: what a doctor asks of the increased forfait.

Revision ID: 0036
Revises: 0035
"""

import sqlalchemy as sa
from alembic import op

from telemed.storage.migrations.append_only import protect

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

TABLE = "telemonitoring_increases"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("follow_up_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("grounds", sa.JSON(), nullable=False),
        sa.Column("is_renewal", sa.Boolean(), nullable=False),
        sa.Column("from_month", sa.Integer(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("level BETWEEN 0 AND 2 AND from_month >= 1", name=op.f("ck_telemonitoring_increases_level")),
        sa.ForeignKeyConstraint(
            ["follow_up_id"],
            ["telemonitoring_follow_ups.id"],
            name=op.f("fk_telemonitoring_increases_follow_up_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telemonitoring_increases")),
    )
    op.create_index("ix_telemonitoring_increases_follow_up", TABLE, ["follow_up_id", "id"])
    protect(TABLE)


def downgrade() -> None:
    op.drop_table(TABLE)
