"""MQTT 5 by hand, for what no client library would send; written apart from the code that it tests."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

CONNACK, PUBLISH, PUBACK, SUBACK, UNSUBACK, PINGRESP, DISCONNECT = 2, 3, 4, 9, 11, 13, 14
TOKEN = "token-scale"


def text(words: str | bytes) -> bytes:
    raw = words.encode() if isinstance(words, str) else words
    return struct.pack(">H", len(raw)) + raw


def packet(first: int, body: bytes) -> bytes:
    length, head = len(body), bytearray([first])
    while length > 127:
        head.append(length % 128 | 128)
        length //= 128
    head.append(length)
    return bytes(head) + body


def connect(
    token: str = TOKEN, client_id: str = "scale", *, flags: int = 0xC2, properties: bytes = b"", level: int = 5
) -> bytes:
    head = text("MQTT") + bytes([level, flags]) + struct.pack(">H", 60)
    said = bytes([len(properties)]) + properties if level == 5 else b""
    will = b"\0" + text("a") + text("b") if flags & 4 else b""
    return packet(0x10, head + said + text(client_id) + will + text("device") + text(token))


def publish(topic: str, payload: bytes, number: int = 1, *, first: int = 0x32, properties: bytes = b"") -> bytes:
    identifier = struct.pack(">H", number) if first & 6 else b""
    return packet(first, text(topic) + identifier + bytes([len(properties)]) + properties + payload)


def subscribe(wanted: str, number: int = 1, options: int = 1) -> bytes:
    return packet(0x82, struct.pack(">H", number) + b"\0" + text(wanted) + bytes([options]))


def unsubscribe(wanted: str, number: int = 1) -> bytes:
    return packet(0xA2, struct.pack(">H", number) + b"\0" + text(wanted))


class Socket:
    """Sends bytes, reads packets."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def send(self, *written: bytes) -> None:
        self.writer.write(b"".join(written))

    async def read(self) -> tuple[int, bytes]:
        """The kind of the next packet and its content; kind 0 where the other end has closed."""
        async with asyncio.timeout(60):
            try:
                first = (await self.reader.readexactly(1))[0]
                length, shift = 0, 0
                while True:
                    byte = (await self.reader.readexactly(1))[0]
                    length |= (byte & 127) << shift
                    shift += 7
                    if byte < 128:
                        return first >> 4, await self.reader.readexactly(length)
            except (asyncio.IncompleteReadError, ConnectionError):
                return 0, b""


@asynccontextmanager
async def opened(port: int) -> AsyncIterator[Socket]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Socket(reader, writer)
    finally:
        writer.transport.abort()


@asynccontextmanager
async def entered(port: int, token: str = TOKEN, *, properties: bytes = b"") -> AsyncIterator[Socket]:
    """A socket that was let in."""
    async with opened(port) as socket:
        socket.send(connect(token, properties=properties))
        kind, body = await socket.read()
        assert (kind, body[1]) == (CONNACK, 0)
        yield socket
