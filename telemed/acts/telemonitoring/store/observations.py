"""Observations: added by the batch, never changed, the same measure once however often it comes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.acts.telemonitoring.model.arrival import Arrival, Kept, Taken
from telemed.acts.telemonitoring.rules.arrivals import find_current, settle
from telemed.acts.telemonitoring.store.adding import add_rows
from telemed.acts.telemonitoring.store.rows import RowWriter
from telemed.acts.telemonitoring.store.versions import Key, read_versions
from telemed.acts.telemonitoring.tables import ObservationRow

_TRIES = 5


class ObservationStore:
    def __init__(self, session: AsyncSession, writer: RowWriter) -> None:
        self._session = session
        self._writer = writer

    async def add(self, arrivals: Sequence[Arrival]) -> list[Taken]:
        """Keep what is new of each; the answers are in the same order. All come with one `arrival_id` or several.

        A batch of new measures is one statement. What is not new is compared with what is kept, one by one.
        """
        answers: dict[int, Taken] = {}
        first = _first_of_each(arrivals)
        fresh = [_as_new(arrivals[position]) for position in first]
        if await self._insert(fresh) == len(fresh):
            answers = dict.fromkeys(first, Taken.NEW)
        rest = [position for position in range(len(arrivals)) if position not in answers]
        if rest:
            answers |= await self._compare(arrivals, rest, frozenset(first) - answers.keys())
        return [answers[position] for position in range(len(arrivals))]

    async def _compare(
        self, arrivals: Sequence[Arrival], rest: Sequence[int], maybe_added: frozenset[int]
    ) -> dict[int, Taken]:
        """`maybe_added`: among these, some were kept a moment ago, and some were there before."""
        answers: dict[int, Taken] = {}
        waiting = list(rest)
        for _ in range(_TRIES):
            versions = await self.versions({arrivals[position].key for position in waiting})
            additions: list[tuple[int, Taken, Kept]] = []
            for position in waiting:
                arrival = arrivals[position]
                known = versions.setdefault(arrival.key, [])
                if position in maybe_added and _was_added(arrival, known):
                    answers[position] = Taken.NEW
                    continue
                answers[position], kept = settle(arrival, known)
                if kept is not None:
                    known.append(kept)
                    additions.append((position, answers[position], kept))
            if await self._insert([kept for _, _, kept in additions]) == len(additions):
                return answers
            waiting, maybe_added = [position for position, _, _ in additions], frozenset()
        raise RuntimeError("somebody else keeps adding the same measures")

    async def at(self, device_id: UUID, measured_at: datetime) -> list[Kept]:
        """What stands of all that a device said of one instant."""
        row = ObservationRow
        query = select(row).where(col(row.device_id) == device_id, col(row.measured_at) == measured_at)
        return [find_current(versions) for versions in (await self._read(query)).values()]

    async def history(
        self, follow_up_id: UUID, signals: Iterable[str] | None, *, since: datetime, until: datetime
    ) -> list[Kept]:
        """What stands of some signals from `since` (included) to `until` (excluded), in order of measure.

        None: of everything, codes out of the catalogue too.
        """
        row = ObservationRow
        query = (
            select(row)
            .where(col(row.follow_up_id) == follow_up_id)
            .where(col(row.measured_at) >= since, col(row.measured_at) < until)
        )
        if signals is not None:
            query = query.where(col(row.signal).in_(sorted(set(signals))))
        return sorted(
            (find_current(versions) for versions in (await self._read(query)).values()),
            key=lambda kept: (kept.observation.measured_at, kept.observation.signal or "", kept.device_id),
        )

    async def versions(self, keys: set[Key]) -> dict[Key, list[Kept]]:
        """Every version of these measures, in order."""
        return await read_versions(self._session, self._writer, keys)

    async def _read(self, query: Select[ObservationRow]) -> dict[Key, list[Kept]]:
        found: dict[Key, list[Kept]] = {}
        for row in await self._session.scalars(query.order_by(col(ObservationRow.version))):
            key = (row.device_id, row.signal, row.component, row.measured_at)
            found.setdefault(key, []).append(self._writer.read(row))
        return found

    async def _insert(self, additions: Sequence[Kept]) -> int:
        """How many were not there."""
        if not additions:
            return 0
        return await add_rows(self._session, [self._writer.values(kept) for kept in additions])


def make_new_rows(writer: RowWriter, arrivals: Sequence[Arrival]) -> list[tuple[Any, ...]] | None:
    """The rows that `add` writes if nothing of these is kept yet; None where one repeats or corrects something."""
    if len(_first_of_each(arrivals)) < len(arrivals):
        return None
    return [writer.values(_as_new(arrival)) for arrival in arrivals]


def _first_of_each(arrivals: Sequence[Arrival]) -> list[int]:
    """The positions of those that nothing before them in the batch is the same measure as, corrections aside."""
    seen: set[Key] = set()
    first = []
    for position, arrival in enumerate(arrivals):
        key = arrival.key
        if key not in seen and not arrival.is_correction:
            first.append(position)
        seen.add(key)
    return first


def _as_new(arrival: Arrival) -> Kept:
    return Kept(
        arrival.follow_up_id,
        arrival.device_id,
        arrival.arrival_id,
        arrival.received_at,
        0,
        arrival.observation,
    )


def _was_added(arrival: Arrival, versions: Sequence[Kept]) -> bool:
    """Is the first version that very one? Nobody else has its arrival."""
    return bool(versions) and versions[0].arrival_id == arrival.arrival_id
