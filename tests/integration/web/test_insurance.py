"""Assurance du patient through its page: typed, checked, kept sealed and never shown whole again."""

from __future__ import annotations

import pytest
import pytest_asyncio

from telemed.kernel.ids import new_id
from telemed.patients.model import Patient
from tests.integration.web.conftest import Site, Window, plain

pytestmark = pytest.mark.asyncio

NSS = "279035121518989"
RIGHTS = {
    "nss": "2 79 03 51 215 189 89",
    "regime": "01",
    "caisse": "371",
    "centre": "0000",
    "source": "attestation",
    "vue_le": "2026-11-20",
    "rang": "1",
}


@pytest_asyncio.fixture
async def secretary(site: Site) -> Window:
    return await site.signed_in("secretary")


async def test_rights_are_kept_and_shown_masked(site: Site, secretary: Window, patient: Patient) -> None:
    here = f"/patientele/{patient.id}/assurance"
    assert f'href="{here}"' in (await secretary.get(f"/patientele/{patient.id}")).text
    done = await secretary.post(here, RIGHTS | {"complementaire": "99999999", "contrat": "A-12", "dre": "oui"})
    assert done.path == f"/patientele/{patient.id}"
    assert "Assurance enregistrée." in plain(done.text)
    page = await secretary.get(here)
    assert "•••••••••• 189 89" in plain(page.text)
    assert NSS not in page.text.replace(" ", "").replace("\u00a0", "")
    assert 'name="contrat" type="text" value="A-12"' in page.text
    kept = await site.services.invoicing.insurances.get(site.people.secretary, patient.id)
    assert kept is not None
    assert (kept.nss, kept.organism) == (NSS, "013710000")


async def test_an_empty_number_keeps_the_one_in_force(site: Site, secretary: Window, patient: Patient) -> None:
    here = f"/patientele/{patient.id}/assurance"
    await secretary.post(here, RIGHTS)
    await secretary.post(here, RIGHTS | {"nss": "", "caisse": "372"})
    kept = await site.services.invoicing.insurances.get(site.people.secretary, patient.id)
    assert kept is not None
    assert (kept.nss, kept.organism) == (NSS, "013720000")


async def test_a_child_is_billed_under_a_parents_number(site: Site, secretary: Window, patient: Patient) -> None:
    here = f"/patientele/{patient.id}/assurance"
    wrong = await secretary.post(here, RIGHTS | {"ayant_droit": "oui"})
    assert (wrong.status, len(wrong.errors)) == (422, 1)
    assert "rang" in wrong.errors[0].lower()
    await secretary.post(here, RIGHTS | {"ayant_droit": "oui", "rang": "2"})
    kept = await site.services.invoicing.insurances.get(site.people.secretary, patient.id)
    assert kept is not None
    assert (kept.is_on_parents_number, kept.patient_rank) == (True, 2)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"nss": "2 79 03 51 215 189 88"}, "La clé du matricule ne correspond pas à son numéro."),
        ({"nss": "123"}, "Un matricule INS compte 13 caractères et une clé de 2 chiffres."),
        ({"nss": ""}, "À remplir."),
        ({"regime": "1"}, "Deux chiffres, comme 01."),
        ({"caisse": "ABC"}, "Trois chiffres, comme 351."),
        ({"centre": ""}, "Quatre chiffres, comme 0000."),
        ({"source": "rumeur"}, "Choisissez une réponse de la liste."),
        ({"vue_le": "2026-13-01"}, "Cette date n’existe pas."),
        ({"vue_le": "2026-12-24"}, "Les droits n’ont pas pu être lus demain."),
        ({"rang": "0"}, "Nombre trop petit."),
        ({"complementaire": "é"}, "Numéro d’organisme complémentaire : 1 à 10 chiffres ou lettres."),
        ({"complementaire": "123"}, "Numéro de contrat : 1 à 30 caractères sans accent."),
    ],
)
async def test_a_wrong_answer_keeps_what_was_typed(
    secretary: Window, patient: Patient, changes: dict[str, str], error: str
) -> None:
    page = await secretary.post(f"/patientele/{patient.id}/assurance", RIGHTS | changes)
    assert page.status == 422
    assert page.errors == [error]
    typed = (RIGHTS | changes)["caisse"]
    assert f'name="caisse" type="text" value="{typed}"' in page.text


@pytest.mark.parametrize("back", ["https://ailleurs.example/", "//ailleurs", "/patientele/../tracabilite", "/visite"])
async def test_one_never_comes_back_elsewhere(secretary: Window, patient: Patient, back: str) -> None:
    done = await secretary.post(f"/patientele/{patient.id}/assurance", RIGHTS | {"retour": back})
    assert done.path == f"/patientele/{patient.id}"


async def test_a_stranger_patient_is_not_found(site: Site, secretary: Window) -> None:
    assert (await secretary.get(f"/patientele/{new_id()}/assurance")).status == 404
    assert (await secretary.post(f"/patientele/{new_id()}/assurance", RIGHTS)).status == 404
