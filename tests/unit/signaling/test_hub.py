"""Rooms seen from the application: admission, presence, closing, the ledger."""

from __future__ import annotations

import pytest

from signaling.ports import LedgerEntry, SeatStatus
from signaling.room import Status
from signaling.tokens import Role
from tests.unit.signaling.support import House, Page

pytestmark = pytest.mark.asyncio


async def test_a_guest_waits_until_admitted() -> None:
    house = House()
    doctor, patient = await house.doctor().join(), await house.patient().join()
    assert patient.welcome["seats"][0]["peer"] is None
    patient.candidate(doctor.peer)
    assert patient.connection.last("error")["code"] == "not_admitted"
    assert house.hub.admit("room", "patient")
    assert patient.connection.last("admission") == {"type": "admission", "admitted": True}
    assert patient.connection.last("presence")["seats"][0]["peer"] == doctor.peer
    patient.candidate(doctor.peer)
    assert len(doctor.connection.of("candidate")) == 1


async def test_admitting_twice_tells_once() -> None:
    house = House()
    _doctor, patient = await house.both()
    assert house.hub.admit("room", "patient")
    assert len(patient.connection.of("admission")) == 1


async def test_admitting_somebody_who_is_not_there_is_left_to_the_directory() -> None:
    house = House()
    assert not house.hub.admit("room", "patient")
    house.directory.seats["room", "patient"] = SeatStatus.ADMITTED
    assert (await house.patient().join()).welcome["admitted"] is True


async def test_those_who_wait_do_not_see_each_other() -> None:
    house = House()
    house.directory.seats["room", "relative"] = SeatStatus.WAITING
    await house.doctor().join()
    await house.patient().join()
    relative = await Page(house, "relative", Role.GUEST).join()
    assert [seat["seat"] for seat in relative.welcome["seats"]] == ["doctor"]


async def test_a_waiting_page_is_told_its_place_and_says_how_it_is() -> None:
    house = House()
    doctor, patient = await house.doctor().join(), await house.patient().join()
    assert house.hub.tell_place("room", "patient", position=2, expected_minutes=10)
    assert patient.connection.last("waiting") == {"type": "waiting", "position": 2, "expected_minutes": 10}
    patient.send("state", audio=True, video=True, screen=False, link="fair")
    expected = {"audio": True, "video": True, "screen": False, "link": "fair"}
    assert doctor.connection.last("presence")["seats"][0]["state"] == expected
    assert house.hub.presence("room")[1].state == expected
    assert (await patient.reload()).welcome["waiting"] == {"position": 2, "expected_minutes": 10}


async def test_an_admitted_seat_has_no_place_in_the_queue() -> None:
    house = House()
    await house.both()
    assert not house.hub.tell_place("room", "patient", position=1, expected_minutes=None)
    assert not house.hub.tell_place("room", "nobody", position=1, expected_minutes=None)


async def test_who_leaves_closes_nobody_elses_socket() -> None:
    house = House()
    doctor, patient = await house.both()
    patient.say({"type": "leave"})
    assert patient.connection.closed is not None
    assert patient.connection.closed[0] == 1000
    assert doctor.connection.closed is None
    assert doctor.connection.last("presence")["seats"][0]["status"] == "left"


async def test_a_ghost_goes_after_ninety_seconds_not_before() -> None:
    house = House()
    await house.both()
    patient = house.hub.rooms["room"].members["patient"]
    assert patient.connection is not None
    house.hub.lost(patient, patient.connection)
    house.clock.advance(89)
    house.hub.sweep()
    assert house.hub.occupancy().dropped == 1
    house.clock.advance(1)
    house.hub.sweep()
    assert house.hub.occupancy().dropped == 0
    assert house.hub.presence("room")[1].status is Status.LEFT


async def test_an_empty_room_is_forgotten() -> None:
    house = House()
    doctor, patient = await house.both()
    for page in (doctor, patient):
        page.say({"type": "leave"})
    assert house.hub.rooms == {}
    assert house.hub.presence("room") == ()


async def test_closing_a_room_ends_it_for_everybody_present_or_not() -> None:
    house = House()
    doctor, patient = await house.both()
    patient.lose()
    house.hub.close("room", "finished")
    assert doctor.connection.last("closed") == {"type": "closed", "reason": "finished"}
    assert doctor.connection.closed is not None
    assert doctor.connection.closed[0] == 4410
    doctor.lose()
    assert house.hub.occupancy().dropped == 0
    assert (await house.record())[-2:] == [("doctor", "closed"), ("patient", "closed")]
    house.hub.close("room", "finished")


async def test_an_expelled_seat_is_out_and_told_so() -> None:
    house = House()
    doctor, patient = await house.both()
    assert house.hub.expel("room", "patient")
    assert patient.connection.last("error")["code"] == "expelled"
    assert patient.connection.closed is not None
    assert patient.connection.closed[0] == 4403
    assert doctor.connection.closed is None
    assert not house.hub.expel("room", "patient")


async def test_the_ledger_tells_the_visit_as_the_server_saw_it() -> None:
    house = House()
    doctor, patient = await house.both()
    patient.lose()
    await patient.resume(received=0)
    await patient.reload()
    doctor.say({"type": "leave"})
    assert await house.record() == [
        ("doctor", "joined"),
        ("patient", "joined"),
        ("patient", "admitted"),
        ("patient", "dropped"),
        ("patient", "resumed"),
        ("patient", "resumed"),
        ("doctor", "left"),
    ]
    assert [dict(e.details) for e in house.ledger.entries][4:6] == [{"how": "socket"}, {"how": "page"}]
    assert len({(e.stream, e.sequence) for e in house.ledger.entries}) == 7


async def test_a_report_is_acknowledged_once_the_ledger_has_it() -> None:
    house = House()
    _doctor, patient = await house.both()
    number = patient.send("report", kind="first_frame", at="2026-11-22T12:00:03+01:00", details={"ms": 412})
    later = patient.send("chat", text="je vous vois")
    house.tick()
    assert patient.connection.of("ack") == []
    await house.record()
    house.tick()
    assert patient.connection.last("ack")["n"] == later
    entry = next(entry for entry in house.ledger.entries if entry.source == "seat")
    assert (entry.sequence, entry.stream, dict(entry.details)) == (number, patient.peer, {"ms": 412})
    assert entry.seat_at is not None
    assert entry.seat_at.isoformat() == "2026-11-22T12:00:03+01:00"


async def test_a_ledger_that_is_away_loses_nothing_and_one_that_refuses_blocks_nobody() -> None:
    house = House()
    failures = [ConnectionError(), ValueError()]
    record = house.ledger.record

    async def stumbling(entry: LedgerEntry) -> None:
        if failures:
            raise failures.pop(0)
        await record(entry)

    house.ledger.record = stumbling  # type: ignore[method-assign]  # a store with bad days
    await house.both()
    # The first entry is handed over again after the failure, then refused for good; the others are kept.
    assert await house.record() == [("patient", "joined"), ("patient", "admitted")]
