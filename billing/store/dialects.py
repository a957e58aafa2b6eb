"""Insertions that tolerate a row that is there already, on both databases."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from telemed.storage.tables import Table


def insert_into(session: AsyncSession, table: type[Table]) -> Any:
    """An insertion that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    return insert_on_postgresql(table) if is_postgresql else insert_on_sqlite(table)
