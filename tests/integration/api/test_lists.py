"""Every list takes a constant number of SQL statements, whatever its length, and pages without loss or double."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest
import pytest_asyncio
import structlog
from sqlalchemy import event

from telemed.acts.teleconsultation.service.booking import BookingRequest
from telemed.acts.teleexpertise.model import CaseContent, EndReason, Medical
from telemed.acts.teleexpertise.model.templates import TemplateContent
from telemed.acts.telemonitoring.model.board import AlertFilter
from telemed.acts.telemonitoring.model.care import EducationTopic, FollowUp, Month, PaperKind
from telemed.acts.telemonitoring.model.entry import Given
from telemed.acts.telemonitoring.rules.silence import Gap, SilenceCause
from telemed.acts.telemonitoring.service.follow_ups import PlanDraft
from telemed.acts.telemonitoring.service.practices import PaperDraft
from telemed.acts.telemonitoring.service.rulebook import Scope
from telemed.acts.telemonitoring.store.care import CareStore
from telemed.acts.telemonitoring.store.silences import KeptGap, SilenceStore
from telemed.app import OPERATIONS, Services, build_services
from telemed.consent.model import ActKind, ConsentDecision
from telemed.kernel.caller import Caller
from telemed.kernel.clock import FrozenClock
from telemed.kernel.ids import new_id
from telemed.kernel.messages import Channel
from telemed.kernel.period import DayRange, Interval
from telemed.settings import Settings
from telemed.storage.engine import Database, sync_engine_of
from tests.fixtures.http import Api
from tests.fixtures.people import People, make_draft
from tests.integration.acts.teleconsultation.conftest import KeptMessages
from tests.integration.acts.telemonitoring.alerting import make_told
from tests.integration.acts.telemonitoring.enrolled import make_follow_up
from tests.integration.acts.telemonitoring.equipped import fill

pytestmark = pytest.mark.asyncio
MANY = 30
QUESTION = CaseContent("Faut-il l'opérer ?", medical=Medical(history="HTA"))


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The SQL statements that requests made in a block; those of the work in the background are its own."""
    statements: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "request_id" in structlog.contextvars.get_contextvars():
            statements.append(statement)

    engine = sync_engine_of(database)
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def services(settings: Settings, database: Database, clock: FrozenClock) -> Services:
    return build_services(settings, clock=clock, database=database, senders={Channel.SMS: KeptMessages()})


@pytest_asyncio.fixture
async def full(services: Services, people: People) -> AsyncIterator[Services]:
    """A practice with thirty patients, each with an appointment, a link and a consent."""
    assert people.doctor.id is not None
    for number in range(MANY):
        patient, _ = await services.patients.create(people.secretary, make_draft())
        start = services.clock.now() + timedelta(minutes=20 * number + 5)
        slot = Interval(start, start + timedelta(minutes=15))
        request = BookingRequest(people.doctor.id, patient.id, slot, channel=Channel.SMS)
        booked = await services.booking.book(people.secretary, request)
        await services.consents.record_oral(
            people.doctor,
            patient_id=patient.id,
            act_kind=ActKind.TELECONSULTATION,
            act_id=booked.act.id,
            decision=ConsentDecision.GIVEN,
        )
    for decision in (ConsentDecision.WITHDRAWN, ConsentDecision.GIVEN) * 15:
        await services.consents.record_oral(
            people.doctor,
            patient_id=patient.id,
            act_kind=ActKind.TELECONSULTATION,
            act_id=booked.act.id,
            decision=decision,
        )
    yield services


async def with_patient(path: str, services: Services, people: People) -> str:
    """The path with the id of the patient who decided thirty times."""
    path = path.replace("{doctor_id}", str(people.doctor.id))
    if "{patient_id}" not in path:
        return path
    last = (await services.patients.page(people.secretary, limit=200))[-1]
    return path.replace("{patient_id}", str(last.id))


async def with_case(path: str, services: Services, people: People) -> str:
    """The path with the id of a case in which much was said, where it is about one: the nurse asked thirty."""
    if path == "/teleexpertise-templates":
        for number in range(MANY):
            content = TemplateContent(f"Modèle {number:02d}", "Conclusion.")
            await services.expertise.templates.add(people.nurse, content)
    if path.startswith(("/telemonitoring/alerts", "/telemonitoring/quality", "/follow-ups/{muted_id}")):
        return await with_alerts(path, services, people)
    if not path.startswith("/teleexpertises"):
        return path
    assert people.doctor.id is not None
    patient, requests = (await services.patients.page(people.secretary, limit=1))[0], services.expertise.requests
    for number in range(MANY):
        case = await requests.create(people.nurse, patient.id, QUESTION)
        await services.consents.record_oral(
            people.nurse,
            patient_id=patient.id,
            act_kind=ActKind.TELEEXPERTISE,
            act_id=case.id,
            decision=ConsentDecision.GIVEN,
        )
        await requests.send(people.nurse, case.id, [people.doctor.id])
        if number % 2 and "is_ended" in path:
            await requests.withdraw(people.nurse, case.id, EndReason.MISTAKE)
    for _ in range(MANY if "{case_id}" in path else 0):
        await services.expertise.answers.ask(people.doctor, case.id, "Depuis quand ?")
        await requests.inform(people.nurse, case.id, "Trois mois.")
    return path.replace("{case_id}", str(case.id))


