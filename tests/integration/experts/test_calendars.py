"""A calendar over HTTP: looked at, kept, undone, taken away."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

from telemed.kernel.caller import Caller
from tests.fixtures.http import Api, Reply
from tests.fixtures.people import People
from tests.integration.experts.conftest import PROFILE, hours
from tests.unit.experts.test_calendars import TIMED, file_of

pytestmark = pytest.mark.asyncio
FILE = file_of(
    f"{TIMED}\nRRULE:FREQ=WEEKLY;COUNT=2",
    "DTSTART;VALUE=DATE:20261207\nDTEND;VALUE=DATE:20261209\nSUMMARY:Vacances chez Jeanne",
    "DTSTART:20261204T080000Z\nDURATION:PT2H",
    f"{TIMED}\nRRULE:FREQ=SECONDLY",
)


async def send(api: Api, raw: bytes, by: Caller | None, query: str = "", kind: str = "text/calendar") -> Reply:
    return await api.call("POST", f"/experts/me/calendar{query}", BytesIO(raw), by=by, content_type=kind)


async def openings(api: Api, by: Caller) -> list[str]:
    reply = await api.call("GET", "/experts/me/openings?days=42", by=by)
    return [one["starts_at"] for one in reply.body["items"]]


async def test_a_calendar_is_looked_at_then_kept_then_undone(api: Api, expert: Caller) -> None:
    seen = await send(api, FILE, expert)
    assert seen.status == 201, seen.body
    assert [one["number"] for one in seen.body["accepted"]] == [1, 2, 3]
    assert [(one["number"], one["code"]) for one in seen.body["rejected"]] == [(4, "calendar.rule")]
    assert "Jeanne" not in str(seen.body)
    assert await openings(api, expert) == []
    path = f"/experts/me/calendar-imports/{seen.body['summary']['id']}"
    kept = await api.call("POST", f"{path}/keeping", by=expert)
    assert (kept.status, kept.body["summary"]["state"]) == (200, "kept")
    assert await openings(api, expert) == ["2026-12-03T08:00:00Z", "2026-12-04T08:00:00Z", "2026-12-10T08:00:00Z"]
    again = await api.call("POST", f"{path}/keeping", by=expert)
    assert (again.status, again.code) == (409, "calendar.settled")
    assert {one["code"] for one in (await send(api, FILE, expert)).body["rejected"]} == {
        "calendar.known",
        "calendar.rule",
    }
    assert (await api.call("DELETE", path, by=expert)).status == 204
    assert (await api.call("DELETE", path, by=expert)).status == 204
    assert await openings(api, expert) == []
    assert (await api.call("GET", path, by=expert)).body["summary"]["state"] == "undone"


async def test_only_the_last_look_is_remembered(api: Api, expert: Caller) -> None:
    first = (await send(api, FILE, expert)).body["summary"]["id"]
    second = (await send(api, FILE, expert, "?meaning=leave")).body["summary"]
    assert second["accepted_count"] == 3
    assert (await api.call("GET", f"/experts/me/calendar-imports/{first}", by=expert)).status == 404
    listed = (await api.call("GET", "/experts/me/calendar-imports", by=expert)).body["items"]
    assert [one["id"] for one in listed] == [second["id"]]


async def test_what_changed_since_the_look_is_not_overlapped(api: Api, expert: Caller) -> None:
    seen = (await send(api, FILE, expert)).body["summary"]["id"]
    leave = {"first_on": "2026-12-08", "last_on": "2026-12-08"}
    assert (await api.call("POST", "/experts/me/leave", leave, by=expert)).status == 201
    kept = await api.call("POST", f"/experts/me/calendar-imports/{seen}/keeping", by=expert)
    assert (kept.status, kept.code) == (409, "calendar.outdated")
    none = (await send(api, file_of("SUMMARY:x"), expert)).body["summary"]["id"]
    empty = await api.call("POST", f"/experts/me/calendar-imports/{none}/keeping", by=expert)
    assert (empty.status, empty.code) == (409, "calendar.nothing_accepted")


async def test_who_may_send_what(api: Api, expert: Caller, people: People) -> None:
    expected: tuple[tuple[Any, ...], ...] = (
        (FILE, None, 401, "unauthenticated"),
        (FILE, people.secretary, 403, "forbidden"),
        (FILE, people.doctor, 409, "experts.no_profile"),
        (b"\xff\xfe", expert, 422, "calendar.encoding"),
        (b"bonjour", expert, 422, "calendar.unreadable"),
        (b"A" * 600_000, expert, 422, "calendar.too_large"),
        (b"A" * 2_000_000, expert, 413, "too_large"),
    )
    for raw, by, status, code in expected:
        reply = await send(api, raw, by)
        assert (reply.status, reply.code) == (status, code)
    assert (await send(api, FILE, expert, kind="text/plain")).status == 415
    seen = (await send(api, FILE, expert)).body["summary"]["id"]
    await api.call("PUT", "/experts/me", PROFILE, by=people.doctor)
    for method, path in (("GET", ""), ("POST", "/keeping"), ("DELETE", "")):
        assert (await api.call(method, f"/experts/me/calendar-imports/{seen}{path}", by=people.doctor)).status == 404


async def test_one_s_hours_are_taken_away_as_a_calendar(api: Api, expert: Caller) -> None:
    await api.call("POST", "/experts/me/shifts", hours("2026-11-26", rule="FREQ=WEEKLY"), by=expert)
    await api.call("POST", "/experts/me/leave", {"first_on": "2026-12-07", "last_on": "2026-12-08"}, by=expert)
    reply = await api.call("GET", "/experts/me/calendar", by=expert)
    assert (reply.status, reply.response.content_type) == (200, "text/calendar")
    again = await send(api, reply.body.encode(), expert)
    assert [one["code"] for one in again.body["rejected"]] == ["calendar.known", "calendar.known"]
