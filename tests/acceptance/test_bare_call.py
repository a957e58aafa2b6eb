"""Two windows of a real browser hold a call with our modules: directly, after a reload, after a restart, by relay."""

from __future__ import annotations

import pytest

from tests.acceptance.bare_pages import bare_server
from tests.acceptance.calls import grows, inbound, picture
from tests.fixtures.browsers import NewWindow
from tests.fixtures.turn import TurnServer

pytestmark = [pytest.mark.asyncio, pytest.mark.browser]


async def test_a_call_survives_a_reload_and_a_restarted_server(new_window: NewWindow) -> None:
    async with bare_server() as server:
        doctor, patient = await server.open(new_window, "doctor"), await server.open(new_window, "patient")
        await picture(doctor, patient)
        await grows(doctor, patient)

        connection = await doctor.evaluate_handle("window.peer")
        await patient.reload()
        await picture(patient, doctor)
        await grows(doctor, patient)
        assert not await doctor.evaluate("old => old === window.peer", connection)

        kept = await doctor.evaluate_handle("window.peer.pc")
        await server.stop()
        await doctor.wait_for_function("!window.signaling.isConnected")
        await server.start()
        await doctor.wait_for_function("window.signaling.isConnected")
        await patient.wait_for_function("window.signaling.isConnected")
        await grows(doctor, patient)
        assert await doctor.evaluate("kept => kept === window.peer.pc", kept)
        await patient.evaluate("window.signaling.chat('toujours là')")
        await doctor.wait_for_function(
            "window.events.some(([name, line]) => name === 'chat' && line.text === 'toujours là')"
        )
        assert await doctor.evaluate("window.signaling.ended") is None

        kinds = [entry.kind.value for entry in server.ledger.entries if entry.seat == "patient"]
        assert {"first_frame", "media_connected", "video_on", "resumed"} <= set(kinds)


async def test_a_call_passes_by_a_relay_when_nothing_else_does(new_window: NewWindow, turn_server: TurnServer) -> None:
    async with bare_server(turn=turn_server) as server:
        doctor, patient = (
            await server.open(new_window, "doctor", relay=True),
            await server.open(new_window, "patient", relay=True),
        )
        await picture(doctor, patient)
        await grows(doctor, patient)
        for page in (doctor, patient):
            found = await inbound(page)
            assert (found["local"], found["remote"]) == ("relay", "relay")
