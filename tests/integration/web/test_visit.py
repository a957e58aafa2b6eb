"""The patient's five steps and the doctor's side of the door, through the pages."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import pytest_asyncio

from telemed.acts.teleconsultation.model import Teleconsultation
from telemed.acts.teleconsultation.service.booking import BookingRequest
from telemed.kernel.messages import Channel
from telemed.kernel.period import Interval
from telemed.patients.model import Patient
from tests.integration.web.conftest import Answer, Site, Window, plain

pytestmark = pytest.mark.asyncio

BORN = {"naissance_jour": "12", "naissance_mois": "3", "naissance_annee": "1955"}
PLACE = {
    "traits": "confirmed",
    "endroit": "home",
    "lieu": "12 rue des Tilleuls, 35000 Rennes, 2e étage",
    "telephone": "06 39 98 12 34",
}
DEVICES = {"camera": "good", "micro": "good", "reseau": "fair"}


@pytest_asyncio.fixture
async def act(site: Site, patient: Patient) -> Teleconsultation:
    """Jeanne Leroy's appointment in ten minutes; her link has left."""
    assert site.people.doctor.id
    start = site.clock.now() + timedelta(minutes=10)
    slot = Interval(start, start + timedelta(minutes=15))
    request = BookingRequest(site.people.doctor.id, patient.id, slot, "tension", Channel.SMS)
    booked = await site.services.booking.book(site.people.secretary, request)
    await site.deliver()
    return booked.act


@pytest_asyncio.fixture
async def phone(site: Site, act: Teleconsultation) -> Window:
    """The patient's browser, past the birth date."""
    window = await site.window()
    await window.get(site.last_link)
    answer = await window.post("/visite/naissance", BORN)
    assert answer.status == 200
    return window


async def give_consent(phone: Window) -> Answer:
    page = await phone.get("/visite/accord")
    fingerprint = page.text.split('name="empreinte" value="')[1].split('"')[0]
    return await phone.post("/visite/accord", {"empreinte": fingerprint, "reponse": "oui"})


async def wait_in_the_room(phone: Window) -> Answer:
    await phone.post("/visite/identite", PLACE)
    await give_consent(phone)
    return await phone.post("/visite/camera", DEVICES)


async def test_the_link_leaves_the_address_and_names_nobody(site: Site, act: Teleconsultation) -> None:
    window = await site.window()
    page = await window.get(site.last_link)
    assert page.path == "/visite/naissance"
    assert site.last_link.removeprefix("/v/") not in page.text
    assert "Moreau" not in page.text
    assert "LEROY" not in page.text


async def test_the_five_steps_follow_one_another(site: Site, act: Teleconsultation) -> None:
    phone = await site.window()
    assert (await phone.get(site.last_link)).title == "Votre date de naissance"
    identity = await phone.post("/visite/naissance", BORN)
    assert identity.title == "Bonjour. Est-ce bien vous ?"
    assert "JEANNE MARIE" in identity.text
    consent = await phone.post("/visite/identite", PLACE)
    assert consent.title == "Votre accord"
    assert (await give_consent(phone)).title == "Votre caméra et votre micro"
    waiting = await phone.post("/visite/camera", DEVICES)
    assert waiting.title == "Salle d’attente"
    assert "Vous êtes le prochain" in waiting.text


async def test_a_wrong_birth_date_says_how_many_tries_are_left(site: Site, act: Teleconsultation) -> None:
    phone = await site.window()
    await phone.get(site.last_link)
    wrong = await phone.post("/visite/naissance", BORN | {"naissance_annee": "1956"})
    assert wrong.status == 422
    assert "Il vous reste 4 essais." in plain(wrong.text)
    assert 'value="1956"' in wrong.text


async def test_a_date_that_does_not_exist_costs_no_try(site: Site, act: Teleconsultation) -> None:
    phone = await site.window()
    await phone.get(site.last_link)
    for _ in range(6):
        answer = await phone.post("/visite/naissance", BORN | {"naissance_mois": "13"})
        assert "Cette date n’existe pas" in answer.text
    assert (await phone.post("/visite/naissance", BORN)).status == 200


