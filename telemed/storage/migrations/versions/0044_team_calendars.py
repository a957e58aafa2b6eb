"""A team says whose holidays are its days off, where they are not those of its territory.

Revision ID: 0044
Revises: 0043
"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("telemonitoring_hours", sa.Column("calendar", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("telemonitoring_hours", "calendar")
