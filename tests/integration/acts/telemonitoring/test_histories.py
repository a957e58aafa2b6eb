"""Past measures in a CSV file: looked at, kept once, taken back, each bad line told by its number."""

from __future__ import annotations

from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy import text

from telemed.acts.telemonitoring.model.care import FollowUp
from telemed.acts.telemonitoring.store import ObservationStore
from telemed.acts.telemonitoring.store.rows import RowWriter
from telemed.app import Services
from telemed.kernel.caller import Caller
from telemed.patients.model import Patient
from tests.fixtures.http import Api, Reply
from tests.fixtures.people import People
from tests.integration.acts.telemonitoring.enrolled import make_follow_up
from tests.integration.acts.telemonitoring.equipped import SCALE, equip, send

pytestmark = pytest.mark.asyncio
HEADER = "measured_at;signal;value;unit;device"


@pytest_asyncio.fixture
async def follow_up(services: Services, people: People, patient: Patient) -> FollowUp:
    return await make_follow_up(services, people.doctor, patient)


def make_file(services: Services, weights: list[str], *more: str, device: str = "ancienne balance") -> bytes:
    """One weight a day, up to yesterday."""
    last = services.clock.now() - timedelta(days=1)
    days = [(last - timedelta(days=number)).isoformat() for number in range(len(weights))]
    lines = [f"{at};weight;{value};kg;{device}" for at, value in zip(days, weights, strict=True)]
    return "\n".join((HEADER, *lines, *more)).encode()


async def put(api: Api, follow_up: FollowUp, content: bytes, by: Caller) -> Reply:
    return await api.call("POST", f"/follow-ups/{follow_up.id}/histories", content, by=by, content_type="text/csv")


async def counting(services: Services, follow_up: FollowUp) -> list[str]:
    """The weights that count, the oldest first."""
    now = services.clock.now()
    async with services.database.read() as session:
        store = ObservationStore(session, RowWriter(services.telemonitoring.catalogue))
        kept = await store.history(follow_up.id, ["weight"], since=now - timedelta(days=900), until=now)
    return [str(one.observation.number) for one in kept if one.observation.counts]


async def test_a_file_is_looked_at_kept_once_and_taken_back(
    api: Api, services: Services, people: People, follow_up: FollowUp
) -> None:
    tomorrow = (services.clock.now() + timedelta(days=1)).isoformat()
    now = services.clock.now().isoformat()
    bad = (f"{now};weight;lourd;kg;x", "hier;weight;70;kg;x", "", "a;b", f"{tomorrow};weight;70;kg;x")
    seen = await put(api, follow_up, make_file(services, ["71,5", "70.4", "700"], *bad), people.nurse)
    assert seen.status == 200, seen.body
    counts = [seen.body[f"{name}_count"] for name in ("accepted", "doubtful", "rejected")]
    assert (counts, seen.body["signals"]) == ([3, 1, 4], ["weight"])
    assert [(one["line"], one["code"]) for one in seen.body["faults"]] == [
        (5, "value.not_a_quantity"),
        (6, "time.unreadable"),
        (8, "csv.columns"),
        (9, "time.future"),
    ]
    assert await counting(services, follow_up) == []
    path = f"/follow-ups/{follow_up.id}/histories/{seen.body['id']}"
    kept = await api.call("POST", f"{path}/keeping", by=people.nurse)
    assert (kept.status, kept.body["state"]) == (200, "kept")
    assert await counting(services, follow_up) == ["70.4", "71.5"]
    twice = make_file(services, ["71,5", "70.5", "700"]) + b"\n" + make_file(services, ["71.5", "x", "y", "69"])[37:]
    seen_again = (await put(api, follow_up, twice, people.doctor)).body
    assert (seen_again["known_count"], seen_again["conflicting_count"], seen_again["accepted_count"]) == (3, 1, 5)
    again = await api.call("POST", f"{path}/keeping", by=people.nurse)
    assert (again.status, again.code) == (409, "history.settled")
    listed = (await api.call("GET", f"/follow-ups/{follow_up.id}/histories", by=people.doctor)).body["items"]
    assert [one["state"] for one in listed] == ["previewed", "kept"]
    undone = await api.call("POST", f"{path}/undoing", by=people.nurse)
    assert (undone.body["state"], await counting(services, follow_up)) == ("undone", [])
    async with services.database.read() as session:
        rows = await session.scalar(text("SELECT count(*) FROM telemonitoring_observations"))
    assert rows == 6


async def test_what_a_device_had_sent_before_is_one_measure_and_stays(
    api: Api, services: Services, people: People, follow_up: FollowUp
) -> None:
    scale = await equip(services, people.doctor, follow_up)
    at = (services.clock.now() - timedelta(days=1)).isoformat()
    assert (await send(api, scale.token, scale.weight(70.0, effectiveDateTime=at))).status == 201
    seen = await put(api, follow_up, make_file(services, ["70", "69"], device=SCALE), people.doctor)
    path = f"/follow-ups/{follow_up.id}/histories/{seen.body['id']}"
    await api.call("POST", f"{path}/keeping", by=people.doctor)
    assert await counting(services, follow_up) == ["69", "70"]
    await api.call("POST", f"{path}/undoing", by=people.doctor)
    assert await counting(services, follow_up) == ["70"]


async def test_a_file_that_is_none_and_who_may_not(
    api: Api, services: Services, people: People, follow_up: FollowUp
) -> None:
    for content in (b"\xff\xfe", b"\x81", b"a;b;c\n1;2;3", b""):
        reply = await put(api, follow_up, content, people.nurse)
        assert (reply.status, reply.code) == (422, "history.unreadable")
    nothing = await put(api, follow_up, f"{HEADER}\nx".encode(), people.nurse)
    path = f"/follow-ups/{follow_up.id}/histories/{nothing.body['id']}"
    refused = await api.call("POST", f"{path}/keeping", by=people.nurse)
    assert (refused.status, refused.code) == (409, "history.nothing_accepted")
    dropped = await api.call("POST", f"{path}/undoing", by=people.nurse)
    assert dropped.body["state"] == "undone"
    for who, status in ((people.stranger, 404), (people.secretary, 403)):
        assert (await put(api, follow_up, make_file(services, ["70"]), who)).status == status
        assert (await api.call("POST", f"{path}/keeping", by=who)).status == status
