"""When to look whether data still come: what came last is read from the observations themselves.

Revision ID: 0035
Revises: 0034
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("telemonitoring_silence_checks", schema=None) as batch_op:
        batch_op.drop_column("last_day")


def downgrade() -> None:
    op.execute("DELETE FROM telemonitoring_silence_checks")  # they are made again from the follow-ups
    with op.batch_alter_table("telemonitoring_silence_checks", schema=None) as batch_op:
        batch_op.add_column(sa.Column("last_day", sa.Date(), nullable=False))
