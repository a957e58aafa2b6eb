"""Who can answer, in time: one statement, explained, for a case and before there is one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from telemed.acts.teleexpertise.model import RefusalReason, State, Urgency
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Territory
from tests.fixtures.http import Api
from tests.integration.acts.teleexpertise.conftest import OPINION, Scene, ids_of
from tests.integration.acts.teleexpertise.duty import SKIN, Duty
from tests.integration.acts.teleexpertise.test_cascade import HERE, asked

pytestmark = pytest.mark.asyncio


@pytest.fixture
def duty(scene: Scene) -> Duty:
    return Duty(scene)


async def proposals(scene: Scene, api: Api, case_id: object, **body: object) -> tuple[list[str], dict[str, list[str]]]:
    reply = await api.call("POST", f"/teleexpertises/{case_id}/proposals", body, by=scene.asker)
    assert reply.status == 200, reply.body
    for one in reply.body["proposals"]:
        assert sum(part["points"] for part in one["parts"]) == one["points"] <= one["most"]
    excluded = {one["person"]["id"]: [reason["code"] for reason in one["reasons"]] for one in reply.body["excluded"]}
    return [one["person"]["id"] for one in reply.body["proposals"]], excluded


def names(*people: Caller) -> list[str]:
    return [str(one) for one in ids_of(people)]


async def test_the_best_first_and_the_others_with_their_reason(scene: Scene, api: Api, duty: Duty) -> None:
    await duty.on(scene.expert, after=timedelta(hours=2))
    await duty.on(scene.second)
    await duty.on(scene.midwife, capacity_per_day=1)
    await scene.expertise.answers.accept(scene.midwife, (await scene.sent(scene.midwife)).id)
    case = await scene.draft(urgency=Urgency.HOURS)
    ranked, excluded = await proposals(scene, api, case.id)
    assert ranked == names(scene.second, scene.expert)
    assert excluded == {str(scene.midwife.id): ["experts.full"]}


async def test_those_named_are_explained_even_when_they_cannot(scene: Scene, api: Api, duty: Duty) -> None:
    await duty.profile(scene.expert, is_open=False)
    case = await scene.draft()
    assert await proposals(scene, api, case.id) == ([], {})
    _, excluded = await proposals(scene, api, case.id, colleague_ids=names(scene.expert))
    assert excluded == {str(scene.expert.id): ["experts.closed", "experts.unavailable"]}


async def test_who_knows_the_patient_is_found_and_comes_first(scene: Scene, api: Api, duty: Duty) -> None:
    await duty.on(scene.expert, scene.second)
    answered = await scene.accepted()
    draft = await scene.written(answered, OPINION)
    await scene.expertise.opinions.sign(scene.expert, answered.id, revision=draft.revision)
    scene.clock.advance(timedelta(days=1))
    case = await scene.draft()
    reply = await api.call("POST", f"/teleexpertises/{case.id}/proposals", {}, by=scene.asker)
    first = reply.body["proposals"][0]
    assert first["person"]["id"] == str(scene.expert.id)
    why = {part["part"]: part["why"] for part in first["parts"]}
    assert why["continuity"] == "A déjà répondu 1 fois pour ce patient."
    assert why["quota"].startswith("3 actes encore facturables")


async def test_a_used_up_quota_is_said_and_ranks_last(scene: Scene, api: Api, duty: Duty) -> None:
    await duty.on(scene.expert, scene.second)
    for _ in range(4):
        await scene.accepted()
    scene.clock.advance(timedelta(days=1))
    case = await scene.draft()
    assert (await proposals(scene, api, case.id))[0] == names(scene.second, scene.expert)
    reply = await api.call("POST", f"/teleexpertises/{case.id}/proposals", {}, by=scene.asker)
    parts = {part["part"]: part for part in reply.body["proposals"][-1]["parts"]}
    assert (parts["quota"]["points"], "ne se facture pas" in parts["quota"]["why"]) == (0, True)


async def test_who_refused_is_left_out_and_a_case_in_hands_is_not_searched(scene: Scene, api: Api, duty: Duty) -> None:
    await duty.on(scene.expert, scene.second)
    case = await scene.sent()
    held = await api.call("POST", f"/teleexpertises/{case.id}/proposals", {}, by=scene.asker)
    assert (held.status, held.code) == (409, "teleexpertise.not_waiting")
    other = await api.call("POST", f"/teleexpertises/{case.id}/proposals", {}, by=scene.expert)
    assert (other.status, other.code) == (403, "teleexpertise.other_side")
    await scene.expertise.answers.refuse(scene.expert, case.id, RefusalReason.NOT_INDICATED, "")
    ranked, excluded = await proposals(scene, api, case.id)
    assert (ranked, excluded) == (names(scene.second), {str(scene.expert.id): ["experts.asked_already"]})


async def test_the_cascade_asks_whom_the_proposals_rank_first(scene: Scene, api: Api, duty: Duty) -> None:
    await duty.on(scene.expert, scene.second, scene.midwife)
    await scene.accepted()
    draft = await scene.draft()
    ranked, _ = await proposals(scene, api, draft.id)
    case = await asked(scene, HERE)
    assert (case.state, [str(one.to.professional_id) for one in case.pending]) == (State.OFFERED, ranked[:1])


async def test_a_search_without_a_case_and_elsewhere(scene: Scene, api: Api, duty: Duty) -> None:
    await duty.on(scene.expert, scene.second)
    own = await api.call("POST", "/expert-search", {"specialty_code": SKIN}, by=scene.expert)
    assert [one["person"]["id"] for one in own.body["proposals"]] == []
    excluded = {one["person"]["id"]: [reason["code"] for reason in one["reasons"]] for one in own.body["excluded"]}
    assert excluded[str(scene.expert.id)] == ["experts.self", "experts.same_practice"]
    body = {"specialty_code": SKIN, "territory": Territory.LA_REUNION.value, "urgency": "hours"}
    away = await api.call("POST", "/expert-search", body, by=scene.asker)
    assert (away.body["proposals"], away.body["searched"]) == ([], 0)
    wrong = await api.call("POST", "/expert-search", {"specialty_code": SKIN, "language": "français"}, by=scene.asker)
    assert wrong.status == 422
