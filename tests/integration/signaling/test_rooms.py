"""Rooms over real sockets: join, wait, admit, talk, lose the line, come back."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest

from signaling.client import JoinRefused
from signaling.limits import Limits
from signaling.ports import SeatStatus
from tests.integration.signaling.server import serve
from tests.unit.signaling.support import CANDIDATE, SDP

pytestmark = pytest.mark.asyncio


async def test_a_guest_waits_is_admitted_and_is_heard() -> None:
    async with serve() as (server, http):
        server.directory.seats["room", "patient"] = SeatStatus.WAITING
        async with server.client(http, "doctor") as doctor, server.client(http, "patient") as patient:
            assert patient.is_admitted is False
            assert server.hub.tell_place("room", "patient", position=1, expected_minutes=5)
            assert (await patient.expect("waiting"))["expected_minutes"] == 5
            server.hub.admit("room", "patient")
            await patient.expect("admission", admitted=True)
            await patient.send("offer", to=doctor.peer, call="c1", sdp=SDP)
            offer = await doctor.expect("offer")
            assert (offer["from"], offer["sdp"]) == (patient.peer, SDP)
            number = await doctor.send("chat", text="Bonjour, je vous vois.")
            assert (await patient.expect("chat"))["text"] == "Bonjour, je vous vois."
            await doctor.settled(number)


async def test_a_lost_socket_loses_and_doubles_nothing_either_way() -> None:
    async with (
        serve() as (server, http),
        server.client(http, "doctor") as doctor,
        server.client(http, "patient") as patient,
    ):
        name = patient.peer
        for round_number in range(6):
            (patient if round_number % 2 else doctor).cut()
            for index in range(10):
                await doctor.send("chat", text=f"d{round_number}-{index}")
                await patient.send("chat", text=f"p{round_number}-{index}")
                if index == 5:
                    (doctor if round_number % 2 else patient).cut()
        expected = [f"{round_number}-{index}" for round_number in range(6) for index in range(10)]
        assert [(await patient.expect("chat"))["text"] for _ in expected] == [f"d{each}" for each in expected]
        assert [(await doctor.expect("chat"))["text"] for _ in expected] == [f"p{each}" for each in expected]
        await patient.settled(60)
        await doctor.settled(60)
        assert patient.peer == name
        assert not [m for m in _rest(patient) + _rest(doctor) if m["type"] == "chat"]
        assert server.hub.occupancy().here == 2


def _rest(client: object) -> list[dict[str, object]]:
    inbox = client._inbox  # type: ignore[attr-defined]  # what the client still holds
    return [inbox.get_nowait() for _ in range(inbox.qsize())]


async def test_the_other_end_is_told_who_is_missing_and_its_socket_stays() -> None:
    async with serve() as (server, http), server.client(http, "doctor") as doctor:
        patient = server.client(http, "patient")
        await patient.start()
        await doctor.expect("presence")
        await patient.stop()
        seat = (await doctor.expect("presence"))["seats"][0]
        assert (seat["status"], seat["seat"]) == ("dropped", "patient")
        assert abs((server.clock.now() - datetime.fromisoformat(seat["since"])).total_seconds()) < 5
        await doctor.send("chat", text="Vous êtes là ?")
        await doctor.settled(1)
        assert doctor.ended is None


async def test_a_ghost_is_removed_when_its_time_is_over() -> None:
    async with (
        serve(Limits(session_kept_seconds=0.3, sweep_every_seconds=0.05)) as (server, http),
        server.client(http, "doctor") as doctor,
    ):
        patient = server.client(http, "patient")
        await patient.start()
        await patient.stop()
        while (seats := (await doctor.expect("presence"))["seats"])[0]["status"] != "left":
            pass
        assert seats[0]["peer"] is None
        assert server.hub.occupancy().dropped == 0
    assert server.kinds("patient") == ["joined", "dropped", "left"]


async def test_a_restarted_server_ends_no_visit() -> None:
    async with (
        serve() as (server, http),
        server.client(http, "doctor") as doctor,
        server.client(http, "patient") as patient,
    ):
        names, epoch = (doctor.peer, patient.peer), server.hub.epoch
        await doctor.send("chat", text="avant")
        await patient.expect("chat", text="avant")
        await doctor.expect("welcome")
        await server.stop()
        number = await patient.send("report", kind="media_interrupted", at="2026-11-22T12:00:00Z", details={})
        await patient.send("candidate", to=doctor.peer, call="c", candidate=CANDIDATE)
        await server.start()
        assert (await doctor.expect("welcome", resumed=False))["epoch"] != epoch
        await patient.settled(number)
        assert (doctor.peer, patient.peer) == names
        assert (await doctor.expect("candidate"))["from"] == patient.peer
        await doctor.send("chat", text="après")
        assert (await patient.expect("chat"))["text"] == "après"
    assert "media_interrupted" in server.kinds("patient")
    assert server.kinds("doctor").count("joined") == 1


async def test_the_end_of_the_visit_ends_both_clients() -> None:
    async with serve() as (server, http):
        doctor, patient = server.client(http, "doctor"), server.client(http, "patient")
        await asyncio.gather(doctor.start(), patient.start())
        server.hub.close("room", "finished")
        server.directory.seats["room", "patient"] = SeatStatus.CLOSED
        assert (await patient.expect("closed"))["reason"] == "finished"
        ended = await patient.expect("ended")
        assert (ended["code"], ended["close"]) == ("room_closed", 4410)
        assert (await doctor.expect("ended"))["close"] == 4410
        again = server.client(http, "patient")
        with pytest.raises(JoinRefused) as refused:
            await again.start()
        assert (refused.value.code, refused.value.close) == ("room_closed", 4410)


async def test_a_second_doctor_is_refused_and_the_first_not_disturbed() -> None:
    async with serve() as (server, http):
        server.directory.seats["room", "colleague"] = SeatStatus.ADMITTED
        async with server.client(http, "doctor") as doctor:
            with pytest.raises(JoinRefused) as refused:
                await server.client(http, "colleague").start()
            assert (refused.value.code, refused.value.close) == ("host_taken", 4403)
            await doctor.tell("ping")
            await doctor.expect("pong")


async def test_a_second_tab_supersedes_the_first_which_does_not_fight_back() -> None:
    async with serve() as (server, http):
        first = server.client(http, "patient")
        await first.start()
        async with server.client(http, "patient") as second:
            assert (await first.expect("ended"))["code"] == "superseded"
            await asyncio.sleep(0.3)
            assert second.ended is None
            assert server.hub.occupancy().here == 1


async def test_a_page_that_is_asleep_for_too_long_is_dropped_and_one_that_answers_is_not() -> None:
    limits = Limits(ping_after_seconds=0.2, silent_after_seconds=2.0, sweep_every_seconds=0.05)
    async with serve(limits) as (server, http), server.client(http, "doctor") as doctor:
        async with http.ws_connect(server.url, autoping=False) as deaf:
            join = {"type": "join", "protocol": 1, "page": "deaf", "next": 1, "epoch": "", "received": 0}
            await deaf.send_json({**join, "token": server.token("patient")})
            while (seats := (await doctor.expect("presence"))["seats"])[0]["status"] != "dropped":
                pass
            assert seats[0]["seat"] == "patient"
        assert doctor.ended is None
        assert server.kinds("doctor") == ["joined"]


async def test_one_who_does_not_come_back_after_a_restart_is_missed_for_a_while_then_gone() -> None:
    async with serve(Limits(session_kept_seconds=2.5)) as (server, http), server.client(http, "doctor") as doctor:
        patient = server.client(http, "patient")
        await patient.start()
        await doctor.expect("presence")
        await patient.stop()
        await server.restart()
        await doctor.expect("welcome", resumed=False)
        assert [(seat["seat"], seat["status"]) for seat in doctor.seats] == [("patient", "dropped")]
        assert (await doctor.expect("presence"))["seats"] == []
        assert doctor.seats == []


async def test_no_socket_leaves_anything_behind() -> None:
    async with serve() as (server, http):
        for _ in range(20):
            client = server.client(http, "patient")
            await client.start()
            await client.leave()
        assert server.runner is not None
        assert server.runner.server is not None
        async with asyncio.timeout(60):
            while server.hub.rooms or server.runner.server.connections:
                await asyncio.sleep(0.01)
        assert server.hub.occupancy().here == 0
        names = [task.get_coro().__qualname__ for task in asyncio.all_tasks()]  # type: ignore[union-attr]  # coroutines
        assert not [name for name in names if name.startswith("SocketConnection")]
