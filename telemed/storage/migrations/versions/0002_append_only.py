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
    "sealed_contents",
    "billing_claims",
    "billing_declarations",
)
# A signed document is never deleted, and changes once: when a later version supersedes it.
SIGNED_COLUMNS = (
    *("id", "set_id", "version", "replaces_id", "practice_id", "patient_id", "act_id", "author_id", "signer_rpps"),
    *("act_code", "act_started_at", "signed_at", "masked_from_professionals", "hidden_from_patient"),
    *("hidden_from_representatives", "content_sha256", "pdf_bytes", "cda_bytes"),
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
    op.execute(_trigger(dialect, "signed_documents", "DELETE"))
    op.execute(_trigger(dialect, "signed_documents", "UPDATE", unless=_only_supersedes(dialect)))


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    for verb in ("update", "delete"):
        suffix = " ON signed_documents" if dialect == "postgresql" else ""
        op.execute(f"DROP TRIGGER signed_documents_no_{verb}{suffix}")
    for table in APPEND_ONLY:
        for verb in ("update", "delete"):
            suffix = f" ON {table}" if dialect == "postgresql" else ""
            op.execute(f"DROP TRIGGER {table}_no_{verb}{suffix}")
    if dialect == "postgresql":
        op.execute("DROP FUNCTION refuse_change()")
    op.execute("DELETE FROM trace_head")


def _zeros(dialect: str) -> str:
    return "decode(repeat('00', 32), 'hex')" if dialect == "postgresql" else "zeroblob(32)"


def _only_supersedes(dialect: str) -> str:
    same = "IS NOT DISTINCT FROM" if dialect == "postgresql" else "IS"
    unchanged = " AND ".join(f"OLD.{column} {same} NEW.{column}" for column in SIGNED_COLUMNS)
    return f"OLD.superseded_at IS NULL AND NEW.superseded_at IS NOT NULL AND {unchanged}"


def _trigger(dialect: str, table: str, verb: str, *, unless: str = "") -> str:
    head = f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} FOR EACH ROW"
    if unless:
        head += f" WHEN (NOT ({unless}))"
    if dialect == "postgresql":
        return f"{head} EXECUTE FUNCTION refuse_change()"
    return f"{head} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
