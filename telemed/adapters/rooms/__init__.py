"""Joins the teleconsultation and the signalling server, which know nothing of each other."""

from __future__ import annotations

from datetime import datetime, timedelta

from signaling.hub import Hub
from signaling.ports import LedgerEntry, SeatStatus
from signaling.tokens import Role, RoomTokens
from telemed.acts.teleconsultation.model import ContinuityEntry
from telemed.acts.teleconsultation.ports import RoomPass, SeatPresence
from telemed.acts.teleconsultation.service.rooms import RoomRecords
from telemed.kernel.clock import Clock

SOCKET_PATH = "/rooms/socket"
_PASS_LIFE = timedelta(minutes=2)


class SignalingRooms:
    """The port `Rooms`, on the hub of this process. The hub is given once it exists: it needs the records first."""

    def __init__(self, *, tokens: RoomTokens, clock: Clock) -> None:
        self._tokens = tokens
        self._clock = clock
        self._hub: Hub | None = None

    def connect(self, hub: Hub) -> None:
        self._hub = hub

    def issue_pass(self, room: str, seat: str, *, is_host: bool) -> RoomPass:
        role = Role.HOST if is_host else Role.GUEST
        token = self._tokens.issue(room, seat, role=role, lifetime=_PASS_LIFE)
        return RoomPass(token, room, seat, SOCKET_PATH, self._clock.now() + _PASS_LIFE)

    def admit(self, room: str, seat: str) -> None:
        if self._hub is not None:
            self._hub.admit(room, seat)

    def close(self, room: str, reason: str) -> None:
        if self._hub is not None:
            self._hub.close(room, reason)

    def tell_place(self, room: str, seat: str, *, position: int, expected_minutes: int) -> None:
        if self._hub is not None:
            self._hub.tell_place(room, seat, position=position, expected_minutes=expected_minutes)

    def presence(self, room: str) -> dict[str, SeatPresence]:
        if self._hub is None:
            return {}
        return {
            one.seat: SeatPresence(is_present=one.status.value == "here", since=one.since)
            for one in self._hub.presence(room)
        }


class TeleconsultationRooms:
    """The ports `RoomDirectory`, `Ledger` and `UsedTokens` of signalling, on the records of teleconsultations."""

    def __init__(self, records: RoomRecords) -> None:
        self._records = records

    async def seat_status(self, room: str, seat: str) -> SeatStatus:
        return SeatStatus(await self._records.seat_state(room, seat))

    async def record(self, entry: LedgerEntry) -> None:
        await self._records.record(
            entry.room,
            ContinuityEntry(
                seat=entry.seat,
                kind=entry.kind.value,
                source=entry.source.value,
                at=entry.at,
                seat_at=entry.seat_at,
                stream=entry.stream,
                sequence=entry.sequence,
                details=dict(entry.details),
            ),
        )

    async def claim(self, token_id: str, expires_at: datetime) -> bool:
        return await self._records.claim_token(token_id, expires_at)
