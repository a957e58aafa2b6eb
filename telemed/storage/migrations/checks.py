"""Changes named CHECK constraints of a table in place, also where other tables refer to it.

SQLite has no statement for it, and making the table anew would break who refers to it. Its manual gives this way: the
text of the table is changed in `sqlite_schema`; stored rows are not touched, so the caller makes them fit before.
"""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from alembic import op


def change_checks(table: str, checks: Mapping[str, str]) -> None:
    """Each name with its new condition, empty to drop it; a name that the table does not have is added."""
    if op.get_bind().dialect.name == "postgresql":
        for name, condition in checks.items():
            op.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")
            if condition:
                op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({condition})")
        return
    bind = op.get_bind()
    sql = bind.scalar(sa.text("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = :name"), {"name": table})
    changed = str(sql)
    for name, condition in checks.items():
        changed = changed_text(changed, name, condition)
    version = int(bind.scalar(sa.text("PRAGMA schema_version")) or 0)
    bind.exec_driver_sql("PRAGMA writable_schema = ON")
    update = sa.text("UPDATE sqlite_schema SET sql = :sql WHERE type = 'table' AND name = :name")
    bind.execute(update, {"sql": changed, "name": table})
    bind.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    bind.exec_driver_sql("PRAGMA writable_schema = OFF")


def changed_text(sql: str, name: str, condition: str) -> str:
    """The text of a table with one constraint changed, dropped or added. Raises ValueError on one that is no table."""
    wanted = f"CONSTRAINT {name} CHECK ({condition})" if condition else ""
    start = sql.find(f"CONSTRAINT {name} CHECK (")
    if start >= 0:
        end = _closing(sql, sql.index("(", start)) + 1
        if wanted:
            return sql[:start] + wanted + sql[end:]
        comma = sql.rindex(",", 0, start)
        return sql[:comma] + sql[end:]
    if not wanted:
        return sql
    last = sql.rindex(")")
    return f"{sql[:last].rstrip()}, \n\t{wanted}\n{sql[last:]}"


def _closing(sql: str, opening: int) -> int:
    """Where the parenthesis that opens at an index closes; those inside quotes do not count."""
    depth, quoted = 0, False
    for place in range(opening, len(sql)):
        letter = sql[place]
        if letter == "'":
            quoted = not quoted
        elif not quoted and letter in "()":
            depth += 1 if letter == "(" else -1
            if depth == 0:
                return place
    raise ValueError("a constraint that does not end")
