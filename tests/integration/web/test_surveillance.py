"""Surveillance as a browser meets it: the board, its filters, one alert from the measure to its close."""

from __future__ import annotations

import html
import re
from datetime import time, timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from telemed.acts.teleconsultation.model import OpeningHours
from telemed.acts.telemonitoring.model.alert import Severity
from telemed.acts.telemonitoring.model.evidence import FindingKind
from telemed.acts.telemonitoring.model.rule import Side
from telemed.acts.telemonitoring.model.told import SILENCE, Told
from telemed.patients.model import Patient
from tests.fixtures.people import make_draft
from tests.integration.acts.telemonitoring.alerting import make_told
from tests.integration.acts.telemonitoring.enrolled import make_follow_up
from tests.integration.acts.telemonitoring.test_sheets import weigh
from tests.integration.web.conftest import LOGINS, Answer, Site, plain

pytestmark = pytest.mark.asyncio


class Ward:
    """One followed patient, the nurse and the doctor each before a browser."""

    def __init__(self, site: Site, patient: Patient) -> None:
        self.site = site
        self.patient = patient

    async def open(self) -> Ward:
        services, people = self.site.services, self.site.people
        self.follow_up = await make_follow_up(services, people.doctor, self.patient)
        self.nurse = await self.site.signed_in("nurse")
        self.doctor = await self.site.signed_in("doctor")
        return self

    def told(self, **changes: Any) -> Told:
        return make_told(self.follow_up, self.site.clock.now(), rule_version_id=None, **changes)

    async def record(self, *told: Told) -> None:
        async with self.site.services.database.begin() as uow:
            await self.site.services.telemonitoring.triage.book.record(uow, told)

    async def fire(self, **changes: Any) -> str:
        """The address of a new alert."""
        await self.record(self.told(**changes))
        return addresses(await self.nurse.get("/surveillance"))[0]


@pytest_asyncio.fixture
async def ward(site: Site, patient: Patient) -> Ward:
    return await Ward(site, patient).open()


def plain_text(answer: Answer) -> str:
    """What the page says, without its tags and what they are named."""
    return plain(re.sub(r"<[^>]+>", " ", answer.text))


def addresses(answer: Answer) -> list[str]:
    """The alerts of the board, in order."""
    return re.findall(r'class="alert-link" href="(/surveillance/alertes/[^"?]+)', answer.text)


def counted(answer: Answer) -> int:
    """What the rail says."""
    found = re.search(r'data-count="surveillance".*?data-number>(\d+)<', answer.text)
    return int(found[1]) if found else -1


async def test_an_empty_board_says_so(ward: Ward) -> None:
    board = await ward.nurse.get("/surveillance")
    assert "Aucune alerte ouverte." in board.text
    assert (board.title, counted(board)) == ("Surveillance", 0)


async def test_a_nurse_sets_aside_what_is_nothing(ward: Ward) -> None:
    alert = await ward.fire(value=80.4)
    board = await ward.nurse.get("/surveillance")
    assert "LEROY Jeanne" in board.text
    assert "71 ans · Insuffisance cardiaque chronique" in plain(board.text)
    assert "80,4 kg (seuil 78 kg)" in plain(board.text)
    assert counted(board) == 1
    taken = await ward.nurse.post("/surveillance/prendre", {"une": alert.rpartition("/")[2]})
    assert "elle est à vous" in plain(taken.text)
    assert "Rendre" in taken.text
    assert addresses(await ward.nurse.get("/surveillance?vue=mine")) == [alert]
    assert addresses(await ward.doctor.get("/surveillance?vue=mine")) == []
    refused = await ward.nurse.post(f"{alert}/clore", {"issue": "actionable", "mots": "Vu"})
    assert (refused.status, refused.errors) == (
        422,
        ["Ce qui appelle une suite s’interprète, puis se décide, avant d’être clos."],
    )
    unread = await ward.nurse.post(f"{alert}/clore", {"issue": "false", "mots": ""})
    assert (unread.status, unread.errors) == (422, ["À remplir."])
    closed = await ward.nurse.post(f"{alert}/clore", {"issue": "technical", "mots": "Balance sur tapis."})
    assert (closed.path, "Alerte close" in closed.text) == ("/surveillance", True)
    assert addresses(await ward.nurse.get("/surveillance?vue=closed")) == [alert]
    read = await ward.nurse.get(alert)
    assert "Classée : technique" in plain(read.text)
    assert "Balance sur tapis." in read.text


