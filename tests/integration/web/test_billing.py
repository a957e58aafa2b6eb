"""Facturation through the pages: the cap, what the doctor declares of his year, and the proposals."""

from __future__ import annotations

from typing import Any

import pytest
import pytest_asyncio

from billing.facts import ActFacts
from telemed.kernel.ids import new_id
from telemed.patients.model import Patient
from tests.integration.web.conftest import Site, Window, plain
from tests.unit.billing.making import make_facts

pytestmark = pytest.mark.asyncio

DECLARED = {
    "annee": "2026",
    "source": "relevé d’activité",
    "volume_annuel": "4000",
    "arrete_au": "2026-11-20",
    "actes": "3100",
    "teleconsultations": "20",
    "teleconsultations_patientele": "5",
    "teleexpertises": "10",
    "actes_patientele": "2000",
}


@pytest_asyncio.fixture
async def doctor(site: Site) -> Window:
    return await site.signed_in("doctor")


def closed_act(site: Site, patient: Patient, **changes: Any) -> ActFacts:
    who = site.people.doctor
    facts = {
        "act_id": new_id(),
        "professional_id": who.id,
        "rpps": who.rpps,
        "practice_id": who.practice_id,
        "patient_id": patient.id,
    }
    return make_facts(**(facts | changes))


async def test_a_year_without_declaration_says_that_unknown_is_not_none(doctor: Window) -> None:
    page = await doctor.get("/facturation/plafond")
    assert (page.status, page.title) == (200, "Plafond · 2026")
    assert "n’est pas comptée comme nulle" in plain(page.text)
    assert "Aucune cotation pour l’instant" in plain(page.text)
    assert "activité hors de Telemed à déclarer" in plain((await doctor.get("/aujourdhui")).text)


async def test_what_is_proposed_is_listed_with_its_patient_and_its_reason(
    site: Site, doctor: Window, patient: Patient
) -> None:
    await site.services.claims.propose(closed_act(site, patient))
    await site.services.claims.propose(closed_act(site, patient, is_video_established=False))
    text = plain((await doctor.get("/facturation/plafond")).text)
    assert "LEROY Jeanne" in text
    assert "25,00 €" in text
    assert "Aucune image n'a été établie" in text


async def test_a_declaration_gives_both_readings_and_is_shown_again(
    site: Site, doctor: Window, patient: Patient
) -> None:
    await site.services.claims.propose(closed_act(site, patient))
    page = await doctor.post("/facturation/activite", DECLARED)
    text = plain(page.text)
    assert page.path == "/facturation/plafond?annee=2026"
    assert "Activité déclarée : le plafond est recalculé." in text
    assert "16 actes comptés" in text
    assert "3101 actes conventionnés</a> à ce jour" in text.replace("3 101", "3101")
    assert "(celle qui décide)" in text
    assert "(pour avertir)" in text
    for name, value in DECLARED.items():
        if name not in ("annee", "source"):
            assert f'name="{name}" type="{"date" if name == "arrete_au" else "text"}" value="{value}"' in page.text
    assert "Plafond 2026 : <strong>0,5 %</strong>" in plain((await doctor.get("/aujourdhui")).text)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"source": ""}, "À remplir."),
        ({"volume_annuel": "beaucoup"}, "Un nombre entier est attendu."),
        ({"actes": "-1"}, "Nombre trop petit."),
        ({"arrete_au": ""}, "Jusqu’à quel jour ces actes sont-ils comptés ?"),
        ({"arrete_au": "2026-11-26"}, "L’activité extérieure s’arrête au plus tard aujourd’hui."),
        ({"arrete_au": "2025-11-20"}, "La date d’arrêté doit être dans l’année déclarée."),
        ({"teleconsultations": "4000"}, "Une partie ne peut pas dépasser le tout : relisez ces nombres."),
    ],
)
async def test_a_wrong_declaration_keeps_what_was_typed(doctor: Window, changes: dict[str, str], error: str) -> None:
    page = await doctor.post("/facturation/activite", DECLARED | changes)
    assert page.status == 422
    assert page.errors == [error]
    typed = (DECLARED | changes)["volume_annuel"]
    assert f'value="{typed}"' in page.text
    assert "n’est pas comptée comme nulle" in plain((await doctor.get("/facturation/plafond")).text)


@pytest.mark.parametrize(("year", "word"), [("2021", "Année sans plafond"), ("2025", "2025"), ("zzzz", "2026")])
async def test_another_year_is_one_click_away(doctor: Window, year: str, word: str) -> None:
    page = await doctor.get(f"/facturation/plafond?annee={year}")
    assert page.status == 200
    assert word in plain(page.text)


async def test_the_page_is_the_doctors_alone(site: Site) -> None:
    secretary = await site.signed_in("secretary")
    assert (await secretary.get("/facturation/plafond")).status == 403
    assert (await secretary.post("/facturation/activite", DECLARED)).status == 403


async def test_the_list_costs_the_same_statements_whatever_its_length(
    site: Site, doctor: Window, patient: Patient, statements: list[str]
) -> None:
    costs = []
    for number in (1, 20):
        for _ in range(number):
            await site.services.claims.propose(closed_act(site, patient))
        statements.clear()
        await doctor.get("/facturation/plafond")
        costs.append(len(statements))
    assert costs[0] == costs[1]


async def test_a_long_list_goes_on(site: Site, doctor: Window, patient: Patient) -> None:
    for _ in range(51):
        await site.services.claims.propose(closed_act(site, patient))
    page = await doctor.get("/facturation/plafond")
    address = page.text.split('href="/facturation/plafond?annee=2026&amp;apres=')[1].split('"')[0]
    following = await doctor.get(f"/facturation/plafond?annee=2026&apres={address}")
    assert following.text.count('data-label="Code"') == 1
    assert "Début de la liste" in following.text
