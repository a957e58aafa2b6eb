"""Joins the acts and the signalling server, which know nothing of each other."""

from __future__ import annotations

from datetime import datetime, timedelta

from signaling.hub import Hub
from signaling.ports import LedgerEntry, SeatStatus
from signaling.tokens import Role, RoomTokens
from telemed.acts.teleconsultation.model import ContinuityEntry
from telemed.acts.teleconsultation.ports import RoomPass, SeatPresence
from telemed.acts.teleconsultation.service.rooms import RoomRecords
from telemed.acts.teleexpertise.model.live import LedgerLine
from telemed.acts.teleexpertise.ports import RoomPass as CallPass
from telemed.acts.teleexpertise.service.calls import CallRooms
from telemed.acts.teleexpertise.service.ringing import ROOM_PREFIX
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


class ExpertiseRooms:
    """The port `Rooms` of a télé-expertise, on the same hub."""

    def __init__(self, rooms: SignalingRooms) -> None:
        self._rooms = rooms

    def issue_pass(self, room: str, seat: str, *, is_host: bool) -> CallPass:
        issued = self._rooms.issue_pass(room, seat, is_host=is_host)
        return CallPass(issued.token, room, seat, issued.socket_path, issued.expires_at)

    def close(self, room: str, reason: str) -> None:
        self._rooms.close(room, reason)


class EveryRoom:
    """The ports of signalling over the rooms of both acts, told apart by their names. Tokens are of one kind."""

    def __init__(self, teleconsultations: TeleconsultationRooms, calls: CallRooms) -> None:
        self._teleconsultations = teleconsultations
        self._calls = calls

    async def seat_status(self, room: str, seat: str) -> SeatStatus:
        if room.startswith(ROOM_PREFIX):
            return SeatStatus(await self._calls.seat_state(room, seat))
        return await self._teleconsultations.seat_status(room, seat)

    async def record(self, entry: LedgerEntry) -> None:
        if not entry.room.startswith(ROOM_PREFIX):
            await self._teleconsultations.record(entry)
            return
        line = LedgerLine(
            seat=entry.seat,
            kind=entry.kind.value,
            source=entry.source.value,
            at=entry.at,
            seat_at=entry.seat_at,
            stream=entry.stream,
            sequence=entry.sequence,
            details=dict(entry.details),
        )
        await self._calls.record(entry.room, line)

    async def claim(self, token_id: str, expires_at: datetime) -> bool:
        return await self._teleconsultations.claim(token_id, expires_at)
