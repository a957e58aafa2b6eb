"""A door that lets in `token-…` and keeps what it is given in a list, when it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID, uuid5

from telemed.adapters.mqtt.address import Broker
from telemed.adapters.mqtt.door import Answer, Shown
from telemed.adapters.mqtt.endpoint import Endpoint
from telemed.adapters.mqtt.limits import Limits
from telemed.adapters.mqtt.link import Terms
from telemed.adapters.mqtt.topics import observations_of
from telemed.kernel.errors import TooMany, Unauthenticated

_NAMES = UUID(int=0x7E1E)


def id_of(name: str) -> UUID:
    return uuid5(_NAMES, name)


def topic_of(name: str) -> str:
    return observations_of(id_of(name))


@dataclass
class ListDoor:
    """`is_open` holds back every answer; payloads may say what is to become of them."""

    kept: list[bytes] = field(default_factory=list)
    gone: set[UUID] = field(default_factory=set)
    is_open: asyncio.Event = field(default_factory=asyncio.Event)
    is_poisoned: bool = True
    full_times: int = 0
    broken_times: int = 0
    waiting_bytes: int = 0
    most_waiting_bytes: int = 0
    tell: Callable[[frozenset[UUID] | None], None] = lambda _ids: None

    def __post_init__(self) -> None:
        self.is_open.set()

    async def let_in(self, shown: Shown) -> ListGuest:
        name = shown.token.removeprefix("token-") if shown.token else shown.thumbprint
        if (shown.token and not shown.token.startswith("token-")) or not name or id_of(name) in self.gone:
            raise Unauthenticated("inconnu")
        return ListGuest(self, id_of(name))

    def refuse(self) -> Answer:
        return Answer(is_refused=True, code="device.not_let_in", body=b"not let in")

    def on_change(self, tell: Callable[[frozenset[UUID] | None], None]) -> None:
        self.tell = tell

    def revoke(self, name: str) -> None:
        self.gone.add(id_of(name))
        self.tell(frozenset((id_of(name),)))


@dataclass(frozen=True)
class ListGuest:
    door: ListDoor
    device_id: UUID

    async def is_welcome(self) -> bool:
        return self.device_id not in self.door.gone

    def is_among(self, ids: frozenset[UUID] | None) -> bool:
        return ids is None or self.device_id in ids

    async def take(self, payload: bytes, media: str) -> Answer:
        door = self.door
        door.waiting_bytes += len(payload)
        door.most_waiting_bytes = max(door.most_waiting_bytes, door.waiting_bytes)
        try:
            await door.is_open.wait()
            if payload == b"slow":
                await asyncio.sleep(0.1)
            self._fail(payload)
        finally:
            door.waiting_bytes -= len(payload)
        if payload == b"nonsense":
            return Answer(is_refused=True, code="message.structure", body=b"refused")
        door.kept.append(payload)
        return Answer(is_refused=False, body=b"kept " + payload[:20], media=media)

    def _fail(self, payload: bytes) -> None:
        if payload == b"poison" and self.door.is_poisoned:
            raise RuntimeError("never")
        if self.door.broken_times > 0:
            self.door.broken_times -= 1
            raise OSError("the database is away")
        if self.door.full_times > 0:
            self.door.full_times -= 1
            raise TooMany(retry_after_seconds=0)


@dataclass(frozen=True)
class Served:
    """An endpoint that listens, and how its devices come in."""

    endpoint: Endpoint
    door: ListDoor
    port: int

    def broker(self, name: str = "scale", token: str | None = None) -> Broker:
        return Broker("127.0.0.1", self.port, "device", f"token-{name}" if token is None else token)


def terms(client_id: str = "scale", **other: object) -> Terms:
    return Terms(client_id, **other)  # type: ignore[arg-type]  # passed on as they are


@asynccontextmanager
async def serving(limits: Limits | None = None) -> AsyncIterator[Served]:
    door = ListDoor()
    endpoint = Endpoint(door, limits)
    port = await endpoint.listen("127.0.0.1", 0)
    try:
        yield Served(endpoint, door, port)
    finally:
        door.is_open.set()
        await endpoint.close()