async def test_the_fifth_wrong_date_locks_and_a_new_link_opens_again(site: Site, act: Teleconsultation) -> None:
    phone = await site.window()
    await phone.get(site.last_link)
    for _ in range(5):
        answer = await phone.post("/visite/naissance", BORN | {"naissance_annee": "1956"})
    assert answer.status == 429
    assert "mal entrée cinq fois" in answer.text
    right = await phone.post("/visite/naissance", BORN)
    assert right.status == 429
    asked = await phone.post("/visite/nouveau-lien")
    assert "un nouveau lien vient de partir" in plain(asked.text)
    await site.deliver()
    await phone.get(site.last_link)
    assert (await phone.post("/visite/naissance", BORN)).title == "Bonjour. Est-ce bien vous ?"


async def test_a_guessed_link_and_a_revoked_one_read_the_same(site: Site, act: Teleconsultation) -> None:
    await site.services.links.revoke(site.people.secretary, act.id)
    pages = []
    for link in (site.last_link, "/v/" + "x" * 43):
        window = await site.window()
        await window.get(link)
        pages.append(await window.post("/visite/naissance", BORN))
    assert [page.status for page in pages] == [404, 404]
    assert pages[0].text == pages[1].text
    assert "Recevoir un nouveau lien" in plain(pages[0].text)


async def test_asking_with_a_guessed_link_reveals_nothing(site: Site, act: Teleconsultation) -> None:
    known, guessed = await site.window(), await site.window()
    await known.get(site.last_link)
    await guessed.get("/v/" + "x" * 43)
    sent = len(site.sms.messages)
    assert (await known.post("/visite/nouveau-lien")).text == (await guessed.post("/visite/nouveau-lien")).text
    await site.deliver()
    assert len(site.sms.messages) == sent + 1


async def test_a_place_too_vague_is_asked_again(phone: Window) -> None:
    answer = await phone.post("/visite/identite", PLACE | {"lieu": "ici"})
    assert answer.status == 422
    assert answer.errors == ["Décrivez le lieu assez précisément pour y envoyer des secours."]
    assert 'value="ici"' in answer.text


async def test_a_wrong_phone_is_asked_again(phone: Window) -> None:
    answer = await phone.post("/visite/identite", PLACE | {"telephone": "12"})
    assert answer.errors == ["Ce numéro de téléphone n’est pas attribuable."]


async def test_refusing_is_said_kept_and_can_be_changed(phone: Window) -> None:
    await phone.post("/visite/identite", PLACE)
    page = await phone.get("/visite/accord")
    fingerprint = page.text.split('name="empreinte" value="')[1].split('"')[0]
    refused = await phone.post("/visite/accord", {"empreinte": fingerprint, "reponse": "non"})
    assert "Vous avez refusé la téléconsultation" in refused.text
    assert (await phone.get("/visite/attente")).title == "Votre accord"
    assert (await give_consent(phone)).title == "Votre caméra et votre micro"


async def test_words_that_changed_since_are_read_again(phone: Window) -> None:
    await phone.post("/visite/identite", PLACE)
    answer = await phone.post("/visite/accord", {"empreinte": "0" * 64, "reponse": "oui"})
    assert answer.status == 422
    assert answer.title == "Votre accord"


async def test_the_waiting_room_follows_and_costs_nothing_when_still(phone: Window) -> None:
    await wait_in_the_room(phone)
    first = await phone.get("/visite/attente/fil")
    assert first.headers["X-Visit"] == "waiting"
    same = await phone.get("/visite/attente/fil", If_None_Match=first.headers["ETag"])
    assert (same.status, same.text) == (304, "")


async def test_the_doctor_sees_who_waits_and_lets_in(site: Site, act: Teleconsultation, phone: Window) -> None:
    await wait_in_the_room(phone)
    doctor = await site.signed_in("doctor")
    today = await doctor.get("/aujourdhui")
    assert "LEROY Jeanne, 70 ans" in plain(today.text) or "LEROY Jeanne, 71 ans" in plain(today.text)
    marks = plain(re.sub(r"<[^>]+>", "", today.text))
    assert "identité confirmée" in marks
    assert "accord donné" in marks
    assert "réseau moyen" in today.text
    call = await doctor.post(f"/consultations/{act.id}/admettre")
    assert call.path == f"/consultations/{act.id}"
    assert 'data-admitted="true"' in call.text
    follow = await phone.get("/visite/attente/fil")
    assert follow.headers["X-Visit"] == "admitted"
    assert (await phone.get("/visite/appel")).title.startswith("Dr Claire")


