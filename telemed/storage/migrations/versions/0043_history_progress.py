"""Files of past measures say that they are being kept or taken back, and how far that has got.

Revision ID: 0043
Revises: 0042
"""

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

from telemed.storage.types import UtcDateTime

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

TABLE = "telemonitoring_histories"
BEFORE = {
    "state": "state IN ('previewed', 'kept', 'undone')",
    "settled": "(state = 'previewed') = (settled_at IS NULL)",
}
AFTER = {
    "state": "state IN ('previewed', 'keeping', 'kept', 'undoing', 'undone')",
    "settled": "(state IN ('previewed', 'keeping')) = (settled_at IS NULL)",
}


def upgrade() -> None:
    with op.batch_alter_table(TABLE) as histories:
        histories.add_column(sa.Column("done", sa.Integer(), nullable=False, server_default="0"))
        histories.add_column(sa.Column("worked_at", UtcDateTime(), nullable=True))
        _change(histories, AFTER)
        histories.create_check_constraint(
            op.f("ck_telemonitoring_histories_worked"),
            "(state IN ('keeping', 'undoing')) = (worked_at IS NOT NULL)",
        )
    with op.batch_alter_table(TABLE) as histories:
        histories.alter_column("done", server_default=None)
    is_under_way = sa.text("worked_at IS NOT NULL")
    op.create_index(
        "ix_telemonitoring_histories_under_way",
        TABLE,
        ["worked_at"],
        sqlite_where=is_under_way,
        postgresql_where=is_under_way,
    )


def downgrade() -> None:
    """What was cut short is as it was before these states: looked at, or kept."""
    op.drop_index("ix_telemonitoring_histories_under_way", TABLE)
    with op.batch_alter_table(TABLE) as histories:
        histories.drop_constraint(op.f("ck_telemonitoring_histories_worked"), type_="check")
        for name in BEFORE:
            histories.drop_constraint(op.f(f"ck_telemonitoring_histories_{name}"), type_="check")
        histories.drop_column("worked_at")
        histories.drop_column("done")
    op.execute("UPDATE telemonitoring_histories SET state = 'previewed' WHERE state = 'keeping'")
    op.execute("UPDATE telemonitoring_histories SET state = 'kept' WHERE state = 'undoing'")
    with op.batch_alter_table(TABLE) as histories:
        for name, condition in BEFORE.items():
            histories.create_check_constraint(op.f(f"ck_telemonitoring_histories_{name}"), condition)


def _change(histories: BatchOperations, conditions: dict[str, str]) -> None:
    for name, condition in conditions.items():
        histories.drop_constraint(op.f(f"ck_telemonitoring_histories_{name}"), type_="check")
        histories.create_check_constraint(op.f(f"ck_telemonitoring_histories_{name}"), condition)
