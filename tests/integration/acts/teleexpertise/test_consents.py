"""A consent taken back in the middle stops the case with a clear end."""

from __future__ import annotations

import asyncio

import pytest

from telemed.acts.teleexpertise.model import EndReason, RefusalReason, State, Urgency
from telemed.consent.model import ActKind, ConsentDecision
from telemed.kernel.errors import Conflict, NotFound, Refused
from telemed.kernel.ids import new_id
from tests.integration.acts.teleexpertise.conftest import Scene

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize("stage", ["sent", "accepted", "refused", "asked"])
async def test_a_consent_taken_back_stops_the_case(scene: Scene, stage: str) -> None:
    case = await (scene.accepted() if stage == "accepted" else scene.sent())
    if stage == "refused":
        await scene.expertise.answers.refuse(scene.expert, case.id, RefusalReason.OTHER, "")
    if stage == "asked":
        await scene.expertise.answers.ask(scene.expert, case.id, "Depuis quand ?")
    await scene.consent(case, ConsentDecision.WITHDRAWN)
    stopped = await scene.now(case)
    assert (stopped.state, stopped.end_reason, stopped.due_at) == (
        State.WITHDRAWN,
        EndReason.CONSENT_WITHDRAWN,
        None,
    )
    last = (await scene.moves(case))[-1]
    assert (last.step.value, last.actor.value, last.by) == ("stop", "patient", scene.asker.id)


async def test_it_stops_every_case_of_the_patient_and_no_draft(scene: Scene) -> None:
    first, second, answered = await scene.sent(), await scene.accepted(urgency=Urgency.HOURS), await scene.answered()
    draft = await scene.draft()
    await scene.consent(draft)
    await scene.consent(first, ConsentDecision.WITHDRAWN)
    states = [(await scene.now(case)).state for case in (first, second, answered, draft)]
    assert states == [State.WITHDRAWN, State.WITHDRAWN, State.ANSWERED, State.DRAFT]
    with pytest.raises(Refused) as refused:
        await scene.expertise.requests.send(scene.asker, draft.id, [scene.expert.id or new_id()])
    assert refused.value.decision.refusals[0].code == "consent.withdrawn"


async def test_a_refusal_after_a_consent_stops_its_own_case(scene: Scene) -> None:
    first, second = await scene.sent(), await scene.sent()
    await scene.consent(first, ConsentDecision.REFUSED)
    assert [(await scene.now(case)).state for case in (first, second)] == [State.WITHDRAWN, State.OFFERED]


async def test_nothing_is_answered_once_it_is_stopped(scene: Scene) -> None:
    case = await scene.accepted()
    draft = await scene.written(case)
    await scene.consent(case, ConsentDecision.WITHDRAWN)
    with pytest.raises(Conflict):
        await scene.expertise.opinions.sign(scene.expert, case.id, revision=draft.revision)
    pending = await scene.sent()
    await scene.consent(pending, ConsentDecision.WITHDRAWN)
    with pytest.raises(Conflict) as gone:
        await scene.expertise.answers.accept(scene.expert, pending.id)
    assert gone.value.code == "teleexpertise.over"


async def test_a_consent_taken_back_while_the_case_is_sent_wins(scene: Scene) -> None:
    for _ in range(5):
        case = await scene.draft()
        await scene.consent(case)
        assert scene.expert.id is not None
        await asyncio.gather(
            scene.expertise.requests.send(scene.asker, case.id, [scene.expert.id]),
            scene.consent(case, ConsentDecision.WITHDRAWN),
            return_exceptions=True,
        )
        assert (await scene.now(case)).state in (State.DRAFT, State.WITHDRAWN)


async def test_a_consent_is_about_a_case_that_exists(scene: Scene) -> None:
    with pytest.raises(NotFound):
        await scene.services.consents.record_oral(
            scene.asker,
            patient_id=scene.patient.id,
            act_kind=ActKind.TELEEXPERTISE,
            act_id=new_id(),
            decision=ConsentDecision.GIVEN,
        )
