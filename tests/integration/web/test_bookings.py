"""Rendez-vous through the pages: book, move, cancel and take back, links."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
import pytest_asyncio

from billing.rules.cap import Counts
from billing.rules.projection import AnnualVolume, Outside
from telemed.patients.model import Patient
from tests.integration.web.conftest import Answer, Site, Window, plain

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def secretary(site: Site) -> Window:
    return await site.signed_in("secretary")


def booking_form(site: Site, patient: Patient, **changes: str) -> dict[str, str]:
    form = {
        "patient": str(patient.id),
        "medecin": str(site.people.doctor.id),
        "jour": "2026-11-25",
        "heure": "14:30",
        "minutes": "15",
        "motif": "tension",
        "canal": "sms",
    }
    return form | changes


async def booked(site: Site, secretary: Window, patient: Patient, **changes: str) -> Answer:
    answer = await secretary.post("/rendez-vous", booking_form(site, patient, **changes))
    assert answer.status == 200, plain(answer.text)
    return answer


async def test_the_form_asks_for_whom_first(site: Site, secretary: Window, patient: Patient) -> None:
    page = await secretary.get("/rendez-vous/nouveau?q=leroy&jour=2026-11-25")
    assert f"/rendez-vous/nouveau?patient={patient.id}&amp;jour=2026-11-25" in page.text
    nobody = await secretary.get("/rendez-vous/nouveau?q=zzz")
    assert "Personne ne correspond" in nobody.text


async def test_booking_sends_the_link_and_shows_the_appointment(
    site: Site, secretary: Window, patient: Patient
) -> None:
    answer = await booked(site, secretary, patient)
    assert "Rendez-vous enregistré." in answer.text
    assert "Mercredi 25 novembre à 14 h 30" in plain(answer.text)
    assert "tension" not in answer.text
    await site.deliver()
    later = await secretary.get(answer.path)
    assert "SMS remis" in later.text
    assert "06 39 •• •• 34" in plain(later.text)


async def test_a_refused_booking_keeps_what_was_typed(site: Site, secretary: Window, patient: Patient) -> None:
    past = await secretary.post("/rendez-vous", booking_form(site, patient, jour="2026-11-24"))
    assert past.status == 409
    assert "error-summary" in past.text
    assert 'value="2026-11-24"' in past.text
    assert ">tension</textarea>" in past.text


async def test_the_same_time_is_not_booked_twice(site: Site, secretary: Window, patient: Patient) -> None:
    await booked(site, secretary, patient)
    again = await secretary.post("/rendez-vous", booking_form(site, patient))
    assert again.status == 409


async def test_an_unreadable_day_is_shown_again(site: Site, secretary: Window, patient: Patient) -> None:
    answer = await secretary.post("/rendez-vous", booking_form(site, patient, jour="31/02/2026"))
    assert answer.status == 422
    assert answer.errors == ["Cette date n’existe pas."]


async def test_the_hour_that_comes_twice_asks_which(site: Site, secretary: Window, patient: Patient) -> None:
    night = {"jour": "2027-10-31", "heure": "02:30"}
    asked = await secretary.post("/rendez-vous", booking_form(site, patient, **night))
    assert asked.status == 422
    assert "Cette nuit-là, cette heure existe deux fois" in asked.text
    answer = await secretary.post("/rendez-vous", booking_form(site, patient, **night, saison="hiver"))
    assert answer.status in (200, 409), "answered with the second hour, allowed or not by the opening hours"
    assert "existe deux fois" not in answer.errors


async def test_the_hour_that_does_not_exist_is_refused(site: Site, secretary: Window, patient: Patient) -> None:
    answer = await secretary.post("/rendez-vous", booking_form(site, patient, jour="2027-03-28", heure="02:30"))
    assert answer.status == 422
    assert "l’horloge avance d’une heure" in answer.text


async def test_moving_tells_the_new_time(site: Site, secretary: Window, patient: Patient) -> None:
    page = await booked(site, secretary, patient)
    moved = await secretary.post(f"{page.path}/deplacer", {"jour": "2026-11-26", "heure": "09:00", "minutes": "15"})
    assert "Rendez-vous déplacé." in moved.text
    assert "Jeudi 26 novembre à 9 h<" in plain(moved.text)


async def test_a_cancellation_is_undone_within_its_time(site: Site, secretary: Window, patient: Patient) -> None:
    page = await booked(site, secretary, patient)
    cancelled = await secretary.post(f"{page.path}/annuler")
    assert "Rendez-vous annulé." in cancelled.text
    assert f'action="{page.path}/retablir"' in cancelled.text
    restored = await secretary.post(f"{page.path}/retablir")
    assert "Rendez-vous rétabli." in restored.text
    assert "Prévu" in restored.text


async def test_a_flash_is_shown_once(site: Site, secretary: Window, patient: Patient) -> None:
    page = await booked(site, secretary, patient)
    assert "Rendez-vous enregistré." not in (await secretary.get(page.path)).text


async def test_a_link_is_sent_again_and_revoked(site: Site, secretary: Window, patient: Patient) -> None:
    page = await booked(site, secretary, patient)
    sent = await secretary.post(f"{page.path}/lien", {"canal": "sms"})
    assert "Un nouveau lien part" in sent.text
    revoked = await secretary.post(f"{page.path}/lien/revoquer")
    assert "Lien révoqué" in revoked.text


async def test_a_channel_that_is_not_configured_is_refused_in_words(
    site: Site, secretary: Window, patient: Patient
) -> None:
    answer = await secretary.post("/rendez-vous", booking_form(site, patient, canal="email"))
    assert answer.status in (409, 422)
    assert "error-summary" in answer.text


async def test_only_configured_channels_are_offered(site: Site, secretary: Window, patient: Patient) -> None:
    form = await secretary.get(f"/rendez-vous/nouveau?patient={patient.id}")
    assert 'value="sms" checked' in form.text
    assert 'value="email"' not in form.text
    silent = await booked(site, secretary, patient, canal="aucun")
    assert "Aucun lien n’est envoyé." in silent.text
    assert "Renvoyer par SMS" in silent.text
    assert "Renvoyer par courriel" not in silent.text


async def test_the_day_lists_its_appointments_in_a_constant_number_of_statements(
    site: Site, secretary: Window, patient: Patient, statements: list[str]
) -> None:
    async def cost() -> int:
        statements.clear()
        page = await secretary.get("/rendez-vous?jour=2026-11-25")
        assert page.status == 200
        return len(statements)

    await booked(site, secretary, patient, heure="14:30")
    few = await cost()
    for hour in ("15:00", "15:30", "16:00", "16:30", "17:00"):
        await booked(site, secretary, patient, heure=hour)
    assert await cost() == few
    page = await secretary.get("/rendez-vous?jour=2026-11-25")
    assert re.findall(r"<strong><time[^>]*>([\d:]+)", page.text) == [
        "14:30",
        "15:00",
        "15:30",
        "16:00",
        "16:30",
        "17:00",
    ]


async def test_an_arrival_joins_the_queue(site: Site, secretary: Window, patient: Patient) -> None:
    form = {"patient": str(patient.id), "medecin": str(site.people.doctor.id), "canal": "sms"}
    answer = await secretary.post("/arrivees", form)
    assert "Sans rendez-vous" in answer.text
    await site.deliver()
    assert "dès maintenant" in site.sms.messages[-1].text


async def test_a_patient_who_did_not_come_is_noted_absent(site: Site, secretary: Window, patient: Patient) -> None:
    page = await booked(site, secretary, patient, heure="12:05")
    assert "Noter l’absence" not in page.text
    site.clock.advance(timedelta(minutes=10))
    assert "Noter l’absence" in (await secretary.get(page.path)).text
    answer = await secretary.post(f"{page.path}/absent")
    assert "Absence notée." in answer.text


async def test_what_the_cap_holds_asks_for_urgency_or_a_reason(site: Site, secretary: Window, patient: Patient) -> None:
    who = site.people.doctor
    assert who.id is not None
    day, volume = date(2026, 11, 25), AnnualVolume(550, "relevé", date(2026, 11, 25))
    outside = Outside(Counts.of_teleconsultations(111), day, "relevé")
    await site.services.cap.declare(
        who, who.id, year=2026, source="relevé", declared_on=day, annual_volume=volume, outside=outside
    )
    assert "plafond" not in (await secretary.get(f"/rendez-vous/nouveau?patient={patient.id}")).text.casefold()
    held = await secretary.post("/rendez-vous", booking_form(site, patient))
    assert held.status == 409
    assert "Le plafond annuel est dépassé" in plain(held.text)
    assert "soins sont urgents" in held.errors[0]
    assert ">tension</textarea>" in held.text
    arrival = await secretary.post("/arrivees", booking_form(site, patient))
    assert (arrival.status, "Soins urgents" in arrival.text) == (409, True)
    why = await secretary.post("/rendez-vous", booking_form(site, patient, motif_plafond="Seul médecin du canton"))
    assert "Rendez-vous enregistré." in why.text
    urgent = await secretary.post("/rendez-vous", booking_form(site, patient, heure="16:30", soins_urgents="oui"))
    assert "Rendez-vous enregistré." in urgent.text