async def test_what_is_done_at_once_can_be_given_back(ward: Ward) -> None:
    await ward.record(ward.told(), ward.told(cause="low_oxygen", severity=Severity.NOW, label="Saturation basse"))
    both = addresses(await ward.nurse.get("/surveillance"))
    assert len(both) == 2
    names = [one.rpartition("/")[2] for one in both]
    taken = await ward.nurse.post("/surveillance/prendre", {"alerte": ",".join(names)})
    assert "elles sont à vous" in plain(taken.text)
    assert "surveillance/rendre/" + ".".join(names) in taken.text
    again = await ward.doctor.post("/surveillance/prendre", {"alerte": ",".join(names)})
    assert "Un collègue s’en occupe déjà." in plain(again.text)
    back = await ward.nurse.post("/surveillance/rendre/" + ".".join(names))
    assert "rendue à l’équipe" in back.text
    assert addresses(await ward.nurse.get("/surveillance?vue=unowned")) == both


async def test_a_gesture_and_its_undo_lead_back_to_the_board_as_it_was_filtered(ward: Ward) -> None:
    alert, board = await ward.fire(), "/surveillance?vue=unowned&gravite=soon"
    name = alert.rpartition("/")[2]
    taken = await ward.nurse.post("/surveillance/prendre", {"une": name, "retour": board})
    kept = re.search(r'data-undo-seconds.*?name="retour" value="([^"]+)"', taken.text, re.DOTALL)
    assert kept
    assert (taken.path, html.unescape(kept[1])) == (board, board)
    back = await ward.nurse.post(f"/surveillance/rendre/{name}", {"retour": html.unescape(kept[1])})
    assert (back.path, addresses(back)) == (board, [alert])
    for elsewhere in (
        "//evil.example/surveillance",
        "/surveillance?a=\n",
        "/surveillance/../comptes",
        "/surveillancex",
    ):
        led = await ward.nurse.post("/surveillance/prendre", {"une": name, "retour": elsewhere})
        assert led.path == "/surveillance"
    page = await ward.nurse.get(f"{alert}?vue=unowned&gravite=soon")
    forms = re.findall(rf'action="{alert}/[a-z]+([^"]*)"', page.text)
    assert {html.unescape(one) for one in forms} == {"?vue=unowned&gravite=soon"}
    noted = await ward.nurse.post(f"{alert}/note?vue=unowned&gravite=soon", {"note": "Vue."})
    assert noted.path == f"{alert}?vue=unowned&gravite=soon"
    closed = await ward.nurse.post(
        f"{alert}/clore?vue=unowned&gravite=soon", {"issue": "technical", "mots": "Balance sur tapis."}
    )
    assert closed.path == board


async def test_a_doctor_interprets_decides_and_the_team_closes(ward: Ward) -> None:
    alert = await ward.fire()
    assert "Interpréter" not in (await ward.nurse.post(f"{alert}/prendre")).text
    noted = await ward.nurse.post(f"{alert}/note", {"note": "Appelée : œdèmes."})
    assert "Appelée : œdèmes." in plain(noted.text)
    said = await ward.doctor.post(f"{alert}/interpreter", {"interpretation": "Décompensation débutante"})
    assert "Il reste à décider" in said.text
    early = await ward.doctor.post(f"{alert}/clore", {"issue": "actionable", "mots": "x"})
    assert early.status == 409
    decided = await ward.doctor.post(f"{alert}/decider", {"decision": "Diurétique doublé trois jours"})
    assert "Notez ce qui est fait" in decided.text
    acted = await ward.nurse.post(f"{alert}/agir", {"action": "call", "fait": "Prévenue, elle a compris."})
    assert "Fait : appel du patient" in plain(acted.text)
    full = await ward.nurse.post(f"{alert}/teleconsultation")
    assert (full.status, "libre dans les 14 jours" in full.text) == (409, True)
    services, doctor = ward.site.services, ward.site.people.doctor
    assert doctor.id
    await services.booking.set_hours(doctor, doctor.id, [OpeningHours(2, time(15), time(16), 20)])
    booked = await ward.nurse.post(f"{alert}/teleconsultation")
    assert "Téléconsultation réservée." in booked.text
    assert "Fait : téléconsultation prévue" in plain(booked.text)
    closed = await ward.nurse.post(f"{alert}/clore", {"issue": "actionable", "mots": "Poids revenu"})
    assert closed.path == "/surveillance"
    again = await ward.fire()
    former = await ward.nurse.get(again)
    assert f'href="{alert}"' in former.text


