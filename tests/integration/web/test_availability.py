"""Mes disponibilités and Équipes, as a doctor, a nurse and the members of a line meet them."""

from __future__ import annotations

import re

import pytest
import pytest_asyncio
from aiohttp import FormData

from tests.integration.web.conftest import Site, Window, plain

pytestmark = pytest.mark.asyncio
BASE = "/avis/disponibilites"
OPEN = {"ouvert": "oui", "direct": "oui", "capacite": "6", "langues": "fr, en", "mots": "dermoscopie, plaies"}
HOURS = {"jours": "MO,TH", "debut": "14:00", "fin": "16:30", "premier_jour": "2026-11-25", "rythme": "1"}


@pytest_asyncio.fixture
async def doctor(site: Site) -> Window:
    return await site.signed_in("stranger")


async def test_what_one_answers_is_kept_and_shown_again(doctor: Window) -> None:
    assert "Votre profil est fermé" in (await doctor.get(BASE)).text
    kept = await doctor.post(f"{BASE}/profil", OPEN)
    assert "Enregistré." in kept.text
    assert 'value="dermoscopie, plaies"' in kept.text
    assert 'value="fr, en"' in kept.text
    wrong = await doctor.post(f"{BASE}/profil", OPEN | {"langues": "klingon", "mots": "à garder"})
    assert wrong.status == 422
    assert 'value="à garder"' in wrong.text
    outside = await doctor.post(f"{BASE}/profil", OPEN | {"departement": "974"})
    assert outside.status == 422
    assert 'id="departement-erreur"' in outside.text


async def test_hours_are_said_in_words_and_come_back_when_removed_by_mistake(doctor: Window) -> None:
    early = await doctor.post(f"{BASE}/horaires", HOURS)
    assert early.errors == [] or early.status == 409
    assert "Remplissez d’abord votre profil" in plain(early.text)
    await doctor.post(f"{BASE}/profil", OPEN)
    added = await doctor.post(f"{BASE}/horaires", HOURS)
    assert "Chaque lundi et jeudi, de 14 h à 16 h 30" in plain(added.text)
    assert "14 h – 16 h 30" in plain(added.text)
    remove = re.search(rf'action="({BASE}/horaires/[0-9a-f-]+/retirer)"', added.text)
    assert remove
    removed = await doctor.post(remove[1])
    assert "Horaires retirés." in removed.text
    assert "Chaque lundi" not in removed.text
    restore = re.search(rf'action="({BASE}/horaires/retablir\?[^"]+)"', removed.text)
    assert restore
    back = await doctor.post(restore[1].replace("&amp;", "&"))
    assert "Chaque lundi et jeudi, de 14 h à 16 h 30" in plain(back.text)
    missing = await doctor.post(f"{BASE}/horaires", {"jours": "MO", "debut": "", "fin": "10:00", "premier_jour": ""})
    assert missing.status == 422
    assert 'value="10:00"' in missing.text
    assert (await doctor.post(f"{BASE}/horaires/retablir?debut=x")).status == 422


async def test_an_absence_closes_its_days_and_is_taken_back(doctor: Window) -> None:
    await doctor.post(f"{BASE}/profil", OPEN)
    await doctor.post(f"{BASE}/horaires", HOURS | {"jours": "TH"})
    assert "Demain" in (await doctor.get(BASE)).text
    noted = await doctor.post(f"{BASE}/absences", {"premier": "2026-11-26", "dernier": "2026-11-27"})
    assert "Du jeudi 26 novembre au vendredi 27 novembre" in plain(noted.text)
    assert "Demain" not in noted.text
    twice = await doctor.post(f"{BASE}/absences", {"premier": "2026-11-27", "dernier": "2026-11-27"})
    assert twice.status == 409
    back_to_front = await doctor.post(f"{BASE}/absences", {"premier": "2026-12-02", "dernier": "2026-12-01"})
    assert back_to_front.errors == ["Le dernier jour vient après le premier."]
    remove = re.search(rf'action="({BASE}/absences/[0-9a-f-]+/retirer)"', noted.text)
    assert remove
    removed = await doctor.post(remove[1])
    assert "Absence retirée." in removed.text
    restore = re.search(rf'action="({BASE}/exceptions/retablir\?[^"]+)"', removed.text)
    assert restore
    assert "26 novembre" in plain((await doctor.post(restore[1].replace("&amp;", "&"))).text)


async def test_one_says_that_one_is_there_and_no_longer(doctor: Window) -> None:
    there = await doctor.post(f"{BASE}/maintenant", {"minutes": "60"})
    assert "Jusqu’à 13 h" in plain(there.text)
    gone = await doctor.post(f"{BASE}/maintenant", {"minutes": "0"})
    assert "Pendant 1 heure" in gone.text


