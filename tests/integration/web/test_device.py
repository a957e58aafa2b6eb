"""The accesses of a patient's device: a certificate registered from the page, an access revoked there."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import FormData

from telemed.patients.model import Patient
from telemed.security.certificates import CertificateAuthority
from tests.integration.acts.telemonitoring.enrolled import make_follow_up
from tests.integration.acts.telemonitoring.equipped import equip
from tests.integration.web.conftest import Answer, Site, Window, plain

pytestmark = pytest.mark.asyncio


async def send(window: Window, base: str, *, pasted: str = "", file: bytes = b"") -> Answer:
    form = FormData()
    form.add_field("pem", pasted)
    form.add_field("certificat", file, filename="balance.pem" if file else "", content_type="application/octet-stream")
    return await window.send(f"{base}/certificats", form)


async def test_a_certificate_is_registered_shown_and_revoked(site: Site, patient: Patient, tmp_path: Path) -> None:
    follow_up = await make_follow_up(site.services, site.people.doctor, patient)
    scale = await equip(site.services, site.people.doctor, follow_up)
    authority = CertificateAuthority("Exploitant", site.clock.now(), lifetime=timedelta(days=90))
    files, other = (authority.write_client(tmp_path, name) for name in ("SN-42", "SN-43"))
    home, nurse = f"/surveillance/{follow_up.id}", await site.signed_in("nurse")
    base = f"{home}/dispositifs/{scale.device_id}"
    assert f'href="{base}"' in (await nurse.get(home)).text
    assert "Rien n’est encore arrivé" in (await nurse.get(base)).text

    for pasted, said in (
        ("", "Collez un certificat, ou choisissez son fichier."),
        ("-----BEGIN CERTIFICATE-----\nabc", "Ceci n’est pas un certificat"),
        (files.key.read_text(), "C’est une clé privée"),
    ):
        refused = await send(nurse, base, pasted=pasted)
        assert (refused.status, refused.errors[0].startswith(said)) == (422, True), refused.errors
        assert "PRIVATE KEY" not in refused.text
        assert 'id="pem-erreur"' in refused.text
    too_long = await send(nurse, base, file=b"x" * 100_001)
    assert (too_long.status, 'id="certificat-erreur"' in too_long.text) == (422, True)

    kept = await send(nurse, base, pasted=files.certificate.read_text())
    assert "Certificat enregistré." in kept.text
    assert "CN=SN-42" in kept.text
    assert re.search(r'<span class="code">(?:[0-9A-F]{4} ?){16}</span>', kept.text)
    assert "jusqu’au mardi 23 février" in plain(kept.text)
    again = await send(nurse, base, file=files.certificate.read_bytes())
    assert again.errors == ["Ce certificat est déjà celui d’un dispositif."]
    assert "CN=SN-43" in (await send(nurse, base, file=other.certificate.read_bytes())).text
    shown = await nurse.get(base)
    addresses = re.findall(rf'action="({base}/acces/[^"]+/revoquer)"', shown.text)
    assert len(addresses) == 3
    assert "C’est définitif" in shown.text
    revoked = await nurse.post(addresses[0])
    assert "Accès révoqué." in revoked.text
    assert revoked.text.count("/revoquer") == 2
    assert len(await site.services.telemonitoring.devices.of_follow_up(site.people.doctor, follow_up.id)) == 1

    site.clock.advance(timedelta(days=91))
    nurse = await site.signed_in("colleague")
    over = await send(nurse, base, pasted=files.certificate.read_text())
    assert over.errors[0].startswith("Ce certificat est échu")
    stranger = await site.signed_in("stranger")
    assert (await stranger.get(base)).status == 404
    assert (await send(stranger, base, pasted="x")).status == 404
    assert (await nurse.get(f"{home}/dispositifs/rien")).status == 404


TAKEN = "Ce dispositif est déjà connu du cabinet : confiez celui-là, repris d’abord s’il est porté."


async def test_a_secretary_keeps_the_devices_and_gateways_of_the_practice(site: Site, patient: Patient) -> None:
    base, secretary = "/surveillance/dispositifs", await site.signed_in("secretary")
    empty = await secretary.get(base)
    assert "Aucun dispositif encore" in empty.text
    assert 'href="/surveillance/cabinet"' in empty.text
    assert 'href="/surveillance"' not in empty.text
    hub = {"nature": "gateway", "nom": "Serveur", "modele": "Hub 2", "identifiant": "urn:gateway|1", "mesures": ""}
    gateway = await secretary.post(base, hub)
    assert gateway.path.startswith(f"{base}/")
    token = await secretary.post(f"{gateway.path}/acces")
    assert "montré cette seule fois" in token.text
    assert token.headers["Cache-Control"] == "no-store"
    scale = {"nature": "device", "nom": "Balance", "modele": "B3", "identifiant": "SN-1", "mesures": "weight"}
    for wrong, said in (
        ({"mesures": ""}, "Dites ce qu’il mesure."),
        ({"identifiant": "urn:gateway|1"}, TAKEN),
        ({"passerelle": str(patient.id)}, "Cette passerelle n’existe pas ou n’est pas de votre cabinet."),
        ({"nom": ""}, "À remplir."),
    ):
        refused = await secretary.post(base, scale | wrong)
        assert (refused.status, refused.errors) == (422, [said])
    behind = await secretary.post(base, scale | {"passerelle": gateway.path.rpartition("/")[2], "autres_noms": "a\nb"})
    assert "Il n’est confié à personne" in plain(behind.text)
    assert "selected>Serveur, Hub 2" in behind.text
    assert (await secretary.post(f"{behind.path}/acces")).status == 422
    renamed = await secretary.post(f"{behind.path}/decrire", scale | {"nom": "Pèse-personne", "autres_noms": "a"})
    assert renamed.title == "Pèse-personne"


async def test_a_device_of_the_practice_leads_to_its_patient_for_those_who_may_see_him(
    site: Site, patient: Patient
) -> None:
    follow_up = await make_follow_up(site.services, site.people.doctor, patient)
    scale = await equip(site.services, site.people.doctor, follow_up)
    path = f"/surveillance/dispositifs/{scale.device_id}"
    secretary, nurse = await site.signed_in("secretary"), await site.signed_in("nurse")
    page = await secretary.get(path)
    assert "Confié à un patient depuis" in page.text
    assert str(follow_up.id) not in page.text
    assert f'href="/surveillance/{follow_up.id}#materiel"' in (await nurse.get(path)).text
    retired = await secretary.post(f"{path}/retirer")
    assert "Dispositif hors d’usage." in retired.text
    assert "/decrire" not in (await secretary.get(path)).text
    stranger = await site.signed_in("stranger")
    assert (await stranger.get(path)).status == 404
    administrator = await site.signed_in("administrator")
    assert (await administrator.get("/surveillance/cabinet")).status == 200
    assert (await administrator.get("/")).path == "/comptes"
