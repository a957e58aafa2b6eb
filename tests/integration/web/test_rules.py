"""Rules as a doctor meets them: read in French, written as a form, tried over ninety days, by versions."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
import pytest_asyncio

from telemed.acts.telemonitoring.formats.catalogue import LOINC
from telemed.acts.telemonitoring.model.arrival import Arrival
from telemed.acts.telemonitoring.model.care import FollowUp
from telemed.acts.telemonitoring.model.hands import Hand, hand_of
from telemed.acts.telemonitoring.model.late import LatePlace
from telemed.acts.telemonitoring.model.observation import Observation, ObservationStatus
from telemed.kernel.clock import Territory
from telemed.kernel.ids import new_id
from telemed.patients.model import Patient
from telemed.web import french
from tests.integration.acts.telemonitoring.enrolled import make_follow_up, make_limit
from tests.integration.web.conftest import LOGINS, Answer, Site, Window, plain
from tests.rule_page import sent_of

pytestmark = pytest.mark.asyncio
FORM = {
    "libelle": "Poids très haut",
    "parcours": "insuffisance_cardiaque",
    "gravite": "now",
    "sens": "above",
    "signal_1": "weight",
    "genre_1": "threshold",
    "cote_1": "above",
    "limite_1": "80,5",
}


OWN = {
    "resourceType": "Questionnaire",
    "status": "active",
    "url": "urn:c:2",
    "version": "1",
    "name": "equilibre",
    "title": "Équilibre",
    "item": [
        {
            "linkId": "1",
            "type": "choice",
            "text": "Tenez-vous debout sans aide",
            "answerOption": [
                {"valueCoding": {"code": "stands", "display": "Oui"}},
                {"valueCoding": {"code": "falls", "display": "Non"}},
            ],
        }
    ],
}


@pytest_asyncio.fixture
async def doctor(site: Site) -> Window:
    return await site.signed_in("doctor")


def sent(page: Answer) -> dict[str, str]:
    """What a browser would send of the rule's form, pressing no button."""
    return sent_of(page.text)


async def weigh(site: Site, follow_up: FollowUp, by_days_back: dict[int, float]) -> None:
    """Weights of so many days ago, all of which arrive now."""
    now, hand = site.clock.now(), hand_of(follow_up.id, Hand.TEAM)
    final, code = ObservationStatus.FINAL, f"{LOINC}|29463-7"
    await site.services.telemonitoring.ingestion.take(
        [
            Arrival(
                follow_up.id,
                hand,
                new_id(),
                now,
                Observation("", "", code, "", now - timedelta(days=back), final, "weight", int(kilograms * 1_000_000)),
            )
            for back, kilograms in by_days_back.items()
        ]
    )


def address_of(page: Answer, label: str) -> str:
    found = re.search(rf'href="(/surveillance/regles/[^"]+)">{label}</a>', page.text)
    assert found, label
    return found[1]


async def test_a_nurse_reads_what_a_doctor_writes(site: Site, doctor: Window) -> None:
    nurse = await site.signed_in("nurse")
    listed = await nurse.get("/surveillance/regles?parcours=insuffisance_cardiaque")
    assert "Le poids dépasse le seuil du patient (« poids, limite haute »)" in plain(listed.text)
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
    kept = await doctor.post("/surveillance/regles", FORM | {"geste": "garder"})
    assert "Règle active dès maintenant." in kept.text
    assert "Alerte si le poids dépasse 80,5 kg." in plain(kept.text)
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


