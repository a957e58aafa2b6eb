"""Past measures of a patient from a file, as a nurse imports them from his sheet."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import Sequence
from datetime import timedelta

import pytest
from aiohttp import FormData

from telemed.acts.telemonitoring.model.arrival import Arrival, Taken
from telemed.acts.telemonitoring.service import history_work
from telemed.patients.model import Patient
from tests.integration.acts.telemonitoring.enrolled import make_follow_up
from tests.integration.web.conftest import Answer, Site, Window, plain

pytestmark = pytest.mark.asyncio


async def choose(window: Window, base: str, content: bytes) -> Answer:
    form = FormData()
    form.add_field("fichier", io.BytesIO(content), filename="mesures.csv", content_type="text/csv")
    return await window.send(base, form)


async def test_a_file_is_looked_at_kept_and_taken_back(site: Site, patient: Patient) -> None:
    follow_up = await make_follow_up(site.services, site.people.doctor, patient)
    home, nurse = f"/surveillance/{follow_up.id}", await site.signed_in("nurse")
    assert f'href="{home}/historique"' in (await nurse.get(home)).text
    base = f"{home}/historique"
    assert "Aucun fichier encore" in (await nurse.get(base)).text
    template = await nurse.client.get(f"{base}/modele.csv", headers={"Sec-Fetch-Site": "same-origin"})
    model = await template.read()
    assert template.headers["Content-Disposition"] == 'attachment; filename="mesures.csv"'
    header, line, *_ = model.decode("utf-8-sig").splitlines()
    assert header == "date;mesure;valeur;unité;appareil"
    assert re.fullmatch(r"\d\d/\d\d/2026 08:30;Poids;;kg;", line)
    nothing = await choose(nurse, base, model)
    assert "il n’y a rien à garder" in nothing.text
    assert f"{nothing.path}/garder" not in nothing.text
    assert "Il faut une valeur." in plain(nothing.text)

    day = site.clock.now() - timedelta(days=2)
    lines = [f"{day:%d/%m/%Y} 0{hour}:30;Poids;7{hour},5;kg;" for hour in range(1, 4)]
    content = "\r\n".join([header, *lines, lines[0], "hier;Poids;71;kg;", f"{day:%d/%m/%Y} 05:00;Poids;702;kg;"])
    seen = await choose(nurse, base, content.encode("windows-1252"))
    text = plain(seen.text)
    assert "<strong>4 mesures</strong> : Poids" in text
    assert "1 ligne : la même mesure est déjà là, ou deux fois dans le fichier." in text
    assert "1 ligne : mises de côté sur la fiche" in text
    assert re.search(
        r'scope="row" class="nowrap">Ligne 6</th>\s*<td data-label="Pourquoi">Cette date n’est pas lisible', text
    )
    assert "la dernière 73,5 kg" not in plain((await nurse.get(home)).text)
    kept = await nurse.post(f"{seen.path}/garder")
    assert "Mesures gardées" in kept.text
    assert "la dernière 73,5 kg" in plain((await nurse.get(home)).text)
    again = await nurse.post(f"{seen.path}/garder")
    assert (again.status, "déjà gardé ou annulé" in again.text) == (409, True)
    assert "4 lignes : la même mesure" in plain((await choose(nurse, base, content.encode())).text).replace(
        "5 l", "4 l"
    )

    undo = re.search(r'action="(/surveillance/historiques/[^"]+/retirer)"', kept.text)
    assert undo
    undone = await nurse.post(undo[1])
    assert "Mesures retirées." in undone.text
    assert "la dernière 73,5 kg" not in plain((await nurse.get(home)).text)
    listed = plain((await nurse.get(base)).text)
    assert re.search(r"5 mesures, 1 ligne rejetée · .*?Retiré", listed)


async def test_a_long_file_shows_how_far_it_has_got_and_then_what_it_brought(
    site: Site, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_work, "SHORT", 1)
    monkeypatch.setattr(history_work, "_AT_ONCE", 1)
    follow_up, nurse = await make_follow_up(site.services, site.people.doctor, patient), await site.signed_in("nurse")
    lines = "".join(f"2{number}/11/2026 08:00;Poids;7{number};kg;\n" for number in range(3))
    content = f"date;mesure;valeur;unité;appareil\n{lines}".encode()
    one = await choose(nurse, f"/surveillance/{follow_up.id}/historique", content)
    telemonitoring, batches = site.services.telemonitoring, iter(range(2))
    take, held, at_third = telemonitoring.ingestion.take, asyncio.Event(), asyncio.Event()

    async def take_one(arrivals: Sequence[Arrival]) -> list[Taken]:
        if next(batches, None) is None:
            at_third.set()
            await held.wait()
        return await take(arrivals)

    monkeypatch.setattr(telemonitoring.ingestion, "take", take_one)
    await nurse.post(f"{one.path}/garder")
    await at_third.wait()
    text = plain((await nurse.get(one.path)).text)
    assert "En train d’être gardé" in text
    assert re.search(r'<progress [^>]*value="2" max="3"></progress><span>2 faites sur 3 mesures', text), text
    refused = await nurse.post(f"{one.path}/retirer")
    assert (refused.status, "attendez la fin, puis retirez-le" in plain(refused.text)) == (409, True)
    held.set()
    await telemonitoring.entrance.histories.work.wait()
    text = plain((await nurse.get(one.path)).text)
    assert ("<progress" in text, "Retirer ces mesures" in text) == (False, True)


async def test_a_file_that_cannot_be_read_is_told_beside_its_field_and_nothing_is_lost(
    site: Site, patient: Patient
) -> None:
    follow_up = await make_follow_up(site.services, site.people.doctor, patient)
    base, doctor = f"/surveillance/{follow_up.id}/historique", await site.signed_in("doctor")
    largest = site.services.settings.device_body_limit_bytes
    for content, said in (
        (b"", "Choisissez un fichier CSV qui ne soit pas vide."),
        (b"PK\x03\x04", "C’est un classeur de tableur : enregistrez-le comme CSV, puis choisissez ce CSV."),
        (b"poids;71", "La première ligne est date;mesure;valeur;unité;appareil"),
        (b"x" * (largest + 1), "Ce fichier dépasse 16 Mo : coupez-le en plusieurs."),
    ):
        refused = await choose(doctor, base, content)
        assert refused.status == 422
        assert refused.errors[0].startswith(said), refused.errors
        assert 'id="fichier-erreur"' in refused.text
    assert (await doctor.post(base, {"fichier": "rien"})).status == 422
    stranger, secretary = await site.signed_in("stranger"), await site.signed_in("secretary")
    header = "date;mesure;valeur;unité;appareil\n"
    kept = (await choose(doctor, base, f"{header}20/11/2026 08:00;Poids;71;kg;".encode())).path
    for window, status in ((stranger, 404), (secretary, 403)):
        assert (await window.get(base)).status == status
        assert (await window.get(kept)).status == status
        assert (await window.post(f"{kept}/garder")).status == status
        assert (await choose(window, base, b"x")).status in (status, 422)
    dropped = await doctor.post(f"{kept}/retirer")
    assert (dropped.path, "Rien de ce fichier" in dropped.text) == (base, True)
