"""Random walks of several people and of time over several cases: what must hold holds after every step."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from telemed.acts.teleexpertise.model import (
    END_STATES,
    STANDINGS,
    Case,
    EndReason,
    Outcome,
    RefusalReason,
    State,
    Urgency,
)
from telemed.acts.teleexpertise.store import CaseStore
from telemed.acts.teleexpertise.tables import CaseRow, TimerRow
from telemed.consent.model import ConsentDecision
from telemed.kernel.errors import DomainError
from tests.integration.acts.teleexpertise.conftest import OPINION, Scene, ids_of

pytestmark = pytest.mark.asyncio
STEPS = 45
_UNANSWERED = (State.ACCEPTED, State.MORE_INFORMATION)


class Walk:
    """Somebody does something to some case, or time passes; what the rules refuse is refused."""

    def __init__(self, scene: Scene, seed: int) -> None:
        self.scene, self.chance = scene, random.Random(seed)
        self.cases: list[Case] = []
        self.refused = 0

    async def step(self) -> None:
        acts: list[Callable[[], Awaitable[Any]]] = [self.begin, self.passes, self.consent, *[self.act] * 8]
        try:
            await self.chance.choice(acts)()
        except DomainError:
            self.refused += 1

    async def begin(self) -> None:
        urgency = self.chance.choice(list(Urgency))
        many = self.chance.randint(1, 3) if urgency is Urgency.HOURS else 1
        people = self.chance.sample([self.scene.expert, self.scene.second, self.scene.midwife], many)
        self.cases.append(await self.scene.sent(*people, urgency=urgency))

    async def passes(self) -> None:
        self.scene.clock.advance(timedelta(minutes=self.chance.choice([7, 31, 600, 3_000])))
        if self.chance.random() < 0.6:
            await self.scene.expertise.timers.sweep()

    async def consent(self) -> None:
        if self.cases and self.chance.random() < 0.3:
            await self.scene.consent(self.chance.choice(self.cases), ConsentDecision.WITHDRAWN)

    async def act(self) -> None:
        """Anybody tries anything, also what is not his to do."""
        if not self.cases:
            return
        case, expertise = self.chance.choice(self.cases), self.scene.expertise
        who = self.chance.choice([self.scene.expert, self.scene.second, self.scene.midwife, self.scene.asker])
        match self.chance.randint(0, 9):
            case 0:
                await expertise.answers.see(who, case.id)
            case 1 | 2 | 3:
                await expertise.answers.accept(who, case.id)
            case 4:
                await expertise.answers.refuse(who, case.id, RefusalReason.OTHER, "")
            case 5:
                await expertise.answers.ask(who, case.id, "Depuis quand ?")
            case 6:
                await expertise.requests.inform(self.scene.asker, case.id, "Trois mois.")
            case 7:
                await expertise.requests.offer(self.scene.asker, case.id, ids_of((who,)))
            case 8:
                draft = await expertise.opinions.save(who, case.id, OPINION, revision=0)
                await expertise.opinions.sign(who, case.id, revision=draft.revision)
            case 9:
                await expertise.requests.withdraw(self.scene.asker, case.id, EndReason.OTHER)


async def everything(scene: Scene) -> list[Case]:
    async with scene.services.database.read() as session:
        return await CaseStore(session).with_offers(list(await session.scalars(select(CaseRow))))


async def reserved(scene: Scene) -> int:
    """Places of TE2 that are reserved for this patient, by any of the three."""
    async with scene.services.database.read() as session:
        standings = [
            await scene.services.quotas.standing(
                session, code="TE2", rpps=who.rpps or "", patient_id=scene.patient.id, day=date(2026, 11, 25)
            )
            for who in (scene.expert, scene.second, scene.midwife)
        ]
    assert all(one.reserved + one.consumed <= one.limit for one in standings)
    return sum(one.reserved for one in standings)


async def check(scene: Scene) -> None:
    """Owner, due date and timer while it lives; one acceptance at most; no place kept for nothing."""
    cases = await everything(scene)
    async with scene.services.database.read() as session:
        timers = {row.case_id: row.fires_at for row in await session.scalars(select(TimerRow)) if row.kind == "due"}
    for case in cases:
        is_over = case.state in END_STATES
        assert (case.due_at is None) is is_over is (STANDINGS[case.state] is None)
        assert timers.get(case.id) == case.due_at
        accepted = [offer for offer in case.offers if offer.outcome is Outcome.ACCEPTED]
        assert len(accepted) == (case.requis is not None) <= 1
        assert not (is_over and case.pending)
        assert (case.state in (State.OFFERED, State.SEEN)) <= bool(case.pending)
    assert await reserved(scene) <= sum(case.requis is not None and case.state in _UNANSWERED for case in cases)


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_happens_every_case_is_owned_and_ends(scene: Scene, seed: int) -> None:
    walk = Walk(scene, seed)
    for _ in range(STEPS):
        await walk.step()
        await check(scene)
    assert walk.cases
    assert walk.refused
    for _ in range(4):
        await scene.pass_time(timedelta(days=10))
    assert {case.state for case in await everything(scene)} <= END_STATES
    await check(scene)
