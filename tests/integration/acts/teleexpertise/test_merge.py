"""A patient merged in the middle of a case: it goes on, names the person, and follows what he decides."""

from __future__ import annotations

from dataclasses import replace

import pytest

from telemed.acts.teleexpertise.model import EndReason, State
from telemed.consent.model import ActKind, ConsentDecision
from telemed.kernel.errors import NotFound
from telemed.patients.model import Patient
from tests.fixtures.people import make_draft
from tests.integration.acts.teleexpertise.conftest import CONTENT, Scene

pytestmark = pytest.mark.asyncio


async def kept_record(scene: Scene) -> Patient:
    """Another record of the same person, which takes the scene's one in."""
    kept, _ = await scene.services.patients.create(scene.people.secretary, make_draft(phone="+33639985678"))
    await scene.services.merges.merge(scene.people.secretary, kept.id, scene.patient.id, is_confirmed=True)
    return kept


async def decide(scene: Scene, patient: Patient, act_id: object, decision: ConsentDecision) -> None:
    await scene.services.consents.record_oral(
        scene.asker,
        patient_id=patient.id,
        act_kind=ActKind.TELEEXPERTISE,
        act_id=act_id,  # type: ignore[arg-type]
        decision=decision,
    )


async def test_a_case_goes_on_and_names_the_person(scene: Scene) -> None:
    case = await scene.sent()
    kept = await kept_record(scene)
    view = await scene.expertise.cases.get(scene.expert, case.id)
    assert (view.patient.id, view.case.patient_id) == (kept.id, scene.patient.id)
    await scene.expertise.answers.accept(scene.expert, case.id)
    draft = await scene.written(case)
    await scene.expertise.opinions.sign(scene.expert, case.id, revision=draft.revision)
    assert (await scene.now(case)).state is State.ANSWERED


async def test_a_consent_taken_back_under_the_kept_record_stops_the_cases_of_both(scene: Scene) -> None:
    before = await scene.sent()
    kept = await kept_record(scene)
    after = await scene.expertise.requests.create(scene.asker, kept.id, CONTENT)
    await decide(scene, kept, after.id, ConsentDecision.GIVEN)
    await scene.expertise.requests.send(scene.asker, after.id, [scene.expert.id])  # type: ignore[list-item]
    await decide(scene, kept, after.id, ConsentDecision.WITHDRAWN)
    for case in (before, after):
        stopped = await scene.now(case)
        assert (stopped.state, stopped.end_reason) == (State.WITHDRAWN, EndReason.CONSENT_WITHDRAWN)


async def test_what_is_decided_about_an_act_of_the_absorbed_record_is_kept_there(scene: Scene) -> None:
    case = await scene.sent()
    kept = await kept_record(scene)
    await decide(scene, kept, case.id, ConsentDecision.WITHDRAWN)
    assert (await scene.now(case)).end_reason is EndReason.CONSENT_WITHDRAWN
    stranger, _ = await scene.services.patients.create(
        scene.people.secretary, replace(make_draft(), traits=replace(scene.patient.identity.traits, birth_name="AUTRE"))
    )
    with pytest.raises(NotFound):
        await decide(scene, stranger, case.id, ConsentDecision.GIVEN)


async def test_a_request_begun_under_the_absorbed_record_is_about_the_kept_one(scene: Scene) -> None:
    kept = await kept_record(scene)
    case = await scene.expertise.requests.create(scene.asker, scene.patient.id, CONTENT)
    assert case.patient_id == kept.id
