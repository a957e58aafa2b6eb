"""One device's connection: what it says is read, kept, and acknowledged after the commit, in order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

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
from telemed.adapters.mqtt.flow import Flow
from telemed.adapters.mqtt.packets import Connect, Disconnect, Packet, Ping, Publish, Subscribe, Unsubscribe
from telemed.adapters.mqtt.reasons import Broken, Reason
from telemed.adapters.mqtt.topics import find_device, observations_of, outcomes_of
from telemed.adapters.mqtt.wire import Properties
from telemed.kernel.errors import TooMany, Unauthenticated

if TYPE_CHECKING:
    from telemed.adapters.mqtt.endpoint import Endpoint

log = structlog.get_logger("mqtt")
_LONGEST_PAUSE_SECONDS = 5
Ready = Callable[[bytes], None]


class Connection(Flow):
    """What a device says, and what it is answered."""

    __slots__ = ("_acks", "_connect", "_session_seconds", "guest", "is_subscribed")

    def __init__(self, endpoint: Endpoint) -> None:
        super().__init__(endpoint)
        self._acks = InOrder[bytes](lambda ready: self.send(b"".join(ready)))
        self._connect: Connect | None = None
        self._session_seconds = 0
        self.guest: Guest | None = None
        self.is_subscribed = False

    def opened(self) -> None:
        self._endpoint.opened(self)

    def closed(self) -> None:
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
        if self._is_held or self._is_busy:
            return False
        limits = self._endpoint.limits
        allowed = limits.connect_seconds if self._connect is None else 1.5 * keep_alive_of(self._connect, limits)
        if self._buffer:
            allowed = min(allowed, limits.packet_seconds)
        return now - self.heard_at > allowed

    def end(self, reason: Reason, text: str = "") -> None:
        """Say why, in the words of where it stands, and close."""
        if self.is_over:
            return
        self.is_over = True
        if self.guest is not None:
            self.write(packets.write_disconnect(reason, text))
        elif self._connect is not None:
            self.write(packets.write_connack(reason, Properties(reason_text=text or None)))
        self.close()

    def handle(self, packet: Packet) -> None:
        if isinstance(packet, Connect):
            if self._connect is not None:
                raise Broken(Reason.PROTOCOL_ERROR, "connected twice")
            self._connect, self._has_connected, self._is_busy = packet, True, True
            self._endpoint.run(self._enter(packet))
            return
        guest = self.guest
        if guest is None:
            raise Broken(Reason.PROTOCOL_ERROR, "not connected")
        match packet:
            case Publish():
                self._publish(guest, packet)
            case Ping():
                self.write(packets.PINGRESP)
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
        self.close()

    # Coming in.

    async def _enter(self, connect: Connect) -> None:
        refusal = refuse_connect(connect, is_full=self._endpoint.is_full)
        reason, guest = (refusal, None) if refusal else await self._ask_in(connect)
        self._is_busy = False
        if self.is_over:
            return
        if guest is None:
            self.end(reason)
            return
        self.guest = guest
        self._session_seconds = session_seconds_of(connect, self._endpoint.limits)
        is_present = self._endpoint.let_in(self, guest, is_clean=connect.is_clean)
        said = welcome(connect, self._endpoint.limits, guest)
        self.write(packets.write_connack(Reason.SUCCESS, said, is_present=is_present))
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
            self.send(written)

    # Outcomes.

    def _subscribe(self, guest: Guest, packet: Subscribe) -> None:
        if packet.said.subscription_id is not None:
            raise Broken(Reason.PROTOCOL_ERROR, "subscription identifiers are not available")
        reasons = [_judge_filter(wanted, outcomes_of(guest.device_id)) for wanted, _ in packet.filters]
        if Reason.SUCCESS in reasons:
            self.is_subscribed = True
        self.write(packets.write_suback(packet.number, [int(reason) for reason in reasons]))

    def _unsubscribe(self, guest: Guest, packet: Unsubscribe) -> None:
        reasons = []
        for wanted in packet.filters:
            had_it = self.is_subscribed and wanted == outcomes_of(guest.device_id)
            self.is_subscribed = self.is_subscribed and not had_it
            reasons.append(int(Reason.SUCCESS if had_it else Reason.NO_SUBSCRIPTION_EXISTED))
        self.write(packets.write_unsuback(packet.number, reasons))


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