async def test_a_cause_is_muted_until_it_grows_worse(ward: Ward) -> None:
    alert = await ward.fire(value=80)
    refused = await ward.nurse.post(f"{alert}/sourdine", {"duree": "90", "motif_sourdine": "Vacances"})
    assert (refused.status, "a une fin" in refused.text) == (409, True)
    asked = plain((await ward.nurse.get(alert)).text)
    assert "Vous ne serez plus prévenu de « Prise de poids », sauf au-delà de 80 kg." in asked
    assert (
        "Vide : vous êtes prévenu dès qu’une valeur est au-delà de 80 kg. Avec 1 : seulement au-delà de 81 kg." in asked
    )
    typed = {"duree": "1", "motif_sourdine": "Traitement changé hier"}
    for wrong, said in (("beaucoup", "Un nombre est attendu, comme 72,4."), ("-1", "est un nombre positif")):
        again = await ward.nurse.post(f"{alert}/sourdine", typed | {"aggravation": wrong})
        assert (again.status, said in again.text, "Traitement changé hier" in again.text) == (422, True, True)
        assert again.text.index('id="aggravation-erreur"') < again.text.index('id="aggravation"')
    muted = await ward.nurse.post(f"{alert}/sourdine", typed | {"aggravation": "0,5"})
    lift = re.search(r'action="([^"]+/lever)"', muted.text)
    assert lift
    assert "Levée au-delà de 80,5 kg." in plain(muted.text)
    sheet = (await ward.nurse.get(f"/surveillance/{ward.follow_up.id}")).text
    for page in (muted.text, sheet):
        assert re.search(
            r"jusqu’au [^,]+, sauf au-delà de 80,5 kg, par .*Traitement changé hier", plain(page), re.DOTALL
        )
    lifted = await ward.doctor.post(lift[1])
    assert "/lever" not in lifted.text


async def test_a_mute_is_lifted_from_the_sheet_or_by_a_worse_value(ward: Ward) -> None:
    alert = await ward.fire(value=80)
    typed = {"duree": "1", "motif_sourdine": "Connu", "aggravation": "0,5"}
    await ward.nurse.post(f"{alert}/sourdine", typed)
    sheet = f"/surveillance/{ward.follow_up.id}"
    lift = re.search(rf'action="({sheet}/sourdines/[^"]+/lever)"', (await ward.nurse.get(sheet)).text)
    assert lift
    lifted = await ward.doctor.post(lift[1])
    assert ("Sourdine levée" in lifted.text, "/lever" in lifted.text) == (True, False)
    assert re.search(r"levée par \S.* le \S.*, demandée par ", plain(lifted.text))
    await ward.nurse.post(f"{alert}/sourdine", typed)
    await ward.nurse.post(f"{alert}/clore", {"issue": "technical", "mots": "Connu"})
    await ward.record(ward.told(kind=FindingKind.REPEATED, value=80.5))
    assert addresses(await ward.nurse.get("/surveillance")) == []
    await ward.record(ward.told(kind=FindingKind.REPEATED, value=80.6))
    assert len(addresses(await ward.nurse.get("/surveillance"))) == 1
    assert re.search(r"levée le \S.* par une valeur plus grave", plain((await ward.nurse.get(sheet)).text))


async def test_a_mute_of_what_falls_says_below_and_one_without_a_number_asks_none(ward: Ward) -> None:
    low = await ward.fire(value=50, direction=Side.BELOW)
    assert "sauf en dessous de 50 kg." in plain((await ward.nurse.get(low)).text)
    assert "seulement en dessous de 49 kg." in plain((await ward.nurse.get(low)).text)
    await ward.record(ward.told(cause="device_failure", direction=None, evidence=()))
    (said,) = [one for one in addresses(await ward.nurse.get("/surveillance")) if one != low]
    page = await ward.nurse.get(said)
    assert ("Ne plus être prévenu" in page.text, 'name="aggravation"' in page.text) == (True, False)
    silence = await ward.fire(cause=SILENCE, severity=Severity.NOW, direction=None, evidence=())
    assert "Ne plus être prévenu" not in (await ward.nurse.get(silence)).text


