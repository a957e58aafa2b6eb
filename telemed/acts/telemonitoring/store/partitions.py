"""The months of observations on PostgreSQL: each is a table of its own, made ahead of its first measure."""

from __future__ import annotations

from datetime import date

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from telemed.kernel.period import add_months

TABLE = "telemonitoring_observations"
MONTHS_AHEAD = 3


async def make_partitions(session: AsyncSession, today: date) -> int:
    """Make the tables of this month and of those ahead that are missing; how many were. Nothing on SQLite.

    A month that has rows already, in the table of all other months, stays there.
    """
    if session.get_bind().dialect.name != "postgresql":
        return 0
    first = today.replace(day=1)
    return sum([await _make(session, add_months(first, ahead)) for ahead in range(MONTHS_AHEAD + 1)])


async def _make(session: AsyncSession, month: date) -> int:
    name, after = f"{TABLE}_{month:%Y_%m}", add_months(month, 1)
    bounds = {"start": month, "end": after}
    query = text(
        f"SELECT to_regclass('{name}') IS NOT NULL OR EXISTS (SELECT 1 FROM {TABLE}_other "  # noqa: S608 - names of ours
        "WHERE measured_at >= CAST(:start AS date) AND measured_at < CAST(:end AS date))"
    )
    if await session.scalar(query, bounds):
        return 0
    await session.execute(
        text(
            f"CREATE TABLE {name} PARTITION OF {TABLE} "
            f"FOR VALUES FROM ('{month} 00:00:00+00') TO ('{after} 00:00:00+00')"
        )
    )
    return 1
