"""Alembic's entry point: runs on the connection that telemed.storage.migrate passes in."""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlmodel.sql.sqltypes import AutoString

from telemed.storage.tables import metadata
from telemed.storage.types import EncryptedBytes, UtcDateTime


def render_item(kind: str, item: Any, _autogen: AutogenContext) -> str | Literal[False]:
    """Write our column types as what the database sees, so that a migration imports none of our code."""
    if kind != "type":
        return False
    if isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, AutoString):
        return "sa.String()"
    return "sa.LargeBinary()" if isinstance(item, EncryptedBytes) else False


def compare_type(
    _context: Any, _inspected_column: Any, _column: Any, inspected: sa.types.TypeEngine[Any], declared: Any
) -> bool | None:
    """Two types are the same when the database would store them the same way."""
    if isinstance(declared, EncryptedBytes):
        return not isinstance(inspected, sa.LargeBinary)
    return None


def include_name(name: str | None, kind: str, _parents: Any) -> bool:
    """The months of a partitioned table are made as time goes, not by migrations."""
    return kind != "table" or not (name or "").startswith("telemonitoring_observations_")


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    render_item=render_item,
    compare_type=compare_type,
    include_name=include_name,
)
with context.begin_transaction():
    context.run_migrations()
