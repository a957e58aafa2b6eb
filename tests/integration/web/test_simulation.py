"""Puis-je facturer ? The page asks the rules and says their answer; nothing is kept, nothing is taken."""

from __future__ import annotations

import pytest
import pytest_asyncio

from telemed.patients.model import Patient
from tests.integration.web.conftest import Site, Window, plain

pytestmark = pytest.mark.asyncio

CONSULTATION = {
    "acte": "teleconsultation",
    "jour": "2026-11-25",
    "medecin_traitant": "other",
    "parcours": "oui",
    "video": "oui",
}
EXPERTISE = {
    "acte": "teleexpertise",
    "cote": "opinion",
    "demande_le": "2026-11-24",
    "jour": "2026-11-25",
    "rpps": "10009999999",
    "profession": "10",
}
ACCOMPANIMENT = {
    "acte": "accompaniment",
    "lieu": "home",
    "jour": "2026-11-25",
    "consultation_le": "2026-11-25",
    "rpps": "10009999999",
    "video": "oui",
}


MONITORING = {
    "acte": "telemonitoring",
    "parcours": "insuffisance_cardiaque",
    "debut": "2026-10-20",
    "mois": "1",
    "jour": "2026-11-25",
    "prescrit_du": "2026-10-20",
    "prescrit_au": "2027-04-19",
    "attendues": "30",
    "recues": "28",
    "accord": "oui",
    "accord_donnees": "oui",
    "ars": "oui",
    "convention": "oui",
    "liste": "oui",
    "seul": "oui",
}


@pytest_asyncio.fixture
async def doctor(site: Site) -> Window:
    return await site.signed_in("doctor")


async def ask(window: Window, form: dict[str, str], **changes: str) -> str:
    page = await window.post("/facturation/simulation", form | changes)
    assert page.status == 200, page.errors
    return plain(page.text)


@pytest.mark.parametrize("act", ["", "teleconsultation", "teleexpertise", "accompaniment", "telemonitoring", "zzz"])
async def test_each_act_has_its_questions(doctor: Window, act: str) -> None:
    page = await doctor.get(f"/facturation/simulation?acte={act}")
    assert (page.status, page.title) == (200, "Puis-je facturer ?")
    assert "La réponse viendra ici" in plain(page.text)


async def test_a_general_practitioner_may_bill_tcg(doctor: Window) -> None:
    text = await ask(doctor, CONSULTATION)
    assert "Oui : TCG, 25,00 €" in text
    assert "Facturable" in text
    assert "/textes?jour=2026-11-25" in text


async def test_without_a_picture_it_is_no_and_says_why(doctor: Window) -> None:
    text = await ask(doctor, CONSULTATION, video="")
    assert "Non : l’acte peut se faire, il ne se facture pas." in text
    assert "Aucune image n’a été établie" in text


async def test_the_law_is_that_of_the_day(doctor: Window) -> None:
    assert "n’était pas remboursable à cette date" in await ask(doctor, CONSULTATION, jour="2018-09-14")


async def test_both_sides_of_a_tele_expertise(doctor: Window) -> None:
    assert "TE2" in await ask(doctor, EXPERTISE)
    assert "RQD" in await ask(doctor, EXPERTISE, cote="request")
    assert "Non :" in await ask(doctor, EXPERTISE, autres_codes="G")


async def test_a_doctor_does_not_accompany(doctor: Window) -> None:
    assert "Non :" in await ask(doctor, ACCOMPANIMENT)


async def test_a_month_of_telemonitoring(doctor: Window) -> None:
    text = await ask(doctor, MONITORING)
    assert "TVB" in text
    assert "28,00 €" in text
    assert "Forfait technique de l’exploitant" in text
    assert "<dt>Facture 1</dt><dd>mois 1</dd>" in text
    text = await ask(doctor, MONITORING, mois_faits="2, 3 5")
    assert "<dt>Facture 1</dt><dd>mois 1, mois 2, mois 3</dd>" in text
    assert "<dt>Facture 2</dt><dd>mois 5</dd>" in text
    assert (await doctor.post("/facturation/simulation", MONITORING | {"mois_faits": "un"})).status == 422
    assert "Non :" in await ask(doctor, MONITORING, prescrit_du="", prescrit_au="")
    assert "Non :" in await ask(doctor, MONITORING, accord_donnees="")


async def test_from_a_record_the_quota_is_looked_at(site: Site, doctor: Window, patient: Patient) -> None:
    page = await doctor.get(f"/facturation/simulation?acte=teleexpertise&patient={patient.id}")
    assert "LEROY Jeanne" in plain(page.text)
    text = await ask(doctor, EXPERTISE, patient=str(patient.id))
    assert "<dt>Reste</dt><dd>4</dd>" in text


async def test_nothing_is_kept(site: Site, doctor: Window, patient: Patient) -> None:
    await ask(doctor, CONSULTATION, patient=str(patient.id))
    assert await site.services.claims.page(site.people.doctor, limit=5) == []


@pytest.mark.parametrize(
    ("form", "changes", "error"),
    [
        (CONSULTATION, {"jour": "hier"}, "Cette date n’existe pas."),
        (CONSULTATION, {"honoraires": "beaucoup"}, "Un montant en euros est attendu, comme 32,50."),
        (EXPERTISE, {"rpps": "12"}, "11 chiffres, sans espace."),
        (EXPERTISE, {"cote": "milieu"}, "Choisissez une réponse de la liste."),
        (ACCOMPANIMENT, {"lieu": ""}, "Choisissez une réponse de la liste."),
        (MONITORING, {"prescrit_au": "2026-01-01"}, "La prescription finit avant de commencer."),
        (MONITORING, {"mois": "0"}, "Nombre trop petit."),
    ],
)
async def test_a_wrong_answer_keeps_what_was_typed(
    doctor: Window, form: dict[str, str], changes: dict[str, str], error: str
) -> None:
    page = await doctor.post("/facturation/simulation", form | changes)
    assert (page.status, page.errors) == (422, [error])


async def test_the_office_says_for_whom(site: Site) -> None:
    secretary = await site.signed_in("secretary")
    page = await secretary.post("/facturation/simulation", CONSULTATION)
    assert (page.status, page.errors) == (422, ["Choisissez qui facture."])
    whose = str(site.people.doctor.id)
    assert "Oui : TCG" in await ask(secretary, CONSULTATION, professionnel=whose)
