"""What time does to alerts: the team's hours begin, deadlines pass; found in the database, once each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from uuid import UUID

import structlog

from telemed.acts.telemonitoring.formats.notices import overdue_event, overdue_text
from telemed.acts.telemonitoring.model.care import TeamRole
from telemed.acts.telemonitoring.model.rights import RIGHTS, Right
from telemed.acts.telemonitoring.model.triage import Alert, AlertEvent, EventKind
from telemed.acts.telemonitoring.rules.deadlines import TeamTime
from telemed.acts.telemonitoring.rules.triage import elapse
from telemed.acts.telemonitoring.service.alert_news import tell_alerts
from telemed.acts.telemonitoring.service.alert_work import AlertDesk
from telemed.acts.telemonitoring.store.alerts import AlertStore
from telemed.acts.telemonitoring.store.care import CareStore
from telemed.acts.telemonitoring.store.carers import find_carers
from telemed.kernel.caller import Role
from telemed.kernel.events import Event
from telemed.kernel.ids import new_id
from telemed.professionals.service.telling import Teller, find_reader
from telemed.storage.uow import UnitOfWork

_AT_ONCE = 200
log = structlog.get_logger("telemonitoring")


class AlertSweep:
    """Several processes may sweep at once: alerts are locked while they move, and their timers move with them."""

    def __init__(self, desk: AlertDesk, teller: Teller, public_url: str) -> None:
        self._desk = desk
        self._teller = teller
        self._public_url = public_url

    async def run(self) -> None:
        """The periodic job."""
        if count := await self.sweep():
            log.info("telemonitoring.alerts_swept", count=count)

    async def sweep(self) -> int:
        """Do what is due by now, a few hundred at once; how many alerts moved."""
        done = 0
        while ids := await self._timed():
            done += await self._sweep(ids)
            if len(ids) < _AT_ONCE:
                break
        return done

    async def deliver(self, event: Event) -> None:
        """Subscriber of `telemonitoring.alerts_overdue`. Raises Unavailable, so that the outbox tries again."""
        async with self._desk.database.read() as session:
            reader = await find_reader(session, UUID(event.payload["to"]))
        if reader is not None:
            text = overdue_text(event.payload, self._public_url)
            await self._teller.tell(reader, text, event.key, is_urgent=True)

    async def _timed(self) -> list[UUID]:
        async with self._desk.database.read() as session:
            return await AlertStore(session).timed(self._desk.clock.now(), limit=_AT_ONCE)

    async def _sweep(self, ids: Sequence[UUID]) -> int:
        """One transaction; an alert that somebody moved in between has another timer, and is left alone."""
        now = self._desk.clock.now()
        async with self._desk.database.begin() as uow:
            store = AlertStore(uow.session)
            found = await store.find_many(ids)
            teams = await self._desk.times.find(uow.session, {one.practice_id for one in found.values()})
            moved: list[tuple[Alert, Alert]] = []
            events: list[AlertEvent] = []
            for alert in found.values():
                after, said = self._elapse(alert, teams[alert.practice_id])
                if said:
                    moved.append((alert, after))
                    events += said
            await store.save([], moved, events)
            await tell_alerts(uow, (after for _, after in moved), now)
            escalated = {one.alert_id for one in events if one.kind is EventKind.ESCALATE}
            await self._tell_higher(uow, [after for _, after in moved if after.id in escalated])
        return len(moved)

    def _elapse(self, alert: Alert, team: TeamTime) -> tuple[Alert, list[AlertEvent]]:
        """All that time did to it by now: opened, then past its deadline too if nobody swept meanwhile."""
        events = []
        while (moved := elapse(alert, self._desk.clock.now(), team)) is not None:
            alert = moved.alert
            events.append(moved.event)
        return alert, events

    async def _tell_higher(self, uow: UnitOfWork, alerts: Sequence[Alert]) -> None:
        """First the doctors of the follow-up, then those who run the practice too; one message a person and sweep."""
        if not alerts:
            return
        carers = await find_carers(uow.session, {alert.practice_id for alert in alerts})
        teams = await CareStore(uow.session).teams({alert.follow_up_id for alert in alerts})
        counts: Counter[UUID] = Counter()
        levels: dict[UUID, int] = {}
        for alert in alerts:
            own = {one.professional_id for one in teams.get(alert.follow_up_id, ()) if one.role is not TeamRole.CARER}
            for person in _whom(alert, own, carers[alert.practice_id]):
                counts[person] += 1
                levels[person] = max(levels.get(person, 1), alert.escalations)
        mark, now = str(new_id()), self._desk.clock.now()
        for person, count in counts.items():
            uow.add_event(overdue_event(person, count, levels[person], mark, now))


def _whom(alert: Alert, own: set[UUID], carers: Iterable[tuple[UUID, Role]]) -> set[UUID]:
    """The doctors of the follow-up who work there still, all doctors of the practice where it has none; beyond the
    first time, all of them and whoever administers it."""
    doctors = {person for person, role in carers if role in RIGHTS[Right.DECIDE]}
    if alert.escalations > 1:
        return doctors | {person for person, role in carers if role is Role.ADMINISTRATOR}
    return (own & doctors) or doctors