async def test_groups_are_built_without_a_script_and_nothing_typed_is_lost(doctor: Window) -> None:
    two = await doctor.post("/surveillance/regles", FORM | {"geste": "ajouter-1"})
    assert re.findall(r'<fieldset class="condition[^"]*" id="condition-(\d)"', two.text) == ["2", "1", "3"]
    assert 'name="limite_1" type="text" value="80,5"' in two.text
    groups = await doctor.post("/surveillance/regles", sent(two) | {"limite_3": "90", "geste": "grouper-2"})
    assert ("Groupe 3</legend>" in groups.text, "Condition 3.2</legend>" in groups.text) == (True, True)
    assert 'name="limite_3" type="text" value="90"' in groups.text
    typed = sent(groups) | {"cote_5": "below", "limite_5": "50", "genre_6": "delta", "limite_6": "2", "jours_6": "0"}
    wrong = await doctor.post("/surveillance/regles", typed | {"fois_1": "x", "geste": "garder"})
    assert wrong.status == 422
    assert re.findall(r'aria-describedby="(\w+)-erreur"', wrong.text) == ["fois_1", "jours_6"]
    assert 'name="jours_6" type="text" value="0"' in wrong.text
    kept = await doctor.post("/surveillance/regles", sent(wrong) | {"fois_1": "1", "jours_6": "3", "geste": "garder"})
    said = "(le poids passe sous 50 kg, ou si le poids augmente de plus de 2 kg en 3 jours)."
    assert f"Alerte si le poids dépasse 80,5 kg, et si le poids dépasse 90 kg, et si {said}" in plain(kept.text)
    fewer = await doctor.post(kept.path, sent(kept) | {"geste": "oter-6"})
    assert "Condition 3</legend>" in fewer.text
    assert "Groupe" not in fewer.text


async def test_json_and_form_are_two_views_of_one_rule(doctor: Window) -> None:
    shown = await doctor.post("/surveillance/regles", FORM | {"geste": "json"})
    assert "&#34;limit&#34;: &#34;80.5&#34;" in shown.text
    raw = '{"name": "x", "label": "X", "severity": "soon", "when": {"kind": "at_least", "count": 1, "of": ['
    leaf = '{"kind": "threshold", "signal": "weight", "unit": "kg", "side": "above", "limit": "90"}'
    nested = raw + '{"kind": "at_least", "count": 1, "of": [' + leaf + "]}, " + leaf + "]}}"
    sent_json = {"mode": "json", "parcours": "insuffisance_cardiaque", "geste": "garder"}
    broken = await doctor.post("/surveillance/regles", sent_json | {"regle": nested[:-3]})
    assert (broken.status, "lisible" in broken.text) == (422, True)
    form = await doctor.post("/surveillance/regles", sent_json | {"regle": nested, "geste": "formulaire"})
    assert ('name="arbre" value="1(2(3),4)"' in form.text, "Groupe 1</legend>" in form.text) == (True, True)
    back = await doctor.post("/surveillance/regles", sent(form) | {"geste": "json"})
    assert json.loads(sent(back)["regle"])["when"]["of"][0]["count"] == 1
    pounds = nested.replace('"kg"', '"[lb_av]"')
    strange = await doctor.post("/surveillance/regles", sent_json | {"regle": pounds, "geste": "formulaire"})
    assert (strange.status, "se dit en kg (when.of[0].of[0])" in strange.text) == (422, True)
    kept = await doctor.post("/surveillance/regles", sent_json | {"regle": nested})
    assert "Alerte si le poids dépasse 90 kg, ou si le poids dépasse 90 kg." in plain(kept.text)


async def test_the_answers_of_a_question_are_boxes_those_of_the_practice_too(site: Site, doctor: Window) -> None:
    asked = {"signal_1": "breathlessness", "genre_1": "answer", "geste": "revoir"}
    boxes = await doctor.post("/surveillance/regles", FORM | asked)
    codes = re.findall(r'name="reponse_1_\d" value="([^"]+)"', boxes.text)
    assert len(codes) > 1
    none = await doctor.post("/surveillance/regles", sent(boxes) | {"geste": "garder"})
    assert (none.status, "Cochez ou écrivez au moins une réponse." in none.text) == (422, True)
    ticked = sent(boxes) | {"reponse_1_1": codes[1], "geste": "garder"}
    kept = await doctor.post("/surveillance/regles", ticked)
    assert re.search(r"Alerte si « Essoufflement » est noté « [^»]+ »\.", plain(kept.text))
    assert [name for name in sent(kept) if name.startswith("reponse_")] == ["reponse_1_0"]
    await site.services.telemonitoring.keying.questionnaires.add(site.people.doctor, json.dumps(OWN).encode())
    new = await doctor.get("/surveillance/regles/nouvelle")
    signal = re.search(r'<option value="(question_[^"]+)">Tenez-vous debout', new.text)
    assert signal
    asked = {"signal_1": signal[1], "genre_1": "answer", "geste": "revoir"}
    shown = await doctor.post("/surveillance/regles", FORM | asked)
    assert re.findall(r'name="reponse_1_\d" value="([^"]+)"', shown.text) == ["stands", "falls"]


