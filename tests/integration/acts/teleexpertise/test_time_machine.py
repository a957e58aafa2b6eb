"""A clock walked from timer to timer through week-ends, holidays and clock changes, the service restarted at each."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from telemed.acts.teleexpertise.model import END_STATES, STANDINGS, Case, Target, Urgency, Via
from telemed.acts.teleexpertise.tables import TimerRow
from telemed.app import Services, build_services
from telemed.experts.model import LineDraft, ProfileDraft, ShiftDraft
from telemed.kernel.clock import Territory
from telemed.kernel.messages import Channel
from telemed.storage.outbox import OutboxRow
from tests.integration.acts.teleexpertise.conftest import Scene, ids_of
from tests.integration.acts.teleexpertise.duty import SKIN

pytestmark = pytest.mark.asyncio
BLINK = timedelta(seconds=1)
MOST_TIMERS = 60
WORKING_HOURS = ShiftDraft(date(2026, 1, 5), 9 * 60, 9 * 60, rule="FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR")
STARTS = (
    "2026-12-18T16:30:00+00:00",  # a Friday evening, to Christmas
    "2027-03-26T16:30:00+00:00",  # Good Friday; the clocks go forward on Easter Sunday, Monday is a holiday
    "2027-10-29T15:30:00+00:00",  # a Friday; the clocks go back on Sunday, Monday is All Saints
    "2028-02-28T17:00:00+00:00",  # a Monday evening before 29 February
)


async def put_on_duty(scene: Scene) -> UUID:
    """Both dermatologists in office hours, the second in a line only; gives the line."""
    experts = scene.services.experts
    line = await experts.lines.create(scene.second, LineDraft("Avis de dermatologie", SKIN))
    for who in (scene.expert, scene.second):
        await experts.profiles.save(who, ProfileDraft(is_open=True))
    await experts.hours.add_shift(scene.expert, WORKING_HOURS)
    [second] = ids_of((scene.second,))
    await experts.teams.invite(scene.second, line.line.id, second)
    await experts.teams.add_shift(scene.second, line.line.id, second, WORKING_HOURS)
    return line.line.id


def restarted(scene: Scene) -> Services:
    """The service as another process builds it on the same database."""
    senders = {Channel.SMS: scene.sms, Channel.EMAIL: scene.mail}
    return build_services(scene.services.settings, clock=scene.clock, database=scene.services.database, senders=senders)


async def next_timer(scene: Scene) -> datetime | None:
    async with scene.services.database.read() as session:
        return await session.scalar(select(func.min(TimerRow.fires_at)))


async def walk(scene: Scene, cases: list[Case]) -> list[list[Case]]:
    """The cases after each timer. Nothing moves a second before; a second sweep, after a restart, changes nothing."""
    path = [await everything(scene, cases)]
    while (fires_at := await next_timer(scene)) is not None:
        assert len(path) < MOST_TIMERS, "a case that never ends"
        if fires_at - BLINK > scene.clock.now():
            scene.clock.move_to(fires_at - BLINK)
            await scene.expertise.timers.sweep()
            assert await everything(scene, cases) == path[-1]
        scene.clock.move_to(max(fires_at, scene.clock.now()))
        await restarted(scene).expertise.timers.sweep()
        path.append(await everything(scene, cases))
        await scene.expertise.timers.sweep()
        assert await everything(scene, cases) == path[-1]
    return path


async def everything(scene: Scene, cases: list[Case]) -> list[Case]:
    return [await scene.now(case) for case in cases]


def check_owed(path: list[Case]) -> None:
    """Each place of the way has an owner and a due date, or is the end; no colleague holds two offers."""
    for case in path:
        is_over = case.state in END_STATES
        assert (STANDINGS[case.state] is None) == (case.due_at is None) == is_over
        held = Counter(offer.to.professional_id for offer in case.offers if offer.is_pending)
        assert set(held.values()) <= {1}
    assert path[-1].state in END_STATES
    assert len({case.deadline for case in path}) == 1


async def told(scene: Scene) -> Counter[tuple[Any, ...]]:
    """How often each person was told the same thing of the same due date."""
    async with scene.services.database.read() as session:
        rows = await session.scalars(select(OutboxRow).where(OutboxRow.name == "teleexpertise.notice"))  # type: ignore[arg-type]
        return Counter(tuple(sorted((key, str(value)) for key, value in row.payload.items())) for row in rows)


async def send(scene: Scene, target: Target, urgency: Urgency) -> Case:
    case = await scene.draft(urgency=urgency)
    await scene.consent(case)
    return (await scene.expertise.requests.send(scene.asker, case.id, target)).case


def targets(scene: Scene, line: UUID) -> dict[str, Target]:
    return {
        "colleague": Target(colleague_ids=tuple(ids_of((scene.expert,)))),
        "line": Target(line_id=line),
        "territory": Target(territory=Territory.METROPOLE),
        "only": Target(colleague_ids=tuple(ids_of((scene.expert,))), widens=False),
    }


@pytest.mark.parametrize(
    ("start", "urgency"),
    [*((start, Urgency.WEEK) for start in STARTS), (STARTS[1], Urgency.HOURS), (STARTS[2], Urgency.TWO_DAYS)],
)
async def test_every_timer_of_a_cascade_with_a_restart_in_its_middle(
    scene: Scene, start: str, urgency: Urgency
) -> None:
    scene.clock.move_to(datetime.fromisoformat(start))
    asked = targets(scene, await put_on_duty(scene))
    cases = [await send(scene, target, urgency) for target in asked.values()]
    path = await walk(scene, cases)
    for way in zip(*path, strict=True):
        check_owed(list(way))
    ends = dict(zip(asked, path[-1], strict=True))
    assert {offer.via for offer in ends["only"].offers} == {Via.COLLEAGUE}
    asked_in_turn = {offer.to.professional_id for offer in ends["colleague"].offers}
    assert len(asked_in_turn) == (2 if urgency is Urgency.WEEK else 1)  # nobody else is on duty before the deadline
    twice = {what: count for what, count in (await told(scene)).items() if count > 1}
    assert twice == {}
