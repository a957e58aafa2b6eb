"""One device's connection: what it says is read, kept, and acknowledged after the commit, in order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

import structlog

from telemed.adapters.mqtt import packets
from telemed.adapters.mqtt.acks import InOrder
from telemed.adapters.mqtt.door import FHIR, Answer, Guest
from telemed.adapters.mqtt.entry import (
    keep_alive_of,
    refuse_connect,
    session_seconds_of,
    shown_by,
    welcome,
)
from telemed.adapters.mqtt.packets import Connect, Disconnect, Packet, Ping, Publish, Subscribe, Unsubscribe
from telemed.adapters.mqtt.reasons import Broken, Reason
from telemed.adapters.mqtt.topics import find_device, observations_of, outcomes_of
from telemed.adapters.mqtt.wire import Properties
from telemed.kernel.errors import TooMany, Unauthenticated

if TYPE_CHECKING:
    from telemed.adapters.mqtt.endpoint import Endpoint

log = structlog.get_logger("mqtt")
_CONNECT_BYTE = 0x10
_LAST_WORDS_SECONDS = 10.0
_LONGEST_PAUSE_SECONDS = 5
Ready = Callable[[bytes], None]


class Connection(asyncio.BufferedProtocol):
    """Reading stops while too much is under way, here or in the whole process: the sender waits, TCP tells it."""

    __slots__ = (
        "_acks",
        "_buffer",
        "_connect",
        "_counted",
        "_endpoint",
        "_is_entering",
        "_is_half",
        "_is_held",
        "_is_in_line",
        "_is_writing_held",
        "_session_seconds",
        "_transport",
        "_under_way",
        "guest",
        "heard_at",
        "is_over",
        "is_subscribed",
    )  # fmt: skip

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._acks = InOrder[bytes](lambda ready: self._send(b"".join(ready)))
        self._connect: Connect | None = None
        self._is_entering = self._is_half = self._is_held = self._is_in_line = self._is_writing_held = False
        self._under_way = self._counted = self._session_seconds = 0
        self.guest: Guest | None = None
        self.heard_at = 0.0
        self.is_over = self.is_subscribed = False

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own are no subclass of it
        self._heard()
        self._endpoint.opened(self)

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
        self._endpoint.closed(self)

    # What the endpoint asks.

    @property
    def client_id(self) -> str:
        return self._connect.client_id if self._connect else ""

    @property
    def session_seconds(self) -> int:
        """How long its session outlives it, as it asked and we allow."""
        return self._session_seconds

    def is_silent_since(self, now: float) -> bool:
        """Has it said nothing for longer than it may? Not while we are the ones who do not listen."""
        if self._is_held or self._is_entering:
            return False
        limits = self._endpoint.limits
        allowed = limits.connect_seconds if self._connect is None else 1.5 * keep_alive_of(self._connect, limits)
        if self._buffer:
            allowed = min(allowed, limits.packet_seconds)
        return now - self.heard_at > allowed

    def go_on(self) -> None:
        """Something that it waited for has come."""
        if not self.is_over:
            self._heard()
            self._read()

    def end(self, reason: Reason, text: str = "") -> None:
        """Say why, in the words of where it stands, and close."""
        if self.is_over:
            return
        self.is_over = True
        if self.guest is not None:
            self._write(packets.write_disconnect(reason, text))
        elif self._connect is not None:
            self._write(packets.write_connack(reason, Properties(reason_text=text or None)))
        self._close()

    def stop_reading(self) -> None:
        """Nothing more is taken; what was is acknowledged."""
        self._is_writing_held = True
        self._hold_or_go()

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def abort_soon(self) -> None:
        """A closed connection whose other end reads nothing would wait for ever."""
        asyncio.get_running_loop().call_later(_LAST_WORDS_SECONDS, self.abort)

    # Reading.

    def _read(self) -> None:
        limits = self._endpoint.limits
        longest = limits.connect_bytes if self._connect is None else limits.packet_bytes
        try:
            self._expect_connect()
            while not self._must_wait():
                found = packets.take_packet(self._buffer, longest)
                self._is_half = found is None and bool(self._buffer)
                if found is None:
                    break
                longest = limits.packet_bytes
                self._handle(packets.decode(*found))
        except packets.OldVersion:
            self._write(packets.OLD_CONNACK)
            self.end(Reason.UNSUPPORTED_VERSION)
        except Broken as broken:
            self.end(broken.reason)
        self._count_buffer()
        self._hold_or_go()

    def _expect_connect(self) -> None:
        """What begins otherwise is not MQTT: its end need not be waited for."""
        if self._connect is None and self._buffer and self._buffer[0] != _CONNECT_BYTE:
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
            or self._is_entering
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

    def _handle(self, packet: Packet) -> None:
        if isinstance(packet, Connect):
            if self._connect is not None:
                raise Broken(Reason.PROTOCOL_ERROR, "connected twice")
            self._connect, self._is_entering = packet, True
            self._endpoint.run(self._enter(packet))
            return
        guest = self.guest
        if guest is None:
            raise Broken(Reason.PROTOCOL_ERROR, "not connected")
        match packet:
            case Publish():
                self._publish(guest, packet)
            case Ping():
                self._write(packets.PINGRESP)
            case Subscribe():
                self._subscribe(guest, packet)
            case Unsubscribe():
                self._unsubscribe(guest, packet)
            case Disconnect():
                self._leave(packet)

    def _leave(self, packet: Disconnect) -> None:
        """It said goodbye; its session ends sooner or later than it first asked, if it says so."""
        changed = packet.said.session_expiry
        if changed is not None:
            if changed and not self.session_seconds:
                raise Broken(Reason.PROTOCOL_ERROR, "a session that was to end cannot be prolonged")
            self._session_seconds = min(changed, self._endpoint.limits.session_seconds)
        self.is_over = True
        self._close()

    # Coming in.

    async def _enter(self, connect: Connect) -> None:
        refusal = refuse_connect(connect, is_full=self._endpoint.is_full)
        reason, guest = (refusal, None) if refusal else await self._ask_in(connect)
        self._is_entering = False
        if self.is_over:
            return
        if guest is None:
            self.end(reason)
            return
        self.guest = guest
        self._session_seconds = session_seconds_of(connect, self._endpoint.limits)
        is_present = self._endpoint.let_in(self, guest, is_clean=connect.is_clean)
        said = welcome(connect, self._endpoint.limits, guest)
        self._write(packets.write_connack(Reason.SUCCESS, said, is_present=is_present))
        self.go_on()

    async def _ask_in(self, connect: Connect) -> tuple[Reason, Guest | None]:
        try:
            return Reason.SUCCESS, await self._endpoint.ask_in(shown_by(connect, self._transport))
        except Unauthenticated:
            return Reason.BAD_CREDENTIALS, None
        except Exception:  # an edge: the device comes back
            log.exception("mqtt.not_let_in")
            return Reason.SERVER_UNAVAILABLE, None

    # Messages.

    def _publish(self, guest: Guest, packet: Publish) -> None:
        if packet.qos == 2:
            raise Broken(Reason.QOS_NOT_SUPPORTED)
        if packet.is_retained:
            raise Broken(Reason.RETAIN_NOT_SUPPORTED)
        if packet.said.alias is not None or not packet.topic:
            raise Broken(Reason.TOPIC_ALIAS_INVALID if packet.said.alias is not None else Reason.PROTOCOL_ERROR)
        if packet.qos and len(self._acks) >= self._endpoint.limits.receive_maximum:
            raise Broken(Reason.RECEIVE_MAXIMUM_EXCEEDED)
        self._under_way += 1
        self._endpoint.budget.take(len(packet.payload))
        self._endpoint.run(self._take(guest, packet, self._acks.place() if packet.qos else None))

    async def _take(self, guest: Guest, packet: Publish, ready: Ready | None) -> None:
        try:
            acknowledgement = await self._keep(guest, packet)
        except Exception:  # an edge: what is not kept is not acknowledged, and the device sends it again
            log.exception("mqtt.not_kept")
            self.end(Reason.SERVER_BUSY)
        else:
            if ready is not None:
                ready(acknowledgement)
        finally:
            self._under_way -= 1
            self._endpoint.budget.give_back(len(packet.payload))
            self.go_on()

    async def _keep(self, guest: Guest, packet: Publish) -> bytes:
        """The acknowledgement, once what came is durable or refused for good."""
        if packet.topic != observations_of(guest.device_id):
            is_ours = find_device(packet.topic) is not None
            return self._refusal(packet, Reason.NOT_AUTHORIZED if is_ours else Reason.TOPIC_NAME_INVALID)
        if not await guest.is_welcome():
            self.end(Reason.NOT_AUTHORIZED)
            return b""
        answer = await _take_patiently(guest, packet)
        self._tell(guest, packet, answer)
        if answer.is_refused:
            return self._refusal(packet, Reason.PAYLOAD_FORMAT_INVALID, answer.code)
        return packets.write_puback(packet.number)

    def _refusal(self, packet: Publish, reason: Reason, text: str = "") -> bytes:
        wants_text = self._connect is not None and self._connect.said.request_problem != 0
        return packets.write_puback(packet.number, reason, text if wants_text else "")

    def _tell(self, guest: Guest, packet: Publish, answer: Answer) -> None:
        """The outcome in full, to who subscribed to it; at QoS 0, and only as long as it is read."""
        if not self.is_subscribed or self._is_writing_held or self._connect is None:
            return
        said = Properties(content_type=answer.media, correlation=packet.said.correlation)
        written = packets.write_publish(outcomes_of(guest.device_id), answer.body, said)
        if len(written) <= (self._connect.said.maximum_packet or len(written)):
            self._send(written)

    # Outcomes.

    def _subscribe(self, guest: Guest, packet: Subscribe) -> None:
        if packet.said.subscription_id is not None:
            raise Broken(Reason.PROTOCOL_ERROR, "subscription identifiers are not available")
        reasons = [_judge_filter(wanted, outcomes_of(guest.device_id)) for wanted, _ in packet.filters]
        if Reason.SUCCESS in reasons:
            self.is_subscribed = True
        self._write(packets.write_suback(packet.number, [int(reason) for reason in reasons]))

    def _unsubscribe(self, guest: Guest, packet: Unsubscribe) -> None:
        reasons = []
        for wanted in packet.filters:
            had_it = self.is_subscribed and wanted == outcomes_of(guest.device_id)
            self.is_subscribed = self.is_subscribed and not had_it
            reasons.append(int(Reason.SUCCESS if had_it else Reason.NO_SUBSCRIPTION_EXISTED))
        self._write(packets.write_unsuback(packet.number, reasons))

    # Writing.

    def _send(self, written: bytes) -> None:
        if not self.is_over:
            self._write(written)

    def _write(self, written: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(written)

    def _close(self) -> None:
        if self._transport is not None:
            self._transport.close()
            self.abort_soon()

    def _heard(self) -> None:
        """Before its CONNECT the time runs from the opening, however much it says."""
        if self._connect is not None or not self.heard_at:
            self.heard_at = asyncio.get_running_loop().time()


async def _take_patiently(guest: Guest, packet: Publish) -> Answer:
    """Too much in line is no answer to a device: it waits, unacknowledged, and so does whoever it would send next."""
    while True:
        try:
            return await guest.take(packet.payload, packet.said.content_type or FHIR)
        except TooMany as full:
            await asyncio.sleep(min(full.retry_after_seconds, _LONGEST_PAUSE_SECONDS))


def _judge_filter(wanted: str, own: str) -> Reason:
    if wanted == own:
        return Reason.SUCCESS
    if wanted.startswith("$share/"):
        return Reason.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED
    return Reason.WILDCARDS_NOT_SUPPORTED if "+" in wanted or "#" in wanted else Reason.NOT_AUTHORIZED
