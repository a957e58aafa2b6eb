"""Findings, people, mutes, sweeps, restarts and time, in any order and at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from telemed.acts.telemonitoring.model.alert import AlertOutcome, Severity
from telemed.acts.telemonitoring.model.care import FollowUp
from telemed.acts.telemonitoring.model.evidence import FindingKind
from telemed.acts.telemonitoring.model.rule import Side
from telemed.acts.telemonitoring.model.told import SILENCE, Told
from telemed.acts.telemonitoring.model.triage import ActionKind, Alert
from telemed.acts.telemonitoring.service.alert_actions import ActionDraft
from telemed.acts.telemonitoring.store.follow_ups import FollowUpStore
from telemed.acts.telemonitoring.store.mutes import MuteStore
from telemed.adapters.bookings import TeleconsultationBookings
from telemed.app import build_services
from telemed.app.ground import Ground
from telemed.app.telemonitoring.triage import Triage, build_triage
from telemed.kernel.caller import Caller
from telemed.kernel.clock import FrozenClock
from telemed.kernel.errors import DomainError
from telemed.storage.engine import Database
from tests.fixtures.people import make_draft, make_people
from tests.integration.acts.telemonitoring.alerting import make_told
from tests.integration.acts.telemonitoring.enrolled import make_follow_up
from tests.integration.acts.telemonitoring.triage.checks import Memory, check_all
from tests.stories import StoryMachine

BEGINNING = datetime(2026, 11, 25, 11, 0, tzinfo=UTC)
CAUSES = ("weight_gain", "heart_rate", SILENCE)
_WHO, _WHICH = st.sampled_from(["nurse", "doctor", "colleague"]), st.integers(0, 100)
_KINDS = st.sampled_from([FindingKind.FIRED, FindingKind.FIRED, FindingKind.REPEATED, *FindingKind])
_FINDING = st.tuples(
    st.integers(0, 1), st.sampled_from(CAUSES), _KINDS, st.sampled_from([78, 79, 80, 82]), st.sampled_from(Severity)
)
_STEPS = ("take", "take", "release", "filter", "interpret", "interpret", "decide", "decide", "act", "close", "comment")


class AlertMachine(StoryMachine):
    """One open per patient and cause, always an owner and a due date, nothing deleted, each finding once."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.clock = FrozenClock(BEGINNING)
        self.memory = Memory()
        self.alerts: list[Alert] = []
        self.mutes: list[UUID] = []
        self.is_swept = True
        self.database: Database = self.run(type(self).open_database())
        self.follow_ups: list[FollowUp] = self.run(self._begin())

    def teardown(self) -> None:
        try:
            self.run(self._close_all())
            self.holds()
            assert not any(alert.is_open for alert in self.alerts)
        finally:
            self.run(type(self).drop_database(self.database))
            self.loop.close()

    def run(self, work: Awaitable[Any]) -> Any:
        async def done() -> Any:
            return await work

        return self.loop.run(done())

    def attempt(self, *works: Awaitable[Any]) -> None:
        """All at once; what is refused is refused, and nothing else may go wrong."""

        async def together() -> list[Any]:
            return await asyncio.gather(*works, return_exceptions=True)

        for result in self.loop.run(together()):
            if isinstance(result, BaseException) and not isinstance(result, DomainError):
                raise result

    # -- findings ----------------------------------------------------------------------------------------------------

    @rule(found=st.lists(_FINDING, min_size=1, max_size=4), quiet=st.sampled_from([0, 0, 0, 90]))
    def find(self, found: list[Any], quiet: int) -> None:
        """What rules say, in one transaction; some of it in quiet hours."""
        self.is_swept = False
        self.run(self._record(self._told(found, quiet)))

    @precondition(lambda self: self.alerts)
    @rule(found=st.lists(_FINDING, min_size=1, max_size=2), which=_WHICH, who=_WHO, step=st.sampled_from(_STEPS))
    def find_while_somebody_works(self, found: list[Any], which: int, who: str, step: str) -> None:
        self.is_swept = False
        self.attempt(self._record(self._told(found, 0)), self._step(step, self._alert(which), who), self._sweep())

    # -- people ------------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.alerts)
    @rule(which=_WHICH, who=_WHO, steps=st.lists(st.sampled_from(_STEPS), min_size=1, max_size=4))
    def work(self, which: int, who: str, steps: list[str]) -> None:
        self.is_swept = False
        for step in steps:
            self.attempt(self._step(step, self._alert(which), who))

    @precondition(lambda self: self.alerts)
    @rule(which=_WHICH)
    def handle_to_the_end(self, which: int) -> None:
        for who, step in zip(
            ("nurse", "doctor", "doctor", "nurse"), ("take", "interpret", "decide", "close"), strict=True
        ):
            self.attempt(self._step(step, self._alert(which), who))

    @precondition(lambda self: self.alerts)
    @rule(which=_WHICH, first=_WHO, second=_WHO)
    def grasp_at_once(self, which: int, first: str, second: str) -> None:
        """Two take everything, and somebody one of them: each alert has one holder."""
        ids = [alert.id for alert in self.alerts]
        self.attempt(
            *(self.triage.work.take_many(self._who(who), order) for who, order in ((first, ids), (second, ids[::-1]))),
            self._step("take", self._alert(which), "nurse"),
        )

    @precondition(lambda self: self.alerts)
    @rule(which=_WHICH, who=_WHO, minutes=st.sampled_from([30, 600, 4_000]), tolerance=st.sampled_from([0, 1_500_000]))
    def mute(self, which: int, who: str, minutes: int, tolerance: int) -> None:
        until = self.clock.now() + timedelta(minutes=minutes)
        alert = self._alert(which)
        self.attempt(
            self.triage.mutes.mute(self._who(who), alert.id, until=until, tolerance=tolerance, reason="Connu.")
        )

    @precondition(lambda self: self.alerts)
    @rule(which=_WHICH)
    def lift(self, which: int) -> None:
        self.run(self._lift(self._alert(which)))

    # -- time --------------------------------------------------------------------------------------------------------

    @rule(minutes=st.sampled_from([1, 29, 31, 250, 700, 3 * 1_440]), sweeps=st.integers(0, 2))
    def pass_time(self, minutes: int, sweeps: int) -> None:
        self.clock.advance(timedelta(minutes=minutes))
        self.is_swept = False
        for _ in range(sweeps):
            self.attempt(self._sweep(), self._sweep())
            self.is_swept = True

    @rule()
    def restart(self) -> None:
        """Another process on the same database."""
        self.triage: Triage = build_triage(self.ground, TeleconsultationBookings(self.booking), {})

    @invariant()
    def holds(self) -> None:
        self.alerts = self.run(self._check())

    # -- how ---------------------------------------------------------------------------------------------------------

    async def _begin(self) -> list[FollowUp]:
        services = build_services(type(self).settings, clock=self.clock, database=self.database)
        self.triage, self.booking = services.telemonitoring.triage, services.booking
        self.ground = Ground(type(self).settings, self.clock, self.database, services.journal, services.law)
        self.people = await make_people(services)
        found = []
        for given in ("Jeanne", "Anne"):
            patient, _ = await services.patients.create(self.people.secretary, make_draft(given=given))
            found.append(await make_follow_up(services, self.people.doctor, patient))
        return found

    def _told(self, found: list[Any], quiet: int) -> list[Told]:
        now = self.clock.now()
        told = []
        for number, cause, kind, value, severity in found:
            is_silence = cause == SILENCE
            extra: dict[str, Any] = {"rule_version_id": None, "evidence": ()} if is_silence else {}
            follow_up, later = self.follow_ups[number], now + timedelta(minutes=quiet)
            side = None if is_silence else Side.ABOVE
            changes = {"cause": cause, "severity": severity, "direction": side, "told_at": later} | extra
            told.append(make_told(follow_up, now, kind=kind, value=value, **changes))
        return sorted(told, key=lambda one: (one.follow_up_id, one.cause))

    async def _record(self, told: list[Told]) -> None:
        """As watching does: follow-ups locked in order, then everything in their transaction."""
        async with self.database.begin() as uow:
            for follow_up_id in sorted({one.follow_up_id for one in told}):
                await FollowUpStore(uow.session).find(follow_up_id, lock=True)
            await self.triage.book.record(uow, told)
        for one in told:
            if one.kind in (FindingKind.FIRED, FindingKind.REPEATED):
                self.memory.told[(one.follow_up_id, one.cause)] += 1

    async def _step(self, step: str, alert: Alert, who: str) -> None:
        work, caller = self.triage.work, self._who(who)
        match step:
            case "filter":
                await work.filter(caller, alert.id, AlertOutcome.FALSE, "Non.")
            case "close":
                await work.close(caller, alert.id, AlertOutcome.ACTIONABLE, "Fait.")
            case "act":
                await self.triage.actions.act(caller, alert.id, ActionDraft(ActionKind.CALL))
            case "take":
                await work.take(caller, alert.id)
            case _:
                await getattr(work, step)(caller, alert.id, "Vu.")

    async def _lift(self, alert: Alert) -> None:
        async with self.database.read() as session:
            mutes = await MuteStore(session).page(alert.follow_up_id, before=None, limit=10)
        for kept in mutes:
            await self.triage.mutes.lift(self.people.nurse, kept.id)

    async def _sweep(self) -> None:
        await self.triage.sweep.sweep()

    async def _check(self) -> list[Alert]:
        async with self.database.read() as session:
            return await check_all(session, self.memory, self.clock.now(), is_swept=self.is_swept)

    async def _close_all(self) -> None:
        """Whatever happened, people can still close everything."""
        doctor = self.people.doctor
        for alert in self.alerts:
            if alert.is_open and alert.state.value in ("taken", "queued", "new"):
                if alert.state.value != "taken":
                    await self.triage.work.take(doctor, alert.id)
                await self.triage.work.filter(doctor, alert.id, AlertOutcome.TECHNICAL, "Fin.")
            elif alert.is_open:
                if alert.state.value == "interpreted":
                    await self.triage.work.decide(doctor, alert.id, "Rien.")
                await self.triage.work.close(doctor, alert.id, AlertOutcome.FALSE, "Fin.")

    def _alert(self, which: int) -> Alert:
        """An open one where there is one."""
        found = [alert for alert in self.alerts if alert.is_open] or self.alerts
        return found[which % len(found)]

    def _who(self, name: str) -> Caller:
        caller: Caller = getattr(self.people, name)
        return caller
