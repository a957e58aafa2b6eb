"""The quality of a team's alerts over some days, by cause or by patient; shown and exported."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from telemed.acts.telemonitoring.formats.quality import quality_csv
from telemed.acts.telemonitoring.model.quality import Fired, Grouping, Quality, QualityPlace
from telemed.acts.telemonitoring.model.rights import Right
from telemed.acts.telemonitoring.rules.quality import find_page, judge, judge_all
from telemed.acts.telemonitoring.service.care_access import require_right
from telemed.acts.telemonitoring.store.quality import QualityStore
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Territory, day_bounds
from telemed.kernel.errors import Invalid
from telemed.kernel.period import DayRange, Interval
from telemed.patients.model import Patient
from telemed.patients.store import PatientStore
from telemed.professionals.store import PracticeStore
from telemed.storage.engine import Database
from telemed.trace.service import Journal

MOST_DAYS = 366
_EXPORTED = 10_000


@dataclass(frozen=True, repr=False)
class QualityPage:
    """Lines in order of what fired most, the patients that they are of, and all of the practice as one line."""

    lines: Sequence[Quality]
    patients: Mapping[str, Patient]
    total: Quality


class QualityService:
    def __init__(self, *, database: Database, journal: Journal) -> None:
        self._database = database
        self._journal = journal

    async def page(
        self, caller: Caller, days: DayRange, by: Grouping, *, after: QualityPlace | None = None, limit: int = 50
    ) -> QualityPage:
        """Of the alerts that fired on these days where the practice is, at most a year and a day. Raises Invalid."""
        practice_id = await self._enter(caller, "read_quality")
        async with self._database.read() as session:
            period, store = await _period(session, practice_id, days), QualityStore(session)
            fired, muted = await store.fired(practice_id, period, by), await store.muted(practice_id, period, by)
            lines, total = await asyncio.to_thread(_figures, fired, muted, after, limit)
            return QualityPage(lines, await _patients(session, by, lines), total)

    async def csv(self, caller: Caller, days: DayRange, by: Grouping) -> bytes:
        """All lines for a spreadsheet. Raises Invalid."""
        practice_id = await self._enter(caller, "export_quality")
        async with self._database.read() as session:
            period, store = await _period(session, practice_id, days), QualityStore(session)
            fired, muted = await store.fired(practice_id, period, by), await store.muted(practice_id, period, by)
            lines, _ = await asyncio.to_thread(_figures, fired, muted, None, _EXPORTED)
            patients = await _patients(session, by, lines)
            return quality_csv(by, lines, {key: one.full_name for key, one in patients.items()})

    async def _enter(self, caller: Caller, action: str) -> UUID:
        """The caller's practice, traced first and alone: a year takes a while to sum up, and holds up no writer."""
        async with self._database.begin() as uow:
            resource = f"practice:{caller.practice_id}"
            self._journal.note(uow, caller, f"telemonitoring.{action}", resource=resource, purpose="management")
            require_right(caller, Right.READ)
        if caller.practice_id is None:
            raise LookupError("a professional has a practice")
        return caller.practice_id


def _figures(
    fired: Sequence[Fired], muted: Mapping[str, int], after: QualityPlace | None, limit: int
) -> tuple[list[Quality], Quality]:
    """The lines of a page and the whole; apart from the event loop, since a hundred thousand alerts take a while."""
    return [judge(one, muted) for one in find_page(fired, after, limit)], judge_all(fired, muted)


async def _period(session: AsyncSession, practice_id: UUID, days: DayRange) -> Interval:
    """From the first midnight to the last one where the practice is."""
    if days.last_day is None or (days.last_day - days.first_day).days >= MOST_DAYS:
        raise Invalid(f"Demandez au plus {MOST_DAYS} jours.", field="until")
    territory = await PracticeStore(session).territory_of(practice_id) or Territory.METROPOLE
    return Interval(day_bounds(days.first_day, territory)[0], day_bounds(days.last_day, territory)[1])


async def _patients(session: AsyncSession, by: Grouping, lines: Sequence[Quality]) -> dict[str, Patient]:
    if by is not Grouping.PATIENT:
        return {}
    found = await PatientStore(session).find_many([UUID(line.key) for line in lines])
    return {line.key: found[UUID(line.key)] for line in lines if UUID(line.key) in found}
