"""Rules as a doctor meets them: read in French, written as a form, tried over ninety days, by versions."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import pytest_asyncio

from telemed.acts.telemonitoring.formats.catalogue import LOINC
from telemed.acts.telemonitoring.model.arrival import Arrival
from telemed.acts.telemonitoring.model.hands import Hand, hand_of
from telemed.acts.telemonitoring.model.observation import Observation, ObservationStatus
from telemed.kernel.ids import new_id
from telemed.patients.model import Patient
from tests.integration.acts.telemonitoring.enrolled import make_follow_up, make_limit
from tests.integration.web.conftest import Answer, Site, Window, plain

pytestmark = pytest.mark.asyncio
FORM = {
    "libelle": "Poids très haut",
    "parcours": "insuffisance_cardiaque",
    "gravite": "now",
    "sens": "above",
    "nombre": "1",
    "signal_1": "weight",
    "genre_1": "threshold",
    "cote_1": "above",
    "limite_1": "80,5",
}


@pytest_asyncio.fixture
async def doctor(site: Site) -> Window:
    return await site.signed_in("doctor")


def address_of(page: Answer, label: str) -> str:
    found = re.search(rf'href="(/surveillance/regles/[^"]+)">{label}</a>', page.text)
    assert found, label
    return found[1]


async def test_a_nurse_reads_what_a_doctor_writes(site: Site, doctor: Window) -> None:
    nurse = await site.signed_in("nurse")
    listed = await nurse.get("/surveillance/regles?parcours=insuffisance_cardiaque")
    assert "Poids au-dessus du seuil du patient (« poids, limite haute »)" in plain(listed.text)
    assert "Elle ne se désactive pas." in listed.text
    assert "Nouvelle règle" not in listed.text
    rule = address_of(listed, "Prise de poids rapide")
    assert "Activer" not in (await nurse.get(rule)).text
    assert (await nurse.get("/surveillance/regles/nouvelle")).status == 403
    assert (await nurse.post(rule, FORM | {"geste": "garder"})).status == 403
    mandatory = await doctor.post(f"{rule}/retirer")
    assert (mandatory.status, "obligatoire" in mandatory.text) == (409, True)


async def test_a_rule_is_written_rewritten_taken_away_and_brought_back(doctor: Window) -> None:
    new = await doctor.get("/surveillance/regles/nouvelle?parcours=insuffisance_cardiaque")
    assert '<option value="insuffisance_cardiaque" selected>' in new.text
    wrong = await doctor.post("/surveillance/regles", FORM | {"geste": "garder", "limite_1": "beaucoup"})
    assert (wrong.status, wrong.errors) == (422, ["Un nombre est attendu, comme 74,5."])
    assert 'value="beaucoup"' in wrong.text
    two = await doctor.post("/surveillance/regles", FORM | {"geste": "ajouter"})
    assert 'id="signal_2"' in two.text
    kept = await doctor.post("/surveillance/regles", FORM | {"geste": "garder"})
    assert "Règle active dès maintenant." in kept.text
    assert "Poids au-dessus de 80,5 kg" in plain(kept.text)
    twice = await doctor.post("/surveillance/regles", FORM | {"geste": "garder"})
    assert (twice.status, "porte déjà ce nom" in twice.text) == (409, True)
    rule = kept.path
    second = await doctor.post(rule, FORM | {"geste": "garder", "numero": "1", "limite_1": "82"})
    assert "Version 2" in second.text
    assert "82 kg" in plain(second.text)
    stale = await doctor.post(rule, FORM | {"geste": "garder", "numero": "1"})
    assert (stale.status, "a changé entre-temps" in stale.text) == (409, True)
    gone = await doctor.post(f"{rule}/retirer")
    assert gone.path == "/surveillance/regles?parcours=insuffisance_cardiaque"
    undo = re.search(r'action="([^"]+/remettre)"', gone.text)
    assert undo
    assert "est retirée" in (await doctor.get(rule)).text
    assert "est retirée" not in (await doctor.post(undo[1])).text
    assert (await doctor.get("/surveillance/regles/rien")).status == 404


async def test_a_rule_that_nests_is_written_as_json(doctor: Window) -> None:
    shown = await doctor.post("/surveillance/regles", FORM | {"geste": "json"})
    assert "&#34;limit&#34;: &#34;80.5&#34;" in shown.text
    raw = '{"name": "x", "label": "X", "severity": "soon", "when": {"kind": "at_least", "count": 1, "of": ['
    leaf = '{"kind": "threshold", "signal": "weight", "unit": "kg", "side": "above", "limit": "90"}'
    nested = raw + '{"kind": "at_least", "count": 1, "of": [' + leaf + "]}, " + leaf + "]}}"
    sent = {"mode": "json", "parcours": "insuffisance_cardiaque", "geste": "garder"}
    broken = await doctor.post("/surveillance/regles", sent | {"regle": nested[:-3]})
    assert (broken.status, "lisible" in broken.text) == (422, True)
    kept = await doctor.post("/surveillance/regles", sent | {"regle": nested})
    assert "elle s’écrit en JSON" in kept.text


async def test_a_trial_says_how_often_and_for_whom(site: Site, doctor: Window, patient: Patient) -> None:
    services = site.services
    follow_up = await make_follow_up(services, site.people.doctor, patient, limits=[make_limit(80_000_000)])
    now = services.clock.now()
    arrivals = [
        Arrival(
            follow_up.id,
            hand_of(follow_up.id, Hand.TEAM),
            new_id(),
            now,
            Observation(
                "",
                "",
                f"{LOINC}|29463-7",
                "",
                now - timedelta(days=back),
                ObservationStatus.FINAL,
                "weight",
                (84 if back in (3, 20) else 79) * 1_000_000,
            ),
        )
        for back in range(1, 40)
    ]
    await services.telemonitoring.ingestion.take(arrivals)
    tried = await doctor.post("/surveillance/regles", FORM | {"geste": "essayer", "limite_1": ""})
    text = plain(tried.text)
    assert "Elle aurait appelé 2 fois pour 1 patient : 0,2 par semaine." in text
    assert "LEROY Jeanne" in text
    quiet = await doctor.post("/surveillance/regles", FORM | {"geste": "essayer", "limite_1": "120"})
    assert "n’aurait appelé personne en 90 jours" in plain(quiet.text)
    assert "Poids très haut" not in (await doctor.get("/surveillance/regles")).text
