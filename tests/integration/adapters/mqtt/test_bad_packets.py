"""What breaks the protocol ends its own connection, with the reason that the standard has for it, and nothing else."""

from __future__ import annotations

import random

import pytest

from telemed.adapters.mqtt.limits import Limits
from telemed.adapters.mqtt.packets import OldVersion, decode, take_packet
from telemed.adapters.mqtt.reasons import Broken, Reason
from tests.integration.adapters.mqtt import raw
from tests.integration.adapters.mqtt.door import serving, topic_of

pytestmark = pytest.mark.asyncio
SCALE = topic_of("scale")
_ONE = b"\x00\x01"
BROKEN: dict[str, tuple[bytes, Reason]] = {
    "quality of service 2": (raw.publish(SCALE, b"x", first=0x34), Reason.QOS_NOT_SUPPORTED),
    "quality of service 3": (raw.publish(SCALE, b"x", first=0x36), Reason.MALFORMED_PACKET),
    "retained": (raw.publish(SCALE, b"x", first=0x33), Reason.RETAIN_NOT_SUPPORTED),
    "an alias": (raw.publish("", b"x", properties=b"\x23\x00\x01"), Reason.TOPIC_ALIAS_INVALID),
    "no topic": (raw.publish("", b"x"), Reason.PROTOCOL_ERROR),
    "a wildcard in a topic": (raw.publish("telemed/#", b"x"), Reason.TOPIC_NAME_INVALID),
    "packet identifier 0": (raw.publish(SCALE, b"x", 0), Reason.PROTOCOL_ERROR),
    "a property twice": (raw.publish(SCALE, b"x", properties=b"\x01\x01\x01\x01"), Reason.PROTOCOL_ERROR),
    "a property of another packet": (raw.publish(SCALE, b"x", properties=b"\x21\x00\x01"), Reason.PROTOCOL_ERROR),
    "a property that does not exist": (raw.publish(SCALE, b"x", properties=b"\x7f\x01"), Reason.PROTOCOL_ERROR),
    "properties cut short": (raw.packet(0x32, raw.text(SCALE) + _ONE + b"\x09\x01"), Reason.MALFORMED_PACKET),
    "a topic that is not UTF-8": (raw.packet(0x32, raw.text(b"\xff\xfe") + _ONE + b"\0"), Reason.MALFORMED_PACKET),
    "a null character": (raw.packet(0x32, raw.text("a\0b") + _ONE + b"\0"), Reason.MALFORMED_PACKET),
    "no filter": (raw.packet(0x82, _ONE + b"\0"), Reason.PROTOCOL_ERROR),
    "reserved options": (raw.subscribe(SCALE, options=0xC1), Reason.PROTOCOL_ERROR),
    "reserved bits": (raw.packet(0x80, _ONE + b"\0" + raw.text("a") + b"\x01"), Reason.MALFORMED_PACKET),
    "a subscription id": (raw.packet(0x82, _ONE + b"\x02\x0b\x01" + raw.text("a") + b"\x01"), Reason.PROTOCOL_ERROR),
    "connected twice": (raw.connect(), Reason.PROTOCOL_ERROR),
    "a packet of servers": (raw.packet(0x20, b"\0\0\0"), Reason.PROTOCOL_ERROR),
    "an exchange that was not agreed": (raw.packet(0xF0, b""), Reason.PROTOCOL_ERROR),
    "more than a ping holds": (raw.packet(0xC0, b"x"), Reason.MALFORMED_PACKET),
    "a length of five bytes": (b"\x32\xff\xff\xff\xff\x01", Reason.MALFORMED_PACKET),
    "larger than we take": (b"\x32\xff\xff\x7f", Reason.PACKET_TOO_LARGE),
    "a session prolonged at the end": (raw.packet(0xE0, b"\0\x05\x11\0\0\0\x3c"), Reason.PROTOCOL_ERROR),
}
UNWELCOME: dict[str, tuple[bytes, bytes]] = {
    "MQTT 3.1.1, told in its own words": (raw.connect(level=4), b"\x20\x02\x00\x01"),
    "a version to come": (raw.connect(level=6), b""),
    "something before the connection": (b"\xc0\x00", b""),
    "a reserved flag": (raw.connect(flags=0xC3), b""),
    "a will": (raw.connect(flags=0xC6), bytes([0x20, 3, 0, Reason.IMPLEMENTATION_SPECIFIC, 0])),
    "another authentication": (
        raw.connect(properties=b"\x15" + raw.text("SCRAM")),
        bytes([0x20, 3, 0, Reason.BAD_AUTHENTICATION_METHOD, 0]),
    ),
    "a receive maximum of zero": (raw.connect(properties=b"\x21\x00\x00"), b""),
    "a CONNECT of a megabyte": (b"\x10\xff\xff\x3f", b""),
    "HTTP": (b"GET / HTTP/1.1\r\n\r\n", b""),
}


@pytest.mark.parametrize("case", BROKEN)
async def test_a_broken_packet_is_answered_with_its_reason_and_the_end(case: str) -> None:
    sent, reason = BROKEN[case]
    async with serving(Limits(packet_bytes=1_000_000)) as served, raw.entered(served.port) as socket:
        socket.send(sent)
        assert await socket.read() == (raw.DISCONNECT, bytes([reason, 0]))
        assert await socket.read() == (0, b"")
        assert served.door.kept == []


@pytest.mark.parametrize("case", UNWELCOME)
async def test_who_cannot_come_in_is_told_as_far_as_the_standard_has_words_for_it(case: str) -> None:
    sent, answer = UNWELCOME[case]
    async with serving() as served, raw.opened(served.port) as socket:
        socket.send(sent)
        assert await socket.reader.read() == answer


async def test_noise_ends_its_connection_and_the_others_go_on() -> None:
    chance = random.Random(5)
    whole = raw.connect() + raw.publish(SCALE, b"noise") + raw.subscribe("a/b") + raw.unsubscribe("a/b")
    async with serving() as served, raw.entered(served.port, "token-other") as other:
        for _ in range(150):
            noise = bytearray(whole)
            for _ in range(chance.randint(1, 6)):
                noise[chance.randrange(len(noise))] = chance.randrange(256)
            async with raw.opened(served.port) as socket:
                socket.send(bytes(noise[: chance.randint(1, len(noise))]))
                socket.writer.write_eof()
                await socket.reader.read()
        other.send(raw.publish(topic_of("other"), b"still here", 9))
        assert await other.read() == (raw.PUBACK, bytes([0, 9]))


async def test_no_bytes_whatever_do_more_than_break_the_protocol() -> None:
    chance, seen = random.Random(7), set()
    for _ in range(20_000):
        buffer = bytearray(chance.choice((raw.connect(), raw.publish(SCALE, b"x" * 40), raw.subscribe("a/b"))))
        for _ in range(chance.randint(0, 4)):
            buffer[chance.randrange(min(60, len(buffer)))] = chance.randrange(256)
        try:
            found = take_packet(buffer, 1_000_000)
            seen.add(type(decode(*found)).__name__ if found else "more")
        except (Broken, OldVersion) as error:
            seen.add(type(error).__name__)
    assert {"Connect", "Publish", "Subscribe", "more", "Broken"} <= seen
