"""Comptes: an invitation from its making to the first sign-in; suspension; the trace for the auditor."""

from __future__ import annotations

import re

import pyotp
import pytest

from tests.integration.web.conftest import Site, plain

pytestmark = pytest.mark.asyncio
PASSWORD = "tisane lampe orage velours"
NEW = {
    "prenom": "Nadia",
    "nom": "Haddad",
    "identifiant": "nadia.haddad",
    "roles": "doctor",
    "rpps": "10100000040",
    "specialite": "G15_10/SM54",
    "secteur": "sector_1",
}


async def test_an_invited_doctor_enrols_and_signs_in(site: Site) -> None:
    administrator = await site.signed_in("administrator")
    created = await administrator.post("/comptes", NEW)
    assert created.title == "Invitation de Dr Nadia HADDAD"
    address = re.search(r"(/invitation/[\w-]+)", created.text)
    assert address
    newcomer = await site.window()
    assert (await newcomer.get(address[1])).title == "Votre mot de passe"
    factor = await newcomer.post(address[1], {"mot_de_passe": PASSWORD, "encore": PASSWORD})
    secret = re.search(r'class="code">([A-Z2-7]+)<', factor.text)
    assert secret
    assert "data:image/svg+xml" in factor.text
    code = pyotp.TOTP(secret[1]).at(site.clock.now())
    done = await newcomer.post(f"{address[1]}/code", {"code": code})
    assert done.title == "Votre compte est prêt"
    recovery = re.findall(r"<li>([A-Z0-9-]+)</li>", done.text)
    form = {"identifiant": "nadia.haddad", "mot_de_passe": PASSWORD, "code": recovery[0]}
    assert (await newcomer.post("/connexion", form)).path == "/aujourdhui"


async def test_a_nurse_has_an_account_and_only_the_pages_of_everybody(site: Site) -> None:
    administrator = await site.signed_in("administrator")
    nurse = {"prenom": "Zoé", "nom": "Blanc", "identifiant": "zoe.blanc", "roles": "health_professional"}
    refused = await administrator.post("/comptes", nurse | {"rpps": "10100000065"})
    assert (refused.status, "Indiquez la profession de santé" in refused.text) == (422, True)
    created = await administrator.post("/comptes", nurse | {"rpps": "10100000065", "profession": "60"})
    assert created.title == "Invitation de Zoé BLANC"
    window = await site.signed_in("nurse")
    assert (await window.get("/")).status == 200
    assert (await window.get("/mes-sessions")).status == 200
    assert (await window.get("/aujourdhui")).status == 403


async def test_an_invitation_serves_once(site: Site) -> None:
    page = await (await site.window()).get("/invitation/" + "x" * 43)
    assert page.title == "Votre mot de passe"
    gone = await (await site.window()).post(page.path, {"mot_de_passe": PASSWORD, "encore": PASSWORD})
    assert (gone.status, gone.title) == (404, "Invitation fermée")


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"mot_de_passe": PASSWORD, "encore": "autre chose"}, "Les deux mots de passe diffèrent."),
        ({"mot_de_passe": PASSWORD}, "À remplir."),
    ],
)
async def test_a_password_is_typed_twice(site: Site, form: dict[str, str], sentence: str) -> None:
    page = await (await site.window()).post("/invitation/" + "x" * 43, form)
    assert page.status == 422
    assert sentence in plain(page.text)
    assert PASSWORD not in page.text


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"roles": ""}, "Choisissez au moins un rôle."),
        ({"rpps": "123"}, "Un numéro RPPS compte 11 chiffres."),
        ({"nom": ""}, "À remplir."),
        ({"secteur": ""}, "Indiquez le secteur conventionnel du médecin."),
        ({"identifiant": "claire.moreau"}, "identifiant"),
    ],
)
async def test_a_refused_account_keeps_what_was_typed(site: Site, change: dict[str, str], sentence: str) -> None:
    administrator = await site.signed_in("administrator")
    page = await administrator.post("/comptes", NEW | change)
    assert page.status == 422
    assert sentence.lower() in plain(page.text).lower()
    assert 'value="Nadia"' in page.text


async def test_suspending_shuts_out_at_once_and_reinstating_lets_in(site: Site) -> None:
    doctor = await site.signed_in("doctor")
    administrator = await site.signed_in("administrator")
    base = f"/comptes/{site.people.doctor.id}"
    suspended = await administrator.post(f"{base}/suspendre")
    assert "Compte suspendu" in suspended.text
    assert (await doctor.get("/aujourdhui")).path.startswith("/connexion")
    assert "Compte rétabli." in (await administrator.post(f"{base}/retablir")).text


async def test_a_new_invitation_replaces_the_former_secrets(site: Site) -> None:
    doctor = await site.signed_in("doctor")
    administrator = await site.signed_in("administrator")
    page = await administrator.post(f"/comptes/{site.people.doctor.id}/inviter")
    assert page.title == "Invitation de Dr Claire MOREAU"
    assert (await doctor.get("/aujourdhui")).path.startswith("/connexion")


async def test_the_auditor_sees_accesses_and_refusals_without_a_name_of_patients(site: Site) -> None:
    doctor = await site.signed_in("doctor")
    await doctor.get("/comptes")
    await doctor.get("/patientele?q=leroy")
    auditor = await site.signed_in("auditor")
    page = await auditor.get("/tracabilite")
    assert "Dr Claire MOREAU" in page.text
    assert "leroy" not in page.text.lower()


async def test_the_trace_is_narrowed_to_a_patient(site: Site) -> None:
    auditor = await site.signed_in("auditor")
    wrong = await auditor.get("/tracabilite?patient=abc")
    assert "Cet identifiant de patient n’est pas lisible." in wrong.text
    nobody = await auditor.get(f"/tracabilite?patient={site.people.doctor.id}")
    assert "Rien ne correspond." in nobody.text or "trace.read" in nobody.text
