"""Time: reminders, overdue, expiry; once each, however late, through restarts, holidays and changes of the clock."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from telemed.acts.teleexpertise.model import END_STATES, Case, EndReason, Outcome, State, Urgency
from telemed.acts.teleexpertise.tables import CaseRow, TimerRow
from telemed.app import build_services
from telemed.kernel.errors import Conflict
from telemed.kernel.messages import Channel
from telemed.storage.outbox import OutboxRow
from tests.integration.acts.teleexpertise.conftest import Scene, ids_of

pytestmark = pytest.mark.asyncio


async def notices(scene: Scene, case: Case) -> list[tuple[str, str]]:
    """Every notice of a case so far: what, and to whom."""
    people = {"asker": scene.asker, "expert": scene.expert, "second": scene.second, "midwife": scene.midwife}
    names = {str(who.id): name for name, who in people.items()}
    async with scene.services.database.read() as session:
        query = select(OutboxRow).where(OutboxRow.name == "teleexpertise.notice")  # type: ignore[arg-type]
        rows = [row for row in await session.scalars(query) if row.payload["case_id"] == str(case.id)]
    return [(row.payload["kind"], names[row.payload["to"]]) for row in sorted(rows, key=lambda row: row.id)]


async def test_an_offer_that_nobody_takes_is_reminded_then_goes_back(scene: Scene) -> None:
    case = await scene.sent()
    await scene.pass_time(timedelta(hours=31))
    assert ("reminder", "expert") not in await notices(scene, case)
    await scene.pass_time(timedelta(hours=2))
    assert ("reminder", "expert") in await notices(scene, case)
    await scene.pass_time(timedelta(hours=15))
    lapsed = await scene.now(case)
    assert (lapsed.state, lapsed.offers[0].outcome, lapsed.due_at) == (State.SENT, Outcome.LAPSED, case.deadline)
    assert {("lapsed", "asker"), ("lapsed", "expert")} <= set(await notices(scene, case))
    with pytest.raises(Conflict) as late:
        await scene.expertise.answers.accept(scene.expert, case.id)
    assert late.value.code == "teleexpertise.lapsed"
    offered = await scene.expertise.requests.offer(scene.asker, case.id, ids_of((scene.expert,)))
    assert offered.case.state is State.OFFERED


async def test_an_overdue_answer_is_told_to_both_then_expires(scene: Scene) -> None:
    case = await scene.accepted()
    await scene.pass_time(timedelta(days=7) - timedelta(seconds=1))
    assert (await scene.now(case)).escalated_at is None
    await scene.pass_time(timedelta(seconds=1))
    overdue = await scene.now(case)
    assert (overdue.state, overdue.escalated_at, overdue.due_at) == (State.ACCEPTED, case.deadline, case.expires_at)
    assert [notice for notice in await notices(scene, case) if notice[0] == "overdue"] == [
        ("overdue", "asker"),
        ("overdue", "expert"),
    ]
    await scene.pass_time(timedelta(hours=48))
    expired = await scene.now(case)
    assert (expired.state, expired.end_reason, expired.due_at) == (State.EXPIRED, EndReason.NOT_ANSWERED, None)
    assert {("expired", "asker"), ("expired", "expert")} <= set(await notices(scene, case))


async def test_a_draft_that_is_left_expires_and_an_unread_opinion_is_closed(scene: Scene) -> None:
    draft, answered = await scene.draft(), await scene.answered()
    await scene.pass_time(timedelta(days=7))
    left, closed = await scene.now(draft), await scene.now(answered)
    assert (left.state, left.end_reason) == (State.EXPIRED, EndReason.NOT_SENT)
    assert closed.state is State.CLOSED


async def test_a_sweep_that_was_dead_for_months_catches_up_in_order(scene: Scene) -> None:
    case = await scene.sent()
    await scene.pass_time(timedelta(days=200))
    assert await scene.steps(case) == ["send", "offer", "lapse", "escalate", "expire"]
    assert await scene.expertise.timers.sweep() == 0


async def test_a_use_case_does_not_wait_for_the_sweep(scene: Scene) -> None:
    case = await scene.sent(urgency=Urgency.HOURS)
    scene.clock.advance(timedelta(minutes=30))
    with pytest.raises(Conflict) as late:
        await scene.expertise.answers.accept(scene.expert, case.id)
    assert late.value.code == "teleexpertise.lapsed"


async def test_sweeps_at_once_do_each_thing_once(scene: Scene) -> None:
    cases = [await scene.sent(), await scene.accepted(), await scene.sent(urgency=Urgency.HOURS)]
    scene.clock.advance(timedelta(days=30))
    await asyncio.gather(*(scene.expertise.timers.sweep() for _ in range(4)))
    await scene.expertise.timers.sweep()
    for case in cases:
        steps = await scene.steps(case)
        assert (steps.count("expire"), steps.count("escalate"), steps.count("lapse") <= 1) == (1, 1, True)
        assert (await scene.now(case)).state is State.EXPIRED
        told = await notices(scene, case)
        assert told.count(("expired", "asker")) == 1


async def test_a_restart_in_the_middle_loses_and_doubles_nothing(scene: Scene) -> None:
    """Another process, built anew on the same database, takes over between the reminder and the due date."""
    case = await scene.accepted()
    await scene.pass_time(timedelta(days=5))
    senders = {Channel.SMS: scene.sms, Channel.EMAIL: scene.mail}
    after = build_services(
        scene.services.settings, clock=scene.clock, database=scene.services.database, senders=senders
    )
    await after.expertise.timers.sweep()
    assert (await notices(scene, case)).count(("reminder", "expert")) == 1
    scene.clock.advance(timedelta(days=2))
    await after.expertise.timers.sweep()
    await scene.expertise.timers.sweep()
    assert (await notices(scene, case)).count(("overdue", "expert")) == 1


@pytest.mark.parametrize(
    ("start", "deadline"),
    [
        ("2026-12-18T16:00:00+00:00", "2026-12-25T16:00:00+00:00"),  # a Friday, to Christmas
        ("2027-03-24T11:00:00+00:00", "2027-03-31T10:00:00+00:00"),  # through the night of 28 March
        ("2027-10-27T10:00:00+00:00", "2027-11-03T11:00:00+00:00"),  # through the night of 31 October and All Saints'
    ],
)
async def test_a_frozen_clock_walked_hour_by_hour(scene: Scene, start: str, deadline: str) -> None:
    scene.clock.move_to(datetime.fromisoformat(start))
    case = await scene.accepted()
    due = datetime.fromisoformat(deadline).astimezone(UTC)
    assert case.deadline == due
    while (current := await scene.now(case)).state not in END_STATES:
        assert current.due_at is not None
        assert current.due_at > scene.clock.now()
        assert (current.escalated_at is not None) == (scene.clock.now() >= due)
        await scene.pass_time(timedelta(hours=3))
    assert await scene.steps(case) == ["send", "offer", "accept", "escalate", "expire"]


async def test_a_living_case_has_its_timer_and_a_case_that_is_over_has_none(scene: Scene) -> None:
    living, over = await scene.sent(), await scene.answered()
    await scene.expertise.requests.close(scene.asker, over.id)
    async with scene.services.database.read() as session:
        due = {row.case_id: row.fires_at for row in await session.scalars(select(TimerRow)) if row.kind == "due"}
        count = await session.scalar(select(func.count()).select_from(CaseRow))
    assert (due, count) == ({living.id: living.due_at}, 2)
