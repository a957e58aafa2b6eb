"""The board and one alert with all that was written of it; a constant number of statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from telemed.acts.telemonitoring.model.alert import AlertStep
from telemed.acts.telemonitoring.model.board import (
    AlertCounts,
    AlertFilter,
    AlertPlace,
    AlertStop,
    View,
    find_view,
    place_of,
)
from telemed.acts.telemonitoring.model.late import LATE_SHOWN, LateFinding, LatePlace
from telemed.acts.telemonitoring.model.rights import Right, has_right
from telemed.acts.telemonitoring.model.triage import Alert, AlertEvent
from telemed.acts.telemonitoring.service.alert_access import reach_alert, steps_open_to
from telemed.acts.telemonitoring.service.care_access import require_right
from telemed.acts.telemonitoring.service.standing_mutes import StandingMute, explain_mutes
from telemed.acts.telemonitoring.store.alert_lists import AlertLists as AlertListStore
from telemed.acts.telemonitoring.store.alerts import AlertStore
from telemed.acts.telemonitoring.store.late_findings import LateFindings
from telemed.acts.telemonitoring.store.mutes import MuteStore
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Clock
from telemed.patients.model import Patient
from telemed.patients.store import PatientStore
from telemed.professionals.model import Professional
from telemed.professionals.store import ProfessionalStore
from telemed.storage.engine import Database
from telemed.trace.service import Journal

EVENTS = 200
"""How many things written of an alert come with it, the last ones; the rest is asked page by page."""


@dataclass(frozen=True, repr=False)
class AlertLine:
    """An alert with whom it is about and who has it in hand; `steps` are what the caller may do next."""

    alert: Alert
    patient: Patient
    holder: Professional | None
    steps: frozenset[AlertStep]


@dataclass(frozen=True, repr=False)
class AlertPage:
    """A page of the board, and how many each view holds; `late`, how much came too late in the last days."""

    lines: Sequence[AlertLine]
    counts: AlertCounts
    late: int = 0


@dataclass(frozen=True, repr=False)
class LatePage:
    """What came too late to wake anybody, and the patients that it is about."""

    findings: Sequence[LateFinding]
    patients: Mapping[UUID, Patient]


@dataclass(frozen=True, repr=False)
class AlertDetail:
    """One alert, the last things written of it, the mutes that hold for its follow-up, and their authors."""

    line: AlertLine
    events: Sequence[AlertEvent]
    people: Mapping[UUID, Professional]
    mutes: Sequence[StandingMute]


@dataclass(frozen=True)
class Neighbours:
    """The alerts of a list just before and just after one."""

    before: UUID | None
    after: UUID | None


@dataclass(frozen=True, repr=False)
class EventPage:
    """Some of what was written of an alert, with its authors."""

    events: Sequence[AlertEvent]
    people: Mapping[UUID, Professional]


class AlertLists:
    def __init__(self, *, database: Database, clock: Clock, journal: Journal) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal

    async def page(
        self, caller: Caller, wanted: AlertFilter, *, after: AlertPlace | None = None, limit: int = 50
    ) -> AlertPage:
        """Alerts of the caller's practice. Traced first and alone: a board that is read holds up no writer."""
        async with self._database.begin() as uow:
            self._journal.note(uow, caller, "telemonitoring.list_alerts", details={"view": wanted.view.value})
            me, practice_id = _team_of(caller)
        async with self._database.read() as session:
            lists, now = AlertListStore(session), self._clock.now()
            alerts = await lists.page(practice_id, me, wanted, now=now, after=after, limit=limit)
            counts = await lists.counts(practice_id, me, now)
            late = await LateFindings(session).count(practice_id, now - LATE_SHOWN)
            return AlertPage(await _lines(session, alerts, caller), counts, late)

    async def late(self, caller: Caller, *, before: LatePlace | None = None, limit: int = 50) -> LatePage:
        """What rules would have told of in the practice, had it come in time; of the last days, the last first."""
        async with self._database.begin() as uow:
            self._journal.note(uow, caller, "telemonitoring.list_late_findings")
            _, practice_id = _team_of(caller)
        async with self._database.read() as session:
            since = self._clock.now() - LATE_SHOWN
            found = await LateFindings(session).page(practice_id, since, before=before, limit=limit)
            return LatePage(found, await PatientStore(session).find_many([one.patient_id for one in found]))

    async def count_waiting(self, caller: Caller) -> int:
        """How many alerts wait for the caller or for nobody in particular; 0 for a role that sees none. Not traced."""
        if not has_right(caller, Right.READ):
            return 0
        async with self._database.read() as session:
            me, practice_id = _team_of(caller)
            return await AlertListStore(session).count_waiting(practice_id, me, self._clock.now())

    async def get(self, caller: Caller, alert_id: UUID) -> AlertDetail:
        """One alert whole. Raises NotFound."""
        async with self._database.begin() as uow:
            alert = await reach_alert(uow, self._journal, caller, alert_id, "read_alert", lock=False)
        async with self._database.read() as session:
            alert = await AlertStore(session).find(alert_id) or alert
            events = await AlertStore(session).last_events(alert_id, limit=EVENTS)
            mutes = await MuteStore(session).in_force([alert.follow_up_id], self._clock.now(), lock=False)
            people = await ProfessionalStore(session).find_many([event.by for event in events if event.by])
            (line,) = await _lines(session, [alert], caller)
            return AlertDetail(line, events, people, await explain_mutes(session, mutes))

    async def around(self, caller: Caller, alert: Alert, wanted: AlertFilter) -> Neighbours:
        """Which alerts of a view come before and after this one, wherever it stands now. Not traced: names only."""
        async with self._database.read() as session:
            before, after = await self._around(session, caller, alert, wanted)
            return Neighbours(before.alert_id if before else None, after.alert_id if after else None)

    async def sheets_around(
        self, caller: Caller, alert_id: UUID, follow_up_id: UUID, wanted: AlertFilter
    ) -> tuple[AlertStop | None, AlertStop | None]:
        """As `around`, over the other alerts of a follow-up: whose sheet comes before and after. None of another's."""
        _, practice_id = _team_of(caller)
        async with self._database.read() as session:
            alert = await AlertStore(session).find(alert_id)
            if alert is None or alert.practice_id != practice_id:
                return None, None
            return await self._around(session, caller, alert, wanted, passing=follow_up_id)

    async def _around(
        self, session: AsyncSession, caller: Caller, alert: Alert, wanted: AlertFilter, *, passing: UUID | None = None
    ) -> tuple[AlertStop | None, AlertStop | None]:
        me, practice_id = _team_of(caller)
        view = wanted.view if alert.is_open != (wanted.view is View.CLOSED) else find_view(alert)
        place, now = place_of(alert, view), self._clock.now()
        return await AlertListStore(session).around(
            practice_id, me, replace(wanted, view=view), place, now=now, passing=passing
        )

    async def events(self, caller: Caller, alert_id: UUID, *, after: int, limit: int) -> EventPage:
        """What was written of an alert, the oldest first."""
        async with self._database.begin() as uow:
            await reach_alert(uow, self._journal, caller, alert_id, "read_alert", lock=False)
        async with self._database.read() as session:
            events = await AlertStore(session).events(alert_id, after=after, limit=limit)
            people = await ProfessionalStore(session).find_many([event.by for event in events if event.by])
            return EventPage(events, people)


def _team_of(caller: Caller) -> tuple[UUID, UUID]:
    me = require_right(caller, Right.READ)
    if caller.practice_id is None:
        raise LookupError("a professional has a practice")
    return me, caller.practice_id


async def _lines(session: AsyncSession, alerts: Sequence[Alert], caller: Caller) -> list[AlertLine]:
    patients = await PatientStore(session).find_many([alert.patient_id for alert in alerts])
    holders = await ProfessionalStore(session).find_many([one.holder_id for one in alerts if one.holder_id])
    return [
        AlertLine(
            alert,
            patients[alert.patient_id],
            holders.get(alert.holder_id) if alert.holder_id else None,
            steps_open_to(alert, caller),
        )
        for alert in alerts
    ]