async def test_a_long_life_shows_what_was_written_last(ward: Ward) -> None:
    alert = await ward.fire()
    await ward.record(*(ward.told(kind=FindingKind.REPEATED) for _ in range(210)))
    noted = plain((await ward.nurse.post(f"{alert}/note", {"note": "Rappelée ce soir."})).text)
    assert "Rappelée ce soir." in noted
    assert "Les 12 lignes d’avant sont gardées" in noted


async def test_a_mute_made_on_another_alert_says_by_whom(ward: Ward) -> None:
    first, second = await ward.fire(), await ward.fire(cause="other", label="Pouls rapide")
    await ward.nurse.post(f"{first}/sourdine", {"duree": "1", "motif_sourdine": "Traitement changé hier"})
    seen = plain((await ward.doctor.get(second)).text)
    assert "Traitement changé hier" in seen
    assert re.search(r"jusqu’au [^<]{5,60}, par \S+ \S+ MARCHAND", seen)


async def test_filters_narrow_and_silence_is_said(ward: Ward) -> None:
    await ward.record(
        ward.told(severity=Severity.NOW),
        ward.told(cause=SILENCE, label="Non-transmission", direction=None, evidence=()),
    )
    assert len(addresses(await ward.nurse.get("/surveillance"))) == 2
    assert len(addresses(await ward.nurse.get("/surveillance?gravite=now"))) == 1
    assert len(addresses(await ward.nurse.get("/surveillance?parcours=insuffisance_cardiaque"))) == 2
    assert addresses(await ward.nurse.get("/surveillance?parcours=diabete")) == []
    assert len(addresses(await ward.nurse.get("/surveillance?vue=nothing&gravite=x&apres=~~"))) == 2
    for end in ("0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00", "2026-11-22T10:00:00"):
        nowhere = await ward.nurse.get(f"/surveillance?apres=0~{end}~{UUID(int=1)}")
        assert len(addresses(nowhere)) == 2
    assert (await ward.nurse.get("/surveillance/qualite?apres=5~%00")).status == 200
    assert "Plus aucune mesure" in (await ward.nurse.get("/surveillance")).text
    ward.site.clock.advance(timedelta(days=3))
    await ward.nurse.sign_in(LOGINS["nurse"], ward.site.clock)
    await ward.record(ward.told(kind=FindingKind.ENDED))
    late = await ward.nurse.get("/surveillance?vue=overdue")
    assert len(addresses(late)) == 2
    assert "Valeurs normales" in late.text


async def test_the_fragment_answers_only_what_changed(ward: Ward) -> None:
    first = await ward.nurse.get("/surveillance/fil")
    etag = first.headers["ETag"]
    assert (await ward.nurse.get("/surveillance/fil", If_None_Match=etag)).status == 304
    alert = await ward.fire()
    second = await ward.nurse.get("/surveillance/fil", If_None_Match=etag)
    assert (second.status, second.headers["X-Count"]) == (200, "1")
    thread = await ward.nurse.get(f"{alert}/fil")
    assert thread.headers["X-Stage"] == "new"
    assert (await ward.nurse.get(f"{alert}/fil", If_None_Match=thread.headers["ETag"])).status == 304
    assert (await ward.nurse.get("/surveillance/compte")).text == '{"surveillance": 1}'


async def test_another_practice_sees_nothing(ward: Ward) -> None:
    alert = await ward.fire()
    stranger = await ward.site.signed_in("stranger")
    assert addresses(await stranger.get("/surveillance")) == []
    assert (await stranger.get(alert)).status == 404
    assert (await stranger.post(f"{alert}/prendre")).status == 404
    name = alert.rpartition("/")[2]
    assert "Un collègue" in (await stranger.post("/surveillance/prendre", {"une": name})).text


