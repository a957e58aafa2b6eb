"""One end of a call without a browser: signaling's client for the words, aiortc for sound and picture.

It follows docs/reference/signaling-protocol.md as telemed/web/static/js/peer.js does, but for the ICE restart, which
aiortc lacks: it begins another connection instead.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from datetime import datetime
from typing import Any

import aioice.ice
from aiortc import (
    AudioStreamTrack,
    MediaStreamTrack,
    RTCConfiguration,
    RTCIceServer,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.sdp import candidate_from_sdp

from signaling.client import Message, RoomClient
from telemed.demo.visit.media import MovingPicture, PictureCount
from telemed.kernel.clock import Clock

_WELCOME_SECONDS = 15
_SIGNALS = frozenset({"offer", "answer", "candidate", "restart"})


def offer_loopback_where_alone() -> None:
    """On a machine with no network but loopback, let aioice offer 127.0.0.1, which it leaves out by design.

    Both ends of a played visit run here, so the address is right for them and for nobody else.
    """
    if not aioice.ice.get_host_addresses(use_ipv4=True, use_ipv6=True):
        aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]


class CallPeer:
    """Calls, or answers, the other page of a room for as long as the block lasts."""

    def __init__(self, client: RoomClient, clock: Clock) -> None:
        self.client = client
        self.received = PictureCount(clock.monotonic)
        self.connected = asyncio.Event()
        self._clock = clock
        self._messages = client.subscribe()
        self._connection: RTCPeerConnection | None = None
        self._call: str | None = None
        self._other: Message | None = None
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> CallPeer:
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self._drop()

    async def lose_network(self, seconds: float) -> None:
        """Socket and media gone without a word, as when a phone leaves its network; then both are taken up again."""
        await self.client.stop()
        await self._drop()
        await asyncio.sleep(seconds)
        welcomes = self.client.subscribe()
        await self.client.start()
        async with asyncio.timeout(_WELCOME_SECONDS):
            while (await welcomes.get())["type"] != "welcome":
                continue
        if self._other is None:
            raise RuntimeError("nobody to call")
        await self._begin(self._other)

    async def _run(self) -> None:
        await self._follow()
        while True:
            message = await self._messages.get()
            kind = message["type"]
            if kind in ("welcome", "presence", "admission"):
                await self._follow()
            elif kind in _SIGNALS and self._other is not None and message["from"] == self._other["peer"]:
                await self._take(message, self._other)
            elif kind == "ended":
                return

    async def _follow(self) -> None:
        """Call the page that may be called; a page that was reloaded is another page."""
        other = next((seat for seat in self.client.seats if seat.get("peer")), None)
        if not self.client.is_admitted or other is None:
            return
        is_new = self._other is None or self._other["peer"] != other["peer"]
        self._other = other
        if is_new and not other["polite"]:
            await self._begin(other)

    async def _begin(self, other: Message) -> None:
        """Only the impolite end begins a connection, the polite end asks for one."""
        if other["polite"]:
            await self.client.send("restart", to=other["peer"], call=self._call)
            return
        connection = await self._open(secrets.token_urlsafe(9))
        for track in (AudioStreamTrack(), MovingPicture()):
            connection.addTrack(track)
        await connection.setLocalDescription(await connection.createOffer())
        await self._describe(connection, other)

    async def _take(self, message: Message, other: Message) -> None:
        kind, call = message["type"], message["call"]
        if kind == "restart":
            if not other["polite"] and call in (None, self._call):
                await self._begin(other)
            return
        if kind == "offer" and other["polite"] and call != self._call:
            await self._open(call)
        connection = self._connection
        if connection is None or call != self._call:
            return
        if kind == "candidate":
            await _add_candidate(connection, message["candidate"])
            return
        await connection.setRemoteDescription(RTCSessionDescription(sdp=message["sdp"], type=kind))
        if kind == "offer":
            await self._answer(connection, other)

    async def _answer(self, connection: RTCPeerConnection, other: Message) -> None:
        for transceiver in connection.getTransceivers():
            transceiver.direction = "sendrecv"
            transceiver.sender.replaceTrack(AudioStreamTrack() if transceiver.kind == "audio" else MovingPicture())
        await connection.setLocalDescription(await connection.createAnswer())
        await self._describe(connection, other)

    async def _describe(self, connection: RTCPeerConnection, other: Message) -> None:
        """Send what we are ready for; aiortc's description holds every candidate already."""
        description = connection.localDescription
        await self.client.send(description.type, to=other["peer"], call=self._call, sdp=description.sdp)

    async def _open(self, call: str) -> RTCPeerConnection:
        await self._drop()
        servers = [
            RTCIceServer(urls=server["urls"], username=server.get("username"), credential=server.get("credential"))
            for server in self.client.ice_servers
        ]
        connection = RTCPeerConnection(RTCConfiguration(iceServers=servers))
        self._connection, self._call = connection, call

        @connection.on("track")
        def on_track(track: MediaStreamTrack) -> None:
            if track.kind == "video":
                self.received.watch(track)

        @connection.on("connectionstatechange")
        async def on_state() -> None:
            if connection is self._connection and connection.connectionState == "connected":
                self.connected.set()
                await self._report_media()

        return connection

    async def _report_media(self) -> None:
        """What a page reports too: connected, what it sends, and its first picture."""
        await self.report("media_connected", via="host")
        for kind in ("audio_on", "video_on"):
            await self.report(kind)
        await self.received.first.wait()
        await self.report("first_frame")

    async def report(self, kind: str, **details: Any) -> int:
        """A line of the continuity ledger, by our own clock; gives its number, for the client's `settled`."""
        return await self.client.send("report", kind=kind, at=_written(self._clock.now()), details=details)

    async def _drop(self) -> None:
        connection, self._connection = self._connection, None
        self.connected.clear()
        if connection is not None:
            await connection.close()


def _written(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")


async def _add_candidate(connection: RTCPeerConnection, written: dict[str, Any] | None) -> None:
    """One address of the other end; None, and an empty line, say that no more will come."""
    if not written or not written.get("candidate"):
        return
    candidate = candidate_from_sdp(written["candidate"].removeprefix("candidate:"))
    candidate.sdpMid, candidate.sdpMLineIndex = written.get("sdpMid"), written.get("sdpMLineIndex")
    await connection.addIceCandidate(candidate)
