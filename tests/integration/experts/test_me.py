"""One's own profile and hours over HTTP: who may, what is refused, and what is open as a result."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import pytest

from telemed.app import Services
from telemed.experts.model import Kind, ShiftDraft, window_at
from telemed.experts.rules.openings import openings_of
from telemed.experts.service.keeping import rosters_of
from telemed.experts.store import OpeningStore
from telemed.kernel.caller import Caller
from telemed.kernel.period import Interval
from tests.fixtures.clocks import NOON
from tests.fixtures.http import Api
from tests.fixtures.people import People
from tests.integration.experts.conftest import PROFILE, hours

pytestmark = pytest.mark.asyncio


async def open_hours(api: Api, caller: Caller, days: int = 7) -> list[tuple[str, str]]:
    reply = await api.call("GET", f"/experts/me/openings?days={days}", by=caller)
    assert reply.status == 200, reply.body
    return [(one["starts_at"], one["ends_at"]) for one in reply.body["items"]]


async def test_a_doctor_says_who_he_is_and_when_he_answers(api: Api, expert: Caller) -> None:
    profile = (await api.call("GET", "/experts/me", by=expert)).body
    assert (profile["specialty_code"], profile["territory"], profile["is_open"]) == ("G15_10/SM15", "metropole", True)
    weekly = hours("2026-11-02", rule="FREQ=WEEKLY;BYDAY=TH,FR")
    shift = (await api.call("POST", "/experts/me/shifts", weekly, by=expert)).body
    night = hours("2026-11-27", "22:00", 8 * 60)
    assert (await api.call("POST", "/experts/me/shifts", night, by=expert)).status == 201
    assert await open_hours(api, expert) == [
        ("2026-11-26T08:00:00Z", "2026-11-26T11:00:00Z"),
        ("2026-11-27T08:00:00Z", "2026-11-27T11:00:00Z"),
        ("2026-11-27T21:00:00Z", "2026-11-28T05:00:00Z"),
    ]
    assert (await api.call("DELETE", f"/experts/me/shifts/{shift['id']}", by=expert)).status == 204
    assert len(await open_hours(api, expert)) == 1
    assert (await api.call("DELETE", f"/experts/me/shifts/{shift['id']}", by=expert)).status == 404
    await api.call("PUT", "/experts/me", PROFILE | {"is_open": False}, by=expert)
    assert await open_hours(api, expert) == []


async def test_leave_takes_hours_away_and_never_overlaps_in_silence(api: Api, expert: Caller) -> None:
    await api.call("POST", "/experts/me/shifts", hours("2026-11-02", rule="FREQ=DAILY"), by=expert)
    week = {"first_on": "2026-11-26", "last_on": "2026-12-02"}
    leave = await api.call("POST", "/experts/me/leave", week, by=expert)
    assert (leave.status, leave.body["exception"]["starts_at"]) == (201, "2026-11-25T23:00:00Z")
    again = await api.call("POST", "/experts/me/leave", {"first_on": "2026-12-02", "last_on": "2026-12-09"}, by=expert)
    assert (again.status, again.reasons) == (409, ["experts.overlap"])
    extra = {"starts_at": "2026-11-27T10:00:00+01:00", "ends_at": "2026-11-27T11:30:00+01:00"}
    kept = await api.call("POST", "/experts/me/extras", extra, by=expert)
    assert [one["code"] for one in kept.body["warnings"]] == ["experts.extra_in_leave"]
    assert await open_hours(api, expert) == [("2026-11-27T09:00:00Z", "2026-11-27T10:30:00Z")]
    assert (await api.call("POST", "/experts/me/extras", extra, by=expert)).reasons == ["experts.overlap"]
    leave_id, extra_id = leave.body["exception"]["id"], kept.body["exception"]["id"]
    assert (await api.call("DELETE", f"/experts/me/leave/{extra_id}", by=expert)).status == 404
    assert (await api.call("DELETE", f"/experts/me/leave/{leave_id}", by=expert)).status == 204
    assert (await api.call("DELETE", f"/experts/me/extras/{extra_id}", by=expert)).status == 204
    assert len(await open_hours(api, expert)) == 7


@pytest.mark.parametrize(
    ("shift", "code"),
    [
        (hours("2026-11-26", rule="FREQ=SECONDLY"), "experts.rule"),
        (hours("2026-11-26", rule="FREQ=DAILY;COUNT=99999999"), "experts.rule"),
        (hours("2026-11-26", rule="FREQ=DAILY;BYHOUR=1,2,3"), "experts.rule"),
        (hours("2026-11-26", rule="FREQ=DAILY;COUNT=3;UNTIL=20270101"), "experts.rule"),
        (hours("2026-11-26", rule="FREQ=DAILY;UNTIL=20269999"), "experts.rule"),
        (hours("2026-11-26", zone="Mars/Olympus"), "experts.zone"),
        (hours("2026-11-26", zone="../etc/passwd"), "experts.zone"),
        (hours("1999-01-01"), "experts.date"),
        (hours("2066-01-01"), "experts.date"),
        (hours("2026-11-26", minutes=2), "invalid_body"),
        (hours("2026-11-26", start="25:00"), "invalid_body"),
    ],
)
async def test_hours_that_cannot_be_are_refused(api: Api, expert: Caller, shift: object, code: str) -> None:
    reply = await api.call("POST", "/experts/me/shifts", shift, by=expert)
    assert (reply.status, reply.code) == (422, code)


async def test_what_an_expert_may_not_say(api: Api, expert: Caller, people: People) -> None:
    for change, code in (
        ({"skills": ["magic"]}, "experts.skill_unknown"),
        ({"department": "974"}, "experts.department"),
        ({"department": "99"}, "experts.department"),
    ):
        reply = await api.call("PUT", "/experts/me", PROFILE | change, by=expert)
        assert (reply.status, reply.code) == (422, code)
    assert (await api.call("PUT", "/experts/me", PROFILE, by=None)).status == 401
    assert (await api.call("PUT", "/experts/me", PROFILE, by=people.secretary)).status == 403
    nurse = await api.call("PUT", "/experts/me", PROFILE, by=people.nurse)
    assert (nurse.status, nurse.reasons) == (409, ["experts.profession"])
    before = await api.call("POST", "/experts/me/shifts", hours("2026-11-26"), by=people.doctor)
    assert (before.status, before.code) == (409, "experts.no_profile")
    assert (await api.call("GET", "/experts/me", by=people.doctor)).body["is_open"] is False


async def test_another_s_hours_are_out_of_reach(api: Api, expert: Caller, people: People) -> None:
    shift = (await api.call("POST", "/experts/me/shifts", hours("2026-11-26"), by=expert)).body
    await api.call("PUT", "/experts/me", PROFILE, by=people.colleague)
    assert (await api.call("DELETE", f"/experts/me/shifts/{shift['id']}", by=people.colleague)).status == 404
    assert (await api.call("GET", "/experts/me/shifts", by=people.colleague)).body["items"] == []


async def test_who_is_suspended_is_asked_nothing_from_that_instant(
    services: Services, api: Api, expert: Caller, people: People
) -> None:
    assert expert.id is not None
    await api.call("POST", "/experts/me/shifts", hours("2026-11-26"), by=expert)
    await api.call("PUT", f"/professionals/{expert.id}/suspension", by=people.administrator)
    assert await services.experts.hours.openings(expert, 7) == []
    await api.call("DELETE", f"/professionals/{expert.id}/suspension", by=people.administrator)
    assert len(await services.experts.hours.openings(expert, 7)) == 1


async def test_skills_are_a_list_that_pages(api: Api, people: People) -> None:
    first = (await api.call("GET", "/expert-skills?limit=5", by=people.doctor)).body
    second = (await api.call("GET", f"/expert-skills?limit=200&cursor={first['next_cursor']}", by=people.doctor)).body
    codes = [one["code"] for one in first["items"] + second["items"]]
    assert len(codes) > 30
    assert codes == sorted(set(codes))


async def test_changes_at_once_leave_the_openings_of_all_of_them(services: Services, expert: Caller) -> None:
    assert expert.id is not None
    hours_of = services.experts.hours
    days = [ShiftDraft(date(2026, 11, 26) + timedelta(days=number), 540, 180, "FREQ=WEEKLY") for number in range(6)]
    away = Interval(NOON + timedelta(days=7), NOON + timedelta(days=9))
    await asyncio.gather(
        *(hours_of.add_shift(expert, draft) for draft in days),
        hours_of.add_exception(expert, Kind.LEAVE, away),
        services.experts.keeping.run(),
    )
    window = window_at(NOON)
    async with services.database.read() as session:
        roster = (await rosters_of(session, [expert.id], window))[expert.id]
        kept = await OpeningStore(session).of_person(expert.id, window)
    assert (len(roster.shifts), len(roster.exceptions)) == (6, 1)
    assert set(kept) == set(openings_of(roster, window))
    assert len(kept) == len(set(kept)) > 30
