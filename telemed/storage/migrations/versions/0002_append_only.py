"""What autogeneration cannot see: the head of the trace, and triggers that keep append-only tables so.

Revision ID: 0002
Revises: 0001
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APPEND_ONLY = (
    "trace_entries",
    "continuity_entries",
    "patient_identity_versions",
    "patient_attending_doctors",
    "consents",
)


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    op.execute("INSERT INTO trace_head (id, number, hash) VALUES (1, 0, " + _zeros(dialect) + ")")
    if dialect == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '23514'; END $$"
        )
    for table in APPEND_ONLY:
        for verb in ("UPDATE", "DELETE"):
            op.execute(_trigger(dialect, table, verb))


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    for table in APPEND_ONLY:
        for verb in ("update", "delete"):
            suffix = f" ON {table}" if dialect == "postgresql" else ""
            op.execute(f"DROP TRIGGER {table}_no_{verb}{suffix}")
    if dialect == "postgresql":
        op.execute("DROP FUNCTION refuse_change()")
    op.execute("DELETE FROM trace_head")


def _zeros(dialect: str) -> str:
    return "decode(repeat('00', 32), 'hex')" if dialect == "postgresql" else "zeroblob(32)"


def _trigger(dialect: str, table: str, verb: str) -> str:
    head = f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} FOR EACH ROW"
    if dialect == "postgresql":
        return f"{head} EXECUTE FUNCTION refuse_change()"
    return f"{head} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
