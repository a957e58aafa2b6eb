"""The end of old observations, once the law lets go of every record that a month of them belongs to (R-53)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, timedelta
from uuid import UUID

import structlog

from telemed.acts.telemonitoring.rules.retention import AFTER_DEATH, YEARS, RecordFacts, may_erase
from telemed.acts.telemonitoring.store.follow_ups import FollowUpStore
from telemed.acts.telemonitoring.store.retention import RetentionStore, Stretch
from telemed.kernel.caller import SYSTEM
from telemed.kernel.clock import Clock, Territory, civil_date
from telemed.kernel.period import add_months
from telemed.law.law import Law
from telemed.patients.store import DeathStore, PatientStore
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal
from telemed.trace.store import TraceStore

log = structlog.get_logger("telemonitoring")


class RetentionService:
    """A month goes whole or not at all: one record that must be kept keeps it for all. What is gone leaves a mention
    in the trace, and the follow-ups with their months, limits and alerts stay."""

    def __init__(self, *, database: Database, clock: Clock, journal: Journal, law: Law) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal
        self._law = law

    async def run(self) -> None:
        """The periodic job."""
        count = await self.erase_old()
        if count:
            log.info("telemonitoring.months_erased", count=count)

    async def erase_old(self) -> int:
        """Erase the months that may be; how many were."""
        today = civil_date(self._clock.now(), Territory.METROPOLE)
        now = self._clock.now()
        async with self._database.read() as session:
            years = self._shortest(await DeathStore(session).first_death(), today)
            limit = today.replace(year=today.year - years, day=1)
            oldest = await RetentionStore(session).oldest_ended(now - timedelta(days=365 * years))
        if oldest is None:
            return 0
        return sum([await self._erase(stretch, today) for stretch in _stretches(oldest, limit)])

    def _shortest(self, first_death: date | None, today: date) -> int:
        """The shortest term that anybody's record may have by now: younger months are not even looked at."""
        law = self._law.on(today)
        years, after_death = law.value(YEARS).integer, law.value(AFTER_DEATH).integer
        is_over = first_death is not None and add_months(first_death, 12 * after_death) < today
        return min(years, after_death) if is_over else years

    async def _erase(self, stretch: Stretch, today: date) -> bool:
        async with self._database.begin() as uow:
            store = RetentionStore(uow.session)
            follow_up_ids = await store.follow_ups_in(stretch)
            if not follow_up_ids or not await self._may_erase(uow, follow_up_ids, today):
                return False
            rows = await store.erase(stretch)
            details = {"rows": rows, "follow_ups": len(follow_up_ids)}
            resource = f"observations:{stretch.name}"
            self._journal.note(
                uow, SYSTEM, "telemonitoring.erase", resource=resource, purpose="retention", details=details
            )
            return True

    async def _may_erase(self, uow: UnitOfWork, follow_up_ids: Collection[UUID], today: date) -> bool:
        """Of nobody's records must any be kept; rows whose follow-up is unknown are kept too."""
        found = await FollowUpStore(uow.session).find_many(follow_up_ids)
        if len(found) < len(follow_up_ids):
            return False
        patients, law = PatientStore(uow.session), self._law.on(today)
        for patient_id in {one.patient_id for one in found.values()}:
            person = await patients.find(patient_id)
            if person is None:
                return False
            records = [person.id, *(one.id for one in await patients.absorbed_by(person.id))]
            own = await FollowUpStore(uow.session).of_patients(records)
            contact_at = await TraceStore(uow.session).last_contact(records)
            if contact_at is None:
                return False
            facts = RecordFacts(
                civil_date(contact_at, Territory.METROPOLE),
                person.identity.traits.birth_date,
                any(one.is_living for one in own),
                await DeathStore(uow.session).died_on(person.id),
            )
            if not may_erase(facts, law):
                return False
        return True


def _stretches(oldest: date, limit: date) -> Iterator[Stretch]:
    """What came before the month of `oldest`, then each month up to that of `limit`, excluded."""
    month = min(oldest.replace(day=1), limit)
    yield Stretch(None, month)
    while month < limit:
        yield Stretch(month, add_months(month, 1))
        month = add_months(month, 1)
