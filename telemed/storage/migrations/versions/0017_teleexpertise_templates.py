"""Templates of answers that professionals keep for a télé-expertise.

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "teleexpertise_templates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("professional_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("conclusion", sa.String(), nullable=False),
        sa.Column("conduct", sa.String(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["professional_id"], ["professionals.id"], name=op.f("fk_teleexpertise_templates_professional_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teleexpertise_templates")),
    )
    op.create_index("ix_teleexpertise_templates_own", "teleexpertise_templates", ["professional_id", "title", "id"])


def downgrade() -> None:
    op.drop_table("teleexpertise_templates")
