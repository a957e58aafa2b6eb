"""The requérant's side: write, send, ask another, withdraw."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from telemed.acts.teleexpertise.model import END_STATES, EndReason, Medical, Outcome, RefusalReason, State, Urgency
from telemed.consent.model import ConsentDecision
from telemed.kernel.caller import Caller
from telemed.kernel.errors import Conflict, Forbidden, NotFound, Refused
from telemed.kernel.ids import new_id
from tests.integration.acts.teleexpertise.conftest import CONTENT, Scene, ids_of

pytestmark = pytest.mark.asyncio


async def refusal_of_sending(scene: Scene, *to: Caller, **changes: object) -> list[str]:
    case = await scene.draft(**changes)
    await scene.consent(case)
    with pytest.raises(Refused) as refused:
        await scene.expertise.requests.send(scene.asker, case.id, ids_of(to or (scene.expert,)))
    assert (await scene.now(case)).state is State.DRAFT
    return [reason.code for reason in refused.value.decision.refusals]


async def test_a_draft_is_edited_on_the_version_that_was_read(scene: Scene) -> None:
    case = await scene.draft()
    scene.clock.advance(timedelta(days=2))
    content = replace(CONTENT, question="Faut-il une biopsie ?")
    edited = await scene.expertise.requests.edit(scene.asker, case.id, content, version=case.version)
    assert (edited.content, edited.due_at) == (content, scene.clock.now() + timedelta(days=7))
    with pytest.raises(Conflict) as stale:
        await scene.expertise.requests.edit(scene.asker, case.id, CONTENT, version=case.version)
    assert stale.value.code == "stale"
    assert (await scene.now(case)).content == content


async def test_what_left_is_not_edited_any_more(scene: Scene) -> None:
    case = await scene.sent()
    with pytest.raises(Conflict) as refused:
        await scene.expertise.requests.edit(scene.asker, case.id, CONTENT, version=case.version)
    assert refused.value.code == "teleexpertise.already_sent"
    with pytest.raises(Conflict) as again:
        await scene.expertise.requests.send(scene.asker, case.id, ids_of((scene.second,)))
    assert again.value.code == "teleexpertise.already_sent"


async def test_nothing_leaves_without_the_patient_s_consent(scene: Scene) -> None:
    case = await scene.draft()
    for decision, code in ((None, "consent.missing"), (ConsentDecision.REFUSED, "consent.refused")):
        if decision:
            await scene.consent(case, decision)
        with pytest.raises(Refused) as refused:
            await scene.expertise.requests.send(scene.asker, case.id, ids_of((scene.expert,)))
        assert [reason.code for reason in refused.value.decision.refusals] == [code]


async def test_a_request_needs_a_question_and_medical_data(scene: Scene) -> None:
    codes = await refusal_of_sending(scene, question="  ", medical=Medical())
    assert codes == ["teleexpertise.question_missing", "teleexpertise.medical_data_missing"]


async def test_a_nurse_is_not_asked_and_nobody_asks_himself(scene: Scene) -> None:
    codes = await refusal_of_sending(scene, scene.asker)
    assert codes == ["teleexpertise.requis_profession", "teleexpertise.same_person"]


async def test_a_midwife_answers(scene: Scene) -> None:
    case = await scene.sent(scene.midwife)
    assert (await scene.expertise.answers.accept(scene.midwife, case.id)).case.state is State.ACCEPTED


async def test_several_are_asked_at_once_only_within_hours(scene: Scene) -> None:
    codes = await refusal_of_sending(scene, scene.expert, scene.second)
    assert codes == ["teleexpertise.parallel_not_urgent"]
    case = await scene.sent(scene.expert, scene.second, urgency=Urgency.HOURS)
    assert [offer.outcome for offer in case.offers] == [Outcome.PENDING, Outcome.PENDING]


async def test_a_patient_or_a_colleague_who_does_not_exist_is_not_found(scene: Scene) -> None:
    with pytest.raises(NotFound):
        await scene.expertise.requests.create(scene.asker, new_id(), CONTENT)
    with pytest.raises(NotFound):
        await scene.expertise.requests.create(scene.expert, scene.patient.id, CONTENT)
    case = await scene.draft()
    await scene.consent(case)
    with pytest.raises(NotFound):
        await scene.expertise.requests.send(scene.asker, case.id, [new_id()])


async def test_a_secretary_and_a_single_factor_ask_nothing(scene: Scene) -> None:
    for caller, code in (
        (scene.people.secretary, "forbidden"),
        (replace(scene.asker, factors=1), "professional.two_factors_needed"),
        (replace(scene.asker, rpps=None), "professional.rpps_missing"),
    ):
        with pytest.raises(Forbidden) as refused:
            await scene.expertise.requests.create(caller, scene.patient.id, CONTENT)
        assert refused.value.code == code


async def test_after_a_refusal_another_is_asked_and_the_delay_goes_on(scene: Scene) -> None:
    case = await scene.sent()
    await scene.expertise.answers.refuse(scene.expert, case.id, RefusalReason.OUT_OF_SKILL, "voir un chirurgien")
    with pytest.raises(Refused) as refused:
        await scene.expertise.requests.offer(scene.asker, case.id, ids_of((scene.expert,)))
    assert refused.value.decision.refusals[0].code == "teleexpertise.refused_earlier"
    scene.clock.advance(timedelta(days=1))
    offered = (await scene.expertise.requests.offer(scene.asker, case.id, ids_of((scene.second,)))).case
    assert (offered.state, offered.deadline) == (State.OFFERED, case.deadline)
    with pytest.raises(Conflict) as again:
        await scene.expertise.requests.offer(scene.asker, case.id, ids_of((scene.midwife,)))
    assert again.value.code == "teleexpertise.not_waiting"


@pytest.mark.parametrize("stage", ["draft", "sent", "accepted"])
async def test_a_request_is_withdrawn_before_it_is_answered(scene: Scene, stage: str) -> None:
    case = await getattr(scene, stage)()
    withdrawn = await scene.expertise.requests.withdraw(scene.asker, case.id, EndReason.SEEN_ELSEWHERE)
    assert (withdrawn.state, withdrawn.end_reason, withdrawn.due_at) == (
        State.WITHDRAWN,
        EndReason.SEEN_ELSEWHERE,
        None,
    )
    assert not withdrawn.pending


async def test_an_answered_request_is_not_withdrawn_and_what_is_over_moves_no_more(scene: Scene) -> None:
    case = await scene.answered()
    requests = scene.expertise.requests
    with pytest.raises(Conflict) as refused:
        await requests.withdraw(scene.asker, case.id, EndReason.OTHER)
    assert refused.value.code == "teleexpertise.over"
    await requests.close(scene.asker, case.id)
    for attempt in (
        requests.close(scene.asker, case.id),
        requests.inform(scene.asker, case.id, "voici"),
        requests.offer(scene.asker, case.id, ids_of((scene.second,))),
        scene.expertise.messages.write(scene.asker, case.id, "bonjour"),
    ):
        with pytest.raises(Conflict):
            await attempt
    assert (await scene.now(case)).state in END_STATES


async def test_one_side_does_not_do_what_is_the_other_s(scene: Scene) -> None:
    case = await scene.accepted()
    requests, answers, opinions = scene.expertise.requests, scene.expertise.answers, scene.expertise.opinions
    for attempt in (
        requests.withdraw(scene.expert, case.id, EndReason.OTHER),
        requests.inform(scene.expert, case.id, "voici"),
        answers.ask(scene.asker, case.id, "depuis quand ?"),
        answers.refuse(scene.asker, case.id, RefusalReason.OTHER, ""),
        opinions.sign(scene.asker, case.id, revision=1),
    ):
        with pytest.raises(Forbidden) as refused:
            await attempt
        assert refused.value.code == "teleexpertise.other_side"


async def test_two_senders_of_one_draft_send_it_once(scene: Scene) -> None:
    case = await scene.draft()
    await scene.consent(case)
    sendings = (scene.expertise.requests.send(scene.asker, case.id, ids_of((scene.expert,))) for _ in range(4))
    results = await asyncio.gather(*sendings, return_exceptions=True)
    assert sum(not isinstance(result, BaseException) for result in results) == 1
    assert all(isinstance(result, Conflict) for result in results if isinstance(result, BaseException))
    assert len((await scene.now(case)).offers) == 1
