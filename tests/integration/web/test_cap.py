"""The Plafond page: its curve, the acts behind its figures, a file previewed and kept, a derogation ended."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import FormData

from billing.facts import MedecinTraitant
from billing.rules.cap import Counts
from billing.rules.projection import AnnualVolume, Outside
from telemed.kernel.ids import new_id
from telemed.patients.model import Patient
from tests.integration.web.conftest import Answer, Site, Window, plain
from tests.integration.web.test_billing import closed_act

pytestmark = pytest.mark.asyncio
PAGE = "/facturation/plafond"
GOOD = "jour;nature;nombre;lieu\n2026-01-05;consultation;20;Clinique A\n2026-06-30;téléconsultation;4;Clinique A\n"
DEROGATION = {
    "annee": "2026",
    "reference": "37-2026-114",
    "decidee_par": "cpam",
    "taux": "30",
    "du": "2026-01-01",
    "au": "2026-12-31",
    "origine": "Courrier du 5 janvier",
}


@pytest_asyncio.fixture
async def doctor(site: Site) -> Window:
    return await site.signed_in("doctor")


async def close_acts(site: Site, patient: Patient, number: int, **changes: Any) -> None:
    for _ in range(number):
        await site.services.claims.propose(closed_act(site, patient, act_id=new_id(), **changes))


async def declare(site: Site) -> None:
    who = site.people.doctor
    assert who.id is not None
    day = date(2026, 11, 20)
    await site.services.cap.declare(
        who,
        who.id,
        year=2026,
        source="relevé",
        declared_on=day,
        annual_volume=AnnualVolume(1000, "relevé", day),
        outside=Outside(Counts(other_acts=650), day, "relevé"),
    )


async def preview(doctor: Window, content: bytes, **changes: str) -> Answer:
    data = FormData()
    for name, value in ({"annee": "2026", "provenance": "Export de la clinique"} | changes).items():
        data.add_field(name, value)
    data.add_field("fichier", content, filename="activite.csv", content_type="text/csv")
    return await doctor.send(f"{PAGE}/import", data)


def hidden(page: Answer) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)">', page.text))


async def test_the_curve_and_its_table_tell_the_same_figures(site: Site, doctor: Window, patient: Patient) -> None:
    spring = datetime(2026, 4, 10, 9, tzinfo=UTC)
    await close_acts(site, patient, 3, started_at=spring, ended_at=spring)
    await close_acts(site, patient, 2)
    await declare(site)
    page = await doctor.get(PAGE)
    text = plain(page.text)
    assert page.status == 200
    assert "Actes à distance cumulés en 2026" in text
    assert re.search(r"<desc id=\"courbe-texte\">5 actes à distance comptés", page.text.replace("\u00a0", " "))
    rows = re.findall(
        r"<tr><th scope=\"row\">([^<]*)</th>((?:<td data-label=\"[^\"]+\" class=\"number\">[^<]*</td>)+)", page.text
    )
    assert len(rows) == 11
    found = {plain(day): re.findall(r">([^<]*)</td>", cells) for day, cells in rows}
    assert found["31 mars 2026"][0] == "0"
    assert found["30 avril 2026"][0] == "3"
    assert [plain(cell) for cell in found["25 novembre 2026"]] == ["5", "655", "131", "0,8 %"]


async def test_each_figure_opens_the_acts_behind_it(site: Site, doctor: Window, patient: Patient) -> None:
    await close_acts(site, patient, 2)
    await close_acts(site, patient, 1, medecin_traitant=MedecinTraitant.SELF)
    await close_acts(site, patient, 1, is_video_established=False)
    await declare(site)
    page = await doctor.get(PAGE)
    assert f'href="{PAGE}/actes?annee=2026&amp;part=distance"' in page.text
    remote = await doctor.get(f"{PAGE}/actes?annee=2026&part=distance")
    assert (remote.status, remote.text.count('class="table-link"')) == (200, 2)
    whole = await doctor.get(f"{PAGE}/actes?annee=2026")
    assert whole.text.count('class="table-link"') == 3
    assert "Votre patient (médecin traitant)" in whole.text
    link = re.search(r'class="table-link" href="([^"]+)"', whole.text)
    assert link is not None
    assert (await doctor.get(link[1])).status == 200
    assert "Aucun acte compté" in (await doctor.get(f"{PAGE}/actes?annee=2025&part=distance")).text


async def test_a_file_is_previewed_then_kept_then_withdrawn(site: Site, doctor: Window) -> None:
    shown = await preview(doctor, (GOOD + "2026-12-24;autre;1;\n").encode())
    text = plain(shown.text)
    assert (shown.status, shown.title) == (200, "Aperçu de l’import · 2026")
    assert "2 lignes, 24 actes" in text
    assert "Inconnue : elle n’est pas comptée comme nulle." in text
    assert "24 actes au 30 juin 2026 (Export de la clinique)." in text
    assert "Ce jour n’est pas encore passé" in text
    assert "Export de la clinique" not in (await doctor.get(PAGE)).text
    kept = await doctor.post(f"{PAGE}/import/confirmer", hidden(shown))
    assert (kept.path, "Fichier importé" in kept.text) == (f"{PAGE}?annee=2026", True)
    assert "Export de la clinique" in kept.text
    again = await doctor.post(f"{PAGE}/import/confirmer", hidden(shown))
    assert "déjà importé" in again.text
    known = await preview(doctor, (GOOD + "2026-12-24;autre;1;\n").encode())
    assert "a déjà été importé" in plain(known.text)
    assert "import/confirmer" not in known.text
    address = re.search(r'action="([^"]+/retirer)"', kept.text)
    assert address is not None
    gone = await doctor.post(address[1], {})
    assert "Import retiré" in gone.text
    assert "Retiré" in gone.text


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Le fichier est vide"),
        (GOOD.encode("utf-16"), "UTF-16"),
        (b"a;b\n1;2", "La première ligne doit nommer les colonnes"),
    ],
)
async def test_a_file_that_cannot_be_read_is_told_beside_its_field(
    doctor: Window, content: bytes, sentence: str
) -> None:
    page = await preview(doctor, content, couvre_du="2026-01-01")
    assert page.status == 422
    assert sentence in plain(page.text)
    assert 'href="#fichier"' in page.text
    assert 'value="2026-01-01"' in page.text
    assert 'value="Export de la clinique"' in page.text


async def test_windows_1252_is_told_and_a_period_is_checked(doctor: Window) -> None:
    page = await preview(doctor, GOOD.encode("windows-1252"))
    assert "Windows-1252" in plain(page.text)
    wrong = await preview(doctor, GOOD.encode(), couvre_du="2025-01-01")
    assert (wrong.status, wrong.errors) == (422, ["La période du fichier est dans l’année 2026."])
    nothing = await preview(doctor, GOOD.encode(), provenance="")
    assert (nothing.status, 'href="#provenance"' in nothing.text) == (422, True)


async def test_a_forged_confirmation_keeps_nothing(doctor: Window) -> None:
    form = {"annee": "2026", "provenance": "x", "contenu": "%%%"}
    assert (await doctor.post(f"{PAGE}/import/confirmer", form)).status == 422
    form["contenu"] = "am91cjtuYXR1cmU7bm9tYnJlCjIwMjUtMDEtMDU7YXV0cmU7MQo="
    page = await doctor.post(f"{PAGE}/import/confirmer", form)
    assert (page.status, "rien n’est gardé" in plain(page.text)) == (409, True)


async def test_a_derogation_is_recorded_ended_and_withdrawn(doctor: Window) -> None:
    page = await doctor.post(f"{PAGE}/derogations", DEROGATION)
    assert "Dérogation enregistrée" in page.text
    assert "Taux relevé par la dérogation 37-2026-114." in plain(page.text)
    assert "CPAM 37-2026-114" in plain(page.text)
    address = re.search(r'action="([^"]+/fin)"', page.text)
    assert address is not None
    refused = await doctor.post(address[1], {"annee": "2026", "fin": "2027-01-01"})
    assert refused.status == 422
    ended = await doctor.post(address[1], {"annee": "2026", "fin": "2026-06-30"})
    assert "Terminée" in ended.text
    assert "Taux relevé" not in ended.text
    address = re.search(r'action="([^"]+/fin)"', ended.text)
    assert address is not None
    withdrawn = await doctor.post(address[1], {"annee": "2026", "fin": ""})
    assert "Retirée" in withdrawn.text


async def test_a_derogation_that_no_text_gives_is_refused_and_kept_as_typed(doctor: Window) -> None:
    page = await doctor.post(f"{PAGE}/derogations", DEROGATION | {"taux": "20"})
    assert page.status == 409
    assert "Une dérogation relève le plafond de 20 %" in plain(page.text)
    assert 'value="37-2026-114"' in page.text
    assert (await doctor.post(f"{PAGE}/derogations", DEROGATION | {"taux": "cent"})).status == 422


async def test_only_a_doctor_opens_these_pages(site: Site) -> None:
    secretary = await site.signed_in("secretary")
    for path in (PAGE, f"{PAGE}/actes?annee=2026"):
        assert (await secretary.get(path)).status == 403
    assert (await secretary.post(f"{PAGE}/derogations", DEROGATION)).status == 403
