"""Past measures in a CSV file: looked at, kept once, taken back, each bad line told by its number."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy import text

from telemed.acts.telemonitoring.model.arrival import Arrival, Taken
from telemed.acts.telemonitoring.model.care import FollowUp
from telemed.acts.telemonitoring.service import history_work
from telemed.app import Services
from telemed.kernel.caller import Caller
from telemed.kernel.clock import FrozenClock
from telemed.patients.model import Patient
from tests.fixtures.http import Api, Reply
from tests.fixtures.people import People
from tests.integration.acts.telemonitoring.enrolled import make_follow_up
from tests.integration.acts.telemonitoring.equipped import SCALE, counting, equip, send

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


class Killed(BaseException):
    """The end of a process."""


def kill_after(services: Services, monkeypatch: pytest.MonkeyPatch, batches: int, *, is_kept: bool) -> None:
    """The process ends at its next batch after so many, before that is kept or just after."""
    ingestion, left = services.telemonitoring.ingestion, iter(range(batches))
    take = ingestion.take

    async def take_or_die(arrivals: Sequence[Arrival]) -> list[Taken]:
        is_last = next(left, None) is None
        if is_last and not is_kept:
            raise Killed
        taken = await take(arrivals)
        if is_last:
            raise Killed
        return taken

    monkeypatch.setattr(ingestion, "take", take_or_die)


@pytest.mark.parametrize(("batches", "is_kept"), [(0, False), (1, True), (3, True)])
async def test_a_process_killed_while_it_keeps_or_takes_back_loses_and_doubles_nothing(
    services: Services, clock: FrozenClock, people: People, follow_up: FollowUp, batches: int, is_kept: bool
) -> None:
    histories, weights = services.telemonitoring.entrance.histories, [f"{70 + number}.5" for number in range(8)]
    one = await histories.preview(people.nurse, follow_up.id, make_file(services, weights))
    for step, under_way, after in (("keep", "keeping", "kept"), ("undo", "undoing", "undone")):
        with pytest.MonkeyPatch.context() as killing:
            killing.setattr(history_work, "_AT_ONCE", 2)
            kill_after(services, killing, batches, is_kept=is_kept)
            with pytest.raises(Killed):
                await getattr(histories, step)(people.nurse, follow_up.id, one.id)
        cut = await histories.get(people.nurse, follow_up.id, one.id)
        assert (cut.state, cut.done) == (under_way, 2 * batches)
        assert (await getattr(histories, step)(people.doctor, follow_up.id, one.id)).state == under_way
        await histories.work.run()  # whoever began may be at it still
        assert (await histories.get(people.nurse, follow_up.id, one.id)).state == under_way
        clock.advance(timedelta(minutes=2))
        await histories.work.run()
        assert (await histories.get(people.nurse, follow_up.id, one.id)).state == after
        assert await counting(services, follow_up) == (weights[::-1] if step == "keep" else [])
    async with services.database.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM telemonitoring_observations")) == 16


async def test_a_long_file_is_kept_beside_the_answer_and_says_how_far_it_has_got(
    api: Api, services: Services, people: People, follow_up: FollowUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_work, "SHORT", 1)
    seen = await put(api, follow_up, make_file(services, ["70", "71"]), people.nurse)
    path = f"/follow-ups/{follow_up.id}/histories/{seen.body['id']}"
    go_on = asyncio.Event()
    take = services.telemonitoring.ingestion.take

    async def take_when_told(arrivals: Sequence[Arrival]) -> list[Taken]:
        await go_on.wait()
        return await take(arrivals)

    monkeypatch.setattr(services.telemonitoring.ingestion, "take", take_when_told)
    for step, under_way, after in (("keeping", "keeping", "kept"), ("undoing", "undoing", "undone")):
        go_on.clear()
        begun = await api.call("POST", f"{path}/{step}", by=people.nurse)
        assert (begun.status, begun.body["state"], begun.body["done_count"]) == (200, under_way, 0)
        early = await api.call("POST", f"{path}/undoing", by=people.nurse)
        assert early.body.get("code", early.body.get("state")) == {
            "keeping": "history.under_way", "undoing": "undoing",
        }[step]  # fmt: skip
        go_on.set()
        await services.telemonitoring.entrance.histories.work.wait()
        assert (await api.call("GET", path, by=people.doctor)).body["state"] == after
    assert await counting(services, follow_up) == []


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
