"""The ports kept in memory: for one process, for demonstrations and for tests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from signaling.ports import LedgerEntry, SeatStatus


class MemoryUsedTokens:
    """Tokens used since this process began; forgets each one when it expires."""

    def __init__(self, *, now: Callable[[], datetime]) -> None:
        self._now = now
        self._used: dict[str, datetime] = {}

    async def claim(self, token_id: str, expires_at: datetime) -> bool:
        self._forget_expired()
        if token_id in self._used:
            return False
        self._used[token_id] = expires_at
        return True

    def _forget_expired(self) -> None:
        """Tokens come in the order in which they expire, or nearly: what has expired sits at the front."""
        now = self._now()
        while self._used and self._used[first := next(iter(self._used))] <= now:
            del self._used[first]


class MemoryDirectory:
    """Seats set by hand; a seat that nobody set is unknown."""

    def __init__(self) -> None:
        self.seats: dict[tuple[str, str], SeatStatus] = {}

    async def seat_status(self, room: str, seat: str) -> SeatStatus:
        return self.seats.get((room, seat), SeatStatus.UNKNOWN)


class MemoryLedger:
    """Entries in the order in which they came, each kept once."""

    def __init__(self) -> None:
        self.entries: list[LedgerEntry] = []
        self._known: set[tuple[str, str, int]] = set()

    async def record(self, entry: LedgerEntry) -> None:
        name = (entry.room, entry.stream, entry.sequence)
        if name not in self._known:
            self._known.add(name)
            self.entries.append(entry)
