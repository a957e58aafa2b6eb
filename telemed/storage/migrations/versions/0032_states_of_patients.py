"""What the rules of a patient remember, in one row: the rows before are made again from the history.

Revision ID: 0032
Revises: 0031
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

TABLE = "telemonitoring_rule_states"


def upgrade() -> None:
    op.drop_table(TABLE)
    op.create_table(
        TABLE,
        sa.Column("follow_up_id", sa.Uuid(), nullable=False),
        sa.Column("states", sa.LargeBinary(), nullable=False),
        sa.Column("is_unread", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("follow_up_id", name=op.f("pk_telemonitoring_rule_states")),
    )
    unread = sa.text("is_unread")
    op.create_index(f"ix_{TABLE}_unread", TABLE, ["follow_up_id"], sqlite_where=unread, postgresql_where=unread)
    _write_in_place()


def _write_in_place() -> None:
    """A state is written over with each measure: in its page, and without being compressed first."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE {TABLE} SET (fillfactor = 60, toast_tuple_target = 8160)")


def downgrade() -> None:
    op.drop_table(TABLE)
    op.create_table(
        TABLE,
        sa.Column("follow_up_id", sa.Uuid(), nullable=False),
        sa.Column("rule_version_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("follow_up_id", "rule_version_id", name=op.f("pk_telemonitoring_rule_states")),
    )
