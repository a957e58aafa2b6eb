"""Patients through the pages: search, a new person, contact, identity."""

from __future__ import annotations

import pytest
import pytest_asyncio

from telemed.patients.model import Patient
from tests.integration.web.conftest import Site, Window, plain

pytestmark = pytest.mark.asyncio

NEW = {
    "nom_naissance": "DURAND",
    "prenoms": "Élodie Anne",
    "naissance_jour": "4",
    "naissance_mois": "6",
    "naissance_annee": "1992",
    "sexe": "F",
    "lieu_naissance": "35238",
    "telephone": "06 39 98 56 78",
    "courriel": "elodie@exemple.fr",
}


@pytest_asyncio.fixture
async def secretary(site: Site) -> Window:
    return await site.signed_in("secretary")


@pytest.mark.parametrize("query", ["leroy", "Jeanne", "12/03/1955", "leroy 12/03/1955"])
async def test_a_patient_is_found_by_name_or_birth_date(secretary: Window, patient: Patient, query: str) -> None:
    page = await secretary.get(f"/patientele?q={query}")
    assert f"/patientele/{patient.id}" in page.text
    fragment = await secretary.get(f"/patientele/recherche?q={query}")
    assert f"/patientele/{patient.id}" in fragment.text
    assert "<html" not in fragment.text


async def test_nobody_found_says_what_to_try(secretary: Window, patient: Patient) -> None:
    page = await secretary.get("/patientele?q=zzz")
    assert "Personne ne correspond à « zzz »." in plain(page.text)


async def test_a_new_person_gets_a_provisional_sheet(secretary: Window) -> None:
    page = await secretary.post("/patientele", NEW)
    assert page.title == "DURAND Elodie"
    assert "Identité provisoire" in page.text
    assert "06 39 98 56 78" in plain(page.text)


async def test_errors_keep_every_answer(secretary: Window) -> None:
    wrong = NEW | {"naissance_mois": "13", "courriel": "pas-une-adresse"}
    page = await secretary.post("/patientele", wrong)
    assert page.status == 422
    assert "Cette date de naissance n’existe pas." in page.errors
    assert 'value="pas-une-adresse"' in page.text
    assert 'value="DURAND"' in page.text


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("lieu_naissance", "Rennes", "Un code lieu de naissance (COG) compte 5 caractères."),
        ("matricule", "2 92 06 35 238 001 00", "La clé du matricule ne correspond pas à son numéro."),
        ("telephone", "12", "Ce numéro de téléphone n’est pas attribuable."),
    ],
)
async def test_each_wrong_answer_has_its_sentence(secretary: Window, field: str, value: str, sentence: str) -> None:
    page = await secretary.post("/patientele", NEW | {field: value})
    assert page.errors == [sentence]


async def test_somebody_who_looks_the_same_is_shown_first(secretary: Window, patient: Patient) -> None:
    twin = NEW | {
        "nom_naissance": "LEROY",
        "prenoms": "Jeanne",
        "naissance_jour": "12",
        "naissance_mois": "3",
        "naissance_annee": "1955",
    }
    asked = await secretary.post("/patientele", twin)
    assert asked.status == 409
    assert f"/patientele/{patient.id}" in asked.text
    page = await secretary.post("/patientele", twin | {"nouvelle_personne": "oui"})
    assert page.status == 200
    assert str(patient.id) not in page.path


async def test_contact_is_changed(secretary: Window, patient: Patient) -> None:
    form = {"telephone": "06 39 98 00 11", "courriel": "", "adresse": "3 rue du Port, Brest"}
    page = await secretary.post(f"/patientele/{patient.id}/contact", form)
    assert "Contact enregistré." in page.text
    assert "3 rue du Port, Brest" in page.text


async def test_a_wrong_contact_is_shown_again(secretary: Window, patient: Patient) -> None:
    page = await secretary.post(f"/patientele/{patient.id}/contact", {"telephone": "12", "courriel": ""})
    assert page.status == 422
    assert page.errors == ["Ce numéro de téléphone n’est pas attribuable."]


async def test_a_checked_document_validates_and_a_doubt_takes_it_back(secretary: Window, patient: Patient) -> None:
    base = f"/patientele/{patient.id}"
    checked = await secretary.post(f"{base}/identite", {"piece": "CN", "maniere": "in_person"})
    assert "Identité validée" in checked.text
    doubted = await secretary.post(f"{base}/doute", {"doute": "homonym"})
    assert "Identité provisoire" in doubted.text
    assert "un homonyme est possible." in plain(doubted.text)


async def test_a_card_shown_on_video_validates_nothing(secretary: Window, patient: Patient) -> None:
    page = await secretary.post(f"/patientele/{patient.id}/identite", {"piece": "CN", "maniere": "on_video"})
    assert "Identité provisoire" in page.text


async def test_a_patient_of_another_practice_is_not_found(site: Site, patient: Patient) -> None:
    await site.enrol(site.people.stranger)
    window = await site.window()
    await window.sign_in("autre.medecin", site.clock)
    assert (await window.get(f"/patientele/{patient.id}")).status == 404


async def test_the_list_costs_the_same_whatever_its_length(
    site: Site, secretary: Window, patient: Patient, statements: list[str]
) -> None:
    async def cost() -> int:
        statements.clear()
        await secretary.get("/patientele")
        return len(statements)

    few = await cost()
    for number in range(5):
        await secretary.post("/patientele", NEW | {"naissance_annee": str(1980 + number)})
    assert await cost() == few


async def test_a_cursor_that_is_none_begins_the_list(secretary: Window, patient: Patient) -> None:
    page = await secretary.get("/patientele?apres=abc")
    assert f"/patientele/{patient.id}" in page.text


async def test_a_choice_that_was_not_offered_is_refused_in_words(secretary: Window, patient: Patient) -> None:
    page = await secretary.post(f"/patientele/{patient.id}/doute", {"doute": "autre"})
    assert (page.status, page.title) == (422, "Une réponse est à revoir")
    assert "Choisissez une réponse de la liste." in page.text


async def test_a_nurse_keeps_patients_and_asks_about_them_but_books_and_bills_nothing(
    site: Site, patient: Patient
) -> None:
    nurse = await site.signed_in("nurse")
    assert "LEROY" in (await nurse.get("/patientele?q=Leroy")).text
    sheet = await nurse.get(f"/patientele/{patient.id}")
    assert f'href="/avis/nouveau?patient={patient.id}"' in sheet.text
    assert "/rendez-vous/nouveau" not in sheet.text
    assert "/assurance" not in sheet.text
    chosen = await nurse.get(f"/avis/nouveau?patient={patient.id}")
    assert f'name="patient" value="{patient.id}"' in chosen.text
