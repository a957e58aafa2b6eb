"""Requests, rosters, answers, hand-overs, consent, restarts and time, in any order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from telemed.acts.teleexpertise.model import END_STATES, Case, EndReason, RefusalReason, Target, Urgency
from telemed.app import build_services
from telemed.consent.model import ConsentDecision
from telemed.kernel.caller import Caller
from telemed.kernel.clock import FrozenClock, Territory
from telemed.kernel.errors import DomainError
from telemed.kernel.messages import Channel
from telemed.storage.engine import Database
from telemed.subscribers import SUBSCRIPTIONS
from tests.fixtures.people import make_draft, make_people
from tests.integration.acts.teleconsultation.conftest import KeptMessages
from tests.integration.acts.teleexpertise.cascade.checks import check_all
from tests.integration.acts.teleexpertise.conftest import OPINION, Scene, ids_of, make_scene
from tests.integration.acts.teleexpertise.duty import Duty
from tests.stories import StoryMachine

BEGINNING = datetime(2026, 11, 25, 11, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Gesture:
    """What whoever has a case does: to whom it is handed, why it is refused, how long is waited."""

    how: str
    to: str
    reason: RefusalReason
    minutes: int


EXPERTS = ("expert", "second", "midwife")
_OFTEN = st.sampled_from([True, True, False])
_SELDOM = st.sampled_from([False, False, True])
_WHO, _WHICH = st.sampled_from(EXPERTS), st.integers(0, 100)
_URGENCY = st.sampled_from([Urgency.HOURS, Urgency.HOURS, Urgency.TWO_DAYS, Urgency.WEEK])
_GESTURE = st.sampled_from(["accept", "accept", "hand over", "hand over", "see", "ask", "pick", "sign", "refuse"])
_REASON = st.sampled_from([RefusalReason.UNAVAILABLE, RefusalReason.UNAVAILABLE, RefusalReason.INCOMPLETE])
_HOW = [
    *("wait", "accept", "refuse", "hand over and take", "wait", "accept", "refuse"),
    *("hand over", "sign", "ask", "pick", "see"),
]
_STORY = st.lists(
    st.builds(
        Gesture, how=st.sampled_from(_HOW), to=_WHO, reason=_REASON, minutes=st.sampled_from([11, 130, 700, 2_900])
    ),
    min_size=2,
    max_size=6,
)
_TARGET = st.sampled_from(["named", "several", "line", "territory", "named then line"])


class CascadeMachine(StoryMachine):
    """At most one acceptance; quota never over; every case ends."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.clock = FrozenClock(BEGINNING)
        self.cases: list[Case] = []
        self.is_swept = True
        self.database: Database = self.run(type(self).open_database())
        self.scene: Scene = self.run(self._begin())

    def teardown(self) -> None:
        try:
            for _ in range(4):
                self.pass_time(60 * 24 * 10, sweeps=2)
            cases = self.run(self._check())
            assert {case.state for case in cases} <= END_STATES
        finally:
            self.run(type(self).drop_database(self.database))
            self.loop.close()

    def run(self, work: Awaitable[Any]) -> Any:
        async def done() -> Any:
            return await work

        return self.loop.run(done())

    def attempt(self, *works: Awaitable[Any]) -> list[Any]:
        """All at once; what the rules refuse is refused, and nothing else may go wrong."""

        async def together() -> list[Any]:
            return await asyncio.gather(*works, return_exceptions=True)

        results = self.loop.run(together())
        for result in results:
            if isinstance(result, BaseException) and not isinstance(result, DomainError):
                raise result
        return [result for result in results if not isinstance(result, BaseException)]

    # -- requests ----------------------------------------------------------------------------------------------------

    @rule(urgency=_URGENCY, how=_TARGET, who=_WHO, widens=_OFTEN, what_follows=_STORY)
    def send(self, urgency: Urgency, how: str, who: str, *, widens: bool, what_follows: list[Gesture]) -> None:
        """A request leaves; then those who have it do things, or let time pass."""
        case = self.run(self._drafted(urgency))
        target = self._target(how, who, widens=widens)
        self.attempt(self.scene.expertise.requests.send(self.scene.asker, case.id, target))
        self.cases.append(case)
        for gesture in what_follows:
            self.agrees()
            self._play(len(self.cases) - 1, gesture)

    @precondition(lambda self: self.cases)
    @rule(which=_WHICH, how=_TARGET, who=_WHO, widens=st.booleans())
    def ask_others(self, which: int, how: str, who: str, *, widens: bool) -> None:
        target = self._target(how, who, widens=widens)
        self.attempt(self.scene.expertise.requests.offer(self.scene.asker, self._case(which).id, target))

    @precondition(lambda self: self.cases)
    @rule(which=_WHICH, how=st.sampled_from(["inform", "inform", "inform", "close", "withdraw", "consent"]))
    def asker_acts(self, which: int, how: str) -> None:
        requests, case, asker = self.scene.expertise.requests, self._case(which), self.scene.asker
        if how == "inform":
            self.attempt(requests.inform(asker, case.id, "Trois mois."))
        elif how == "withdraw":
            self.attempt(requests.withdraw(asker, case.id, EndReason.OTHER))
        elif how == "close":
            self.attempt(requests.close(asker, case.id))
        else:
            self.attempt(self.scene.consent(case, ConsentDecision.REFUSED))

    # -- answers -----------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.cases)
    @rule(which=_WHICH, what_follows=_STORY)
    def go_on(self, which: int, what_follows: list[Gesture]) -> None:
        for gesture in what_follows:
            self._play(which, gesture)
            self.agrees()

    def _play(self, which: int, gesture: Gesture) -> None:
        """Whoever has the case does something; everybody tries where nobody has it."""
        if gesture.how == "wait":
            self.pass_time(gesture.minutes, sweeps=1)
            return
        case = self.run(self.scene.now(self._case(which)))
        people = [self._who(one) for one in EXPERTS]
        for holder in [who for who in people if case.offer_of(who.id)][-1:] or people:
            self._act(case, holder, gesture.how, gesture.to, gesture.reason)

    @precondition(lambda self: self.cases)
    @rule(which=_WHICH, who=_WHO, how=_GESTURE, to=_WHO, reason=_REASON)
    def anybody_acts(self, which: int, who: str, how: str, to: str, reason: RefusalReason) -> None:
        self._act(self._case(which), self._who(who), how, to, reason)

    def _act(self, case: Case, caller: Caller, how: str, to: str, reason: RefusalReason) -> None:
        answers = self.scene.expertise.answers
        match how:
            case "see":
                self.attempt(answers.see(caller, case.id))
            case "ask":
                self.attempt(answers.ask(caller, case.id, "Depuis quand ?"))
            case "pick":
                self.attempt(answers.pick(caller, case.id))
            case "hand over":
                self.attempt(answers.hand_over(caller, case.id, ids_of((self._who(to),))[0]))
            case "hand over and take":
                self.attempt(answers.accept(caller, case.id))
                self.attempt(answers.hand_over(caller, case.id, ids_of((self._who(to),))[0]))
                self.attempt(answers.accept(self._who(to), case.id))
            case "sign":
                self.attempt(self._sign(caller, case))
            case "refuse":
                self.attempt(answers.refuse(caller, case.id, reason, ""))
            case _:
                attempts = [answers.accept(self._who(who), case.id) for who in EXPERTS * 2]
                won = self.attempt(*attempts)
                assert len(won) <= 2, "one accepts, and one takes over what he was handed"

    # -- rosters and time --------------------------------------------------------------------------------------------

    @rule(who=_WHO, after=st.sampled_from([0, 0, 0, 20, None]), auto=_SELDOM, room=st.sampled_from([None, 1, 3]))
    def roster(self, who: str, after: int | None, *, auto: bool, room: int | None) -> None:
        """On duty now or later, or on duty no more."""
        self.run(self.duty.off(self._who(who)))
        if after is not None:
            late = timedelta(minutes=after)
            self.run(self.duty.on(self._who(who), after=late, auto_accept=auto, capacity_per_day=room))

    @rule(minutes=st.sampled_from([3, 11, 25, 130, 800]), sweeps=st.integers(0, 2))
    def pass_time(self, minutes: int, sweeps: int) -> None:
        """Late, dead, alone or two at once: the sweep gives nobody more time."""
        self.clock.advance(timedelta(minutes=minutes))
        if minutes > 100:  # another process, built anew on the same database
            self.scene.services = self._build()
        self.attempt(*(self.scene.expertise.timers.sweep() for _ in range(sweeps)))
        if sweeps > 1:  # one of two may have left a case to the other, which had not finished yet
            self.attempt(self.scene.expertise.timers.sweep())
        self.is_swept = sweeps > 0

    @invariant()
    def agrees(self) -> None:
        self.run(self._check())

    # -- how ---------------------------------------------------------------------------------------------------------

    async def _begin(self) -> Scene:
        services = self._build()
        people = await make_people(services)
        patient, _ = await services.patients.create(people.secretary, make_draft())
        scene = await make_scene(services, people, patient, self.clock, KeptMessages(), KeptMessages())
        self.duty = Duty(scene)
        self.line_id = await self.duty.line(scene.expert, scene.second, on_duty=[scene.second])
        await self.duty.on(scene.expert, scene.second, scene.midwife)
        return scene

    def _build(self) -> Any:
        senders = {Channel.SMS: KeptMessages(), Channel.EMAIL: KeptMessages()}
        built = build_services(type(self).settings, clock=self.clock, database=self.database, senders=senders)
        self.database.subscriptions = SUBSCRIPTIONS
        return built

    async def _drafted(self, urgency: Urgency) -> Case:
        case = await self.scene.draft(urgency=urgency)
        await self.scene.consent(case)
        return case

    async def _sign(self, caller: Caller, case: Case) -> None:
        opinions = self.scene.expertise.opinions
        draft = await opinions.save(caller, case.id, OPINION, revision=0)
        await opinions.sign(caller, case.id, revision=draft.revision)

    async def _check(self) -> list[Case]:
        async with self.database.read() as session:
            return await check_all(session, self.clock.now(), is_swept=self.is_swept)

    def _target(self, how: str, who: str, *, widens: bool) -> Target:
        named = ids_of((self._who(who),))
        everybody = ids_of(tuple(self._who(one) for one in EXPERTS))
        return {
            "named": Target(tuple(named), widens=widens),
            "several": Target(tuple(everybody), widens=widens),
            "line": Target(line_id=self.line_id, widens=widens),
            "territory": Target(territory=Territory.METROPOLE, widens=widens),
            "named then line": Target(tuple(named), line_id=self.line_id, widens=widens),
        }[how]

    def _who(self, name: str) -> Caller:
        return cast("Caller", getattr(self.scene, name))

    def _case(self, which: int) -> Case:
        return self.cases[which % len(self.cases)]
