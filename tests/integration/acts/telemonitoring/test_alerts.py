"""The life of an alert over HTTP, from a finding to a close that a person decides (R-36)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import pytest_asyncio
from structlog.contextvars import bound_contextvars

from telemed.acts.telemonitoring.model.alert import Severity
from telemed.acts.telemonitoring.model.evidence import FindingKind
from telemed.app import Services
from telemed.kernel.clock import FrozenClock
from telemed.kernel.ids import new_id
from telemed.patients.model import Patient
from tests.fixtures.http import Api
from tests.fixtures.people import People
from tests.integration.acts.telemonitoring.alerting import PATH, VERSION, Ward
from tests.integration.acts.telemonitoring.enrolled import make_follow_up
from tests.integration.api.test_lists import counted

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def ward(services: Services, api: Api, people: People, patient: Patient) -> Ward:
    return Ward(services, api, people, await make_follow_up(services, people.doctor, patient))


async def test_an_alert_lives_from_the_measure_to_a_close_that_names_what_it_was(
    ward: Ward, clock: FrozenClock
) -> None:
    nurse, doctor = ward.people.nurse, ward.people.doctor
    alert_id = await ward.fire()
    (line,) = (await ward.board(nurse))["items"]
    assert (line["state"], line["owner"], line["due"], line["holder"]) == ("new", "team", "look", None)
    assert line["patient"]["full_name"]
    assert line["evidence"] == [{"signal": "weight", "value": 80_000_000, "limit": 78_000_000}]
    assert line["rule_version_id"] == str(VERSION)
    clock.advance(timedelta(minutes=5))
    taken = await ward.done(nurse, alert_id, "take")
    assert (taken["state"], taken["holder"]["id"], taken["due"]) == ("taken", str(nurse.id), "interpretation")
    read = await ward.done(doctor, alert_id, "interpretation", words="Rétention hydrique.")
    assert (read["owner"], read["holder"]["id"]) == ("doctor", str(doctor.id))
    decided = await ward.done(doctor, alert_id, "decision", words="Appeler, diurétique ce soir.")
    assert (decided["owner"], decided["holder"]["id"], decided["due"]) == ("team", str(nurse.id), "completion")
    closed = await ward.done(nurse, alert_id, "close", outcome="actionable", words="Fait.")
    assert (closed["state"], closed["owner"], closed["due_at"], closed["steps"]) == ("closed", None, None, [])
    assert (await ward.board(nurse))["items"] == []
    (line,) = (await ward.board(nurse, "view=closed"))["items"]
    assert (line["id"], line["outcome"]) == (alert_id, "actionable")
    events = (await ward.read(alert_id))["events"]
    assert [event["kind"] for event in events] == ["fired", "take", "interpret", "decide", "close"]
    assert [event["position"] for event in events] == [1, 2, 3, 4, 5]
    assert events[2]["words"] == "Rétention hydrique."
    assert events[2]["by"]["id"] == str(doctor.id)
    assert events[4]["details"] == {"outcome": "actionable"}


async def test_what_is_still_abnormal_repeats_on_the_one_open_alert_and_reopens_after_a_close(ward: Ward) -> None:
    alert_id = await ward.fire()
    again = ward.told(FindingKind.REPEATED, value=81)
    await ward.record(again, ward.told(FindingKind.ENDED), ward.told(FindingKind.FIRED, value=82))
    (line,) = (await ward.board(ward.people.nurse))["items"]
    assert (line["id"], line["repeats"], line["ended_at"]) == (alert_id, 2, None)
    assert line["evidence"][0]["value"] == 82_000_000
    await ward.done(ward.people.nurse, alert_id, "take")
    await ward.done(ward.people.nurse, alert_id, "filter", outcome="technical", words="Balance déréglée.")
    await ward.record(ward.told(FindingKind.REPEATED, value=83))
    (line,) = (await ward.board(ward.people.nurse))["items"]
    assert (line["former_id"], line["state"]) == (alert_id, "new")
    assert line["id"] != alert_id
    kinds = [event["kind"] for event in (await ward.read(alert_id))["events"]]
    assert kinds == ["fired", "repeat", "ended", "repeat", "take", "filter"]


async def test_values_that_come_back_close_nothing_and_what_is_late_opens_nothing(ward: Ward) -> None:
    await ward.record(ward.told(FindingKind.LATE), ward.told(FindingKind.ENDED), ward.told(FindingKind.WITHDRAWN))
    assert (await ward.board(ward.people.nurse))["items"] == []
    alert_id = await ward.fire()
    await ward.record(ward.told(FindingKind.ENDED), ward.told(FindingKind.WITHDRAWN), ward.told(FindingKind.LATE))
    (line,) = (await ward.board(ward.people.nurse))["items"]
    assert (line["id"], line["state"]) == (alert_id, "new")
    assert line["ended_at"]
    assert line["withdrawn_at"]
    kinds = [event["kind"] for event in (await ward.read(alert_id))["events"]]
    assert kinds == ["fired", "ended", "withdrawn", "late"]


async def test_quiet_hours_queue_an_alert_until_their_end(ward: Ward) -> None:
    later = ward.now + timedelta(hours=3)
    await ward.fire(told_at=later)
    (line,) = (await ward.board(ward.people.nurse))["items"]
    assert (line["state"], line["owner"], line["due"]) == ("queued", "clock", "opening")
    assert line["queued_until"] == line["due_at"] == later.isoformat().replace("+00:00", "Z")


async def test_who_may_do_what(ward: Ward) -> None:
    people, alert_id = ward.people, await ward.fire()
    for caller, status in ((people.secretary, 403), (people.auditor, 403), (people.stranger, 404)):
        assert (await ward.post(caller, alert_id, "take")).status == status
    assert (await ward.api.call("GET", f"{PATH}/{alert_id}")).status == 401
    assert (await ward.board(people.stranger))["items"] == []
    await ward.done(people.nurse, alert_id, "take")
    words = {"words": "Oui."}
    assert (await ward.post(people.nurse, alert_id, "interpretation", words)).code == "forbidden"
    assert (await ward.post(people.doctor, alert_id, "decision", words)).code == "telemonitoring.alert_not_interpreted"
    assert (await ward.post(people.colleague, alert_id, "take")).code == "telemonitoring.alert_taken"
    close = {"outcome": "actionable", **words}
    assert (await ward.post(people.nurse, alert_id, "close", close)).code == "telemonitoring.alert_not_decided"
    assert (await ward.post(people.nurse, alert_id, "filter", close)).status == 422
    await ward.done(people.nurse, alert_id, "take")
    await ward.done(people.doctor, alert_id, "filter", outcome="false", words="Habillé.")
    assert (await ward.post(people.nurse, alert_id, "take")).code == "telemonitoring.alert_closed"
    await ward.done(people.nurse, alert_id, "comments", words="Rappelé le lendemain.")
    assert (await ward.read(alert_id))["events"][-1]["words"] == "Rappelé le lendemain."


async def test_a_colleague_lets_go_before_another_takes(ward: Ward) -> None:
    alert_id, people = await ward.fire(), ward.people
    before = (await ward.read(alert_id))["alert"]["due_at"]
    await ward.done(people.colleague, alert_id, "take")
    reply = await ward.post(people.nurse, alert_id, "filter", {"outcome": "false", "words": "Non."})
    assert reply.code == "telemonitoring.alert_held"
    released = await ward.done(people.nurse, alert_id, "release", words="Absent.")
    assert (released["state"], released["holder"], released["due_at"]) == ("new", None, before)
    assert (await ward.done(people.nurse, alert_id, "take"))["holder"]["id"] == str(people.nurse.id)


async def test_several_are_taken_at_once_and_what_cannot_be_is_said(ward: Ward) -> None:
    nurse, doctor = ward.people.nurse, ward.people.doctor
    ids = [await ward.fire(cause=f"cause_{number}") for number in range(4)]
    await ward.done(doctor, ids[1], "take")
    await ward.done(nurse, ids[2], "take")
    stranger = str(new_id())
    reply = await ward.api.call("POST", f"{PATH}/taking", {"alert_ids": [*ids, stranger, ids[0]]}, by=nurse)
    assert {one["id"]: one["result"] for one in reply.body["alerts"]} == {
        ids[0]: "taken",
        ids[1]: "refused",
        ids[2]: "already_yours",
        ids[3]: "taken",
        stranger: "absent",
    }
    assert {line["id"] for line in (await ward.board(nurse, "view=mine"))["items"]} == {ids[0], ids[2], ids[3]}
    assert (await ward.api.call("POST", f"{PATH}/taking", {"alert_ids": []}, by=nurse)).status == 422


async def test_the_board_ranks_narrows_counts_and_pages(ward: Ward, clock: FrozenClock) -> None:
    nurse = ward.people.nurse
    severities = [Severity.WATCH, Severity.NOW, Severity.SOON, Severity.NOW, Severity.SOON]
    ids = []
    for number, severity in enumerate(severities):
        pathway = "diabete" if number % 2 else "insuffisance_cardiaque"
        ids.append(await ward.fire(cause=f"cause_{number}", severity=severity, pathway=pathway))
        clock.advance(timedelta(minutes=1))
    ranked = [ids[1], ids[3], ids[2], ids[4], ids[0]]
    assert [line["id"] for line in (await ward.board(nurse))["items"]] == ranked
    clock.advance(timedelta(minutes=40))
    await ward.done(nurse, ids[3], "take")
    views = {view: [one["id"] for one in (await ward.board(nurse, query))["items"]] for view, query in (
        ("mine", "view=mine"), ("unowned", "view=unowned"), ("overdue", "view=overdue"),
        ("soon", "severity=soon"), ("diabetes", "pathway=diabete"), ("taken", "state=taken"),
        ("follow_up", f"follow_up_id={ward.follow_up.id}"),
    )}  # fmt: skip
    assert views["mine"] == views["taken"] == [ids[3]]
    assert views["unowned"] == [ids[1], ids[2], ids[4], ids[0]]
    assert views["overdue"] == [ids[1]]
    assert views["soon"] == [ids[2], ids[4]]
    assert set(views["diabetes"]) == {ids[1], ids[3]}
    assert set(views["follow_up"]) == set(ids)
    page = await ward.board(nurse, "limit=2")
    assert page["counts"] == {"open": 5, "mine": 1, "unowned": 4, "overdue": 1, "now": 2}
    for view in ("open", "unowned", "overdue", "mine"):
        whole = [one["id"] for one in (await ward.board(nurse, f"view={view}"))["items"]]
        found, cursor = [], ""
        while True:
            page = await ward.board(nurse, f"view={view}&limit=2{cursor}")
            found += [one["id"] for one in page["items"]]
            if page["next_cursor"] is None:
                break
            cursor = f"&cursor={page['next_cursor']}"
        assert found == whole, view
    assert await ward.services.telemonitoring.triage.lists.count_waiting(nurse) == 5
    assert await ward.services.telemonitoring.triage.lists.count_waiting(ward.people.secretary) == 0


async def test_a_flood_of_findings_costs_the_statements_of_a_few(ward: Ward) -> None:
    counts = []
    for number in (20, 300):
        told = [ward.told(cause=f"cause_{number}_{one}") for one in range(number)]
        async with ward.services.database.begin() as uow:
            with bound_contextvars(request_id="flood"), counted(ward.services.database) as statements:
                await ward.services.telemonitoring.triage.book.record(uow, [*told, *told])
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 10
