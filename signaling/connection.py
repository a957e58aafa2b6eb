"""One WebSocket of the hub: frames written straight to the transport, bounded, never raising."""

from __future__ import annotations

import asyncio
import logging
import struct
from collections.abc import Callable, Coroutine
from typing import Any, Literal

from aiohttp import WSCloseCode, web

from signaling import frames
from signaling.codes import CloseCode, ErrorCode, Refusal
from signaling.limits import MAX_FRAME_BYTES, Limits

_log = logging.getLogger("signaling")
_CLOSE_SECONDS = 5.0
_PING = b"\x89\x00"
_short_header = struct.Struct("!BB").pack
_medium_header = struct.Struct("!BBH").pack
_long_header = struct.Struct("!BBQ").pack

Spawn = Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]


def text_frame(payload: bytes, *, opcode: int = 0x81) -> bytes:
    """A whole WebSocket frame from the server (RFC 6455 §5.2: not masked, not fragmented, not compressed)."""
    size = len(payload)
    if size < 126:
        return _short_header(opcode, size) + payload
    if size < 65536:
        return _medium_header(opcode, 126, size) + payload
    return _long_header(opcode, 127, size) + payload


class Socket(web.WebSocketResponse[Literal[False]]):
    """aiohttp's WebSocket, which says why in a frame of ours before it closes on a frame that breaks the rules."""

    connection: SocketConnection | None = None

    def __init__(self) -> None:
        # Per-message deflate alone would cost 90 KiB a socket; the hub sweeps for the silent, so no heartbeat here.
        super().__init__(
            compress=False, autoping=False, decode_text=False, max_msg_size=MAX_FRAME_BYTES + 1, timeout=_CLOSE_SECONDS
        )

    async def close(self, *, code: int = WSCloseCode.OK, message: bytes = b"", drain: bool = True) -> bool:
        if self.connection is not None and not self.closed:
            if code == WSCloseCode.MESSAGE_TOO_BIG:
                refusal = Refusal(ErrorCode.TOO_LARGE, f"a frame holds at most {MAX_FRAME_BYTES} bytes")
                self.connection.send(frames.error(refusal))
            elif code in (WSCloseCode.PROTOCOL_ERROR, WSCloseCode.INVALID_TEXT):
                self.connection.send(frames.error(Refusal(ErrorCode.BAD_FRAME, "not a WebSocket frame")))
        return await super().close(code=code, message=message, drain=drain)


class SocketConnection:
    """What the hub holds of a socket; implements `signaling.room.Connection`.

    It writes to the transport itself: aiohttp's `send_str` waits for a slow reader inside the *sender's* handler.
    What a reader leaves unread is bounded here; beyond, the socket is given up and its session kept.
    """

    __slots__ = (
        "_buffer_limit",
        "_close",
        "_is_closing",
        "_socket",
        "_spawn",
        "_transport",
        "errors",
        "heard_at",
        "pace",
    )

    def __init__(self, socket: Socket, transport: asyncio.Transport, *, limits: Limits, spawn: Spawn) -> None:
        self.errors = 0
        self.heard_at = 0.0
        self.pace = Pace(limits)
        self._socket = socket
        self._transport = transport
        self._buffer_limit = limits.socket_buffer_bytes
        self._spawn = spawn
        self._is_closing = False
        self._close: asyncio.Task[None] | None = None

    def send(self, frame: bytes) -> None:
        """See Connection."""
        self._write(text_frame(frame))

    def pong(self, payload: bytes) -> None:
        """Answer a ping of the protocol below ours."""
        self._write(text_frame(payload, opcode=0x8A))

    def ping(self) -> None:
        """Ask the browser itself for a sign of life: it answers without our page."""
        self._write(_PING)

    def _write(self, data: bytes) -> None:
        transport = self._transport
        if self._is_closing or transport.is_closing():
            return
        if transport.get_write_buffer_size() > self._buffer_limit:
            self.abort("slow")
            return
        try:
            transport.write(data)
        except (OSError, RuntimeError):
            # The socket died under the write; its own handler reports the loss, the sender has nothing to do with it.
            _log.debug("signaling.write_failed")

    def close(self, code: CloseCode, reason: str) -> None:
        """See Connection."""
        if not self._is_closing:
            self._is_closing = True
            self._close = self._spawn(self._shake_hands(code, reason))

    def abort(self, why: str) -> None:
        """Drop the socket without a word: its reader does not follow, or is no longer there."""
        self._is_closing = True
        _log.info("signaling.socket_aborted", extra={"why": why})
        self._transport.abort()

    async def closed(self) -> None:
        """Return once a close that was asked for is over; at once when none was."""
        if self._close is not None:
            await asyncio.wait({self._close})

    async def _shake_hands(self, code: CloseCode, reason: str) -> None:
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._socket.close(code=code, message=reason.encode())
        except (TimeoutError, OSError, RuntimeError):
            self._transport.abort()


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
