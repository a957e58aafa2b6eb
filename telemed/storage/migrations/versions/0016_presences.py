"""Who can be asked at once.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "expert_presences",
        sa.Column("professional_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("until > since", name=op.f("ck_expert_presences_lasts")),
        sa.ForeignKeyConstraint(
            ["professional_id"], ["professionals.id"], name=op.f("fk_expert_presences_professional_id")
        ),
        sa.PrimaryKeyConstraint("professional_id", name=op.f("pk_expert_presences")),
    )
    op.create_index("ix_expert_presences_expires", "expert_presences", ["expires_at"])


def downgrade() -> None:
    op.drop_table("expert_presences")
