"""Two programs see each other through a real room server, and find each other again after a lost network."""

from __future__ import annotations

import aioice.ice
import pytest

from telemed.demo.visit.peer import CallPeer, offer_loopback_where_alone
from telemed.kernel.clock import SystemClock
from tests.integration.signaling.server import serve

pytestmark = pytest.mark.asyncio


async def test_two_peers_see_each_other_and_resume_after_a_lost_network() -> None:
    clock = SystemClock()
    async with (
        serve() as (server, http),
        server.client(http, "doctor") as doctor_line,
        server.client(http, "patient") as patient_line,
        CallPeer(doctor_line, clock) as doctor,
        CallPeer(patient_line, clock) as patient,
    ):
        for peer in (doctor, patient):
            await peer.received.reach(0.5, patience_seconds=15)
        before = doctor.received.pictures, patient.received.pictures
        await patient.lose_network(0.3)
        for peer in (doctor, patient):
            await peer.received.reach(1.5, patience_seconds=15)
        assert doctor.received.pictures > before[0]
        assert patient.received.pictures > before[1]
        await patient_line.settled(await patient.report("audio_off"))
        told = {"dropped", "resumed", "media_connected", "first_frame", "audio_off"}
        assert told <= set(server.kinds("patient"))


async def test_a_machine_alone_offers_its_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: [])
    offer_loopback_where_alone()
    assert aioice.ice.get_host_addresses(use_ipv4=True, use_ipv6=True) == ["127.0.0.1"]


async def test_a_machine_on_a_network_offers_what_it_did(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: ["192.0.2.7"])
    offer_loopback_where_alone()
    assert aioice.ice.get_host_addresses(use_ipv4=True, use_ipv6=True) == ["192.0.2.7"]
