"""A line: who makes it, who answers in it, who may change it, and what its members' hours open."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from telemed.app import Services
from telemed.kernel.caller import Caller
from tests.fixtures.http import Api, Reply
from tests.fixtures.people import People, make_doctor
from tests.integration.experts.conftest import PROFILE, hours, join

pytestmark = pytest.mark.asyncio
LINE = {"name": "Dermatologie de garde", "specialty_code": "G15_10/SM15", "widening_minutes": {"hours": 15}}


@pytest_asyncio.fixture
async def line(api: Api, expert: Caller) -> str:
    """A line that the expert made and looks after."""
    made = await api.call("POST", "/expert-lines", LINE, by=expert)
    assert made.status == 201, made.body
    return str(made.body["id"])


@pytest_asyncio.fixture
async def other(services: Services, people: People, api: Api) -> Caller:
    """A dermatologist of another practice."""
    assert people.stranger.practice_id is not None
    person = make_doctor(people.stranger.practice_id, rpps="10100000099", family_name="Ferrand")
    caller = await join(services, replace(person, specialty_code="G15_10/SM15"), "paul.ferrand")
    assert (await api.call("PUT", "/experts/me", PROFILE, by=caller)).status == 200
    return caller


async def roster(api: Api, line: str, by: Caller) -> list[tuple[Any, ...]]:
    reply: Reply = await api.call("GET", f"/expert-lines/{line}/openings?days=7", by=by)
    assert reply.status == 200, reply.body
    return [(one["full_name"], one["starts_at"]) for one in reply.body["items"]]


async def test_a_manager_gives_members_their_hours(api: Api, expert: Caller, line: str) -> None:
    assert (await api.call("PUT", f"/expert-lines/{line}/members/{expert.id}", by=expert)).status == 204
    given = hours("2026-11-02", rule="FREQ=WEEKLY;BYDAY=TH", professional_id=str(expert.id))
    shift = await api.call("POST", f"/expert-lines/{line}/shifts", given, by=expert)
    assert shift.status == 201, shift.body
    assert await roster(api, line, expert) == [("Dr Claire NGUYEN", "2026-11-26T08:00:00Z")]
    shown = (await api.call("GET", f"/expert-lines/{line}", by=expert)).body
    assert shown["widening_minutes"] == {"hours": 15, "48_hours": 240, "7_days": 1440}
    assert (shown["is_managed"], shown["is_member"], shown["specialty"]) == (True, True, "Dermatologie")
    removed = await api.call("DELETE", f"/expert-lines/{line}/shifts/{shift.body['id']}", by=expert)
    assert removed.status == 204
    assert await roster(api, line, expert) == []


async def test_a_colleague_of_another_practice_answers_once_he_said_yes(
    api: Api, expert: Caller, other: Caller, line: str
) -> None:
    member = f"/expert-lines/{line}/members/{other.id}"
    assert (await api.call("PUT", member, by=expert)).status == 204
    given = hours("2026-11-26", professional_id=str(other.id))
    assert (await api.call("POST", f"/expert-lines/{line}/shifts", given, by=expert)).status == 404
    assert (await api.call("GET", "/expert-lines", by=other)).body["items"][0]["is_invited"] is True
    assert (await api.call("PUT", f"/expert-lines/{line}/membership", by=other)).status == 204
    assert (await api.call("POST", "/experts/me/shifts", given_to(line), by=other)).status == 201
    assert [name for name, _ in await roster(api, line, expert)] == ["Dr Claire FERRAND"]
    members = (await api.call("GET", f"/expert-lines/{line}/members", by=expert)).body["items"]
    assert [one["joined_at"] is not None for one in members] == [True]
    assert (await api.call("DELETE", f"/expert-lines/{line}/membership", by=other)).status == 204
    assert await roster(api, line, expert) == []
    assert (await api.call("GET", "/experts/me/shifts", by=other)).body["items"] == []


def given_to(line: str) -> dict[str, Any]:
    return hours("2026-11-26", line_id=line)


async def test_a_closed_line_opens_nothing_and_one_changed_opens_otherwise(
    services: Services, api: Api, expert: Caller, line: str
) -> None:
    assert expert.id is not None
    await api.call("PUT", f"/expert-lines/{line}/members/{expert.id}", by=expert)
    await api.call("POST", "/experts/me/shifts", given_to(line), by=expert)
    changed = LINE | {"specialty_code": "G15_10/SM04"}
    assert (await api.call("PUT", f"/expert-lines/{line}", changed, by=expert)).status == 200
    assert [one.specialty_code for one in await services.experts.hours.openings(expert, 7)] == ["G15_10/SM04"]
    assert (await api.call("DELETE", f"/expert-lines/{line}", by=expert)).status == 204
    assert await services.experts.hours.openings(expert, 7) == []
    again = await api.call("PUT", f"/expert-lines/{line}", LINE, by=expert)
    assert (again.status, again.code) == (409, "experts.line_closed")


async def test_who_may_change_a_line(api: Api, expert: Caller, people: People, other: Caller, line: str) -> None:
    path = f"/expert-lines/{line}"
    for by, status in ((None, 401), (people.auditor, 403), (people.doctor, 403), (other, 404)):
        assert (await api.call("PUT", path, LINE, by=by)).status == status
    assert (await api.call("PUT", path, LINE, by=people.doctor)).code == "experts.not_manager"
    assert (await api.call("PUT", path, LINE, by=people.administrator)).status == 200
    assert (await api.call("GET", f"{path}/openings", by=other)).status == 404
    assert (await api.call("GET", path, by=other)).body["is_managed"] is False
    found = (await api.call("GET", "/expert-lines?specialty_code=G15_10/SM15", by=other)).body["items"]
    assert [one["id"] for one in found] == [line]


async def test_a_line_keeps_a_manager(api: Api, expert: Caller, people: People, line: str) -> None:
    managers = f"/expert-lines/{line}/managers"
    last = await api.call("DELETE", f"{managers}/{expert.id}", by=expert)
    assert (last.status, last.code) == (409, "experts.last_manager")
    assert (await api.call("PUT", f"{managers}/{people.secretary.id}", by=expert)).status == 204
    assert (await api.call("DELETE", f"{managers}/{expert.id}", by=expert)).status == 204
    assert (await api.call("PUT", f"/expert-lines/{line}", LINE, by=people.secretary)).status == 200
    assert (await api.call("PUT", f"/expert-lines/{line}", LINE, by=expert)).status == 403
    assert (await api.call("PUT", f"{managers}/{people.stranger.id}", by=people.administrator)).status == 404


async def test_what_a_line_may_not_say(api: Api, expert: Caller, line: str) -> None:
    for change, code in (
        ({"specialty_code": "G15_10/SM999"}, "experts.specialty"),
        ({"widening_minutes": {"tomorrow": 5}}, "experts.widening"),
        ({"widening_minutes": {"hours": 0}}, "experts.widening"),
        ({"skills": ["magic"]}, "experts.skill_unknown"),
        ({"name": "a\x00b"}, "invalid_body"),
    ):
        reply = await api.call("PUT", f"/expert-lines/{line}", LINE | change, by=expert)
        assert (reply.status, reply.code) == (422, code)
    unknown = await api.call("PUT", f"/expert-lines/{line}/members/{line}", by=expert)
    assert unknown.status == 404
