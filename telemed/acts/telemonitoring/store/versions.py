"""Every version of many measures, by their keys: one look into an index for each, whatever their number."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from telemed.acts.telemonitoring.model.arrival import Kept
from telemed.acts.telemonitoring.store.rows import COLUMNS, RowWriter, as_sqlite
from telemed.storage.driver import Driver, open_driver

Key = tuple[UUID, str, str, datetime]
"""Device, signal or code, component, instant: what makes two observations the same measure."""

_AT_ONCE = 5_000
_TABLE = "telemonitoring_observations"
_KEY, _REST = tuple(COLUMNS)[:4], tuple(COLUMNS)[4:]
_REST_TYPES = tuple(COLUMNS.values())[4:]
_SAID = ", ".join(f"kept.{name}" for name in _REST)
_JOINED = " AND ".join(f"kept.{name} = wanted.{name}" for name in _KEY)
# The bounds say which months to look at; every name is one of ours.
_POSTGRESQL = (
    f"SELECT wanted.place, {_SAID} FROM unnest("  # noqa: S608
    f"{', '.join(f'${place}::{COLUMNS[name]}[]' for place, name in enumerate(_KEY, start=1))}"
    f") WITH ORDINALITY AS wanted({', '.join(_KEY)}, place) JOIN {_TABLE} AS kept ON {_JOINED} "
    "WHERE kept.measured_at BETWEEN $5 AND $6 ORDER BY wanted.place, kept.version"
)
_ASKED = ", ".join(f"json_extract(value, '$[{at}]') AS {name}" for at, name in enumerate(_KEY))
_SQLITE = (
    f"SELECT wanted.place, {_SAID} FROM (SELECT key + 1 AS place, {_ASKED} FROM json_each(?)) AS wanted "  # noqa: S608
    f"CROSS JOIN {_TABLE} AS kept ON {_JOINED} ORDER BY wanted.place, kept.version"
)


async def read_versions(session: AsyncSession, writer: RowWriter, keys: Collection[Key]) -> dict[Key, list[Kept]]:
    """By key, in order of version; a measure of which nothing is kept is left out."""
    driver, wanted = await open_driver(session), sorted(keys, key=lambda key: key[3])
    found: dict[Key, list[Kept]] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        rows = await (_ask_sqlite(session, some) if driver is None else _ask_postgresql(driver, some))
        for place, *said in rows:
            key = some[place - 1]
            found.setdefault(key, []).append(writer.read_values((*key, *said)))
    return found


async def _ask_postgresql(driver: Driver, keys: Sequence[Key]) -> Iterable[Sequence[Any]]:
    """In order of instant, as `read_versions` has sorted them."""
    return await driver.fetch(_POSTGRESQL, *map(list, zip(*keys, strict=True)), keys[0][3], keys[-1][3])


async def _ask_sqlite(session: AsyncSession, keys: Sequence[Key]) -> Iterable[Sequence[Any]]:
    """The values as SQLAlchemy's own types would give them."""
    wanted = json.dumps([[as_sqlite(value) for value in key] for key in keys])
    rows = await (await session.connection()).exec_driver_sql(_SQLITE, (wanted,))
    return [(row[0], *map(_from_sqlite, _REST_TYPES, row[1:])) for row in rows]


def _from_sqlite(kind: str, value: Any) -> Any:
    if value is None:
        return None
    if kind == "uuid":
        return UUID(value)
    return datetime.fromisoformat(value).replace(tzinfo=UTC) if kind == "timestamptz" else value
