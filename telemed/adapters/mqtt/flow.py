"""Bytes of one connection: read as long as there is room for what they say, here and in the whole process."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, cast

from telemed.adapters.mqtt import packets
from telemed.adapters.mqtt.packets import Packet
from telemed.adapters.mqtt.reasons import Broken, Reason

if TYPE_CHECKING:
    from telemed.adapters.mqtt.endpoint import Endpoint

_CONNECT_BYTE = 0x10
_LAST_WORDS_SECONDS = 10.0


class Flow(asyncio.BufferedProtocol, ABC):
    """Reading stops while too much is under way: the sender waits, TCP tells it. What packets mean is a subclass's.

    `_is_busy`: one packet has to be dealt with before the next. `_under_way` counts messages that wait for a commit.
    """

    __slots__ = (
        "_buffer",
        "_counted",
        "_endpoint",
        "_has_connected",
        "_is_busy",
        "_is_half",
        "_is_held",
        "_is_in_line",
        "_is_writing_held",
        "_last_call",
        "_transport",
        "_under_way",
        "heard_at",
        "is_over",
    )

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._has_connected = self._is_busy = self._is_half = False
        self._is_held = self._is_in_line = self._is_writing_held = False
        self._under_way = self._counted = 0
        self._last_call: asyncio.TimerHandle | None = None
        self.heard_at = 0.0
        self.is_over = False

    @abstractmethod
    def handle(self, packet: Packet) -> None:
        """What the other end says. Raises Broken."""

    @abstractmethod
    def opened(self) -> None:
        """It may be written to from now on."""

    @abstractmethod
    def closed(self) -> None:
        """Nothing more comes or goes."""

    @abstractmethod
    def end(self, reason: Reason, text: str = "") -> None:
        """Say why, and close."""

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own are no subclass of it
        self._heard()
        self.opened()

    def get_buffer(self, _sizehint: int) -> memoryview:
        """One piece of memory for all connections: it is emptied before anybody else reads."""
        return self._endpoint.room

    def buffer_updated(self, nbytes: int) -> None:
        self._heard()
        self._buffer += self._endpoint.room[:nbytes]
        self._read()

    def pause_writing(self) -> None:
        self._is_writing_held = True
        self._hold_or_go()

    def resume_writing(self) -> None:
        self._is_writing_held = False
        self.go_on()

    def connection_lost(self, _error: Exception | None) -> None:
        self.is_over = True
        self._endpoint.budget.give_back(self._counted)
        self._counted = 0
        self._buffer.clear()
        if self._last_call is not None:
            self._last_call.cancel()
        self.closed()

    # What waits, and goes on.

    def go_on(self) -> None:
        """Something that it waited for has come."""
        if not self.is_over:
            self._heard()
            self._read()

    def stop_reading(self) -> None:
        """Nothing more is taken; what was is acknowledged."""
        self._is_writing_held = True
        self._hold_or_go()

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    # Reading.

    def _read(self) -> None:
        limits = self._endpoint.limits
        longest = limits.connect_bytes if not self._has_connected else limits.packet_bytes
        try:
            self._expect_connect()
            while not self._must_wait():
                found = packets.take_packet(self._buffer, longest)
                self._is_half = found is None and bool(self._buffer)
                if found is None:
                    break
                longest = limits.packet_bytes
                self.handle(packets.decode(*found))
        except packets.OldVersion:
            self.write(packets.OLD_CONNACK)
            self.end(Reason.UNSUPPORTED_VERSION)
        except Broken as broken:
            self.end(broken.reason)
        self._count_buffer()
        self._hold_or_go()

    def _expect_connect(self) -> None:
        """What begins otherwise is not MQTT: its end need not be waited for."""
        if not self._has_connected and self._buffer and self._buffer[0] != _CONNECT_BYTE:
            raise Broken(Reason.PROTOCOL_ERROR, "something else than CONNECT")

    def _count_buffer(self) -> None:
        """What has come and is not read counts as well; at twice what there is room for, who sends more goes."""
        self._endpoint.budget.take(len(self._buffer) - self._counted)
        self._counted = len(self._buffer)
        if self._buffer and self._endpoint.budget.left < -self._endpoint.limits.waiting_bytes:
            self.end(Reason.SERVER_BUSY)

    def _must_wait(self) -> bool:
        return (
            self.is_over
            or self._is_busy
            or self._is_writing_held
            or self._under_way >= 2 * self._endpoint.limits.receive_maximum
            or self._must_wait_for_others()
        )

    def _must_wait_for_others(self) -> bool:
        """A message that has begun to come may end: held half-way, they would all wait for one another."""
        return self._endpoint.budget.is_spent and (self._under_way > 0 or not self._is_half)

    def _hold_or_go(self) -> None:
        if self._transport is None or self.is_over:
            return
        must = self._must_wait()
        if must and self._endpoint.budget.is_spent and not self._is_in_line:
            self._is_in_line = True
            self._endpoint.budget.call_when_there_is_some(self._called)
        if must and not self._is_held:
            self._transport.pause_reading()
        if self._is_held and not must:
            self._transport.resume_reading()
        self._is_held = must

    def _called(self) -> None:
        self._is_in_line = False
        self.go_on()

    # Writing.

    def send(self, written: bytes) -> None:
        if not self.is_over:
            self.write(written)

    def write(self, written: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(written)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()
        if self._last_call is None:  # whose other end reads nothing would never be closed
            self._last_call = asyncio.get_running_loop().call_later(_LAST_WORDS_SECONDS, self.abort)

    def _heard(self) -> None:
        """Before its CONNECT the time runs from the opening, however much it says."""
        if self._has_connected or not self.heard_at:
            self.heard_at = asyncio.get_running_loop().time()
