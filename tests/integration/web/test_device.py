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