async def test_a_trial_says_how_often_and_for_whom(site: Site, doctor: Window, patient: Patient) -> None:
    follow_up = await make_follow_up(site.services, site.people.doctor, patient, limits=[make_limit(80_000_000)])
    await weigh(site, follow_up, {back: 84 if back in (3, 20) else 79 for back in range(1, 40)})
    tried = await doctor.post("/surveillance/regles", FORM | {"geste": "essayer", "limite_1": ""})
    text = plain(tried.text)
    assert "Elle aurait appelé 2 fois pour 1 patient : 0,2 par semaine." in text
    assert "LEROY Jeanne" in text
    quiet = await doctor.post("/surveillance/regles", FORM | {"geste": "essayer", "limite_1": "120"})
    assert "n’aurait appelé personne en 90 jours" in plain(quiet.text)
    assert "Poids très haut" not in (await doctor.get("/surveillance/regles")).text


async def test_what_came_too_late_wakes_nobody_and_is_seen_by_whoever_looks(site: Site, patient: Patient) -> None:
    follow_up = await make_follow_up(site.services, site.people.doctor, patient, limits=[make_limit(80_000_000)])
    site.clock.advance(timedelta(days=6))
    nurse = await site.signed_in("nurse")
    await weigh(site, follow_up, {4: 84, 3: 79})
    board = await nurse.get("/surveillance")
    assert 'class="alert-link"' not in board.text
    assert "Reçu tard 1" in plain(re.sub("<[^>]+>", " ", board.text))
    late = plain((await nurse.get("/surveillance/retards")).text)
    assert "« Poids au-dessus du seuil » aurait sonné le" in late
    week = re.search(rf'href="(/surveillance/{follow_up.id}[^"]+)"', late)
    assert week
    rung = french.format_moment(site.clock.now() - timedelta(days=4), Territory.METROPOLE.zone, site.clock.now().date())
    assert plain(rung) in late
    sheet = plain((await nurse.get(week[1].replace("&amp;", "&"))).text)
    received = f"{site.clock.now().astimezone(Territory.METROPOLE.zone):%d/%m}"
    assert f"Arrivé en retard, reçu le {received} : « Poids au-dessus du seuil » aurait sonné" in sheet
    await weigh(site, follow_up, {2: 84})
    lists = site.services.telemonitoring.triage.lists
    (last,) = (await lists.late(site.people.nurse, limit=1)).findings
    (first,) = (await lists.late(site.people.nurse, before=LatePlace(last.received_at, last.id))).findings
    assert last.since - first.since == timedelta(days=2)
    await weigh(site, follow_up, {0: 85})
    told = await nurse.get("/surveillance")
    assert "Poids au-dessus du seuil" in told.text
    assert "Reçu tard 1" in plain(re.sub("<[^>]+>", " ", told.text)), "what was told since is no longer late"
    stranger = await site.signed_in("stranger")
    assert "Rien n’a été reçu trop tard." in (await stranger.get("/surveillance/retards?apres=x~y")).text
    site.clock.advance(timedelta(days=7, seconds=1))
    await nurse.sign_in(LOGINS["nurse"], site.clock)
    assert "Reçu tard" not in (await nurse.get("/surveillance")).text
    assert (await (await site.signed_in("secretary")).get("/surveillance/retards")).status == 403
