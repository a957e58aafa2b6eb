"""late findings by when they came: what the board counts and lists

Revision ID: 0042
Revises: 0041
"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    is_late = sa.text("kind = 'late'")
    op.create_index(
        "ix_telemonitoring_findings_late",
        "telemonitoring_findings",
        ["received_at", "id"],
        sqlite_where=is_late,
        postgresql_where=is_late,
    )


def downgrade() -> None:
    op.drop_index("ix_telemonitoring_findings_late", table_name="telemonitoring_findings")
