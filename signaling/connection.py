"""One socket of the hub, straight on its transport: no task, no queue, no coroutine while it waits."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, cast

from signaling.codes import CloseCode, ErrorCode, Refusal
from signaling.hub import Hub
from signaling.limits import MAX_FRAME_BYTES, Limits
from signaling.room import Member
from signaling.websocket import (
    PING,
    FrameReader,
    FrameTooLarge,
    MalformedFrame,
    Opcode,
    close_frame,
    pong_frame,
    text_frame,
)

_log = logging.getLogger("signaling")
_CLOSE_SECONDS = 3.0

Spawn = Callable[[Coroutine[Any, Any, None]], object]


class Postman:
    """Writes, once a turn of the event loop, what was said in it: one system call for all frames of a socket."""

    def __init__(self) -> None:
        self._due: list[SocketConnection] = []

    def call_for(self, connection: SocketConnection) -> None:
        """This socket has something to write."""
        if not self._due:
            asyncio.get_running_loop().call_soon(self._go_round)
        self._due.append(connection)

    def _go_round(self) -> None:
        due, self._due = self._due, []
        for connection in due:
            connection.flush()


class SocketConnection(asyncio.Protocol):
    """What the hub holds of a socket; implements `signaling.room.Connection`.

    It takes the transport over from aiohttp after the handshake, because a waiting room is thousands of sockets that
    say nothing: a handler's task, coroutines, request and queues would cost each of them three times what is kept here.
    What a reader leaves unread is bounded; beyond, the socket is given up and its session kept.
    """

    __slots__ = (
        "_closing_at",
        "_hub",
        "_is_deaf",
        "_is_held",
        "_lost",
        "_pace",
        "_postman",
        "_reader",
        "_said",
        "_spawn",
        "_transport",
        "errors",
        "heard_at",
        "member",
    )

    def __init__(self, hub: Hub, *, postman: Postman, spawn: Spawn, lost: Callable[[SocketConnection], None]) -> None:
        self.errors = 0
        self.heard_at = 0.0
        self.member: Member | None = None
        self._hub = hub
        self._postman = postman
        self._spawn = spawn
        self._lost = lost
        self._reader = FrameReader(max_bytes=MAX_FRAME_BYTES)
        self._pace = Pace(hub.limits)
        self._said: list[bytes] | None = None
        self._closing_at: float | None = None
        self._is_held = False
        self._is_deaf = False
        self._transport: asyncio.Transport

    # What the transport tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self.heard_at = asyncio.get_running_loop().time()

    def data_received(self, data: bytes) -> None:
        if self._is_deaf:
            return
        self.heard_at = asyncio.get_running_loop().time()
        self._reader.feed(data)
        self._take_all()

    def connection_lost(self, exc: Exception | None) -> None:
        self._is_deaf = True
        self._said = None
        self._lost(self)
        if self.member is not None:
            self._hub.lost(self.member, self)

    # What the hub asks.

    def send(self, frame: bytes) -> None:
        """See Connection."""
        self._write(text_frame(frame))

    def close(self, code: CloseCode, reason: str) -> None:
        """See Connection."""
        if self._closing_at is None:
            self._write(close_frame(code, reason))
            self.flush()
            self._closing_at = asyncio.get_running_loop().time()

    def abort(self, why: str) -> None:
        """Drop the socket without a word: its reader does not follow, or is no longer there."""
        _log.info("signaling.socket_aborted", extra={"why": why})
        self._is_deaf = True
        self._said = None
        self._transport.abort()

    def look_after(self, now: float) -> None:
        """The regular round: let go of who does not join, does not close, does not answer; wake up who is silent."""
        limits = self._hub.limits
        silent = now - self.heard_at
        self.errors = max(0, self.errors - 1)  # a long visit has its share of small errors; only a burst is a fault
        if self._closing_at is not None:
            if now - self._closing_at > _CLOSE_SECONDS:
                self.abort("closing")
        elif self.member is None and not self._is_held and silent > limits.join_seconds:
            self._hub.refuse(self, Refusal(ErrorCode.JOIN_TIMEOUT, "no join came"))
        elif silent > limits.silent_after_seconds:
            self.abort("silent")
        elif silent > limits.ping_after_seconds:
            self._write(PING)

    # Reading.

    def _take_all(self) -> None:
        try:
            while not self._is_held and (frame := self._reader.next()) is not None:
                self._take(*frame)
        except MalformedFrame:
            self._give_up(Refusal(ErrorCode.MALFORMED_FRAME, "not a WebSocket frame of a client"))
        except FrameTooLarge:
            self._give_up(Refusal(ErrorCode.TOO_LARGE, f"a frame holds at most {MAX_FRAME_BYTES} bytes"))
        except Exception:
            # The edge of the socket: a bug ends this socket with its own code, is alarmed, and touches nobody else.
            _log.exception("signaling.socket_failed")
            self._give_up(Refusal(ErrorCode.INTERNAL))

    def _take(self, opcode: int, payload: bytes) -> None:
        if self._closing_at is not None:
            if opcode == Opcode.CLOSE:
                self._transport.close()
        elif opcode == Opcode.TEXT:
            self._hear(payload)
        elif opcode == Opcode.PING:
            self._write(pong_frame(payload))
        elif opcode == Opcode.BINARY:
            code = ErrorCode.NOT_JOINED if self.member is None else ErrorCode.BAD_FRAME
            self._hub.refuse(self, Refusal(code, "frames are text"))
        elif opcode == Opcode.CLOSE:
            self._is_deaf = True
            self._write(close_frame(int.from_bytes(payload[:2]) or CloseCode.LEFT, ""))
            self.flush()
            self._transport.close()

    def _hear(self, payload: bytes) -> None:
        member = self.member
        if member is None:
            self._hold()
            self._spawn(self._join(payload))
            return
        self._hub.receive(member, self, payload)
        if wait := self._pace.spend(self.heard_at):
            self._slow_down(wait)

    async def _join(self, payload: bytes) -> None:
        """Seat this socket; what it says meanwhile waits in the kernel."""
        try:
            self.member = await self._hub.join(self, payload)
        except Refusal as refusal:
            self._hub.refuse(self, refusal)
        except Exception:
            # Same edge as in `_take_all`.
            _log.exception("signaling.join_failed")
            self._give_up(Refusal(ErrorCode.INTERNAL))
        if self._transport.is_closing() and self.member is not None:
            self._hub.lost(self.member, self)
        else:
            self._release()

    def _slow_down(self, wait: float) -> None:
        """Too fast: stop reading for a moment, so that the kernel slows the sender down and nothing is lost."""
        held = self._pace.hold(self.heard_at)
        if held > self._hub.limits.flood_seconds:
            self._give_up(Refusal(ErrorCode.FLOOD, "too fast for too long"))
            return
        if held == 0.0:
            self._hub.refuse(self, Refusal(ErrorCode.RATE_LIMITED, "slower, please"))
        self._hold()
        asyncio.get_running_loop().call_later(wait, self._release)

    def _hold(self) -> None:
        self._is_held = True
        self._transport.pause_reading()

    def _release(self) -> None:
        self._is_held = False
        if self._transport.is_closing():
            return
        self._transport.resume_reading()
        self.heard_at = asyncio.get_running_loop().time()
        self._take_all()

    def _give_up(self, refusal: Refusal) -> None:
        """Nothing more is understood from here: say why, close, and read on only to keep the kernel from resetting."""
        self._is_deaf = True
        self._hub.refuse(self, refusal)

    # Writing.

    def _write(self, data: bytes) -> None:
        if self._closing_at is not None:
            return
        if self._said is None:
            self._said = [data]
            self._postman.call_for(self)
        else:
            self._said.append(data)

    def flush(self) -> None:
        """Write what was said so far; the postman does it by itself, a close before it closes."""
        said, self._said = self._said, None
        transport = self._transport
        if said is None or transport.is_closing():
            return
        if transport.get_write_buffer_size() > self._hub.limits.socket_buffer_bytes:
            self.abort("slow")
            return
        try:
            transport.write(said[0] if len(said) == 1 else b"".join(said))
        except (OSError, RuntimeError):
            # The socket died under the write; its loss is reported by the transport, the sender has no part in it.
            _log.debug("signaling.write_failed")


class Pace:
    """How fast a socket may talk: a bucket of `burst` messages that fills at the allowed rate (GCRA, two floats)."""

    __slots__ = ("_burst_seconds", "_due_at", "_held_since", "_step")

    def __init__(self, limits: Limits) -> None:
        self._step = 1.0 / limits.messages_per_second
        self._burst_seconds = limits.burst_messages * self._step
        self._due_at = 0.0
        self._held_since: float | None = None

    def spend(self, at: float) -> float:
        """Account for one message at loop time `at`: how many seconds to wait before reading the next one."""
        due = self._due_at
        self._due_at = due = max(at, due) + self._step
        wait = due - at - self._burst_seconds
        if wait <= 0.0:
            self._held_since = None
            return 0.0
        return wait

    def hold(self, at: float) -> float:
        """Begin, or go on, holding this socket back: for how many seconds in a row that has been so."""
        if self._held_since is None:
            self._held_since = at
        return at - self._held_since