async def test_today_follows_the_room(site: Site, act: Teleconsultation, phone: Window) -> None:
    doctor = await site.signed_in("doctor")
    before = await doctor.get("/aujourdhui/fil")
    still = await doctor.get("/aujourdhui/fil", If_None_Match=before.headers["ETag"])
    assert still.status == 304
    await wait_in_the_room(phone)
    after = await doctor.get("/aujourdhui/fil", If_None_Match=before.headers["ETag"])
    assert (after.status, after.headers["X-Waiting"]) == (200, "1")
    assert (await doctor.get("/fil/attente")).text == '{"waiting": 1, "billing": 0}'


async def test_without_consent_the_door_stays_shut_and_says_why(site: Site, act: Teleconsultation) -> None:
    doctor = await site.signed_in("doctor")
    call = await doctor.post(f"/consultations/{act.id}/admettre")
    assert 'data-admitted="false"' in call.text
    assert "Avant de commencer" in call.text
    assert "Notez où se trouve exactement le patient" in call.text


async def test_the_doctor_fills_what_is_missing(site: Site, act: Teleconsultation) -> None:
    doctor, base = await site.signed_in("doctor"), f"/consultations/{act.id}"
    place = {name: PLACE[name] for name in ("endroit", "lieu", "telephone")}
    saved = await doctor.post(f"{base}/lieu", place, Accept="application/json")
    assert "Notez où se trouve" not in saved.text
    ticked = {"traits": "birth_name,first_names,born_on,sex,birth_place", "controle": "document_on_camera"}
    await doctor.post(f"{base}/identite", ticked, Accept="application/json")
    page = await doctor.post(f"{base}/accord", {"reponse": "oui"})
    assert "Réponse du patient enregistrée." in page.text
    assert "Avant de commencer" not in page.text


async def test_four_ticks_confirm_nothing(site: Site, act: Teleconsultation) -> None:
    doctor, base = await site.signed_in("doctor"), f"/consultations/{act.id}"
    four = {"traits": "birth_name,first_names,born_on,sex", "controle": "traits_stated"}
    saved = await doctor.post(f"{base}/identite", four, Accept="application/json")
    assert "Les cinq traits" in saved.text


async def test_a_place_not_understood_is_shown_again_without_script(site: Site, act: Teleconsultation) -> None:
    doctor = await site.signed_in("doctor")
    answer = await doctor.post(f"/consultations/{act.id}/lieu", {"endroit": "home", "lieu": "ici", "telephone": "1"})
    assert answer.status == 422
    assert "Décrivez le lieu assez précisément" in answer.text


async def test_finishing_ends_both_sides(site: Site, act: Teleconsultation, phone: Window) -> None:
    await wait_in_the_room(phone)
    doctor = await site.signed_in("doctor")
    await doctor.post(f"/consultations/{act.id}/admettre")
    await doctor.post(f"/consultations/{act.id}/notes", {"notes": "Tension à 13/8."})
    assert "Tension à 13/8." in (await doctor.get(f"/consultations/{act.id}")).text
    left = await phone.get("/visite/fin")
    assert left.title == "Vous avez quitté l’appel"
    await doctor.post(f"/consultations/{act.id}/terminer", {"issue": "completed"})
    end = await phone.get("/visite")
    assert (end.path, end.title) == ("/visite/fin", "Votre consultation est terminée")
    assert "À terminer" in (await doctor.get("/aujourdhui")).text


async def test_consent_can_be_withdrawn_at_the_end(site: Site, act: Teleconsultation, phone: Window) -> None:
    await wait_in_the_room(phone)
    doctor = await site.signed_in("doctor")
    await doctor.post(f"/consultations/{act.id}/admettre")
    await doctor.post(f"/consultations/{act.id}/terminer", {"issue": "completed"})
    answer = await phone.post("/visite/accord/retirer")
    assert "Votre accord est retiré." in answer.text


async def test_a_cancelled_visit_tells_the_patient(site: Site, act: Teleconsultation, phone: Window) -> None:
    await site.services.booking.cancel(site.people.secretary, act.id)
    page = await phone.get("/visite")
    assert page.title in ("Ce lien ne fonctionne plus", "Votre date de naissance")
    assert "LEROY" not in page.text


async def test_a_secretary_sees_the_day_without_a_clinical_word(
    site: Site, act: Teleconsultation, phone: Window
) -> None:
    await wait_in_the_room(phone)
    secretary = await site.signed_in("secretary")
    page = await secretary.get("/aujourdhui")
    assert "LEROY Jeanne" in page.text
    assert "tension" not in page.text
    assert "Faire entrer" not in page.text
