"""Bad input over real sockets: each gets its clear refusal, none disturbs the others."""

from __future__ import annotations

import asyncio
import json
import socket as sockets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from signaling.limits import Limits
from signaling.tokens import Role, RoomTokens, TokenKey
from tests.integration.signaling.server import Server, serve
from tests.unit.signaling.support import CANDIDATE, SDP

pytestmark = pytest.mark.asyncio

JOIN = {"type": "join", "protocol": 1, "page": "page-1", "next": 1, "epoch": "", "received": 0}


@asynccontextmanager
async def raw(server: Server, http: aiohttp.ClientSession, seat: str) -> AsyncIterator[Any]:
    """A socket that has joined, without a client that would mind what it says."""
    async with http.ws_connect(server.url) as socket:
        await socket.send_json({**JOIN, "token": server.token(seat)})
        assert (await socket.receive_json())["type"] == "welcome"
        yield socket


async def answer(socket: aiohttp.ClientWebSocketResponse) -> tuple[str | None, int | None]:
    """(error code, close code) of a socket that is being refused."""
    code = None
    while (message := await socket.receive(timeout=60)).type is aiohttp.WSMsgType.TEXT:
        if json.loads(message.data)["type"] == "error":
            code = json.loads(message.data)["code"]
    return code, message.data if message.type is aiohttp.WSMsgType.CLOSE else None


async def refusal_of(server: Server, http: aiohttp.ClientSession, frame: object) -> tuple[str | None, int | None]:
    async with http.ws_connect(server.url) as socket:
        await (socket.send_bytes(frame) if isinstance(frame, bytes) else socket.send_str(json.dumps(frame)))
        return await answer(socket)


async def test_joins_that_are_refused_say_why_and_close_with_their_code() -> None:
    async with serve() as (server, http):
        forged = RoomTokens([TokenKey("k1", b"z" * 32)], now=server.clock.now).issue("room", "patient", role=Role.HOST)
        expired = server.tokens.issue("room", "patient", role=Role.GUEST, lifetime=timedelta(seconds=-1))
        used = server.token("patient")
        assert await refusal_of(server, http, {"type": "chat", "n": 1, "text": "x"}) == ("not_joined", 4400)
        assert await refusal_of(server, http, b"\x00\x01") == ("not_joined", 4400)
        assert await refusal_of(server, http, {**JOIN, "token": forged}) == ("token_forged", 4401)
        assert await refusal_of(server, http, {**JOIN, "token": expired}) == ("token_expired", 4401)
        foreign = server.token("patient", room="elsewhere")
        assert await refusal_of(server, http, {**JOIN, "token": foreign}) == ("room_unknown", 4403)
        old = {**JOIN, "protocol": 0, "token": used}
        assert await refusal_of(server, http, old) == ("protocol_version", 4400)
        async with http.ws_connect(server.url) as socket:
            await socket.send_json({**JOIN, "token": used})
            assert (await socket.receive_json())["type"] == "welcome"
            assert await refusal_of(server, http, {**JOIN, "token": used}) == ("token_replayed", 4401)
            await socket.send_json({"type": "ping"})
            assert (await socket.receive_json())["type"] == "pong"


async def test_a_socket_that_says_nothing_is_let_go() -> None:
    async with serve(Limits(join_seconds=0.1)) as (server, http), http.ws_connect(server.url) as socket:
        assert await answer(socket) == ("join_timeout", 4408)


async def test_a_token_in_the_address_opens_nothing() -> None:
    async with serve(Limits(join_seconds=0.1)) as (server, http):
        async with http.ws_connect(f"{server.url}?token={server.token('patient')}") as socket:
            assert (await answer(socket))[0] == "join_timeout"
        assert server.hub.rooms == {}


async def test_pages_of_other_sites_are_refused_before_the_handshake() -> None:
    async with serve() as (server, http):
        for origin, status in (("https://evil.example", 403), ("null", 403)):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await http.ws_connect(server.url, origin=origin)
            assert refused.value.status == status
        for origin in (f"http://127.0.0.1:{server.port}", "https://telemed.example"):
            await (await http.ws_connect(server.url, origin=origin)).close()


async def test_a_full_process_says_so_before_the_handshake() -> None:
    async with serve(Limits(sockets=1)) as (server, http), http.ws_connect(server.url):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await http.ws_connect(server.url)
        assert refused.value.status == 503


async def test_an_oversized_frame_is_answered_and_only_its_socket_closes() -> None:
    async with serve() as (server, http), server.client(http, "doctor") as doctor:
        async with raw(server, http, "patient") as patient:
            text = "x" * 70_000
            await patient.send_json({"type": "chat", "n": 1, "text": text})
            assert await answer(patient) == ("too_large", 1009)
        assert doctor.ended is None
        while (await doctor.expect("presence"))["seats"][0]["status"] != "dropped":
            pass


