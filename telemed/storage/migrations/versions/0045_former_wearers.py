"""Who had a device before: looked for at each door

Revision ID: 0045
Revises: 0044
"""

from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

NAME, TABLE = "ix_telemonitoring_assignments_former", "telemonitoring_assignments"


def upgrade() -> None:
    op.create_index(NAME, TABLE, ["device_id", "ended_at"])


def downgrade() -> None:
    op.drop_index(NAME, table_name=TABLE)
