"""The page on which an opinion is asked: what lacks, what is kept, who is called at once."""

from __future__ import annotations

from uuid import UUID

import pytest

from telemed.consent.model import ActKind, ConsentDecision
from tests.integration.web.test_expertise import REQUEST, Scene, scene

__all__ = ["scene"]
pytestmark = pytest.mark.asyncio


async def test_an_incomplete_request_says_everything_that_lacks_and_keeps_what_was_typed(scene: Scene) -> None:
    case = await scene.draft()
    answer = await scene.nurse.post(
        f"{case}/envoyer",
        {"traitements": "apixaban", "constat": "", "accord_par": "legal_representative", "version": "1"},
    )
    assert answer.status == 422
    assert [error.split()[0] for error in answer.errors] == ["Écrivez", "Choisissez", "Dites", "Indiquez"]
    assert ">apixaban</textarea>" in answer.text
    assert "apixaban" in (await scene.nurse.get(f"{case}/rediger")).text


async def test_whoever_is_there_is_rung_from_the_composer_and_nothing_is_lost_if_nobody_is(scene: Scene) -> None:
    case = await scene.draft()
    nobody = await scene.nurse.post(f"{case}/envoyer", REQUEST | {"geste": "appeler", "specialite": "", "version": "1"})
    assert nobody.status == 422
    assert [error.split()[0] for error in nobody.errors] == ["Choisissez"]
    called = await scene.nurse.post(
        f"{case}/envoyer", REQUEST | {"geste": "appeler", "specialite": "G15_10/SM15", "version": "2"}
    )
    assert called.path == f"{case}/appel", called.errors
    assert "n’est là maintenant" in called.text
    assert "suit son cours par écrit" in called.text
    assert (await scene.nurse.get(f"{case}/rediger")).path == case  # it left


async def test_words_are_kept_when_files_are_joined_without_a_script(scene: Scene) -> None:
    case = await scene.draft()
    files = await scene.nurse.post(f"{case}/rediger", {"question": "Une", "version": "1", "geste": "joindre"})
    assert files.path == f"{case}/pieces"
    assert ">Une</textarea>" in (await scene.nurse.get(f"{case}/rediger")).text


async def test_a_draft_keeps_itself_for_a_script(scene: Scene) -> None:
    case = await scene.draft()
    kept = await scene.nurse.post(f"{case}/rediger", {"question": "Une", "version": "1"}, Accept="application/json")
    assert kept.text == '{"version": 2}'
    late = await scene.nurse.post(f"{case}/rediger", {"question": "Autre", "version": "1"}, Accept="application/json")
    assert late.status == 409
    assert ">Une</textarea>" in (await scene.nurse.get(f"{case}/rediger")).text


async def test_consent_is_recorded_once_and_one_taken_back_holds_the_request(scene: Scene) -> None:
    case = await scene.draft()
    services, nurse = scene.site.services, scene.site.people.nurse
    for decision in (ConsentDecision.GIVEN, ConsentDecision.WITHDRAWN):
        await services.consents.record_oral(
            nurse,
            patient_id=scene.patient.id,
            act_kind=ActKind.TELEEXPERTISE,
            act_id=UUID(case.removeprefix("/avis/")),
            decision=decision,
        )
    answer = await scene.nurse.post(
        f"{case}/envoyer", REQUEST | {"accord": "", "confrere": scene.expert_id, "version": "1"}
    )
    assert answer.errors == ["Dites que le patient est informé et qu’il accepte."]
    assert "Retiré" in answer.text
