"""Frames on the wire: however the bytes are cut, the messages are those that were sent; rubbish is told apart."""

from __future__ import annotations

import os
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.connection import Pace
from signaling.limits import Limits
from signaling.websocket import (
    FrameReader,
    FrameTooLarge,
    MalformedFrame,
    Opcode,
    close_frame,
    pong_frame,
    text_frame,
)

LIMIT = 70_000


def from_client(opcode: int, payload: bytes, *, fin: bool = True, mask: bytes = b"\x12\x34\x56\x78") -> bytes:
    """A masked frame, written the slow and plain way."""
    size = len(payload)
    if size < 126:
        length = bytes([0x80 | size])
    elif size < 65536:
        length = bytes([0xFE]) + size.to_bytes(2)
    else:
        length = bytes([0xFF]) + size.to_bytes(8)
    body = bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
    return bytes([(0x80 if fin else 0) | opcode]) + length + mask + body


def read_all(data: bytes, cuts: list[int]) -> list[tuple[int, bytes]]:
    """Feed `data` cut at these places, taking what is whole after each piece."""
    reader = FrameReader(max_bytes=LIMIT)
    places = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    found = []
    for start, end in pairwise(places):
        reader.feed(data[start:end])
        while (frame := reader.next()) is not None:
            found.append(frame)
    return found


@given(
    payloads=st.lists(st.binary(max_size=300), min_size=1, max_size=5),
    mask=st.binary(min_size=4, max_size=4),
    cuts=st.lists(st.integers(min_value=0, max_value=2000), max_size=8),
)
def test_messages_arrive_however_the_bytes_are_cut(payloads: list[bytes], mask: bytes, cuts: list[int]) -> None:
    data = b"".join(from_client(Opcode.TEXT, payload, mask=mask) for payload in payloads)
    assert read_all(data, cuts) == [(Opcode.TEXT, payload) for payload in payloads]


@given(cuts=st.lists(st.integers(min_value=0, max_value=200), max_size=6))
def test_fragments_make_one_message_and_a_ping_passes_between_them(cuts: list[int]) -> None:
    data = (
        from_client(1, b"bon", fin=False)
        + from_client(9, b"?")
        + from_client(0, b"jo", fin=False)
        + from_client(0, b"ur")
    )
    assert read_all(data, cuts) == [(Opcode.PING, b"?"), (Opcode.TEXT, b"bonjour")]


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65535, 65536, LIMIT])
def test_every_length_is_read(size: int) -> None:
    payload = os.urandom(size)
    assert read_all(from_client(2, payload), [3, 9, 100]) == [(Opcode.BINARY, payload)]


@pytest.mark.parametrize(
    "data",
    [
        b"\x81\x05hello",  # not masked
        b"\xc1\x80\0\0\0\0",  # a reserved bit: compression was not agreed
        b"\x09\x80\0\0\0\0",  # a ping in fragments
        b"\x89\xfe\x00\x80",  # a ping of 128 bytes
        b"\x8b\x80\0\0\0\0",  # an unknown control frame
        b"\x83\x80\0\0\0\0",  # an unknown data frame
        b"\x80\x80\0\0\0\0",  # a continuation of nothing
        b"\x01\x80\0\0\0\0\x81\x80\0\0\0\0",  # a new message inside another
    ],
)
def test_what_is_no_frame_of_a_client_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedFrame):
        read_all(data + b"\0" * 8, [])


def test_a_large_message_is_refused_before_it_is_read() -> None:
    with pytest.raises(FrameTooLarge):
        read_all(from_client(1, b"x" * (LIMIT + 1))[:14], [])
    with pytest.raises(FrameTooLarge):
        read_all(b"\x81\xff" + b"\x7f" * 12, [])


def test_fragments_together_are_bounded_in_size_and_in_number() -> None:
    with pytest.raises(FrameTooLarge):
        read_all(from_client(1, b"x" * 60_000, fin=False) + from_client(0, b"x" * 60_000), [])
    with pytest.raises(FrameTooLarge):
        read_all(from_client(1, b"", fin=False) + from_client(0, b"", fin=False) * LIMIT, [])


def test_what_the_server_writes_is_not_masked() -> None:
    assert text_frame(b"a") == b"\x81\x01a"
    assert text_frame(b"x" * 126)[:4] == b"\x81\x7e\x00\x7e"
    assert text_frame(b"x" * 65536)[:10] == b"\x81\x7f" + (65536).to_bytes(8)
    assert pong_frame(b"?") == b"\x8a\x01?"
    assert close_frame(4409, "superseded") == b"\x88\x0c\x11\x39superseded"


def test_a_burst_passes_then_the_rate_holds_and_a_rest_fills_the_bucket_again() -> None:
    pace = Pace(Limits(messages_per_second=10, burst_messages=5))
    assert [pace.spend(100.0) for _ in range(5)] == [0.0] * 5
    assert pace.spend(100.0) == pytest.approx(0.1)
    assert pace.hold(100.0) == 0.0
    assert pace.hold(100.7) == pytest.approx(0.7)
    assert pace.spend(101.0) == 0.0
    assert pace.hold(101.0) == 0.0
