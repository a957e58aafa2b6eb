"""What is keyed in by the patient and by his team: kept, read by the rules, corrected, asked for and reminded."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
import pytest_asyncio

from telemed.acts.telemonitoring.model.alert import Severity
from telemed.acts.telemonitoring.model.care import FollowUp
from telemed.acts.telemonitoring.model.curve import Span
from telemed.acts.telemonitoring.model.entry import EntryStatus, Given
from telemed.acts.telemonitoring.model.hands import Hand, hand_of
from telemed.acts.telemonitoring.model.rule import Answer, Rule
from telemed.acts.telemonitoring.rules.surprises import DoubtKind
from telemed.acts.telemonitoring.service.askings import AskingDraft
from telemed.acts.telemonitoring.service.entries import EntryService, FaultyAnswers, Keying, UnlikelyMeasure
from telemed.acts.telemonitoring.service.questionnaires import KnownQuestionnaire
from telemed.acts.telemonitoring.store import ObservationStore
from telemed.acts.telemonitoring.store.rows import RowWriter
from telemed.app import Services, build_services
from telemed.kernel.caller import Caller, CallerKind
from telemed.kernel.clock import FrozenClock
from telemed.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from telemed.kernel.events import Event
from telemed.kernel.ids import new_id
from telemed.kernel.messages import Channel
from telemed.patients.model import Patient
from telemed.settings import Settings
from telemed.storage.engine import Database
from telemed.storage.outbox import OutboxWorker
from telemed.subscribers import SUBSCRIPTIONS
from tests.fixtures.people import People
from tests.integration.acts.teleconsultation.conftest import KeptMessages
from tests.integration.acts.telemonitoring.enrolled import make_follow_up
from tests.integration.acts.telemonitoring.watched import KeptAlerts, keep_rules, make_measure, make_way_in

pytestmark = pytest.mark.asyncio

WELL = {
    "breathlessness": Given("no"),
    "leg-swelling": Given("no"),
    "night-position": Given("usual"),
    "treatment-taken": Given("all"),
}
BREATHLESS = Rule(
    name="breathless",
    label="Essoufflement au repos",
    severity=Severity.NOW,
    when=Answer(signal="breathlessness", among=("rest",)),
)


@pytest.fixture
def sms() -> KeptMessages:
    return KeptMessages()


@pytest.fixture
def services(settings: Settings, database: Database, clock: FrozenClock, sms: KeptMessages) -> Services:
    database.subscriptions = SUBSCRIPTIONS
    return build_services(settings, clock=clock, database=database, senders={Channel.SMS: sms})


@pytest_asyncio.fixture
async def follow_up(services: Services, people: People, patient: Patient) -> FollowUp:
    return await make_follow_up(services, people.doctor, patient)


@pytest.fixture
def own(follow_up: FollowUp) -> Caller:
    """The patient, past his link."""
    return Caller(
        CallerKind.PATIENT, id=follow_up.patient_id, practice_id=follow_up.practice_id, act_id=follow_up.id, factors=2
    )


def cardiac(services: Services) -> KnownQuestionnaire:
    (known,) = services.telemonitoring.keying.questionnaires.of_pathway("insuffisance_cardiaque")
    return known


async def standing(services: Services, follow_up: FollowUp, signal: str) -> list[Any]:
    """What stands of a signal: device, value or answer, may rules read it?"""
    now = services.clock.now()
    async with services.database.read() as session:
        store = ObservationStore(session, RowWriter(services.telemonitoring.catalogue))
        found = await store.history(
            follow_up.id, [signal], since=now - timedelta(days=40), until=now + timedelta(days=1)
        )
    seen = [(one.device_id, one.observation) for one in found]
    return [(device, one.value if one.answer is None else one.answer, one.counts) for device, one in seen]


async def test_the_same_rule_reads_the_patients_page_and_the_nurse(
    services: Services, clock: FrozenClock, people: People, follow_up: FollowUp, own: Caller
) -> None:
    alerts = KeptAlerts()
    keying, telemonitoring = services.telemonitoring.keying, services.telemonitoring
    entries = EntryService(
        database=services.database,
        clock=services.clock,
        journal=services.journal,
        catalogue=telemonitoring.catalogue,
        keyed=keying.keyed,
        questionnaires=keying.questionnaires,
        askings=keying.askings,
        ingestion=make_way_in(services, alerts),
    )
    await keep_rules(services, follow_up, [BREATHLESS], services.clock.now())
    questionnaire = cardiac(services).id
    await entries.answer(own, follow_up.id, questionnaire, WELL)
    assert alerts.told == []
    clock.advance(timedelta(minutes=1))
    ill = WELL | {"breathlessness": Given("rest")}
    await entries.answer(own, follow_up.id, questionnaire, ill)
    assert alerts.of("breathless") == ["fired"]
    clock.advance(timedelta(minutes=1))
    await entries.answer(people.nurse, follow_up.id, questionnaire, WELL)
    assert alerts.of("breathless") == ["fired", "ended"]
    hands = {device for device, _, _ in await standing(services, follow_up, "breathlessness")}
    assert hands == {hand_of(follow_up.id, Hand.PATIENT), hand_of(follow_up.id, Hand.TEAM)}


async def test_who_keyed_and_how_is_kept(services: Services, people: People, follow_up: FollowUp, own: Caller) -> None:
    entries, questionnaire = services.telemonitoring.keying.entries, cardiac(services).id
    await entries.answer(own, follow_up.id, questionnaire, WELL)
    await entries.answer(people.nurse, follow_up.id, questionnaire, WELL)
    found = await entries.page(people.doctor, follow_up.id)
    assert [(one.channel.value, one.author_id) for one in found] == [
        ("phone", people.nurse.id),
        ("patient_page", None),
    ]


async def test_a_form_sent_twice_is_one_entry(services: Services, follow_up: FollowUp, own: Caller) -> None:
    entries, keying = services.telemonitoring.keying.entries, Keying(entry_id=new_id())
    first = await entries.key(own, follow_up.id, "weight", {"weight": Given("72,4")}, keying)
    again = await entries.key(own, follow_up.id, "weight", {"weight": Given("72,4")}, keying)
    assert first.id == again.id
    assert len(await standing(services, follow_up, "weight")) == 1


async def test_what_an_interruption_kept_from_the_rules_reaches_them_once(
    services: Services, clock: FrozenClock, follow_up: FollowUp, own: Caller
) -> None:
    entries = services.telemonitoring.keying.entries
    kept = await entries.key(own, follow_up.id, "weight", {"weight": Given("72,4")})
    event = Event("telemonitoring.entry_kept", key="x", occurred_at=clock.now(), payload={"entry_id": str(kept.id)})
    for _ in range(2):
        await entries.keep(event)
    await OutboxWorker(services.database, clock, services.subscribers).deliver_due()
    assert await standing(services, follow_up, "weight") == [(hand_of(follow_up.id, Hand.PATIENT), 72_400_000, True)]


async def test_an_unlikely_measure_is_asked_twice_then_kept(
    services: Services, clock: FrozenClock, follow_up: FollowUp, own: Caller
) -> None:
    entries = services.telemonitoring.keying.entries
    await entries.key(own, follow_up.id, "weight", {"weight": Given("72,4")})
    clock.advance(timedelta(days=1))
    for typed, kind in (("82", DoubtKind.FAR), ("724", DoubtKind.IMPLAUSIBLE)):
        with pytest.raises(UnlikelyMeasure) as unsure:
            await entries.key(own, follow_up.id, "weight", {"weight": Given(typed)})
        assert [doubt.kind for doubt in unsure.value.doubts] == [kind]
    sure = Keying(is_sure=True)
    kept = await entries.key(own, follow_up.id, "weight", {"weight": Given("724")}, sure)
    assert kept.is_doubtful
    device = hand_of(follow_up.id, Hand.PATIENT)
    assert await standing(services, follow_up, "weight") == [(device, 72_400_000, True), (device, 724_000_000, False)]


async def test_a_correction_is_amended_and_everything_stays_written(
    services: Services, clock: FrozenClock, people: People, follow_up: FollowUp, own: Caller
) -> None:
    entries, device = services.telemonitoring.keying.entries, hand_of(follow_up.id, Hand.PATIENT)
    first = await entries.key(own, follow_up.id, "weight", {"weight": Given("72,4")})
    assert (await entries.correct(own, follow_up.id, first.id, {"weight": Given("72,4")})).number == 0
    second = await entries.correct(own, follow_up.id, first.id, {"weight": Given("74,2")})
    assert (second.number, second.status, second.measured_at) == (1, EntryStatus.AMENDED, first.measured_at)
    assert await standing(services, follow_up, "weight") == [(device, 74_200_000, True)]
    for typed, stands in (("72,4", 72_400_000), ("74,2", 74_200_000)):
        await entries.correct(own, follow_up.id, first.id, {"weight": Given(typed)})
        assert await standing(services, follow_up, "weight") == [(device, stands, True)]
    await entries.keep(Event("telemonitoring.entry_kept", "x", clock.now(), {"entry_id": str(second.id)}))
    assert await standing(services, follow_up, "weight") == [(device, 74_200_000, True)]
    clock.advance(timedelta(days=3))
    with pytest.raises(Conflict) as late:
        await entries.correct(own, follow_up.id, first.id, {"weight": Given("70")})
    assert late.value.code == "telemonitoring.entry_closed"
    gone = await entries.take_back(people.nurse, follow_up.id, first.id)
    assert [counts for _, _, counts in await standing(services, follow_up, "weight")] == [False]
    versions = await entries.versions(people.doctor, first.id)
    assert [one.answers[0].words for one in versions] == ["72,4 kg", "74,2 kg", "72,4 kg", "74,2 kg", "74,2 kg"]
    assert versions[-1].id == gone.id
    with pytest.raises(Conflict):
        await entries.take_back(people.nurse, follow_up.id, first.id)


@pytest.mark.parametrize(
    ("ago", "error"),
    [(timedelta(minutes=-11), Invalid), (timedelta(days=32), Invalid), (timedelta(days=30), None)],
)
async def test_a_measure_is_of_the_past_month(
    services: Services, follow_up: FollowUp, own: Caller, ago: timedelta, error: type[Exception] | None
) -> None:
    at, entries = services.clock.now() - ago, services.telemonitoring.keying.entries
    typed = {"weight": Given("72")}
    if error is not None:
        with pytest.raises(error):
            await entries.key(own, follow_up.id, "weight", typed, Keying(measured_at=at))
        return
    assert (await entries.key(own, follow_up.id, "weight", typed, Keying(measured_at=at))).measured_at == at


async def test_nobody_keys_for_another(services: Services, people: People, follow_up: FollowUp, own: Caller) -> None:
    entries, typed = services.telemonitoring.keying.entries, {"weight": Given("72")}
    with pytest.raises(NotFound):
        await entries.key(own, new_id(), "weight", typed)
    with pytest.raises(Unauthenticated):
        other = new_id()
        await entries.key(replace(own, act_id=other), other, "weight", typed)
    with pytest.raises(NotFound):
        await entries.key(people.stranger, follow_up.id, "weight", typed)
    with pytest.raises(Forbidden):
        await entries.key(people.secretary, follow_up.id, "weight", typed)
    with pytest.raises(NotFound):
        await entries.key(own, follow_up.id, "shoe_size", typed)
    with pytest.raises(FaultyAnswers) as faulty:
        await entries.key(own, follow_up.id, "pressure", {"systolic_pressure": Given("haut")})
    assert set(faulty.value.faults) == {"systolic_pressure", "diastolic_pressure"}


async def test_the_pathway_asks_unless_the_team_says_otherwise(
    services: Services, clock: FrozenClock, people: People, follow_up: FollowUp, own: Caller
) -> None:
    askings, entries = services.telemonitoring.keying.askings, services.telemonitoring.keying.entries
    (asked,) = await askings.of_follow_up(people.doctor, follow_up.id)
    assert (asked.known.questionnaire.every_days, asked.is_due, asked.is_set) == (1, True, False)
    await entries.answer(own, follow_up.id, asked.known.id, WELL)
    assert not (await askings.of_follow_up(people.doctor, follow_up.id))[0].is_due
    clock.advance(timedelta(days=1))
    assert (await askings.of_follow_up(people.doctor, follow_up.id))[0].is_due
    weekly = AskingDraft(asked.known.id, 7)
    assert (await askings.set(people.nurse, follow_up.id, weekly))[0].asking.every_days == 7
    await entries.answer(people.nurse, follow_up.id, asked.known.id, WELL)
    clock.advance(timedelta(days=6))
    assert not (await askings.of_follow_up(people.doctor, follow_up.id))[0].is_due
    off = await askings.set(people.nurse, follow_up.id, replace(weekly, is_off=True))
    assert not off[0].is_due
    with pytest.raises(NotFound):
        await entries.answer(own, follow_up.id, asked.known.id, WELL)
    assert (await askings.unset(people.nurse, follow_up.id, asked.known.id))[0].is_due


async def test_a_reminder_leaves_once_a_day_and_only_where_something_waits(
    services: Services, clock: FrozenClock, people: People, follow_up: FollowUp, own: Caller, sms: KeptMessages
) -> None:
    askings, entries = services.telemonitoring.keying.askings, services.telemonitoring.keying.entries
    known = cardiac(services).id
    await askings.set(people.nurse, follow_up.id, AskingDraft(known, 1, remind_at=time(18), channel=Channel.SMS))
    worker = OutboxWorker(services.database, clock, services.subscribers)

    async def evening(day: date) -> int:
        """How many messages leave at 18:05 of a day, the job having run three times."""
        clock.move_to(datetime.combine(day, time(17, 5), clock.now().tzinfo))
        before = len(sms.messages)
        for _ in range(3):
            await services.own_pages.reminders.run()
            await worker.deliver_due()
        return len(sms.messages) - before

    today = clock.now().date()
    assert await evening(today) == 1
    text = sms.messages[-1].text
    assert "/s/" in text
    assert not {"Leroy", "Jeanne", "LEROY", "cœur", "cardiaque"} & set(text.split())
    await entries.answer(own, follow_up.id, known, WELL)
    clock.advance(timedelta(hours=10))
    await entries.answer(own, follow_up.id, known, WELL)
    assert await evening(today + timedelta(days=1)) == 0
    await services.telemonitoring.follow_ups.suspend(
        people.doctor, follow_up.id, first_day=today + timedelta(days=1), reason="Hospitalisation"
    )
    assert await evening(today + timedelta(days=2)) == 0


async def test_his_page_shows_what_the_pathway_wants_that_day(
    services: Services, clock: FrozenClock, follow_up: FollowUp, own: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A version that is known but not in force yet changes nothing before its day, where he lives."""
    page, pathways, today = services.own_pages.pages, services.telemonitoring.pathways, clock.now().date()
    heart = pathways[follow_up.plan.pathway]
    silence = replace(heart.on(today).silence, signals=frozenset({"heart_rate"}))
    to_come = replace(heart.on(today), since=today + timedelta(days=1), silence=silence)
    changed = replace(heart, versions=(*heart.versions, to_come))
    monkeypatch.setattr(page, "_pathways", {**pathways, heart.code: changed})
    measure = make_measure(follow_up, clock.now(), 70, signal="heart_rate")
    await services.telemonitoring.ingestion.take([measure])
    assert [one.observation.signal for one in (await page.view(own)).latest] == []
    clock.advance(timedelta(hours=12))
    assert [one.observation.signal for one in (await page.view(own)).latest] == ["heart_rate"]


