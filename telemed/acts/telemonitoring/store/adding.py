"""How rows of observations get in, those that are there already left alone: a statement a batch, whatever its size."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import chain
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from telemed.acts.telemonitoring.store.rows import COLUMNS, as_sqlite
from telemed.storage.driver import FEW, Driver, list_places, open_driver

_MANY = 200
"""From here on, COPY into a table of the connection and one statement from there cost less than arrays."""
_TABLE = "telemonitoring_observations"
_STAGING = "arriving_observations"
_NAMES = ", ".join(COLUMNS)
_ADD = f"INSERT INTO {_TABLE} ({_NAMES}) SELECT"
_ARRAYS = (
    f"{_ADD} * FROM unnest({', '.join(f'${place}::{kind}[]' for place, kind in enumerate(COLUMNS.values(), start=1))})"
    " ON CONFLICT DO NOTHING"
)
_PREPARE = (
    f"CREATE TEMPORARY TABLE IF NOT EXISTS {_STAGING} "
    f"({', '.join(f'{name} {kind}' for name, kind in COLUMNS.items())}) ON COMMIT DELETE ROWS"
)
_FROM_STAGING = f"{_ADD} {_NAMES} FROM {_STAGING} ON CONFLICT DO NOTHING"
_CLEAR = f"DELETE FROM {_STAGING}"  # noqa: S608 - a name of ours alone
_SQLITE = f"INSERT OR IGNORE INTO {_TABLE} ({_NAMES}) VALUES ({', '.join('?' for _ in COLUMNS)})"  # noqa: S608


async def add_rows(session: AsyncSession, rows: Sequence[tuple[Any, ...]]) -> int:
    """How many of these were not there. In order of key, so that two batches never wait for one another."""
    driver = await open_driver(session)
    if driver is not None:
        return await add_on_postgresql(driver, rows)
    values = [tuple(as_sqlite(value) for value in row) for row in sorted(rows, key=_key)]
    return (await (await session.connection()).exec_driver_sql(_SQLITE, values)).rowcount


async def add_on_postgresql(driver: Driver, rows: Sequence[tuple[Any, ...]]) -> int:
    """The same, of some at least."""
    rows = sorted(rows, key=_key)
    if len(rows) <= FEW:
        return await driver.execute(_add_each(len(rows)), *chain.from_iterable(rows))
    if len(rows) < _MANY:
        return await driver.execute(_ARRAYS, *map(list, zip(*rows, strict=True)))
    await driver.execute(_PREPARE)
    await driver.copy(_STAGING, COLUMNS, rows)
    added = await driver.execute(_FROM_STAGING)
    await driver.execute(_CLEAR)
    return added


@cache
def _add_each(count: int) -> str:
    """The statement for so many rows, their values one after the other."""
    rows = list_places(count, len(COLUMNS))
    return f"INSERT INTO {_TABLE} ({_NAMES}) VALUES {rows} ON CONFLICT DO NOTHING"  # noqa: S608


def _key(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return row[:5]
