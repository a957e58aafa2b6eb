"""Files of past measures say how much of them is here already.

Revision ID: 0037
Revises: 0036
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

TABLE = "telemonitoring_histories"
COUNTS = ("known", "conflicting")


def upgrade() -> None:
    with op.batch_alter_table(TABLE) as histories:
        for name in COUNTS:
            histories.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
        histories.create_check_constraint(
            op.f("ck_telemonitoring_histories_known"),
            "known >= 0 AND conflicting >= 0 AND known + conflicting <= accepted",
        )
    with op.batch_alter_table(TABLE) as histories:
        for name in COUNTS:
            histories.alter_column(name, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table(TABLE) as histories:
        histories.drop_constraint(op.f("ck_telemonitoring_histories_known"), type_="check")
        for name in COUNTS:
            histories.drop_column(name)