async def test_where_one_is_told_is_kept(doctor: Window) -> None:
    kept = await doctor.post(f"{BASE}/prevenir", {"courriel": "autre@exemple.fr", "telephone": "06 39 98 12 34"})
    assert 'value="autre@exemple.fr"' in kept.text
    assert 'value="06 39 98 12 34"' in kept.text
    night = {"calme_de": "20:00", "calme_a": "08:00", "recapitulatif": "08:30", "urgent_aussi": "oui"}
    quiet = await doctor.post(f"{BASE}/prevenir", {"courriel": "autre@exemple.fr"} | night)
    assert 'name="calme_a" type="time" value="08:00"' in quiet.text
    half = await doctor.post(f"{BASE}/prevenir", {"courriel": "autre@exemple.fr", "calme_de": "20:00"})
    assert half.errors == ["Donnez un début et une fin différents."]
    wrong = await doctor.post(f"{BASE}/prevenir", {"courriel": "autre", "telephone": "06 39 98 12 34"})
    assert wrong.status == 422
    assert 'value="autre"' in wrong.text


async def test_a_nurse_is_told_that_she_asks_and_does_not_answer(site: Site) -> None:
    nurse = await site.signed_in("nurse")
    page = await nurse.get(BASE)
    assert "demande des avis et n’en rend pas" in plain(page.text)
    assert "Être prévenu" in page.text
    assert (await nurse.post(f"{BASE}/profil", OPEN)).status == 409


async def test_a_line_invites_a_colleague_of_another_practice_who_says_yes(site: Site, doctor: Window) -> None:
    made = await doctor.post("/avis/equipes", {"nom": "Peau du Port", "specialite": "G15_10/SM15"})
    assert "Équipe créée." in made.text
    colleague, invited = str(site.people.colleague.id), await site.signed_in("colleague")
    await invited.post(f"{BASE}/profil", OPEN)
    assert (await invited.get(made.path)).status == 404
    nobody = await doctor.post(f"{made.path}/membres", {})
    assert nobody.errors == ["Choisissez un confrère."]
    found = await doctor.post(f"{made.path}/membres", {"geste": "chercher", "confrere_nom": "Ben"})
    assert f'value="{colleague}"' in found.text
    added = await doctor.post(f"{made.path}/membres", {"confrere": colleague})
    assert "Invité, pas encore répondu" in added.text
    assert "Vous y êtes invité" in (await invited.get("/avis/equipes")).text
    assert "Vous répondez désormais" in (await invited.post(f"{made.path}/rejoindre")).text
    hours = {"membre": colleague, "jours": "FR", "debut": "09:00", "fin": "12:00", "premier_jour": "2026-11-25"}
    told = await doctor.post(f"{made.path}/horaires", hours)
    assert "Chaque vendredi, de 9 h à 12 h" in plain(told.text)
    assert "9 h – 12 h" in plain(told.text)
    assert "pour Peau du Port" in (await invited.get(BASE)).text
    wrong = await doctor.post(f"{made.path}/horaires", hours | {"debut": ""})
    assert wrong.status == 422
    assert (await invited.post(f"{made.path}/horaires", hours)).status == 403
    remove = re.search(rf'action="({made.path}/horaires/[0-9a-f-]+/retirer)"', told.text)
    assert remove
    assert "Chaque vendredi" not in (await doctor.post(remove[1])).text
    assert "Confrère retiré" in (await doctor.post(f"{made.path}/membres/{colleague}/retirer")).text
    closed = await doctor.post(f"{made.path}/fermer")
    assert "Vous n’êtes dans aucune équipe." in closed.text


async def test_a_line_without_a_name_is_shown_again(doctor: Window) -> None:
    answer = await doctor.post("/avis/equipes", {"nom": "", "specialite": "G15_10/SM15"})
    assert answer.status == 422
    assert '<option value="G15_10/SM15" selected>' in answer.text


def calendar(*events: str) -> bytes:
    body = "".join(f"BEGIN:VEVENT\r\n{event}\r\nEND:VEVENT\r\n" for event in events)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{body}END:VCALENDAR\r\n".encode()


async def test_a_calendar_is_looked_at_then_kept_then_taken_back(doctor: Window) -> None:
    await doctor.post(f"{BASE}/profil", OPEN)
    nothing = await doctor.send(f"{BASE}/agenda", FormData({"sens": "hours"}))
    assert "Choisissez un fichier d’agenda" in nothing.text
    zone = "TZID=Europe/Paris"
    weekly = f"UID:1\r\nDTSTART;{zone}:20261130T140000\r\nDTEND;{zone}:20261130T160000\r\nRRULE:FREQ=WEEKLY"
    cancelled = weekly.replace("UID:1", "UID:2") + "\r\nSTATUS:CANCELLED"
    form = FormData({"sens": "hours"})
    form.add_field("agenda", calendar(weekly, cancelled), filename="agenda.ics", content_type="text/calendar")
    shown = await doctor.send(f"{BASE}/agenda", form)
    assert "Chaque lundi, de 14 h à 16 h" in plain(shown.text)
    assert "Événement 2" in plain(shown.text)
    assert "Chaque lundi" not in (await doctor.get(BASE)).text
    kept = await doctor.post(f"{shown.path}/garder")
    assert "Agenda importé" in kept.text
    assert "Chaque lundi, de 14 h à 16 h" in plain(kept.text)
    assert (await doctor.post(f"{shown.path}/garder")).status == 409
    undone = await doctor.post(f"{shown.path}/annuler")
    assert "Chaque lundi" not in undone.text
    garbage = FormData({"sens": "hours"})
    garbage.add_field("agenda", b"%PDF-1.7", filename="agenda.ics", content_type="text/calendar")
    assert (await doctor.send(f"{BASE}/agenda", garbage)).status == 422
