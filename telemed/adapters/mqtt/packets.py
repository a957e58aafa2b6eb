"""The packets of MQTT 5 as a server reads and writes them (chapter 3): bytes in, values out, no input or output."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum

from telemed.adapters.mqtt.reasons import Broken, Reason
from telemed.adapters.mqtt.wire import (
    Properties,
    Reader,
    read_length,
    read_properties,
    write_length,
    write_properties,
    write_text,
)

VERSION = 5
OLD_CONNACK = b"\x20\x02\x00\x01"
"""What a client of MQTT 3 is answered: `unacceptable protocol version`, in its own words."""


class Kind(IntEnum):
    CONNECT = 1
    CONNACK = 2
    PUBLISH = 3
    PUBACK = 4
    SUBSCRIBE = 8
    SUBACK = 9
    UNSUBSCRIBE = 10
    UNSUBACK = 11
    PINGREQ = 12
    PINGRESP = 13
    DISCONNECT = 14
    AUTH = 15


class OldVersion(Exception):
    """The client speaks MQTT 3."""


@dataclass(frozen=True, slots=True)
class Connect:
    client_id: str
    is_clean: bool
    keep_alive: int
    has_will: bool
    user: str | None = None
    password: bytes | None = field(default=None, repr=False)
    said: Properties = field(default_factory=Properties)


@dataclass(frozen=True, slots=True)
class Publish:
    """`number` is 0 at QoS 0. `payload` holds measures: it is in no repr."""

    topic: str
    payload: bytes = field(repr=False)
    qos: int = 0
    number: int = 0
    is_duplicate: bool = False
    is_retained: bool = False
    said: Properties = field(default_factory=Properties)


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Filters with the options byte of each; those of UNSUBSCRIBE have none."""

    number: int
    filters: tuple[tuple[str, int], ...]
    said: Properties = field(default_factory=Properties)


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    number: int
    filters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ping:
    pass


@dataclass(frozen=True, slots=True)
class Disconnect:
    reason: int
    said: Properties = field(default_factory=Properties)


Packet = Connect | Publish | Subscribe | Unsubscribe | Ping | Disconnect
_CONNECT_MAY = frozenset(
    (
        "session_expiry", "receive_maximum", "maximum_packet", "alias_maximum", "request_response", "request_problem",
        "authentication_method", "authentication_data",
    )
)  # fmt: skip
_WILL_MAY = frozenset(
    ("will_delay", "payload_format", "message_expiry", "content_type", "response_topic", "correlation")
)
_PUBLISH_MAY = frozenset(
    ("payload_format", "message_expiry", "alias", "response_topic", "correlation", "content_type")
)  # a subscription id comes from servers only
_FLAGS: dict[int, int] = {Kind.SUBSCRIBE: 2, Kind.UNSUBSCRIBE: 2}
_SIMPLEST_ACK = 2


def take_packet(buffer: bytearray, longest: int) -> tuple[int, bytes] | None:
    """The first byte and the content of the first packet, taken off `buffer`; None while it is not whole.

    Raises Broken as soon as its announced length is beyond `longest`.
    """
    if len(buffer) < 2 or (found := read_length(buffer, 1)) is None:
        return None
    length, start = found
    if start + length > longest:
        raise Broken(Reason.PACKET_TOO_LARGE)
    if len(buffer) < start + length:
        return None
    first, content = buffer[0], bytes(buffer[start : start + length])
    del buffer[: start + length]
    return first, content


def decode(first: int, content: bytes) -> Packet:
    """Raises Broken, and OldVersion for a CONNECT of MQTT 3."""
    kind, flags = first >> 4, first & 0x0F
    if kind == Kind.PUBLISH:
        return _publish(flags, Reader(content))
    if flags != _FLAGS.get(kind, 0):
        raise Broken(Reason.MALFORMED_PACKET, "reserved bits")
    read = _READERS.get(kind)
    if read is None:
        raise Broken(Reason.PROTOCOL_ERROR, "a packet that clients do not send here")
    reader = Reader(content)
    packet = read(reader)
    if not reader.is_at_end:
        raise Broken(Reason.MALFORMED_PACKET, "more than the packet holds")
    return packet


