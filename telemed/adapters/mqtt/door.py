"""What MQTT asks of the doors of télésurveillance: who this is, and what became of what it sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

FHIR = "application/fhir+json"
PCD01 = "application/hl7-v2"


@dataclass(frozen=True)
class Shown:
    """What a device shows: a token, or the thumbprint of the certificate of its connection (SHA-256, hexadecimal)."""

    token: str = field(default="", repr=False)
    thumbprint: str = ""


@dataclass(frozen=True)
class Answer:
    """What became of a message. `is_refused`: nothing of it was kept, and sending it again would not help."""

    is_refused: bool
    code: str = ""
    body: bytes = field(default=b"", repr=False)
    media: str = FHIR


class Guest(Protocol):
    """A device that was let in."""

    @property
    def device_id(self) -> UUID: ...

    async def is_welcome(self) -> bool:
        """Still: neither revoked nor expired. Asked before each message."""
        ...

    def is_among(self, ids: frozenset[UUID] | None) -> bool:
        """Is it one of these devices, or of these follow-ups? None: any may be meant."""
        ...

    async def take(self, payload: bytes, media: str) -> Answer:
        """Returns once what it holds is durable. Raises TooMany; after any other error nothing may be acknowledged."""
        ...


class Door(Protocol):
    """Lets devices in."""

    async def let_in(self, shown: Shown) -> Guest:
        """Raises Unauthenticated."""
        ...

    def refuse(self) -> Answer:
        """What a device is told that was not let in."""
        ...

    def on_change(self, tell: Callable[[frozenset[UUID] | None], None]) -> None:
        """`tell` is called with the devices and follow-ups whose rights have changed; None: any may have."""
        ...