async def with_alerts(path: str, services: Services, people: People) -> str:
    """Thirty alerts of one patient, the last of which repeated thirty times."""
    patient = (await services.patients.page(people.secretary, limit=1))[0]
    follow_up, now = await make_follow_up(services, people.doctor, patient), services.clock.now()
    told = [make_told(follow_up, now, cause=f"cause_{number}") for number in range(MANY)]
    async with services.database.begin() as uow:
        await services.telemonitoring.triage.book.record(uow, [*told, *[told[-1]] * MANY])
    triage, until = services.telemonitoring.triage, now + timedelta(days=1)
    lines = (await triage.lists.page(people.nurse, AlertFilter())).lines
    for line in lines if "{muted_id}" in path else ():
        await triage.mutes.mute(people.nurse, line.alert.id, until=until, tolerance=0, reason="Connu.")
    longest = max(lines, key=lambda line: line.alert.repeats).alert
    return path.replace("{alert_id}", str(longest.id)).replace("{muted_id}", str(follow_up.id))


async def with_follow_up(path: str, services: Services, people: People) -> str:
    """The path with the id of a follow-up about which much is written, or with thirty of anything that it lists."""
    care, today = services.telemonitoring.care, services.clock.now().date()
    if path == "/telemonitoring/papers":
        for number in range(MANY):
            paper = PaperDraft(PaperKind.ARS_DECLARATION, None, f"ARS-{number}", DayRange(today))
            await care.practices.add_paper(people.secretary, paper)
    if path == "/telemonitoring/questionnaires":
        for number in range(MANY):
            await services.telemonitoring.keying.questionnaires.add(people.doctor, make_questionnaire(number))
    if path.startswith("/telemonitoring/rules"):
        rules = services.telemonitoring.watching.rules
        (kept, *_) = await rules.page(people.doctor, Scope("diabete"), limit=1)
        for number in range(1, MANY if "{rule_id}" in path else 1):
            await rules.rewrite(people.doctor, kept.id, kept.version.rule, number=number)
        return path.replace("{rule_id}", str(kept.id))
    if not path.startswith("/follow-ups"):
        return path
    patients = await services.patients.page(people.secretary, limit=200)
    if "{follow_up_id}" not in path:
        for one in patients:
            await care.follow_ups.create(people.doctor, one.id, PlanDraft("diabete"))
        return path
    follow_up = await make_follow_up(services, people.doctor, patients[0])
    written = {"silences": with_silences, "reports": with_months}.get(path.rpartition("/")[2])
    if written is not None:
        return path.replace("{follow_up_id}", str(await written(services, follow_up)))
    for _ in range(MANY):
        topics = [EducationTopic.DEVICE]
        await care.education.log(people.nurse, follow_up.id, held_on=today, minutes=30, topics=topics, note="")
        await care.follow_ups.suspend(people.nurse, follow_up.id, first_day=today, reason="")
        await care.follow_ups.resume(people.nurse, follow_up.id, day=today)
        weight = {"weight": Given("72,4")}
        await services.telemonitoring.keying.entries.key(people.nurse, follow_up.id, "weight", weight)
    return path.replace("{follow_up_id}", str(follow_up.id))


async def with_months(services: Services, follow_up: FollowUp) -> UUID:
    """The follow-up with thirty months that are over."""
    now = services.clock.now()
    async with services.database.begin() as uow:
        for number in range(1, MANY + 1):
            day = now.date() + timedelta(days=31 * number)
            month = Month(follow_up.id, number, DayRange(day, day), 1, 1, None, now)
            await CareStore(uow.session).add_month(month)
    return follow_up.id


async def with_devices(path: str, services: Services, people: People) -> str:
    """The path with the id of a follow-up whose devices sent much."""
    patient = (await services.patients.page(people.secretary, limit=1))[0]
    follow_up = await make_follow_up(services, people.doctor, patient)
    await fill(path, services, people.doctor, follow_up, many=MANY)
    return path.replace("{follow_up_id}", str(follow_up.id))


async def with_silences(services: Services, follow_up: FollowUp) -> UUID:
    """Thirty silences of one patient, each over."""
    now, day = services.clock.now(), services.clock.now().date()
    async with services.database.begin() as uow:
        for _ in range(MANY):
            kept = KeptGap(new_id(), follow_up.id, now, Gap(day, now, SilenceCause.UNKNOWN))
            await SilenceStore(uow.session).add(kept)
            await SilenceStore(uow.session).save(replace(kept, gap=replace(kept.gap, last_day=day)))
    return follow_up.id


def make_questionnaire(number: int) -> bytes:
    """One question, as a practice imports it."""
    item = {"linkId": "a", "text": "Avez-vous mal ?", "type": "boolean"}
    named = {"url": f"urn:cabinet:{number}", "name": "douleur", "title": "Votre douleur"}
    return orjson.dumps({"resourceType": "Questionnaire", "status": "active", **named, "item": [item]})


