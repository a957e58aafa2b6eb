"""What open pages are told: one number after another for each person.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "live_events",
        sa.Column("audience_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("audience_id", "number", name=op.f("pk_live_events")),
    )
    op.create_index("ix_live_events_at", "live_events", ["at"])
    op.create_table(
        "live_heads",
        sa.Column("audience_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("audience_id", name=op.f("pk_live_heads")),
    )


def downgrade() -> None:
    op.drop_table("live_heads")
    op.drop_table("live_events")
