"""The log of therapeutic education: what was worked on with the patient, when, by whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from telemed.acts.telemonitoring.model.care import EducationSession, EducationTopic
from telemed.acts.telemonitoring.model.rights import Right
from telemed.acts.telemonitoring.service.care_access import open_follow_up, require_right
from telemed.acts.telemonitoring.store.care import CareStore
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Clock, civil_date
from telemed.kernel.errors import Invalid
from telemed.kernel.ids import new_id
from telemed.storage.engine import Database
from telemed.trace.service import Journal


class EducationService:
    def __init__(self, *, database: Database, clock: Clock, journal: Journal) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal

    async def log(
        self,
        caller: Caller,
        follow_up_id: UUID,
        *,
        held_on: date,
        minutes: int,
        topics: Sequence[EducationTopic],
        note: str,
    ) -> EducationSession:
        """Write a session down; it is never changed. Raises Forbidden, NotFound, Invalid for a day to come."""
        async with self._database.begin() as uow:
            follow_up = await open_follow_up(
                uow, self._journal, caller, follow_up_id, "log_education", right=Right.ENROL
            )
            if held_on > civil_date(self._clock.now(), follow_up.plan.territory):
                raise Invalid("Une séance est notée une fois faite.", field="held_on")
            session = EducationSession(
                id=new_id(),
                follow_up_id=follow_up_id,
                held_on=held_on,
                minutes=minutes,
                topics=tuple(dict.fromkeys(topics)),
                note=note,
                by=require_right(caller, Right.ENROL),
                recorded_at=self._clock.now(),
            )
            await CareStore(uow.session).add_session(session)
            return session

    async def sessions(
        self, caller: Caller, follow_up_id: UUID, *, before: UUID | None = None, limit: int = 50
    ) -> list[EducationSession]:
        """The newest first."""
        async with self._database.begin() as uow:
            await open_follow_up(uow, self._journal, caller, follow_up_id, "read_education")
            return await CareStore(uow.session).sessions(follow_up_id, before=before, limit=limit)
