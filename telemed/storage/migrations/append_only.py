"""Triggers that refuse every change of a table: written by hand, autogeneration cannot see them."""

from __future__ import annotations

from alembic import op

_VERBS = ("UPDATE", "DELETE")


def protect(table: str, *, updates_if: str = "") -> None:
    """From now on the database refuses to update or delete a row of `table`, but for updates that meet a condition."""
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for verb in _VERBS:
        head = f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} FOR EACH ROW"
        if updates_if and verb == "UPDATE":
            head += f" WHEN (NOT ({updates_if}))"
        body = "EXECUTE FUNCTION refuse_change()"
        if not is_postgresql:
            body = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        op.execute(f"{head} {body}")


def unprotect(table: str) -> None:
    """Let a migration reshape the table; `protect` it again in the same migration."""
    suffix = f" ON {table}" if op.get_bind().dialect.name == "postgresql" else ""
    for verb in _VERBS:
        op.execute(f"DROP TRIGGER {table}_no_{verb.lower()}{suffix}")


def unchanged(*columns: str) -> str:
    """The condition that an update leaves these columns as they are."""
    same = "IS NOT DISTINCT FROM" if op.get_bind().dialect.name == "postgresql" else "IS"
    return " AND ".join(f"OLD.{column} {same} NEW.{column}" for column in columns)