async def walk(api: Api, path: str, caller: Caller, limit: int) -> list[str]:
    """Every item's id, page by page."""
    found, cursor, joint = [], "", "&" if "?" in path else "?"
    while True:
        reply = await api.call("GET", f"{path}{joint}limit={limit}{cursor}", by=caller)
        assert reply.status == 200, reply.body
        found += [str(item.get("id") or item.get("number") or item) for item in reply.body["items"]]
        if reply.body["next_cursor"] is None:
            return found
        cursor = f"&cursor={reply.body['next_cursor']}"


LISTS = {
    "/teleconsultations": "secretary",
    "/patients": "secretary",
    "/professionals": "secretary",
    "/sessions": "doctor",
    "/trace": "auditor",
    "/billing/claims": "doctor",
    "/billing/cap/acts?year=2026": "doctor",
    "/billing/professionals/{doctor_id}/derogations": "doctor",
    "/billing/standings": "doctor",
    "/billing/standings/due?until=2026-12-31": "secretary",
    "/billing/lots": "secretary",
    "/billing/returns/anomalies": "administrator",
    "/billing/professionals/{doctor_id}/activity/imports": "doctor",
    "/teleexpertises": "nurse",
    "/teleexpertises/inbox": "doctor",
    "/teleexpertises?is_ended=true": "nurse",
    "/teleexpertises/colleagues": "doctor",
    "/teleexpertise-templates": "nurse",
    "/teleexpertises/{case_id}/messages": "nurse",
    "/teleexpertises/{case_id}/history": "nurse",
    "/teleexpertises/{case_id}/documents": "nurse",
    "/telemonitoring/alerts": "nurse",
    "/telemonitoring/alerts/{alert_id}/events": "nurse",
    "/follow-ups/{muted_id}/mutes": "nurse",
    "/telemonitoring/quality?since=2026-11-01&until=2026-11-30": "nurse",
    "/documents/received": "doctor",
    "/consents?patient_id={patient_id}": "doctor",
    "/patients/{patient_id}/identity-history": "doctor",
    "/patients/{patient_id}/documents": "doctor",
    "/patients/{patient_id}/merges": "doctor",
    "/law/parameters": "doctor",
    "/follow-ups": "secretary",
    "/follow-ups?patient_id={patient_id}": "nurse",
    "/follow-ups/{follow_up_id}/history": "nurse",
    "/follow-ups/{follow_up_id}/education": "nurse",
    "/follow-ups/{follow_up_id}/entries": "nurse",
    "/telemonitoring/questionnaires": "nurse",
    "/telemonitoring/papers": "secretary",
    "/follow-ups/{follow_up_id}/silences": "nurse",
    "/follow-ups/{follow_up_id}/reports": "nurse",
    "/follow-ups/{follow_up_id}/quarantine": "nurse",
    "/follow-ups/{follow_up_id}/histories": "nurse",
    "/telemonitoring/devices": "administrator",
    "/telemonitoring/rules": "nurse",
    "/telemonitoring/rules/{rule_id}/versions": "nurse",
}
OF_DEVICES = ("/quarantine", "/histories", "/telemonitoring/devices")
IN_MEMORY = ("/law/parameters",)


@pytest.mark.parametrize("path", LISTS)
async def test_a_list_costs_the_same_whatever_its_length(full: Services, api: Api, people: People, path: str) -> None:
    caller = getattr(people, LISTS[path])
    path = await with_case(await with_patient(path, full, people), full, people)
    fill_with = with_devices if path.endswith(OF_DEVICES) else with_follow_up
    path = await fill_with(path, full, people)
    joint = "&" if "?" in path else "?"
    await api.call("GET", path, by=caller)
    counts = []
    for limit in (1, 5, 25):
        with counted(full.database) as statements:
            reply = await api.call("GET", f"{path}{joint}limit={limit}", by=caller)
        assert reply.status == 200, reply.body
        counts.append(len(statements))
    assert counts[1] == counts[2], counts
    assert counts[2] <= 16
    assert (counts[2] == 0) == path.startswith(IN_MEMORY)


@pytest.mark.parametrize("path", ["/teleconsultations", "/patients"])
async def test_pages_lose_and_double_nothing(full: Services, api: Api, people: People, path: str) -> None:
    assert full is not None
    whole = await walk(api, path, people.secretary, 200)
    assert len(whole) == len(set(whole)) == MANY
    assert await walk(api, path, people.secretary, 7) == whole


async def test_a_page_of_nonsense_is_refused(full: Services, api: Api, people: People) -> None:
    assert full is not None
    for query in ("cursor=nonsense", "limit=0", "limit=201", "limit=x", "unknown=1", "state=x"):
        reply = await api.call("GET", f"/teleconsultations?{query}", by=people.secretary)
        assert reply.status == 422, query


async def test_every_operation_that_gives_a_list_gives_pages(services: Services) -> None:
    assert services is not None
    for group in OPERATIONS:
        for operation in group.items:
            if operation.method == "GET" and operation.output is not None and operation.name.startswith("list_"):
                schema = operation.output.json_schema()
                assert "items" in schema["properties"], operation.path
