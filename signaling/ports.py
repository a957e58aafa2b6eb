"""What signalling asks from outside: who may sit in a room, where its ledger goes, which tokens are spent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class SeatStatus(StrEnum):
    """Where a seat of a room stands for the application that owns the room."""

    WAITING = "waiting"
    ADMITTED = "admitted"
    CLOSED = "closed"
    UNKNOWN = "unknown"


class RoomDirectory(Protocol):
    """Who may sit where. Asked at each join, so that a restarted server has forgotten nothing."""

    async def seat_status(self, room: str, seat: str) -> SeatStatus: ...


class UsedTokens(Protocol):
    """Which join tokens have opened a session. Several processes share one implementation."""

    async def claim(self, token_id: str, expires_at: datetime) -> bool:
        """True the first time, False ever after; may forget the token once it has expired."""
        ...


class LedgerKind(StrEnum):
    """What may happen in a room, as the continuity ledger tells it."""

    JOINED = "joined"
    DROPPED = "dropped"
    RESUMED = "resumed"
    LEFT = "left"
    ADMITTED = "admitted"
    CLOSED = "closed"
    VIDEO_ON = "video_on"
    VIDEO_OFF = "video_off"
    AUDIO_ON = "audio_on"
    AUDIO_OFF = "audio_off"
    FIRST_FRAME = "first_frame"
    MEDIA_CONNECTED = "media_connected"
    MEDIA_INTERRUPTED = "media_interrupted"
    MEDIA_RESTORED = "media_restored"
    PHONE_FALLBACK = "phone_fallback"
    DEVICE_FAILED = "device_failed"


SERVER_KINDS = frozenset(
    {
        LedgerKind.JOINED,
        LedgerKind.DROPPED,
        LedgerKind.RESUMED,
        LedgerKind.LEFT,
        LedgerKind.ADMITTED,
        LedgerKind.CLOSED,
    }
)
SEAT_KINDS = frozenset(LedgerKind) - SERVER_KINDS


class LedgerSource(StrEnum):
    """Who says so: the server, which saw it, or the seat, which reported it."""

    SERVER = "server"
    SEAT = "seat"


Detail = int | float | str | bool


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One line of the continuity ledger.

    `at` is the server's time, `seat_at` the clock of the end that reports (None for the server's own view).
    (`room`, `stream`, `sequence`) names the entry: it may be handed over twice, after a crash between writing and
    acknowledging, and is to be kept once. `stream` is the page that reports, or one life of the server.
    """

    room: str
    seat: str
    kind: LedgerKind
    source: LedgerSource
    at: datetime
    seat_at: datetime | None
    stream: str
    sequence: int
    details: Mapping[str, Detail] = field(default_factory=dict)


class Ledger(Protocol):
    """Keeps entries. Returns once the entry is on disk; an exception means "not kept, hand it over again"."""

    async def record(self, entry: LedgerEntry) -> None: ...
