"""Avis, from both sides: a nurse asks from her page, a doctor of another practice answers from his."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
import pytest_asyncio

from telemed.acts.teleexpertise.model import CaseContent, Medical, RefusalReason, Urgency
from telemed.consent.model import ActKind, ConsentDecision
from telemed.kernel.ids import new_id
from telemed.patients.model import Patient
from tests.integration.web.conftest import Answer, Site, Window, plain

pytestmark = pytest.mark.asyncio
QUESTION = "Cette lésion justifie-t-elle une exérèse ?"
REQUEST = {"question": QUESTION, "constat": "7 mm, bords irréguliers", "urgence": "48_hours", "accord": "oui"}
OPINION = {
    "conclusion": "Kératose séborrhéique.",
    "conduite": "Surveillance.",
    "urgence_soins": "none",
    "evite": "oui",
    "aucune_prescription": "oui",
    "aucun_incident": "oui",
}


@dataclass
class Scene:
    """The nurse who asks, and the doctor of another practice who answers, each before his own browser."""

    site: Site
    nurse: Window
    expert: Window
    patient: Patient

    @property
    def expert_id(self) -> str:
        return str(self.site.people.stranger.id)

    async def draft(self) -> str:
        """The address of a new draft."""
        answer = await self.nurse.post("/avis", {"patient": str(self.patient.id)})
        assert answer.status == 200
        return answer.path.removesuffix("/rediger")

    async def sent(self, **changes: str) -> str:
        """The address of a request that left to the expert."""
        case = await self.draft()
        form = REQUEST | {"confrere": self.expert_id, "version": "1"} | changes
        answer = await self.nurse.post(f"{case}/envoyer", form)
        assert answer.path == case, answer.errors
        return case

    async def accepted(self) -> str:
        case = await self.sent()
        await self.expert.get(case)
        assert (await self.expert.post(f"{case}/accepter")).status == 200
        return case


@pytest_asyncio.fixture
async def scene(site: Site, patient: Patient) -> Scene:
    return Scene(site, await site.signed_in("nurse"), await site.signed_in("stranger"), patient)


def lines_of(answer: Answer, section: str) -> list[str]:
    """The patients of the lines under one title of the desk, in order."""
    found = re.search(rf'aria-labelledby="{section}"(.*?)</section>', answer.text, re.DOTALL)
    names = re.findall(r'class="case-name">(.*?)</span>', found[1]) if found else []
    return [plain(name) for name in names]


async def test_a_nurse_begins_at_avis(scene: Scene) -> None:
    answer = await scene.nurse.get("/")
    assert (answer.path, answer.title) == ("/avis", "Avis")
    assert "Rien ne vous attend." in answer.text


async def test_from_the_question_to_the_opinion(scene: Scene) -> None:
    case = await scene.draft()
    composer = await scene.nurse.get(f"{case}/rediger")
    assert "LEROY Jeanne" in plain(composer.text)
    found = await scene.nurse.post(
        f"{case}/rediger", REQUEST | {"geste": "chercher", "confrere_nom": "aut", "version": "1"}
    )
    assert f'value="{scene.expert_id}"' in found.text
    version = re.search(r'name="version" value="(\d+)"', found.text)
    assert version
    sent = await scene.nurse.post(f"{case}/envoyer", REQUEST | {"confrere": scene.expert_id, "version": version[1]})
    assert "Demande envoyée" in sent.text
    desk = await scene.expert.get("/avis")
    assert lines_of(desk, "a-vous") == ["LEROY Jeanne, 71 ans"]
    assert "À minuit" in desk.text
    opened = await scene.expert.get(case)
    assert QUESTION.replace("'", "’") in plain(opened.text)
    assert "Ouverte" in (await scene.nurse.get("/avis")).text
    asked = await scene.expert.post(f"{case}/precision", {"precision": "Depuis quand ?"})
    assert "Question posée" in asked.text
    back = await scene.nurse.get("/avis")
    assert lines_of(back, "a-vous") == ["LEROY Jeanne, 71 ans"]
    assert "Depuis quand ?" in (await scene.nurse.get(case)).text
    assert "Précision envoyée" in (await scene.nurse.post(f"{case}/information", {"information": "Un an."})).text
    accepted = await scene.expert.post(f"{case}/accepter")
    assert "Un an." in accepted.text
    assert "À vous de rendre l’avis" in accepted.text
    signed = await scene.expert.post(f"{case}/reponse/signer", OPINION | {"revision": "0"})
    assert "Avis signé et envoyé" in signed.text
    read = await scene.nurse.get(case)
    assert "Kératose séborrhéique." in read.text
    closed = await scene.nurse.post(f"{case}/clore")
    assert "Demande close." in closed.text
    assert "LEROY" in (await scene.nurse.get("/avis/termines?cote=demandees")).text
    assert "LEROY" in (await scene.expert.get("/avis/termines")).text


async def test_a_refusal_comes_back_with_its_reason_and_goes_on_to_another(scene: Scene) -> None:
    case = await scene.sent()
    missing = await scene.expert.post(f"{case}/refuser", {"mots_refus": "désolé"})
    assert missing.status == 422
    assert ">désolé</textarea>" in missing.text
    gone = await scene.expert.post(
        f"{case}/refuser", {"motif_refus": RefusalReason.OUT_OF_SKILL.value, "mots_refus": "Voyez un allergologue."}
    )
    assert gone.path == "/avis"
    assert (await scene.expert.get(case)).status == 404
    back = await scene.nurse.get(case)
    assert "Hors de ma compétence. Voyez un allergologue." in plain(back.text)
    nobody = await scene.nurse.post(f"{case}/confrere", {})
    assert nobody.errors == ["Choisissez à qui demander."]
    same = await scene.nurse.post(f"{case}/confrere", {"confrere": scene.expert_id})
    assert same.status == 409
    found = await scene.nurse.post(f"{case}/confrere", {"geste": "chercher", "confrere_nom": "Ben"})
    colleague = str(scene.site.people.colleague.id)
    assert f'value="{colleague}"' in found.text
    again = await scene.nurse.post(f"{case}/confrere", {"confrere": colleague})
    assert "Demande proposée à un autre confrère." in again.text


async def test_an_opinion_is_kept_and_nothing_older_replaces_it(scene: Scene) -> None:
    case = await scene.accepted()
    kept = await scene.expert.post(
        f"{case}/reponse", {"conclusion": "Un début", "revision": "0"}, Accept="application/json"
    )
    assert kept.text == '{"revision": 1}'
    late = await scene.expert.post(f"{case}/reponse", {"conclusion": "Ailleurs", "revision": "0"})
    assert late.status == 409
    assert ">Ailleurs</textarea>" in late.text
    assert 'name="revision" value="1"' in late.text
    held = await scene.expert.post(f"{case}/reponse/signer", {"conclusion": "Ailleurs", "revision": "1"})
    assert held.status == 409
    assert "indiquez la conduite à tenir" in held.text


async def test_a_template_is_added_after_what_is_written(scene: Scene) -> None:
    case = await scene.accepted()
    kept = await scene.expert.post(
        "/avis/modeles", {"titre": "Kératose", "conclusion": "Kératose.", "conduite": "Rien."}
    )
    assert "Modèle enregistré." in kept.text
    template = re.search(r"/avis/modeles/([0-9a-f-]{36})/supprimer", kept.text)
    assert template
    used = await scene.expert.post(
        f"{case}/reponse/modele", {"conclusion": "Bonjour.", "modele": template[1], "revision": "0"}
    )
    assert ">Bonjour.\nKératose.</textarea>" in used.text
    assert (await scene.nurse.get(f"/avis/modeles/{template[1]}")).status == 404


async def test_a_template_that_was_removed_comes_back(scene: Scene) -> None:
    kept = await scene.expert.post("/avis/modeles", {"titre": "Kératose", "conclusion": "Kératose."})
    template = re.search(r"/avis/modeles/([0-9a-f-]{36})/supprimer", kept.text)
    assert template
    base = f"/avis/modeles/{template[1]}"
    changed = await scene.expert.post(base, {"titre": "Kératose séborrhéique"})
    assert "Kératose séborrhéique" in changed.text
    removed = await scene.expert.post(f"{base}/supprimer")
    assert "Aucun modèle" in removed.text
    assert f'action="{base}/retablir"' in removed.text
    assert "Kératose séborrhéique" in (await scene.expert.post(f"{base}/retablir")).text
    nameless = await scene.expert.post("/avis/modeles", {"titre": " ", "conclusion": "Gardée"})
    assert ">Gardée</textarea>" in nameless.text


async def test_messages_are_read_by_both_sides(scene: Scene) -> None:
    case = await scene.accepted()
    await scene.nurse.post(f"{case}/message", {"message": "Il saigne <un peu>"})
    read = await scene.expert.get(case)
    assert "Il saigne &lt;un peu&gt;" in read.text
    empty = await scene.expert.post(f"{case}/message", {"message": " "})
    assert empty.errors == ["À remplir."]


async def test_a_request_taken_back_is_over_for_both(scene: Scene) -> None:
    case = await scene.sent()
    taken = await scene.nurse.post(f"{case}/retirer", {"motif_retrait": "mistake"})
    assert "Demande retirée." in taken.text
    assert (await scene.expert.get(case)).status == 409
    assert f'action="{case}/reprendre"' in taken.text
    resumed = await scene.nurse.post(f"{case}/reprendre")
    assert resumed.path.endswith("/rediger")
    assert f">{QUESTION}</textarea>" in resumed.text
    assert (await scene.expert.post(f"{case}/reprendre")).status == 409
    gone = await scene.nurse.post(f"{resumed.path.removesuffix('/rediger')}/abandonner")
    assert gone.path == "/avis"
    assert "/reprendre" in gone.text
    running = await scene.sent()
    assert (await scene.nurse.post(f"{running}/reprendre")).status == 409


async def test_nobody_else_sees_a_case(scene: Scene) -> None:
    case = await scene.sent()
    other = await scene.site.signed_in("doctor")
    for path in (case, f"{case}/fil", f"{case}/rediger"):
        assert (await other.get(path)).status == 404
    assert (await scene.expert.get(f"{case}/rediger")).status == 404
    assert (await scene.nurse.get("/avis/abc")).status == 404
    assert (await scene.nurse.post("/avis", {"patient": str(new_id())})).status == 404


async def test_the_lists_and_the_case_answer_304_while_nothing_changed(scene: Scene) -> None:
    case = await scene.sent()
    await scene.expert.get(case)
    for path in ("/avis/fil", f"{case}/fil"):
        first = await scene.expert.get(path)
        again = await scene.expert.get(path, If_None_Match=first.headers["ETag"])
        assert again.status == 304
    assert first.headers["X-Stage"] == "seen"
    assert (await scene.expert.get("/avis/compte")).text == '{"expertise": 1}'
    await scene.nurse.post(f"{case}/message", {"message": "Une photo suit."})
    changed = await scene.expert.get(f"{case}/fil", If_None_Match=first.headers["ETag"])
    assert "Une photo suit." in changed.text


async def test_the_desk_costs_the_same_statements_whatever_its_length(scene: Scene, statements: list[str]) -> None:
    services, people = scene.site.services, scene.site.people
    costs = []
    for more in (2, 8):
        for _case in range(more):
            content = CaseContent(QUESTION, Urgency.WEEK, medical=Medical(findings="7 mm"))
            case = await services.expertise.requests.create(people.nurse, scene.patient.id, content)
            await services.consents.record_oral(
                people.nurse,
                patient_id=scene.patient.id,
                act_kind=ActKind.TELEEXPERTISE,
                act_id=case.id,
                decision=ConsentDecision.GIVEN,
            )
            assert people.stranger.id
            await services.expertise.requests.send(people.nurse, case.id, [people.stranger.id])
        statements.clear()
        desk = await scene.expert.get("/avis")
        costs.append(len(statements))
        assert len(lines_of(desk, "a-vous")) == {2: 2, 8: 10}[more]
    assert costs[0] == costs[1]


async def test_long_lists_go_on_from_page_to_page(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("telemed.web.pages.expertise._PAGE", 2)
    for _case in range(3):
        await scene.sent()
        scene.site.clock.advance(timedelta(minutes=1))
    desk = await scene.expert.get("/avis")
    assert len(lines_of(desk, "a-vous")) == 2
    assert "/avis/en-cours?cote=recues" in desk.text
    first = await scene.expert.get("/avis/en-cours?cote=recues")
    following = re.search(r'href="([^"]+)" rel="next"', first.text)
    assert following
    second = await scene.expert.get(following[1].replace("&amp;", "&"))
    seen = re.findall(r'href="(/avis/[0-9a-f-]{36})"', first.text + second.text)
    assert len(set(seen)) == len(seen) == 3


async def make_line(scene: Scene, *, is_on_duty: bool) -> str:
    """A line of dermatology in which the expert answers; on duty all day, or never."""
    made = await scene.expert.post("/avis/equipes", {"nom": "Peau du Port", "specialite": "G15_10/SM54"})
    line = made.path
    await scene.expert.post("/avis/disponibilites/profil", {"ouvert": "oui", "langues": "fr"})
    await scene.expert.post(f"{line}/membres", {"confrere": scene.expert_id})
    if is_on_duty:
        hours = {"membre": scene.expert_id, "debut": "00:00", "fin": "23:59", "premier_jour": "2026-11-25"}
        week = {"jours": "MO,TU,WE,TH,FR,SA,SU", "rythme": "1"}
        assert "Horaires ajoutés." in (await scene.expert.post(f"{line}/horaires", hours | week)).text
    return line


async def test_a_line_is_asked_and_who_is_on_duty_receives(scene: Scene) -> None:
    line = await make_line(scene, is_on_duty=True)
    assert "Dr Claire AUTRE" in plain((await scene.expert.get(line)).text)
    case = await scene.draft()
    found = await scene.nurse.post(
        f"{case}/rediger", REQUEST | {"geste": "chercher", "specialite": "G15_10/SM54", "version": "1"}
    )
    target = f"equipe:{line.rpartition('/')[2]}"
    assert f'value="{target}"' in found.text
    assert "Disponible maintenant." in plain(found.text)
    assert "qui est disponible le plus tôt" in plain(found.text)
    form = REQUEST | {"confrere": target, "specialite": "G15_10/SM54", "version": "2"}
    sent = await scene.nurse.post(f"{case}/envoyer", form)
    assert "par son équipe" in sent.text
    assert lines_of(await scene.expert.get("/avis"), "a-vous") == ["LEROY Jeanne, 71 ans"]


async def test_what_waits_for_a_line_is_taken_by_a_member_before_he_knows_of_whom(scene: Scene) -> None:
    line = await make_line(scene, is_on_duty=False)
    case = await scene.draft()
    form = REQUEST | {"confrere": f"equipe:{line.rpartition('/')[2]}", "sans_elargir": "oui", "version": "1"}
    sent = await scene.nurse.post(f"{case}/envoyer", form)
    assert "Attend une équipe" in sent.text
    desk = await scene.expert.get("/avis")
    assert "Peau du Port" in desk.text
    assert "LEROY" not in desk.text
    assert (await scene.expert.get(case)).status == 404
    taken = await scene.expert.post(f"{case}/prendre")
    assert "LEROY" in taken.text
    assert "À vous de rendre l’avis" in (await scene.expert.post(f"{case}/accepter")).text


async def test_a_case_is_handed_over_to_who_accepts_it(scene: Scene) -> None:
    case = await scene.accepted()
    found = await scene.expert.post(f"{case}/passer", {"geste": "chercher", "confrere_nom": "Ben"})
    colleague = str(scene.site.people.colleague.id)
    assert f'value="{colleague}"' in found.text
    assert (await scene.expert.post(f"{case}/passer", {})).errors == ["Choisissez un confrère."]
    passed = await scene.expert.post(f"{case}/passer", {"confrere": colleague})
    assert "Elle reste la vôtre" in passed.text
    second = await scene.site.signed_in("colleague")
    assert "On vous la passe" in (await second.get("/avis")).text
    assert "À vous de rendre l’avis" in (await second.post(f"{case}/accepter")).text
    assert (await scene.expert.get(case)).status in (404, 409)
    assert "Dr Claire BENALI" in plain((await scene.nurse.get(case)).text)


async def test_a_signed_opinion_shows_its_documents_where_they_went_and_is_corrected(scene: Scene) -> None:
    case = await scene.accepted()
    signed = await scene.expert.post(f"{case}/reponse/signer", OPINION | {"revision": "0"})
    assert "Compte rendu de téléexpertise" in signed.text
    assert "Demande d’avis" in signed.text
    revision = re.search(r'name="revision" value="(\d+)"', signed.text)
    pdf = re.search(r'href="(/documents/[0-9a-f-]{36}/pdf)"', signed.text)
    assert revision
    assert pdf
    assert (await scene.nurse.client.get(pdf[1])).status == 200
    assert "Au DMP, Mon espace santé" in signed.text
    reasonless = await scene.expert.post(
        f"{case}/reponse/corriger", OPINION | {"conclusion": "Carcinome.", "revision": revision[1]}
    )
    assert reasonless.status == 422
    assert ">Carcinome.</textarea>" in reasonless.text
    corrected = await scene.expert.post(
        f"{case}/reponse/corriger",
        OPINION | {"conclusion": "Carcinome.", "raison": "Lame relue", "revision": revision[1]},
    )
    assert "Avis corrigé" in corrected.text
    read = await scene.nurse.get(case)
    assert "Carcinome." in read.text
    assert "version 2" in read.text
