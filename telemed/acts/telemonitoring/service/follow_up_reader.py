"""What is read of follow-ups: where they stand, their prescriptions, months and history."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from telemed.acts.telemonitoring.model.alert import Severity
from telemed.acts.telemonitoring.model.care import FollowUp, FollowUpMove, Month, Prescription
from telemed.acts.telemonitoring.model.follow_up import FollowUpState
from telemed.acts.telemonitoring.model.pathway import Pathway, PathwayVersion
from telemed.acts.telemonitoring.model.rights import Right
from telemed.acts.telemonitoring.rules.terms import PathwayTerms, find_terms
from telemed.acts.telemonitoring.service.care_access import open_follow_up, require_right
from telemed.acts.telemonitoring.service.follow_up_steps import FollowUpSteps
from telemed.acts.telemonitoring.store.alert_lists import AlertLists
from telemed.acts.telemonitoring.store.care import CareStore
from telemed.acts.telemonitoring.store.follow_ups import FollowUpStore
from telemed.acts.telemonitoring.store.silences import SilenceStore
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Territory, civil_date
from telemed.law.law import Law
from telemed.law.parameter import NotInForce
from telemed.patients.store import PatientStore
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork


@dataclass(frozen=True)
class OpenPathway:
    """A pathway with what holds today."""

    pathway: Pathway
    version: PathwayVersion
    terms: PathwayTerms


@dataclass(frozen=True)
class Lately:
    """What one looks for first in a list of patients: when a measure last came, what is open and how grave it is."""

    heard_at: datetime | None = None
    alerts: int = 0
    worst: Severity | None = None


_HEARD_SINCE = timedelta(days=90)


class FollowUpReader:
    def __init__(self, *, database: Database, steps: FollowUpSteps, law: Law, pathways: Mapping[str, Pathway]) -> None:
        self._database = database
        self._steps = steps
        self._clock = steps.clock
        self._law = law
        self._pathways = pathways

    async def get(self, caller: Caller, follow_up_id: UUID, *, right: Right = Right.READ) -> FollowUp:
        async with self._database.begin() as uow:
            return await open_follow_up(uow, self._steps.journal, caller, follow_up_id, "read", right=right)

    async def page(
        self,
        caller: Caller,
        *,
        patient_id: UUID | None = None,
        states: Collection[FollowUpState] = (),
        before: UUID | None = None,
        limit: int = 50,
    ) -> list[FollowUp]:
        """Follow-ups of the practice, the newest first; those of a patient are of all the records of that person."""
        async with self._database.begin() as uow:
            resource = f"patient:{patient_id}" if patient_id else f"practice:{caller.practice_id}"
            self._steps.journal.note(uow, caller, "telemonitoring.list", patient_id=patient_id, resource=resource)
            require_right(caller, Right.LIST)
            if caller.practice_id is None:
                return []
            records = await _records(uow, patient_id) if patient_id else None
            return await FollowUpStore(uow.session).page(
                caller.practice_id, patient_ids=records, states=states, before=before, limit=limit
            )

    async def around(
        self, caller: Caller, follow_up: FollowUp, *, states: Collection[FollowUpState]
    ) -> tuple[UUID | None, UUID | None]:
        """Which follow-ups come before and after one in the list of these states. Not traced: names only."""
        require_right(caller, Right.LIST)
        if caller.practice_id is None or follow_up.practice_id != caller.practice_id:
            return None, None
        async with self._database.read() as session:
            return await FollowUpStore(session).around(caller.practice_id, follow_up.id, states=states)

    async def lately(self, caller: Caller, follow_ups: Sequence[FollowUp]) -> dict[UUID, Lately]:
        """Of those that have started, in a statement for each pathway and one more. Not traced: `page` was."""
        require_right(caller, Right.READ)
        own = [one for one in follow_ups if one.practice_id == caller.practice_id and one.started_on is not None]
        since, heard = self._clock.now() - _HEARD_SINCE, dict[UUID, datetime | None]()
        async with self._database.read() as session:
            for pathway in sorted({one.plan.pathway for one in own}):
                asked = {one.id: since for one in own if one.plan.pathway == pathway}
                signals = self._pathways[pathway].on(civil_date(self._clock.now(), Territory.METROPOLE)).silence.signals
                words = await SilenceStore(session).last_words(asked, signals)
                heard |= {follow_up_id: said.measured_at for follow_up_id, said in words.items()}
            alerts = await AlertLists(session).open_of([one.id for one in own])
        return {one.id: Lately(heard.get(one.id), *alerts.get(one.id, (0, None))) for one in own}

    async def prescriptions(self, caller: Caller, follow_up_id: UUID) -> list[Prescription]:
        async with self._database.begin() as uow:
            await open_follow_up(uow, self._steps.journal, caller, follow_up_id, "read_prescriptions")
            return await CareStore(uow.session).prescriptions(follow_up_id)

    async def moves(
        self, caller: Caller, follow_up_id: UUID, *, after: int = 0, limit: int = 1_000
    ) -> list[FollowUpMove]:
        """Its history, in order."""
        async with self._database.begin() as uow:
            await open_follow_up(uow, self._steps.journal, caller, follow_up_id, "read_history")
            return await CareStore(uow.session).moves(follow_up_id, after=after, limit=limit)

    async def months(self, caller: Caller, follow_up_id: UUID) -> list[Month]:
        """Those that are over, in order."""
        async with self._database.begin() as uow:
            await open_follow_up(uow, self._steps.journal, caller, follow_up_id, "read_months", right=Right.LIST)
            return await CareStore(uow.session).months(follow_up_id)

    def pathways(self) -> list[OpenPathway]:
        """Those in force today (day of metropolitan France), by code: they are published data."""
        today = civil_date(self._clock.now(), Territory.METROPOLE)
        law, found = self._law.on(today), list[OpenPathway]()
        for _, pathway in sorted(self._pathways.items()):
            try:
                found.append(OpenPathway(pathway, pathway.on(today), find_terms(pathway.activity, law)))
            except NotInForce:
                continue
        return found


async def _records(uow: UnitOfWork, patient_id: UUID) -> list[UUID]:
    """The records of the person that this one is of."""
    patients = PatientStore(uow.session)
    person = await patients.find(patient_id)
    if person is None:
        return []
    return [person.id, *(one.id for one in await patients.absorbed_by(person.id))]
