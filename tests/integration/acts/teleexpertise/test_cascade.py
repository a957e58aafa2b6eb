"""The cascade: colleague, line, territory; each move in the transaction that ends the offers before it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from telemed.acts.teleexpertise.model import Case, EndReason, Outcome, RefusalReason, State, Target, Urgency, Via
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Territory
from telemed.kernel.errors import Conflict, NotFound, Refused
from telemed.kernel.ids import new_id
from tests.integration.acts.teleexpertise.conftest import Scene, ids_of
from tests.integration.acts.teleexpertise.duty import Duty
from tests.integration.acts.teleexpertise.test_timers import notices

pytestmark = pytest.mark.asyncio
HERE = Target(territory=Territory.METROPOLE)


@pytest.fixture
def duty(scene: Scene) -> Duty:
    return Duty(scene)


async def asked(scene: Scene, target: Target, urgency: Urgency = Urgency.WEEK) -> Case:
    case = await scene.draft(urgency=urgency)
    await scene.consent(case)
    return (await scene.expertise.requests.send(scene.asker, case.id, target)).case


def pending(case: Case) -> list[tuple[UUID, Via]]:
    return [(offer.to.professional_id, offer.via) for offer in case.pending]


async def test_a_colleague_who_does_not_answer_leaves_the_case_to_his_line_then_to_the_territory(
    scene: Scene, duty: Duty
) -> None:
    line_id = await duty.line(scene.expert, scene.second)
    await duty.on(scene.midwife)
    case = await scene.sent()
    await scene.pass_time(timedelta(hours=48))
    in_line = await scene.now(case)
    assert pending(in_line) == [(scene.second.id, Via.LINE)]
    assert in_line.cascade is not None
    assert (in_line.state, in_line.cascade.stage, in_line.cascade.line_id) == (State.OFFERED, Via.LINE, line_id)
    assert in_line.deadline == case.deadline
    await scene.pass_time(timedelta(hours=12))
    found = await scene.now(case)
    assert pending(found) == [(scene.midwife.id, Via.TERRITORY)]
    await scene.pass_time(timedelta(hours=12))
    back = await scene.now(case)
    assert (back.state, back.due_at, {one.outcome for one in back.offers}) == (
        State.SENT,
        case.deadline,
        {Outcome.LAPSED},
    )
    assert await scene.steps(case) == ["send", "offer", "forward", "forward", "lapse"]
    told = await notices(scene, case)
    assert (told.count(("widened", "asker")), told.count(("lapsed", "asker"))) == (2, 1)


@pytest.mark.parametrize(
    ("reason", "state"),
    [
        (RefusalReason.UNAVAILABLE, State.OFFERED),
        (RefusalReason.OUT_OF_SKILL, State.OFFERED),
        (RefusalReason.INCOMPLETE, State.REFUSED),
        (RefusalReason.NOT_INDICATED, State.REFUSED),
    ],
)
async def test_a_refusal_goes_on_unless_it_judges_the_request(
    scene: Scene, duty: Duty, reason: RefusalReason, state: State
) -> None:
    await duty.on(scene.expert, scene.second)
    case = await scene.sent()
    moved = await scene.expertise.answers.refuse(scene.expert, case.id, reason, "")
    assert moved.state is state
    assert pending(moved) == ([(scene.second.id, Via.TERRITORY)] if state is State.OFFERED else [])
    with pytest.raises(NotFound):
        await scene.expertise.cases.get(scene.expert, case.id)


async def test_who_accepted_and_gives_up_leaves_it_to_the_next_and_his_places_go_back(scene: Scene, duty: Duty) -> None:
    await duty.on(scene.expert, scene.second)
    case = await scene.accepted()
    moved = await scene.expertise.answers.refuse(scene.expert, case.id, RefusalReason.UNAVAILABLE, "")
    assert (moved.state, moved.requis, pending(moved)) == (State.OFFERED, None, [(scene.second.id, Via.TERRITORY)])
    assert (await duty.standing(scene.expert), await duty.standing(scene.second)) == ((0, 0), (1, 0))
    assert (await scene.expertise.answers.accept(scene.second, case.id)).case.state is State.ACCEPTED


async def test_the_requerant_may_forbid_it(scene: Scene, duty: Duty) -> None:
    await duty.on(scene.expert, scene.second)
    case = await asked(scene, Target(tuple(ids_of((scene.expert,))), widens=False))
    await scene.pass_time(timedelta(hours=48))
    assert (await scene.now(case)).state is State.SENT
    assert await scene.steps(case) == ["send", "offer", "lapse"]


async def test_hours_ask_three_at_once_and_one_wins_exactly_once(scene: Scene, duty: Duty) -> None:
    people = (scene.expert, scene.second, scene.midwife)
    await duty.on(*people)
    case = await asked(scene, HERE, Urgency.HOURS)
    assert len(case.pending) == 3
    attempts = (scene.expertise.answers.accept(who, case.id) for who in people * 2)
    results = await asyncio.gather(*attempts, return_exceptions=True)
    assert sum(not isinstance(result, BaseException) for result in results) == 1
    outcomes = sorted(offer.outcome for offer in (await scene.now(case)).offers)
    assert outcomes == [Outcome.ACCEPTED, Outcome.OVERTAKEN, Outcome.OVERTAKEN]
    assert sorted([await duty.standing(who) for who in people]) == [(0, 0), (0, 0), (0, 1)]


async def test_who_comes_later_has_his_time_from_then_on(scene: Scene, duty: Duty) -> None:
    await duty.on(scene.expert, after=timedelta(hours=6))
    case = await asked(scene, HERE)
    assert case.pending[0].until == scene.clock.now() + timedelta(hours=18)


async def test_nobody_in_time_is_said_at_once_and_nothing_leaves(scene: Scene, duty: Duty) -> None:
    await duty.on(scene.expert, after=timedelta(hours=9))
    await duty.profile(scene.second)
    with pytest.raises(Refused) as refused:
        await asked(scene, HERE, Urgency.HOURS)
    assert [reason.code for reason in refused.value.decision.refusals] == ["teleexpertise.nobody_found"]
    with pytest.raises(NotFound):
        await asked(scene, Target(line_id=new_id()))


async def test_a_territory_is_searched_by_specialty(scene: Scene) -> None:
    case = await scene.draft(specialty_code=None, skill="dermoscopie")
    await scene.consent(case)
    with pytest.raises(Refused) as refused:
        await scene.expertise.requests.send(scene.asker, case.id, HERE)
    assert [reason.code for reason in refused.value.decision.refusals] == ["teleexpertise.specialty_missing"]


async def test_a_line_without_anybody_on_duty_owns_the_case(scene: Scene, duty: Duty) -> None:
    line_id = await duty.line(scene.expert, scene.second, on_duty=[])
    case = await asked(scene, Target(line_id=line_id, widens=False), Urgency.TWO_DAYS)
    assert (case.state, case.due_at) == (State.QUEUED, scene.clock.now() + timedelta(hours=1))
    assert ("queued", "expert") in await notices(scene, case)
    with pytest.raises(NotFound):
        await scene.expertise.cases.get(scene.second, case.id)
    for who in (scene.midwife, scene.people.doctor):
        with pytest.raises(NotFound):
            await scene.expertise.answers.pick(who, case.id)
    picked = await scene.expertise.answers.pick(scene.second, case.id)
    assert (picked.state, pending(picked)) == (State.OFFERED, [(scene.second.id, Via.LINE)])
    with pytest.raises(Conflict) as late:
        await scene.expertise.answers.pick(scene.expert, case.id)
    assert late.value.code == "teleexpertise.not_queued"


async def test_a_line_is_looked_at_again_then_the_case_goes_back(scene: Scene, duty: Duty) -> None:
    line_id = await duty.line(scene.expert, on_duty=[])
    waiting = await asked(scene, Target(line_id=line_id), Urgency.TWO_DAYS)
    lost = await asked(scene, Target(line_id=line_id), Urgency.TWO_DAYS)
    await scene.pass_time(timedelta(hours=1))
    assert (await scene.now(waiting)).state is State.QUEUED
    await scene.expertise.requests.withdraw(scene.asker, lost.id, EndReason.MISTAKE)
    await duty.on(scene.expert)
    await scene.pass_time(timedelta(hours=1))
    assert pending(await scene.now(waiting)) == [(scene.expert.id, Via.TERRITORY)]
    await duty.off(scene.expert)
    alone = await asked(scene, Target(line_id=line_id), Urgency.TWO_DAYS)
    await scene.pass_time(timedelta(hours=4))
    assert (await scene.now(alone)).state is State.SENT
    assert await scene.steps(alone) == ["send", "queue", "return"]


@pytest.mark.parametrize(("members", "requests"), [(2, 7), (3, 10)])
async def test_turns_in_a_line_differ_by_one_at_most(scene: Scene, duty: Duty, members: int, requests: int) -> None:
    people: list[Caller] = [scene.expert, scene.second, scene.midwife][:members]
    line_id = await duty.line(*people)
    for number in range(requests):
        case = await asked(scene, Target(line_id=line_id))
        if number % 2:
            await scene.expertise.requests.withdraw(scene.asker, case.id, EndReason.OTHER)
    turns = await duty.turns(line_id)
    assert sum(turns.values()) == requests
    assert max(turns.values()) - min(turns.values()) <= 1


async def test_requests_at_once_to_a_line_take_turns_all_the_same(scene: Scene, duty: Duty) -> None:
    line_id = await duty.line(scene.expert, scene.second, scene.midwife)
    drafts = [await scene.draft() for _ in range(6)]
    for case in drafts:
        await scene.consent(case)
    target = Target(line_id=line_id)
    await asyncio.gather(*(scene.expertise.requests.send(scene.asker, case.id, target) for case in drafts))
    assert sorted((await duty.turns(line_id)).values()) == [2, 2, 2]


async def test_who_said_so_has_accepted_already(scene: Scene, duty: Duty) -> None:
    await duty.on(scene.expert, auto_accept=True, capacity_per_day=1)
    await duty.on(scene.second)
    case = await asked(scene, HERE)
    assert (case.state, case.requis and case.requis.professional_id) == (State.ACCEPTED, scene.expert.id)
    assert await scene.steps(case) == ["send", "offer", "accept"]
    assert (await scene.moves(case))[-1].reason == "auto_accept"
    full = await asked(scene, HERE)
    assert pending(full) == [(scene.second.id, Via.TERRITORY)]
    named = await scene.sent()
    assert named.state is State.OFFERED, "he has no room left today"


async def test_a_named_colleague_who_said_so_accepts_while_he_is_on_duty(scene: Scene, duty: Duty) -> None:
    await duty.on(scene.expert, after=timedelta(hours=2), auto_accept=True)
    assert (await scene.sent()).state is State.OFFERED
    scene.clock.advance(timedelta(hours=3))
    assert (await scene.sent()).state is State.ACCEPTED
