"""The numbers, strings and properties of which MQTT 5 packets are made (sections 1.5 and 2.2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from telemed.adapters.mqtt.reasons import Broken, Reason

LONGEST_LENGTH = 268_435_455


class Reader:
    """Reads one packet from its first byte to its last. What is not there is a malformed packet."""

    __slots__ = ("_at", "_end", "_from")

    def __init__(self, content: bytes) -> None:
        self._from = content
        self._at = 0
        self._end = len(content)

    @property
    def is_at_end(self) -> bool:
        return self._at >= self._end

    def take(self, count: int) -> bytes:
        start, end = self._at, self._at + count
        if end > self._end:
            raise Broken(Reason.MALFORMED_PACKET, "cut short")
        self._at = end
        return self._from[start:end]

    def rest(self) -> bytes:
        return self.take(self._end - self._at)

    def byte(self) -> int:
        return self.take(1)[0]

    def short(self) -> int:
        return int.from_bytes(self.take(2), "big")

    def long(self) -> int:
        return int.from_bytes(self.take(4), "big")

    def flag(self) -> int:
        value = self.byte()
        if value > 1:
            raise Broken(Reason.PROTOCOL_ERROR, "neither 0 nor 1")
        return value

    def length(self) -> int:
        found = read_length(self._from, self._at)
        if found is None:
            raise Broken(Reason.MALFORMED_PACKET, "cut short")
        value, self._at = found
        return value

    def binary(self) -> bytes:
        return self.take(self.short())

    def text(self) -> str:
        try:
            found = self.binary().decode()
        except UnicodeDecodeError:
            raise Broken(Reason.MALFORMED_PACKET, "not UTF-8") from None
        if "\0" in found:
            raise Broken(Reason.MALFORMED_PACKET, "a null character")
        return found

    def pair(self) -> tuple[str, str]:
        return self.text(), self.text()

    def within(self, count: int) -> Reader:
        """A reader of the next `count` bytes alone."""
        return Reader(self.take(count))


def read_length(content: bytes | bytearray, at: int) -> tuple[int, int] | None:
    """A variable byte integer at `at`, and where it ends; None where more bytes are needed. Raises Broken."""
    value = 0
    for position in range(4):
        if at + position >= len(content):
            return None
        byte = content[at + position]
        value |= (byte & 0x7F) << (7 * position)
        if byte < 0x80:
            return value, at + position + 1
    raise Broken(Reason.MALFORMED_PACKET, "a length of more than four bytes")


def write_length(value: int) -> bytes:
    if value > LONGEST_LENGTH:
        raise ValueError("longer than a packet may be")
    written = bytearray()
    while True:
        value, byte = value >> 7, value & 0x7F
        written.append(byte | (0x80 if value else 0))
        if not value:
            return bytes(written)


def write_binary(value: bytes) -> bytes:
    return len(value).to_bytes(2, "big") + value


def write_text(value: str) -> bytes:
    return write_binary(value.encode())


def _write_byte(value: int) -> bytes:
    return value.to_bytes(1, "big")


def _write_short(value: int) -> bytes:
    return value.to_bytes(2, "big")


def _write_long(value: int) -> bytes:
    return value.to_bytes(4, "big")


@dataclass(slots=True)
class Properties:
    """What a packet may say beside its own fields; None is not said."""

    payload_format: int | None = None
    message_expiry: int | None = None
    content_type: str | None = None
    response_topic: str | None = None
    correlation: bytes | None = None
    subscription_id: int | None = None
    session_expiry: int | None = None
    assigned_client_id: str | None = None
    server_keep_alive: int | None = None
    authentication_method: str | None = None
    authentication_data: bytes | None = None
    request_problem: int | None = None
    will_delay: int | None = None
    request_response: int | None = None
    reason_text: str | None = None
    receive_maximum: int | None = None
    alias_maximum: int | None = None
    alias: int | None = None
    maximum_qos: int | None = None
    retain_available: int | None = None
    maximum_packet: int | None = None
    wildcards_available: int | None = None
    subscription_ids_available: int | None = None
    shared_available: int | None = None
    user: list[tuple[str, str]] = field(default_factory=list)


_USER = 0x26
_BYTE, _FLAG = (Reader.byte, _write_byte), (Reader.flag, _write_byte)
_SHORT, _LONG = (Reader.short, _write_short), (Reader.long, _write_long)
_TEXT, _BINARY, _LENGTH = (Reader.text, write_text), (Reader.binary, write_binary), (Reader.length, write_length)
_KNOWN: dict[int, tuple[str, tuple[Callable[[Reader], Any], Callable[[Any], bytes]]]] = {
    0x01: ("payload_format", _FLAG),
    0x02: ("message_expiry", _LONG),
    0x03: ("content_type", _TEXT),
    0x08: ("response_topic", _TEXT),
    0x09: ("correlation", _BINARY),
    0x0B: ("subscription_id", _LENGTH),
    0x11: ("session_expiry", _LONG),
    0x12: ("assigned_client_id", _TEXT),
    0x13: ("server_keep_alive", _SHORT),
    0x15: ("authentication_method", _TEXT),
    0x16: ("authentication_data", _BINARY),
    0x17: ("request_problem", _FLAG),
    0x18: ("will_delay", _LONG),
    0x19: ("request_response", _FLAG),
    0x1F: ("reason_text", _TEXT),
    0x21: ("receive_maximum", _SHORT),
    0x22: ("alias_maximum", _SHORT),
    0x23: ("alias", _SHORT),
    0x24: ("maximum_qos", _BYTE),
    0x25: ("retain_available", _FLAG),
    0x27: ("maximum_packet", _LONG),
    0x28: ("wildcards_available", _FLAG),
    0x29: ("subscription_ids_available", _FLAG),
    0x2A: ("shared_available", _FLAG),
}
_NEVER_ZERO = frozenset(("receive_maximum", "maximum_packet", "subscription_id"))


def read_properties(reader: Reader, allowed: frozenset[str]) -> Properties:
    """Raises Broken on what the packet may not say, says twice, or says wrongly."""
    found = Properties()
    inner = reader.within(reader.length())
    while not inner.is_at_end:
        identifier = inner.length()
        if identifier == _USER:
            found.user.append(inner.pair())
            continue
        name, (read, _) = _KNOWN.get(identifier, ("", (Reader.byte, _write_byte)))
        if name not in allowed or getattr(found, name) is not None:
            raise Broken(Reason.PROTOCOL_ERROR, "a property that is not allowed here, or twice")
        value = read(inner)
        if value == 0 and name in _NEVER_ZERO:
            raise Broken(Reason.PROTOCOL_ERROR, "a property that may not be zero")
        setattr(found, name, value)
    return found


def write_properties(said: Properties) -> bytes:
    parts = [
        bytes([identifier]) + write(value)
        for identifier, (name, (_, write)) in _KNOWN.items()
        if (value := getattr(said, name)) is not None
    ]
    parts += [bytes([_USER]) + write_text(name) + write_text(value) for name, value in said.user]
    written = b"".join(parts)
    return write_length(len(written)) + written