async def test_a_practices_questionnaire_is_its_own(services: Services, people: People, follow_up: FollowUp) -> None:
    questionnaires = services.telemonitoring.keying.questionnaires
    content = (
        b'{"resourceType":"Questionnaire","status":"active","url":"https://cabinet.example/q","version":"1",'
        b'"name":"douleur","title":"Votre douleur","item":[{"linkId":"mal","text":"Avez-vous mal ?","type":"boolean"}]}'
    )
    with pytest.raises(Forbidden):
        await questionnaires.add(people.nurse, content)
    outcome = await questionnaires.add(people.doctor, content)
    assert outcome.known
    with pytest.raises(Conflict) as twice:
        await questionnaires.add(people.doctor, content)
    assert twice.value.code == "telemonitoring.questionnaire_known"
    with pytest.raises(NotFound):
        await questionnaires.get(people.stranger, outcome.known.id)
    entries, askings = services.telemonitoring.keying.entries, services.telemonitoring.keying.askings
    await askings.set(people.nurse, follow_up.id, AskingDraft(outcome.known.id, 1))
    await entries.answer(people.nurse, follow_up.id, outcome.known.id, {"mal": Given("true")})
    device = hand_of(follow_up.id, Hand.TEAM)
    assert await standing(services, follow_up, "question_douleur_mal") == [(device, "true", True)]
    await entries.answer(people.nurse, follow_up.id, cardiac(services).id, WELL)
    sheet = await services.telemonitoring.sheets.sheets.get(people.doctor, follow_up.id, Span.WEEK, None)
    said = {(one.signal, one.question, one.answer) for one in sheet.drawn.chart.answers}
    assert {("question_douleur_mal", "Avez-vous mal ?", "Oui"), ("leg_swelling", "", "Non")} <= said
    await questionnaires.retire(people.doctor, outcome.known.id)
    asked = {one.known.id: one.is_off for one in await askings.of_follow_up(people.nurse, follow_up.id)}
    assert asked[outcome.known.id]
    refused = await questionnaires.add(people.doctor, b"{}")
    assert (refused.known, refused.issues[0].code) == (None, "message.structure")


@pytest.mark.parametrize("table", ["telemonitoring_entries", "telemonitoring_questionnaires"])
async def test_what_was_keyed_is_never_changed(
    services: Services, people: People, follow_up: FollowUp, own: Caller, table: str
) -> None:
    await services.telemonitoring.keying.entries.key(own, follow_up.id, "weight", {"weight": Given("72")})
    await test_a_practices_questionnaire_is_its_own(services, people, follow_up)
    with pytest.raises(Exception, match=r"append-only|may not be changed|refuse"):
        async with services.database.begin() as uow:
            connection = await uow.session.connection()
            await connection.exec_driver_sql(f"UPDATE {table} SET title = 'x'")  # noqa: S608 - names of ours


async def test_what_is_keyed_is_sealed(services: Services, follow_up: FollowUp, own: Caller) -> None:
    await services.telemonitoring.keying.entries.key(own, follow_up.id, "weight", {"weight": Given("72,4")})
    async with services.database.read() as session:
        connection = await session.connection()
        (row,) = (await connection.exec_driver_sql("SELECT answers FROM telemonitoring_entries")).all()
    assert b"72" not in bytes(row[0])