async def test_the_last_value_received_stands_beside_the_one_that_fired(ward: Ward) -> None:
    alert = await ward.fire(value=80.4)
    assert "en dernier" not in (await ward.nurse.get("/surveillance")).text
    await weigh(ward.site.services, ward.follow_up, 79.2)
    ward.site.clock.advance(timedelta(minutes=12))
    assert re.search(r"80,4 kg \(seuil 78 kg\).*79,2 kg \d+ h", plain_text(await ward.nurse.get("/surveillance")))
    assert "Poids, en dernier 79,2 kg il y a 12 min" in plain_text(await ward.nurse.get(alert))
    await ward.record(ward.told(cause=SILENCE, label="Non-transmission", direction=None, evidence=()))
    assert len(re.findall(r"79,2 kg \d+ h", plain_text(await ward.nurse.get("/surveillance")))) == 2


def around(answer: Answer) -> dict[str, str]:
    """Where the sheet's links lead: back, `prev` and `next`."""
    line = answer.text.partition('aria-label="Les patients autour"')[2].partition("</nav>")[0]
    found = re.findall(r'(?:rel="(prev|next)" )?href="([^"]+)"', line)
    return {rel or "back": html.unescape(address) for rel, address in found}


async def test_a_sheet_knows_its_neighbours_on_the_board_and_in_the_list(ward: Ward) -> None:
    site, people = ward.site, ward.site.people
    other, _ = await site.services.patients.create(people.secretary, make_draft(phone="+33639981235", given="Anne"))
    second = await make_follow_up(site.services, people.doctor, other)
    homes = [f"/surveillance/{one.id}" for one in (ward.follow_up, second)]
    listed = [around(await ward.nurse.get(f"{home}?periode=jour")) for home in homes]
    assert (listed[0]["prev"], listed[1]["next"]) == (f"{homes[1]}?periode=jour", f"{homes[0]}?periode=jour")
    assert ("next" in listed[0], "prev" in listed[1], listed[0]["back"]) == (False, False, "/surveillance/suivis")
    await ward.record(ward.told(severity=Severity.NOW), ward.told(cause="fast", severity=Severity.NOW))
    await ward.record(make_told(second, site.clock.now(), rule_version_id=None))
    *_, last = alerts = addresses(await ward.nurse.get("/surveillance?vue=unowned"))
    sheet = re.search(r'href="(/surveillance/[^"]+alerte=[^"]+)"', (await ward.nurse.get(f"{last}?vue=unowned")).text)
    assert sheet
    stops = around(await ward.nurse.get(html.unescape(sheet[1])))
    assert stops["back"] == f"{last}?vue=unowned"
    assert stops["prev"] == f"{homes[0]}?alerte={alerts[1].rpartition('/')[2]}&vue=unowned"
    assert around(await ward.nurse.get(stops["prev"]))["next"] == f"{homes[1]}?alerte={last[-36:]}&vue=unowned"
    assert "next" not in around(await ward.nurse.get(f"{homes[0]}?alerte={UUID(int=1)}"))


async def test_a_board_takes_as_many_statements_for_one_alert_as_for_many(ward: Ward, statements: list[str]) -> None:
    counts = []
    for causes in (("a",), tuple("bcdefgh")):
        await ward.record(*(ward.told(cause=f"cause_{one}") for one in causes))
        await ward.nurse.get("/surveillance")
        statements.clear()
        assert (await ward.nurse.get("/surveillance")).status == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert counts[0] < 26


async def test_the_quality_of_alerts_is_told_by_rule_and_by_patient(ward: Ward) -> None:
    assert "Aucune alerte sur cette période." in (await ward.nurse.get("/surveillance/qualite")).text
    alert = await ward.fire()
    ward.site.clock.advance(timedelta(minutes=42))
    await ward.nurse.post(f"{alert}/clore", {"issue": "technical", "mots": "Balance sur tapis."})
    await ward.fire(cause=SILENCE, label="Non-transmission", direction=None, evidence=())
    by_rule = plain((await ward.nurse.get("/surveillance/qualite")).text)
    assert "Prise de poids" in by_rule
    assert "Non-transmission" in by_rule
    assert "42 min" in by_rule
    by_patient = await ward.nurse.get("/surveillance/qualite?par=patient&jours=90&apres=x~y")
    assert "LEROY Jeanne" in by_patient.text
    export = re.search(r'href="(/telemonitoring/quality\.csv[^"]+)"', by_patient.text)
    assert export
    assert (await ward.nurse.get(export[1].replace("&amp;", "&"))).status == 200
