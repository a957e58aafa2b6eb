"""A nurse on the phone, the patient's page as his team runs it, and a practice's questionnaires."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
import pytest_asyncio
from aiohttp import FormData

from telemed.acts.telemonitoring.model.care import FollowUp
from telemed.acts.telemonitoring.service.follow_ups import PlanDraft
from telemed.patients.model import Patient
from tests.integration.acts.telemonitoring.enrolled import make_draft_follow_up, make_follow_up
from tests.integration.web.conftest import Site, Window, plain
from tests.integration.web.test_own_page import fields_of

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def follow_up(site: Site, patient: Patient) -> FollowUp:
    return await make_follow_up(site.services, site.people.doctor, patient)


@pytest_asyncio.fixture
async def nurse(site: Site, follow_up: FollowUp) -> Window:
    return await site.signed_in("nurse")


async def test_a_nurse_keys_the_same_questionnaire_corrects_it_and_takes_it_back(
    follow_up: FollowUp, nurse: Window
) -> None:
    home = f"/surveillance/{follow_up.id}/saisie"
    page = await nurse.get(home)
    assert "Attendu" in page.text
    address = re.search(rf'href="({home}/questions/[^"]+)"', page.text)
    assert address
    form = await nurse.get(address[1])
    assert "Seulement si le patient a répondu" in plain(form.text)
    typed = fields_of(form) | {"quand": "maintenant", "r0": "effort", "r1": "no", "r2": "usual", "r3": "none"}
    wrong = await nurse.post(form.path, typed)
    assert (wrong.status, wrong.errors) == (422, ["Cette question attend une réponse."])
    kept = await nurse.post(form.path, typed | {"r4": "run_out"})
    text = plain(kept.text)
    assert "Saisie enregistrée" in text
    assert "MARCHAND, au téléphone" in text
    entry = re.search(rf'href="({home}/[0-9a-f-]{{36}})"', kept.text)
    assert entry
    day = await nurse.get(f"/surveillance/{follow_up.id}?periode=jour")
    (answers,) = re.findall(r'<td data-label="Réponses">(.*?)</td>', day.text)
    assert len(plain(answers).split(" ; ")) == 5
    again = await nurse.get(entry[1])
    assert 'value="run_out" checked' in again.text
    fixed = await nurse.post(entry[1], {"r0": "no", "r1": "no", "r2": "usual", "r3": "all"})
    assert "2 versions" in plain(fixed.text)
    gone = await nurse.post(f"{entry[1]}/retirer")
    assert "Retirée" in gone.text
    assert "Attendu" in gone.text


async def test_an_unlikely_measure_is_read_again_on_the_phone(follow_up: FollowUp, nurse: Window) -> None:
    path = f"/surveillance/{follow_up.id}/saisie/mesures/weight"
    page = await nurse.get(path)
    typed = fields_of(page) | {"v-weight": "724", "u-weight": "kg"}
    doubt = await nurse.post(path, typed)
    assert "Cette valeur semble impossible" in plain(doubt.text)
    assert 'value="724"' in (await nurse.post(path, fields_of(doubt) | {"geste": "corriger"})).text
    kept = await nurse.post(path, fields_of(doubt) | {"geste": "confirmer"})
    assert "Valeur à regarder" in kept.text
    assert (await nurse.post(path, typed | {"v-weight": ""})).status == 422
    assert (await nurse.get(path.replace("weight", "shoe"))).status == 404


async def test_the_team_runs_the_patients_page(site: Site, follow_up: FollowUp, nurse: Window) -> None:
    home = f"/surveillance/{follow_up.id}/page-patient"
    sent = await nurse.post(f"{home}/lien", {"canal": "sms"})
    assert "Un nouveau lien part à l’instant" in plain(sent.text)
    await site.deliver()
    assert "/s/" in site.sms.messages[-1].text
    assert "SMS remis" in (await nurse.get(home)).text
    assert re.search(r"http\S+/s/\S{20,}", (await nurse.post(f"{home}/lien/main")).text)
    (known,) = site.services.telemonitoring.keying.questionnaires.of_pathway("insuffisance_cardiaque")
    asked = {"questionnaire": str(known.id), "tous_les": "7", "rappel": "sms", "heure": "18:30", "geste": "poser"}
    assert "Chaque semaine, rappel à 18:30" in plain((await nurse.post(f"{home}/questionnaires", asked)).text)
    for wrong in ({"heure": "25:00"}, {"tous_les": "5"}, {"rappel": "pigeon"}):
        assert (await nurse.post(f"{home}/questionnaires", asked | wrong)).status == 422
    assert "Pas posé" in (await nurse.post(f"{home}/questionnaires", asked | {"geste": "arreter"})).text
    usual = await nurse.post(f"{home}/questionnaires", asked | {"geste": "parcours"})
    assert "comme le parcours le prévoit" in plain(usual.text)
    assert "Lien révoqué" in plain((await nurse.post(f"{home}/lien/revoquer")).text)


async def test_a_doctor_imports_a_questionnaire_or_reads_what_is_wrong(site: Site, follow_up: FollowUp) -> None:
    doctor = await site.signed_in("doctor")
    item = {"linkId": "mal", "text": "Avez-vous mal ?", "type": "boolean"}
    whole = {"resourceType": "Questionnaire", "status": "active", "url": "urn:c:1", "name": "douleur", "item": [item]}

    def file(content: object) -> FormData:
        form = FormData()
        form.add_field("fichier", json.dumps(content), filename="q.json", content_type="application/json")
        return form

    refused = await doctor.send("/surveillance/questionnaires", file(whole))
    assert (refused.status, "Un questionnaire a un titre" in plain(refused.text)) == (422, True)
    kept = await doctor.send("/surveillance/questionnaires", file(whole | {"title": "Votre douleur"}))
    assert "Questionnaire importé" in plain(kept.text)
    twice = await doctor.send("/surveillance/questionnaires", file(whole | {"title": "Votre douleur"}))
    assert "déjà importée" in plain(twice.text)
    assert (await doctor.post("/surveillance/questionnaires")).status == 422
    assert "Votre douleur" in (await doctor.get(f"/surveillance/{follow_up.id}/page-patient")).text
    retire = re.search(r'action="(/surveillance/questionnaires/[^"]+/retirer)"', kept.text)
    assert retire
    assert "Questionnaire retiré" in plain((await doctor.post(retire[1])).text)


async def test_reminders_are_one_click_of_the_enrolment_and_leave_only_once_agreed(
    site: Site, patient: Patient
) -> None:
    services, people = site.services, site.people
    draft = await make_draft_follow_up(services, people.doctor, patient)
    nurse, step = await site.signed_in("nurse"), f"/surveillance/{draft.id}/inscription"
    page = plain((await nurse.get(f"{step}/accords")).text)
    assert "À 18 h, un message lui dit que des questions l’attendent (Votre cœur aujourd’hui)" in page
    assert "Il accepte d’être rappelé par SMS" in page
    accepted = await nurse.post(f"{step}/rappels", {"moyen": "sms"})
    assert "Ne plus le rappeler" in accepted.text
    site.clock.advance(timedelta(days=1, hours=8))
    await services.own_pages.reminders.run()
    await site.deliver()
    assert site.sms.messages == [], "nothing leaves before the follow-up has started"
    await services.telemonitoring.follow_ups.start(people.doctor, draft.id)
    site.clock.advance(timedelta(days=1))
    await services.own_pages.reminders.run()
    await site.deliver()
    assert "Quelques questions vous attendent" in site.sms.messages[-1].text
    sent = len(site.sms.messages)
    await services.telemonitoring.keying.askings.remind_all(people.nurse, draft.id, None)
    site.clock.advance(timedelta(days=1))
    await services.own_pages.reminders.run()
    assert await site.deliver() == 0
    assert len(site.sms.messages) == sent


async def test_what_the_pathway_awaits_stands_first(site: Site, patient: Patient) -> None:
    care = site.services.telemonitoring.care
    plan = PlanDraft("diabete", dmn="CORDIVA", exploitant="Exploitant Santé")
    draft = await care.follow_ups.create(site.people.doctor, patient.id, plan)
    page = await (await site.signed_in("nurse")).get(f"/surveillance/{draft.id}/saisie")
    shown = re.findall(rf'href="/surveillance/{draft.id}/saisie/mesures/([a-z_]+)"', page.text)
    assert (shown[0], len(shown) > 3) == ("glucose", True)