async def test_frames_that_are_not_json_not_text_or_malformed_leave_the_socket_open() -> None:
    async with (
        serve() as (server, http),
        server.client(http, "doctor") as doctor,
        raw(server, http, "patient") as patient,
    ):
        target = {"to": doctor.peer, "call": "c"}
        for frame, code in [
            ("{]", "bad_json"),
            (b"\x01\x02", "bad_frame"),
            ({"type": "offer", "n": 1, "sdp": "v=0\r\nhello", **target}, "malformed_sdp"),
            ({"type": "answer", "n": 2, "sdp": SDP.replace("m=", "q="), **target}, "malformed_sdp"),
            ({"type": "candidate", "n": 3, "candidate": {"candidate": "🤯"}, **target}, "malformed_candidate"),
            ({"type": "admission", "admitted": True}, "wrong_direction"),
            ({"type": "candidate", "n": 9, "candidate": CANDIDATE, **target}, "out_of_order"),
            ({"type": "fly"}, "unknown_type"),
        ]:
            if isinstance(frame, bytes):
                await patient.send_bytes(frame)
            else:
                await patient.send_str(frame if isinstance(frame, str) else json.dumps(frame))
            error = await patient.receive_json()
            while error["type"] != "error":
                error = await patient.receive_json()
            assert (error["code"], error["fatal"]) == (code, False)
        await patient.send_json({"type": "candidate", "n": 4, "candidate": CANDIDATE, **target})
        assert (await doctor.expect("candidate"))["n"] == 4


async def test_a_replayed_frame_is_heard_once() -> None:
    async with (
        serve() as (server, http),
        server.client(http, "doctor") as doctor,
        raw(server, http, "patient") as patient,
    ):
        for text in ("un", "un", "un"):
            await patient.send_json({"type": "chat", "n": 1, "text": text})
        await patient.send_json({"type": "chat", "n": 2, "text": "deux"})
        assert [(await doctor.expect("chat"))["text"] for _ in range(2)] == ["un", "deux"]


async def test_bytes_that_are_no_websocket_frame_close_that_socket_alone() -> None:
    async with serve() as (server, http), server.client(http, "doctor") as doctor:
        async with raw(server, http, "patient") as patient:
            patient.get_extra_info("socket")
            transport = patient._writer.transport
            transport.write(b"\xff\xff\xff\xff\xff")
            code, close = await answer(patient)
            assert (code, close) == ("malformed_frame", 1002)
        await doctor.tell("ping")
        await doctor.expect("pong")


async def test_talking_too_fast_is_slowed_down_and_loses_nothing() -> None:
    limits = Limits(messages_per_second=100, burst_messages=20)
    async with (
        serve(limits) as (server, http),
        server.client(http, "doctor") as doctor,
        raw(server, http, "patient") as patient,
    ):
        for number in range(1, 61):
            await patient.send_json({"type": "chat", "n": number, "text": str(number)})
        assert [(await doctor.expect("chat"))["n"] for _ in range(60)] == list(range(1, 61))
        codes = []
        while (message := await patient.receive_json())["type"] != "ack" or message["n"] < 60:
            codes += [message["code"]] if message["type"] == "error" else []
        assert set(codes) == {"rate_limited"}
        assert len(codes) < 20


async def test_a_flood_closes_the_socket_and_keeps_the_session() -> None:
    limits = Limits(messages_per_second=50, burst_messages=5, flood_seconds=0.2)
    async with serve(limits) as (server, http), server.client(http, "doctor") as doctor:
        async with raw(server, http, "patient") as patient:
            for _ in range(400):
                await patient.send_str('{"type":"ping"}')
            assert await answer(patient) == ("flood", 4429)
        while (await doctor.expect("presence"))["seats"][0]["status"] != "dropped":
            pass


async def test_a_reader_that_does_not_follow_costs_bounded_memory_and_keeps_its_session() -> None:
    limits = Limits(messages_per_second=1e6, burst_messages=10**6, socket_buffer_bytes=64 * 1024, log_messages=10**6)
    async with serve(limits) as (server, http), server.client(http, "doctor") as doctor, _deaf(server) as patient:
        member = server.hub.rooms["room"].members["patient"]
        await doctor.expect("presence")
        text = "x" * 4000
        for _ in range(400):
            await doctor.send("chat", text=text)
        await doctor.settled(400, timeout=120)
        assert member.status == "dropped"
        assert len(member.log) * 4000 < 1.2 * 2**20
        assert doctor.ended is None
        assert patient.fileno() > 0


@asynccontextmanager
async def _deaf(server: Server) -> AsyncIterator[sockets.socket]:
    """A patient whose kernel takes little and whose program reads nothing."""
    loop = asyncio.get_running_loop()
    with sockets.socket() as raw_socket:
        raw_socket.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
        raw_socket.setblocking(False)
        await loop.sock_connect(raw_socket, ("127.0.0.1", server.port))
        key = "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
        head = f"GET /rooms/socket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n{key}\r\n"
        await loop.sock_sendall(raw_socket, head.encode())
        await loop.sock_recv(raw_socket, 1024)
        join = json.dumps({**JOIN, "token": server.token("patient")}).encode()
        await loop.sock_sendall(raw_socket, bytes([0x81, 0xFE]) + len(join).to_bytes(2, "big") + b"\0\0\0\0" + join)
        await loop.sock_recv(raw_socket, 100)
        yield raw_socket


async def test_errors_now_and_then_close_nothing_and_a_burst_of_them_does() -> None:
    limits = Limits(errors_per_socket=5, sweep_every_seconds=0.02)
    async with serve(limits) as (server, http), raw(server, http, "patient") as patient:
        for _ in range(15):
            await patient.send_str("{")
            await asyncio.sleep(0.05)
        assert not patient.closed
        for _ in range(20):
            await patient.send_str("{")
        assert await answer(patient) == ("too_many_errors", 4400)
