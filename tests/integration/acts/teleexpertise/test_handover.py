"""A hand-over: an accepted case is one's own until the colleague accepts; the places in the quotas follow."""

from __future__ import annotations

from datetime import timedelta

import pytest

from telemed.acts.teleexpertise.model import Case, Outcome, RefusalReason, State
from telemed.kernel.errors import Conflict, NotFound, Refused
from tests.integration.acts.teleexpertise.conftest import OPINION, Scene
from tests.integration.acts.teleexpertise.test_quotas import standing
from tests.integration.acts.teleexpertise.test_timers import notices

pytestmark = pytest.mark.asyncio


async def handed(scene: Scene) -> Case:
    case = await scene.accepted()
    assert scene.second.id
    return await scene.expertise.answers.hand_over(scene.expert, case.id, scene.second.id)


async def places(scene: Scene) -> list[int]:
    """What is reserved of TE2 by the first and by the second, and of RQD by the nurse."""
    wanted = (("TE2", scene.expert), ("TE2", scene.second), ("RQD", scene.asker))
    return [(await standing(scene, code, who)).reserved for code, who in wanted]


async def test_it_stays_the_first_one_s_until_the_second_accepts(scene: Scene) -> None:
    case = await handed(scene)
    assert (case.state, case.requis and case.requis.professional_id) == (State.ACCEPTED, scene.expert.id)
    assert await places(scene) == [1, 0, 1]
    with pytest.raises(Conflict) as early:
        await scene.expertise.opinions.save(scene.second, case.id, OPINION, revision=0)
    assert early.value.code == "teleexpertise.not_accepted"
    scene.clock.advance(timedelta(hours=1))
    taken = (await scene.expertise.answers.accept(scene.second, case.id)).case
    assert (taken.requis and taken.requis.professional_id, taken.deadline) == (scene.second.id, case.deadline)
    assert [offer.outcome for offer in taken.offers] == [Outcome.HANDED_OVER, Outcome.ACCEPTED]
    assert await places(scene) == [0, 1, 1]
    with pytest.raises(Conflict) as gone:
        await scene.expertise.cases.get(scene.expert, case.id)
    assert gone.value.code == "teleexpertise.handed_over"
    assert {("handed_over", "expert"), ("offered", "second")} <= set(await notices(scene, case))
    draft = await scene.expertise.opinions.save(scene.second, case.id, OPINION, revision=0)
    await scene.expertise.opinions.sign(scene.second, case.id, revision=draft.revision)
    assert (await scene.now(case)).state is State.ANSWERED


@pytest.mark.parametrize("how", ["refuse", "lapse"])
async def test_what_the_second_does_not_take_stays(scene: Scene, how: str) -> None:
    case = await handed(scene)
    if how == "refuse":
        await scene.expertise.answers.refuse(scene.second, case.id, RefusalReason.UNAVAILABLE, "")
    else:
        await scene.pass_time(timedelta(hours=48))
    kept = await scene.now(case)
    assert (kept.state, kept.requis and kept.requis.professional_id) == (State.ACCEPTED, scene.expert.id)
    assert (kept.due_at, kept.pending) == (case.deadline, ())
    assert ("still_yours", "expert") in await notices(scene, case)
    assert await places(scene) == [1, 0, 1]


async def test_the_first_may_still_answer_which_ends_the_proposal(scene: Scene) -> None:
    case = await handed(scene)
    draft = await scene.written(case)
    await scene.expertise.opinions.sign(scene.expert, case.id, revision=draft.revision)
    answered = await scene.now(case)
    assert [offer.outcome for offer in answered.offers] == [Outcome.ACCEPTED, Outcome.OVERTAKEN]
    with pytest.raises(Conflict):
        await scene.expertise.answers.accept(scene.second, case.id)


async def test_the_first_may_give_up_which_ends_it_too(scene: Scene) -> None:
    case = await handed(scene)
    back = await scene.expertise.answers.refuse(scene.expert, case.id, RefusalReason.INCOMPLETE, "")
    assert (back.state, back.pending, await places(scene)) == (State.REFUSED, (), [0, 0, 0])


async def test_to_whom_a_case_is_not_handed_over(scene: Scene) -> None:
    answers, case = scene.expertise.answers, await scene.accepted()
    for to, code in ((scene.asker, "teleexpertise.requis_profession"), (scene.expert, "teleexpertise.holds_it")):
        assert to.id
        with pytest.raises(Refused) as refused:
            await answers.hand_over(scene.expert, case.id, to.id)
        assert code in [reason.code for reason in refused.value.decision.refusals]
    assert scene.second.id
    assert scene.midwife.id
    with pytest.raises(NotFound):
        await answers.hand_over(scene.second, case.id, scene.second.id)
    await answers.hand_over(scene.expert, case.id, scene.second.id)
    for attempt in (
        answers.hand_over(scene.expert, case.id, scene.midwife.id),
        answers.ask(scene.expert, case.id, "Depuis quand ?"),
        answers.hand_over(scene.second, case.id, scene.midwife.id),
    ):
        with pytest.raises(Conflict):
            await attempt
    assert len((await scene.now(case)).pending) == 1