def _connect(reader: Reader) -> Connect:
    protocol, version = reader.text(), reader.byte()
    if protocol in ("MQTT", "MQIsdp") and version in (3, 4):
        raise OldVersion
    if protocol != "MQTT" or version != VERSION:
        raise Broken(Reason.UNSUPPORTED_VERSION)
    flags, keep_alive = reader.byte(), reader.short()
    has_will = bool(flags & 0x04)
    if flags & 0x01 or flags & 0x18 == 0x18 or (not has_will and flags & 0x38):
        raise Broken(Reason.MALFORMED_PACKET, "connect flags")
    said = read_properties(reader, _CONNECT_MAY)
    client_id = reader.text()
    if has_will:
        read_properties(reader, _WILL_MAY)
        reader.text()
        reader.binary()
    user = reader.text() if flags & 0x80 else None
    password = reader.binary() if flags & 0x40 else None
    return Connect(client_id, bool(flags & 0x02), keep_alive, has_will, user, password, said)


def _publish(flags: int, reader: Reader) -> Publish:
    qos = flags >> 1 & 3
    if qos == 3 or (qos == 0 and flags & 0x08):
        raise Broken(Reason.MALFORMED_PACKET, "quality of service")
    topic = reader.text()
    if "+" in topic or "#" in topic:
        raise Broken(Reason.TOPIC_NAME_INVALID)
    number = _number(reader) if qos else 0
    said = read_properties(reader, _PUBLISH_MAY)
    return Publish(topic, reader.rest(), qos, number, bool(flags & 0x08), bool(flags & 0x01), said)


def _subscribe(reader: Reader) -> Subscribe:
    number, said = _number(reader), read_properties(reader, frozenset(("subscription_id",)))
    filters = []
    while not reader.is_at_end:
        wanted, options = reader.text(), reader.byte()
        if options & 0xC0 or options & 3 == 3 or options >> 4 & 3 == 3:
            raise Broken(Reason.PROTOCOL_ERROR, "subscription options")
        filters.append((wanted, options))
    if not filters:
        raise Broken(Reason.PROTOCOL_ERROR, "no filter")
    return Subscribe(number, tuple(filters), said)


def _unsubscribe(reader: Reader) -> Unsubscribe:
    number, _ = _number(reader), read_properties(reader, frozenset())
    filters = []
    while not reader.is_at_end:
        filters.append(reader.text())
    if not filters:
        raise Broken(Reason.PROTOCOL_ERROR, "no filter")
    return Unsubscribe(number, tuple(filters))


def _disconnect(reader: Reader) -> Disconnect:
    reason = 0 if reader.is_at_end else reader.byte()
    may = frozenset(("session_expiry", "reason_text"))
    return Disconnect(reason, Properties() if reader.is_at_end else read_properties(reader, may))


def _number(reader: Reader) -> int:
    number = reader.short()
    if number == 0:
        raise Broken(Reason.PROTOCOL_ERROR, "packet identifier 0")
    return number


_READERS: dict[int, Callable[[Reader], Packet]] = {
    Kind.CONNECT: _connect,
    Kind.SUBSCRIBE: _subscribe,
    Kind.UNSUBSCRIBE: _unsubscribe,
    Kind.PINGREQ: lambda _reader: Ping(),
    Kind.DISCONNECT: _disconnect,
}
PINGRESP = bytes([Kind.PINGRESP << 4, 0])


def write_connack(reason: Reason, said: Properties, *, is_present: bool = False) -> bytes:
    return _packet(Kind.CONNACK, bytes([is_present, reason]) + write_properties(said))


def write_puback(number: int, reason: Reason = Reason.SUCCESS, text: str = "") -> bytes:
    """In its shortest form where there is nothing to say."""
    body = number.to_bytes(2, "big")
    if reason is Reason.SUCCESS and not text:
        return bytes([Kind.PUBACK << 4, _SIMPLEST_ACK]) + body
    return _packet(Kind.PUBACK, body + bytes([reason]) + write_properties(Properties(reason_text=text or None)))


def write_suback(number: int, reasons: list[int]) -> bytes:
    return _packet(Kind.SUBACK, number.to_bytes(2, "big") + b"\0" + bytes(reasons))


def write_unsuback(number: int, reasons: list[int]) -> bytes:
    return _packet(Kind.UNSUBACK, number.to_bytes(2, "big") + b"\0" + bytes(reasons))


def write_publish(topic: str, payload: bytes, said: Properties) -> bytes:
    """At QoS 0, which has no number."""
    return _packet(Kind.PUBLISH, write_text(topic) + write_properties(said) + payload)


def write_disconnect(reason: Reason, text: str = "") -> bytes:
    return _packet(Kind.DISCONNECT, bytes([reason]) + write_properties(Properties(reason_text=text or None)))


def _packet(kind: Kind, content: bytes) -> bytes:
    return bytes([kind << 4]) + write_length(len(content)) + content
