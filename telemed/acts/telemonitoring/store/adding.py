"""How rows of observations get in, those that are there already left alone: a statement a batch, whatever its size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import CursorResult, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from telemed.acts.telemonitoring.store.rows import COLUMNS, as_sqlite

_MANY = 200
"""From here on, COPY into a table of the connection and one statement from there cost less than arrays."""
_TABLE = "telemonitoring_observations"
_STAGING = "arriving_observations"
_NAMES = ", ".join(COLUMNS)
_ADD = f"INSERT INTO {_TABLE} ({_NAMES}) SELECT"
_ARRAYS = text(
    f"{_ADD} * FROM unnest({', '.join(f'CAST(:{name} AS {kind}[])' for name, kind in COLUMNS.items())})"
    " ON CONFLICT DO NOTHING"
).bindparams(*(bindparam(name) for name in COLUMNS))
_PREPARE = text(
    f"CREATE TEMPORARY TABLE IF NOT EXISTS {_STAGING} "
    f"({', '.join(f'{name} {kind}' for name, kind in COLUMNS.items())}) ON COMMIT DELETE ROWS"
)
_FROM_STAGING = text(f"{_ADD} {_NAMES} FROM {_STAGING} ON CONFLICT DO NOTHING")
_CLEAR = text(f"DELETE FROM {_STAGING}")  # noqa: S608 - a name of ours alone
_SQLITE = f"INSERT OR IGNORE INTO {_TABLE} ({_NAMES}) VALUES ({', '.join('?' for _ in COLUMNS)})"  # noqa: S608


async def add_rows(connection: AsyncConnection, rows: Sequence[tuple[Any, ...]]) -> int:
    """How many of these were not there. In order of key, so that two batches never wait for one another."""
    rows = sorted(rows, key=_key)
    if connection.dialect.name != "postgresql":
        values = [tuple(as_sqlite(value) for value in row) for row in rows]
        return (await connection.exec_driver_sql(_SQLITE, values)).rowcount
    if len(rows) >= _MANY:
        return await _add_many(connection, rows)
    arrays: Mapping[str, Any] = dict(zip(COLUMNS, map(list, zip(*rows, strict=True)), strict=True))
    result: CursorResult[Any] = await connection.execute(_ARRAYS, arrays)
    return result.rowcount


async def _add_many(connection: AsyncConnection, rows: Sequence[tuple[Any, ...]]) -> int:
    await connection.execute(_PREPARE)  # a transaction is begun, whatever comes first in it
    driver: Any = (await connection.get_raw_connection()).driver_connection
    await driver.copy_records_to_table(_STAGING, records=rows, columns=list(COLUMNS))
    result: CursorResult[Any] = await connection.execute(_FROM_STAGING)
    await connection.execute(_CLEAR)
    return result.rowcount


def _key(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return row[:5]
