"""One connection to a broker, as its client: paho-mqtt speaks the protocol, this drives it from asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from threading import get_ident
from typing import Any

from paho.mqtt.client import Client, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from telemed.adapters.mqtt.address import Broker
from telemed.kernel.errors import Unavailable

_CONNECT_SECONDS = 15.0
_ANSWER_SECONDS = 60.0
_KEEP_ALIVE_SECONDS = 30
_NO_LONGER = 0xFFFF_FFFE


class NotLetIn(Unavailable):
    """The broker knows us not, or wants nothing of us; `reason` is its reason code."""

    def __init__(self, reason: int) -> None:
        super().__init__("Le courtier MQTT refuse la connexion.")
        self.reason = reason


class LinkLost(ConnectionError):
    """The connection ended before the answer: what was sent may have been kept or not."""


@dataclass(frozen=True)
class Terms:
    """`client_id` names a session that outlives the connection by `session_seconds`; -1: until it is taken up again.

    With `acknowledges_itself`, messages are acknowledged by `Link.acknowledge` alone.
    """

    client_id: str
    session_seconds: int = 0
    receive_maximum: int = 20
    is_clean: bool = False
    acknowledges_itself: bool = False


@dataclass(frozen=True)
class Acknowledgement:
    """What PUBACK said."""

    reason: int
    text: str = ""

    @property
    def is_taken(self) -> bool:
        return self.reason < 0x80


class Link:
    """A connection from CONNACK to its end, which sets `lost`; it is not used again afterwards."""

    def __init__(self, broker: Broker, terms: Terms, on_message: Callable[[MQTTMessage], None]) -> None:
        self.lost = asyncio.Event()
        self.is_resumed = False
        self.reason = 0
        self._loop = asyncio.get_running_loop()
        self._thread = get_ident()
        self._broker = broker
        self._terms = terms
        self._on_message = on_message
        self._connected: asyncio.Future[int] = self._loop.create_future()
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._client = self._make_client()
        self._beat: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Raises Unavailable, or NotLetIn."""
        asked = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        asked.ReceiveMaximum = self._terms.receive_maximum
        session = self._terms.session_seconds
        asked.SessionExpiryInterval = session if session >= 0 else _NO_LONGER
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                await asyncio.to_thread(self._connect, asked)
                reason = await self._connected
        except (OSError, TimeoutError):
            self._drop()
            raise Unavailable("Le courtier MQTT ne répond pas.") from None
        if reason >= 0x80:
            self._drop()
            raise NotLetIn(reason)
        self._beat = self._loop.create_task(self._keep_alive())

    async def subscribe(self, wanted: str, *, qos: int) -> None:
        """Raises Unavailable where it is refused, LinkLost where it is not answered."""
        _, number = self._client.subscribe(wanted, qos=qos)
        if number is None:
            raise LinkLost
        reasons = await self._answer(number)
        if any(reason.value >= 0x80 for reason in reasons):
            raise Unavailable("Le courtier MQTT refuse l'abonnement.")

    async def publish(self, topic: str, payload: bytes, said: Properties | None = None) -> Acknowledgement:
        """At QoS 1; returns once it is acknowledged. Raises LinkLost."""
        sent = self._client.publish(topic, payload, qos=1, properties=said)
        answer: Acknowledgement = await self._answer(sent.mid)
        return answer

    def send(self, topic: str, payload: bytes, said: Properties | None = None, *, qos: int = 0) -> None:
        """Without waiting for anything."""
        self._client.publish(topic, payload, qos=qos, properties=said)

    def acknowledge(self, number: int) -> None:
        self._client.ack(number, 1)

    async def close(self) -> None:
        """Say goodbye; the session stays as long as it was asked to."""
        self._client.disconnect()
        with suppress(TimeoutError):
            await asyncio.wait_for(self.lost.wait(), 2)
        self._drop()

    # paho calls these, in the loop but for the opening.

    def _make_client(self) -> Client:
        client = Client(
            CallbackAPIVersion.VERSION2,
            self._terms.client_id,
            protocol=MQTTv5,
            manual_ack=self._terms.acknowledges_itself,
        )
        if self._broker.user or self._broker.password:
            client.username_pw_set(self._broker.user, self._broker.password)
        if self._broker.tls is not None:
            client.tls_set_context(self._broker.tls)
        client.max_queued_messages_set(0)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_message = lambda _client, _data, message: self._on_message(message)
        client.on_publish = self._on_publish
        client.on_subscribe = self._on_subscribe
        client.on_socket_open = lambda _client, _data, socket: self._here(self._watch, socket.fileno())
        client.on_socket_close = lambda _client, _data, socket: self._here(self._unwatch, socket.fileno())
        client.on_socket_register_write = lambda _client, _data, socket: self._here(
            self._loop.add_writer, socket.fileno(), client.loop_write
        )
        client.on_socket_unregister_write = lambda _client, _data, socket: self._here(
            self._loop.remove_writer, socket.fileno()
        )
        return client

    def _connect(self, asked: Properties) -> None:
        broker = self._broker
        self._client.connect(
            broker.host, broker.port, _KEEP_ALIVE_SECONDS, clean_start=self._terms.is_clean, properties=asked
        )

    def _here(self, work: Callable[..., object], *given: object) -> None:
        if get_ident() == self._thread:
            work(*given)
        else:
            self._loop.call_soon_threadsafe(work, *given)

    def _watch(self, descriptor: int) -> None:
        self._loop.add_reader(descriptor, self._client.loop_read)

    def _unwatch(self, descriptor: int) -> None:
        self._loop.remove_reader(descriptor)
        self._loop.remove_writer(descriptor)

    def _on_connect(self, _client: object, _data: object, flags: Any, reason: Any, _said: object) -> None:
        self.is_resumed = bool(flags.session_present)
        if not self._connected.done():
            self._connected.set_result(reason.value)

    def _on_disconnect(self, _client: object, _data: object, _flags: object, reason: Any, _said: object) -> None:
        if not self.lost.is_set():
            self.reason = reason.value
        self._over()

    def _on_publish(self, _client: object, _data: object, number: int, reason: Any, said: Any) -> None:
        text = getattr(said, "ReasonString", "")
        self._tell(number, Acknowledgement(reason.value, text))

    def _on_subscribe(self, _client: object, _data: object, number: int, reasons: Any, _said: object) -> None:
        self._tell(number, reasons)

    # Answers.

    async def _answer(self, number: int) -> Any:
        if self.lost.is_set():
            raise LinkLost
        self._waiting[number] = self._loop.create_future()
        try:
            return await asyncio.wait_for(self._waiting[number], _ANSWER_SECONDS)
        except TimeoutError:
            raise LinkLost from None
        finally:
            self._waiting.pop(number, None)

    def _tell(self, number: int, answer: object) -> None:
        waiting = self._waiting.get(number)
        if waiting is not None and not waiting.done():
            waiting.set_result(answer)

    async def _keep_alive(self) -> None:
        while not self.lost.is_set():
            self._client.loop_misc()
            with suppress(TimeoutError):
                await asyncio.wait_for(self.lost.wait(), 1)

    def _over(self) -> None:
        self.lost.set()
        if not self._connected.done():
            self._connected.set_exception(ConnectionError())
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(LinkLost())

    def _drop(self) -> None:
        self._over()
        if self._connected.done() and not self._connected.cancelled():
            self._connected.exception()
        descriptor = self._client.socket()
        if descriptor is not None and descriptor.fileno() >= 0:
            self._unwatch(descriptor.fileno())
            descriptor.close()


@asynccontextmanager
async def linked(
    broker: Broker, terms: Terms, on_message: Callable[[MQTTMessage], None] = lambda _message: None
) -> AsyncIterator[Link]:
    """A connection until the block ends. Raises Unavailable, or NotLetIn."""
    link = Link(broker, terms, on_message)
    await link.open()
    try:
        yield link
    finally:
        await link.close()
