"""The rooms of one process: who is in them, who may enter, and what passes between them."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from signaling import frames
from signaling.codes import FATAL, CloseCode, ErrorCode, Refusal
from signaling.ice import IceServers
from signaling.joining import Reception
from signaling.limits import Limits
from signaling.memory import MemoryUsedTokens
from signaling.ports import (
    Detail,
    Ledger,
    LedgerEntry,
    LedgerKind,
    LedgerSource,
    RoomDirectory,
    UsedTokens,
)
from signaling.relay import Relay
from signaling.room import Connection, Member, Room, Status
from signaling.scribe import Scribe
from signaling.tokens import RoomTokens

Later = Callable[[float, Callable[[], None]], object]


@dataclass(frozen=True, slots=True)
class SeatPresence:
    """Where somebody is, for the application: `since` when, admitted or not, and what the page says of itself."""

    seat: str
    role: str
    status: Status
    since: datetime
    is_admitted: bool
    state: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Occupancy:
    """How full this process is."""

    rooms: int
    here: int
    waiting: int
    dropped: int


class Hub:
    """Everything about rooms that needs no socket. One per process, used from one event loop."""

    def __init__(
        self,
        *,
        tokens: RoomTokens,
        directory: RoomDirectory,
        ledger: Ledger,
        ice: IceServers,
        now: Callable[[], datetime],
        used_tokens: UsedTokens | None = None,
        limits: Limits | None = None,
        later: Later | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self.epoch = secrets.token_urlsafe(9)
        self.now = now
        self._started_at = now()
        self.tokens = tokens
        self.directory = directory
        self.used_tokens = used_tokens or MemoryUsedTokens(now=now)
        self.ice = ice
        self.rooms: dict[str, Room] = {}
        self.dropped: dict[Member, datetime] = {}
        self.scribe = Scribe(ledger)
        self._later = later or _call_later
        self._entries = 0
        self._to_acknowledge: set[Member] = set()
        self._reception = Reception(self)
        self._relay = Relay(self)

    async def join(self, connection: Connection, frame: bytes | str) -> Member:
        """Seat whoever sent this first frame, and tell the room. Raises Refusal: the caller closes the socket."""
        member = await self._reception.join(connection, frame)
        self._relay.deliver_parked(member)
        return member

    def receive(self, member: Member, connection: Connection, frame: bytes | str) -> None:
        """Deal with one frame of a member's socket; what is wrong with it is answered, never raised."""
        if member.connection is not connection:
            return
        try:
            self._relay.take(member, frame)
        except Refusal as refusal:
            self.refuse(connection, refusal)

    def lost(self, member: Member, connection: Connection) -> None:
        """The socket is gone: the seat is kept for a while, and the others are told since when."""
        if member.connection is not connection:
            return
        member.connection = None
        member.status, member.since = Status.DROPPED, self.now()
        self.dropped[member] = member.since
        self.note(member.room, member.seat, LedgerKind.DROPPED)
        self.tell_presence(self.rooms[member.room])

    def refuse(self, connection: Connection, refusal: Refusal) -> None:
        """Answer with an error frame; close the socket where the code says so, or when errors pile up."""
        connection.send(frames.error(refusal))
        connection.errors += 1
        if refusal.code in FATAL:
            connection.close(FATAL[refusal.code], refusal.code.value)
        elif connection.errors >= self.limits.errors_per_socket:
            self.refuse(connection, Refusal(ErrorCode.TOO_MANY_ERRORS))

    def admit(self, room: str, seat: str) -> bool:
        """Let a waiting seat in. False when it is not connected: the directory will say so when it comes."""
        member = self._find(room, seat)
        if member is None:
            return False
        if not member.is_admitted:
            member.is_admitted = True
            member.waiting = None
            self.note(room, seat, LedgerKind.ADMITTED)
            member.send(frames.admission(admitted=True))
            self.tell_presence(self.rooms[room])
        return True

    def tell_place(self, room: str, seat: str, *, position: int, expected_minutes: int | None) -> bool:
        """Tell a waiting seat its place in the queue and the expected wait. False when it is not connected."""
        member = self._find(room, seat)
        if member is None or member.is_admitted:
            return False
        place = {"position": position, "expected_minutes": expected_minutes}
        if place != member.waiting:
            member.waiting = place
            member.send(frames.waiting(place))
        return True

    def close(self, room: str, reason: str = "finished") -> None:
        """End the visit for everybody: the only thing that does. `reason` is a stable word, shown to no one."""
        closing = self.rooms.pop(room, None)
        for member in list(closing.sitting()) if closing else ():
            self._forget(member)
            if (connection := member.connection) is not None:
                member.connection = None
                connection.send(frames.closed(reason))
                connection.close(CloseCode.ROOM_CLOSED, ErrorCode.ROOM_CLOSED.value)
            self.note(room, member.seat, LedgerKind.CLOSED)

    def expel(self, room: str, seat: str) -> bool:
        """Take one seat out, for instance when its link is revoked; the directory keeps it from coming back."""
        member = self._find(room, seat)
        if member is None:
            return False
        connection = member.connection
        self.leave(member, how="expelled")
        if connection is not None:
            self.refuse(connection, Refusal(ErrorCode.EXPELLED))
        return True

    def leave(self, member: Member, *, how: str) -> None:
        """The member is gone for good; nobody else's socket is touched."""
        self._forget(member)
        member.connection = None
        member.log.discard()
        member.status, member.since = Status.LEFT, self.now()
        self.note(member.room, member.seat, LedgerKind.LEFT, how=how)
        room = self.rooms[member.room]
        if room.is_empty:
            del self.rooms[room.id]
        else:
            self.tell_presence(room)

    def sweep(self) -> None:
        """Let go of those who have not come back in time: no ghosts."""
        limit = self.now() - timedelta(seconds=self.limits.session_kept_seconds)
        for member in [member for member, since in self.dropped.items() if since <= limit]:
            self.leave(member, how="timeout")

    def presence(self, room: str) -> tuple[SeatPresence, ...]:
        """Everybody known in the room, those who left included; empty when nobody is there."""
        known = self.rooms.get(room)
        return tuple(
            SeatPresence(m.seat, m.role.value, m.status, m.since, m.is_admitted, m.state)
            for m in (known.members.values() if known else ())
        )

    def occupancy(self) -> Occupancy:
        """Counts over all rooms, for health and capacity."""
        sitting = [member for room in self.rooms.values() for member in room.sitting()]
        here = [member for member in sitting if member.status is Status.HERE]
        waiting = sum(not member.is_admitted for member in here)
        return Occupancy(len(self.rooms), len(here), waiting, len(self.dropped))

    def tell_presence(self, room: Room, *, but: Member | None = None) -> None:
        """Send everybody in the room the state of the others."""
        now = self.now()
        for member in room.members.values():
            if member.connection is not None and member is not but:
                member.connection.send(frames.presence(room.view_of(member), now=now))

    def note(self, room: str, seat: str, kind: LedgerKind, **details: Detail) -> None:
        """A line of the ledger that the server saw itself."""
        self._entries += 1
        entry = LedgerEntry(room, seat, kind, LedgerSource.SERVER, self.now(), None, self.epoch, self._entries, details)
        self.scribe.put(entry)

    def resume_token(self, member: Member) -> str:
        """What lets this session come back; renewed with the ICE servers, long before it ends."""
        lifetime = timedelta(seconds=self.limits.resume_token_seconds)
        return self.tokens.issue_resume(
            member.room, member.seat, role=member.role, session=member.session, lifetime=lifetime
        )

    @property
    def has_just_started(self) -> bool:
        """May there still be pages that have not come back since the last life of the server?"""
        return (self.now() - self._started_at).total_seconds() < self.limits.session_kept_seconds

    def acknowledge_soon(self, member: Member) -> None:
        """One acknowledgement for all that a member sends within a moment."""
        if not self._to_acknowledge:
            self._later(self.limits.ack_after_seconds, self._acknowledge)
        self._to_acknowledge.add(member)

    def _acknowledge(self) -> None:
        members, self._to_acknowledge = self._to_acknowledge, set()
        for member in members:
            if member.settled > member.told:
                member.told = member.settled
                member.send(frames.ack(member.settled))

    def _find(self, room: str, seat: str) -> Member | None:
        known = self.rooms.get(room)
        member = known.members.get(seat) if known else None
        return None if member is None or member.status is Status.LEFT else member

    def _forget(self, member: Member) -> None:
        self.dropped.pop(member, None)
        self._to_acknowledge.discard(member)


def _call_later(seconds: float, call: Callable[[], None]) -> object:
    return asyncio.get_running_loop().call_later(seconds, call)
