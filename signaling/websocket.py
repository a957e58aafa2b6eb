"""WebSocket frames as the server needs them (RFC 6455 §5): no extension, no compression, bounded messages."""

from __future__ import annotations

import struct
from enum import IntEnum

_short_header = struct.Struct("!BB").pack
_medium_header = struct.Struct("!BBH").pack
_long_header = struct.Struct("!BBQ").pack
_close_code = struct.Struct("!H").pack

_FIN, _RESERVED, _MASKED = 0x80, 0x70, 0x80
_MAX_CONTROL = 125


class Opcode(IntEnum):
    """What a frame is."""

    CONTINUATION = 0
    TEXT = 1
    BINARY = 2
    CLOSE = 8
    PING = 9
    PONG = 10


_TEXT = _FIN | int(Opcode.TEXT)


class MalformedFrame(Exception):
    """These bytes are no frame of a client: nothing that follows can be read."""


class FrameTooLarge(Exception):
    """The message that begins here is larger than allowed; it was not read."""


def text_frame(payload: bytes) -> bytes:
    """A whole text message."""
    return _frame(_TEXT, payload)


def pong_frame(payload: bytes) -> bytes:
    """The answer to a ping, with what the ping held."""
    return _frame(_FIN | Opcode.PONG, payload)


PING = bytes((_FIN | Opcode.PING, 0))


def close_frame(code: int, reason: str) -> bytes:
    """The close of the connection; `reason` is a short ASCII word."""
    return _frame(_FIN | Opcode.CLOSE, _close_code(code) + reason.encode()[: _MAX_CONTROL - 2])


def _frame(first: int, payload: bytes) -> bytes:
    size = len(payload)
    if size <= _MAX_CONTROL:
        return _short_header(first, size) + payload
    if size < 65536:
        return _medium_header(first, 126, size) + payload
    return _long_header(first, 127, size) + payload


class FrameReader:
    """Makes messages of the bytes that a client sends: `feed` what came, then `next` until it gives None."""

    __slots__ = ("_at", "_data", "_limit", "_opcode", "_parts")

    def __init__(self, *, max_bytes: int) -> None:
        self._data = b""
        self._at = 0
        self._limit = max_bytes
        self._opcode = 0
        self._parts: list[bytes] | None = None

    def feed(self, data: bytes) -> None:
        """Add bytes behind those that `next` has not used."""
        self._data = self._data[self._at :] + data if self._at < len(self._data) else data
        self._at = 0

    def next(self) -> tuple[int, bytes] | None:
        """The next whole message or control frame, as (opcode, payload); None when more bytes are needed.

        Raises MalformedFrame or FrameTooLarge, after which nothing can be read any more.
        """
        while (frame := self._next_frame()) is not None:
            first, payload = frame
            if first == _TEXT and self._parts is None:
                return 1, payload
            if (message := self._assemble(first & _FIN, first & 0x0F, payload)) is not None:
                return message
        return None

    def _next_frame(self) -> tuple[int, bytes] | None:
        """The first byte and the unmasked payload of the next frame."""
        data, at = self._data, self._at
        available = len(data) - at
        if available < 2:
            if not available:
                self._data, self._at = b"", 0  # an idle socket holds on to nothing that it has read
            return None
        first, size, head = data[at], data[at + 1] ^ _MASKED, 6
        if first & _RESERVED or size > 127:
            raise MalformedFrame
        if available < head:
            return None
        if size > _MAX_CONTROL:
            width = 2 if size == 126 else 8
            head += width
            if available < head:
                return None
            size = int.from_bytes(data[at + 2 : at + 2 + width])
        self._check_size(first, size)
        end = at + head + size
        if len(data) < end:
            return None
        self._at = end
        return first, _unmask(data[at + head : end], data[at + head - 4 : at + head])

    def _check_size(self, first: int, size: int) -> None:
        if first & 0x08:
            if size > _MAX_CONTROL or not first & _FIN or first & 0x0F > Opcode.PONG:
                raise MalformedFrame
        elif size > self._limit:
            raise FrameTooLarge

    def _assemble(self, fin: int, opcode: int, payload: bytes) -> tuple[int, bytes] | None:
        """Control frames pass between the fragments of a message; fragments wait for the last one."""
        if opcode >= Opcode.CLOSE:
            return opcode, payload
        if (opcode == Opcode.CONTINUATION) is (self._parts is None) or opcode > Opcode.BINARY:
            raise MalformedFrame
        if self._parts is None:
            self._opcode, self._parts = opcode, []
        self._parts.append(payload)
        if sum(map(len, self._parts)) > self._limit or len(self._parts) > self._limit // 16:
            raise FrameTooLarge
        if not fin:
            return None
        whole, self._parts = b"".join(self._parts), None
        return self._opcode, whole


def _unmask(payload: bytes, mask: bytes) -> bytes:
    """Each byte xored with the mask's byte in turn, all at once: as one whole number each."""
    size = len(payload)
    key = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "little") ^ int.from_bytes(key, "little")).to_bytes(size, "little")
