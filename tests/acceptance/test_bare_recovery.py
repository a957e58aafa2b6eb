"""What goes wrong in a call goes right again by itself, and what must not be is refused with a word for it."""

from __future__ import annotations

import pytest

from signaling.ports import SeatStatus
from tests.acceptance.bare_pages import bare_server
from tests.acceptance.calls import grows, picture, told
from tests.fixtures.browsers import NewWindow

pytestmark = [pytest.mark.asyncio, pytest.mark.browser]

IS_STABLE = "window.peer.pc.signalingState === 'stable' && window.peer.pc.connectionState === 'connected'"


async def test_lost_sockets_and_colliding_restarts_keep_the_connection(new_window: NewWindow) -> None:
    async with bare_server() as server:
        doctor, patient = await server.open(new_window, "doctor"), await server.open(new_window, "patient")
        await picture(doctor, patient)
        kept = await doctor.evaluate_handle("window.peer.pc")

        for seat in ("doctor", "patient"):
            connection = server.hub.rooms["room"].members[seat].connection
            assert connection is not None
            connection.abort("cut by the test")  # type: ignore[attr-defined]  # the real socket, not the hub's view of it
        for page in (doctor, patient):
            await page.wait_for_function(
                "window.events.some(([name]) => name === 'lost') && window.signaling.isConnected"
            )
        await grows(doctor, patient)

        for page in (doctor, patient):
            await page.evaluate("window.peer.pc.restartIce()")
        for page in (doctor, patient):
            await page.wait_for_function(IS_STABLE)
        await grows(doctor, patient)
        assert await doctor.evaluate("kept => kept === window.peer.pc", kept)
        kinds = [entry.kind.value for entry in server.ledger.entries]
        assert kinds.count("dropped") == kinds.count("resumed") == 2


async def test_a_connection_that_is_dead_for_good_is_replaced_by_another(new_window: NewWindow) -> None:
    async with bare_server() as server:
        doctor, patient = await server.open(new_window, "doctor"), await server.open(new_window, "patient")
        await picture(doctor, patient)
        dead = await doctor.evaluate_handle("window.peer.pc")
        await patient.evaluate("window.peer.pc.close()")
        await doctor.wait_for_function("dead => window.peer.pc !== dead", arg=dead)
        await picture(doctor, patient)
        await grows(doctor, patient)
        assert "media_interrupted" in [entry.kind.value for entry in server.ledger.entries]


async def test_a_second_tab_takes_the_seat_says_so_to_the_first_and_gives_it_back(new_window: NewWindow) -> None:
    async with bare_server() as server:
        doctor, first = await server.open(new_window, "doctor"), await server.open(new_window, "patient")
        await picture(doctor, first)
        second = await server.open(new_window, "patient")
        await told(first, "ended", "superseded")
        await picture(second)
        await grows(doctor, second)
        assert await first.evaluate("window.call.isClosed")
        await first.evaluate("window.signaling.takeBack()")
        await told(second, "ended", "superseded")
        assert await first.evaluate("window.signaling.isConnected")
        assert await doctor.evaluate("window.signaling.ended") is None


async def test_a_second_doctor_is_refused_and_the_visit_goes_on(new_window: NewWindow) -> None:
    async with bare_server() as server:
        doctor, patient = await server.open(new_window, "doctor"), await server.open(new_window, "patient")
        await picture(doctor, patient)
        colleague = await server.open(new_window, "colleague")
        await told(colleague, "ended", "host_taken")
        await grows(doctor, patient)
        assert [seat.seat for seat in server.hub.presence("room")] == ["doctor", "patient"]


async def test_a_patient_waits_is_admitted_and_hangs_up_when_the_visit_is_over(new_window: NewWindow) -> None:
    async with bare_server() as server:
        server.directory.seats["room", "patient"] = SeatStatus.WAITING
        doctor, patient = await server.open(new_window, "doctor"), await server.open(new_window, "patient")
        await doctor.wait_for_function("window.signaling?.seats[0]?.state?.video === true")
        assert await patient.evaluate("window.call.peers.size") == 0
        server.directory.seats["room", "patient"] = SeatStatus.ADMITTED
        assert server.hub.admit("room", "patient")
        await picture(doctor, patient)
        await patient.evaluate("window.call.setCamera(false)")
        await doctor.wait_for_function("window.signaling.seats[0].state.video === false")
        server.hub.close("room", "finished")
        for page in (doctor, patient):
            await told(page, "ended", "room_closed")
            assert await page.evaluate("sessionStorage.getItem('signaling')") is None


async def test_the_link_is_judged_by_loss_delay_and_pictures(new_window: NewWindow) -> None:
    async with bare_server() as server:
        page = await server.open(new_window, "doctor")
        judged = await page.evaluate("""async () => {
          const { judgeLink } = await import("/js/link_quality.js");
          const before = {at: 0, received: 0, lost: 0, frames: 0, roundTripMs: 40};
          const after = (change) => ({at: 2000, received: 1000, lost: 0, frames: 40, roundTripMs: 40, ...change});
          const judge = (change, expectsVideo = true) => judgeLink(before, after(change), {expectsVideo});
          return [judge({}), judge({lost: 30}), judge({lost: 100}), judge({roundTripMs: 400}),
            judge({roundTripMs: 900}), judge({frames: 15}), judge({frames: 4}), judge({frames: 0}, false),
            judge({received: 0, frames: 0})];
        }""")
        assert judged == ["good", "fair", "poor", "fair", "poor", "fair", "poor", "good", "poor"]
