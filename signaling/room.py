"""A room and those who sit in it: plain state, no socket, no clock."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from signaling.codes import CloseCode
from signaling.sendlog import SendLog
from signaling.tokens import Role


class Connection(Protocol):
    """One socket, as the hub sees it. Neither method raises, whatever state the socket is in."""

    errors: int

    def send(self, frame: bytes) -> None:
        """Write one text frame, or give the socket up if its reader does not follow."""
        ...

    def close(self, code: CloseCode, reason: str) -> None:
        """Close after what was sent; the loss is reported later by `Hub.lost`."""
        ...


class Status(StrEnum):
    """Where a member is: connected, gone without a word (may come back), gone."""

    HERE = "here"
    DROPPED = "dropped"
    LEFT = "left"


@dataclass(slots=True, eq=False)
class Member:
    """Somebody on a seat. `peer` names one living page: a reload changes it, a lost socket does not."""

    room: str
    seat: str
    role: Role
    session: str
    page: str
    is_admitted: bool
    status: Status
    since: datetime
    log: SendLog
    peer: str = ""
    received: int = 0
    told: int = 0
    unrecorded: deque[int] | None = None
    connection: Connection | None = None
    state: dict[str, Any] | None = None
    waiting: dict[str, Any] | None = None

    def send(self, frame: bytes) -> None:
        """To this member's socket, if it has one."""
        if self.connection is not None:
            self.connection.send(frame)

    @property
    def settled(self) -> int:
        """The last of its messages that is dealt with: a report counts once the ledger has it."""
        return self.unrecorded[0] - 1 if self.unrecorded else self.received


def peer_name(session: str, page: str) -> str:
    """The public name of one page of one session: the same again on a server that has restarted."""
    digest = hashlib.sha256(f"{session}\x00{page}".encode()).digest()
    return urlsafe_b64encode(digest[:12]).decode()


def is_polite(member: Member, other: Member) -> bool:
    """In perfect negotiation, does `member` give way to `other`? Exactly one of two does; the host never."""
    if member.role is not other.role:
        return member.role is Role.GUEST
    return member.seat > other.seat


@dataclass(slots=True)
class Room:
    """The members of one visit, those who left included, and what was said."""

    id: str
    members: dict[str, Member] = field(default_factory=dict)
    chat: deque[dict[str, Any]] | None = None
    parked: deque[tuple[str, dict[str, Any]]] | None = None

    def park(self, peer: str, message: dict[str, Any], *, at_most: int) -> None:
        """Keep a message for a page that has not come back yet after a restart."""
        if self.parked is None:
            self.parked = deque(maxlen=at_most)
        self.parked.append((peer, message))

    def take_parked(self, peer: str) -> list[dict[str, Any]]:
        """What was kept for this page."""
        if self.parked is None:
            return []
        mine = [message for name, message in self.parked if name == peer]
        self.parked = deque((each for each in self.parked if each[0] != peer), self.parked.maxlen) or None
        return mine

    @property
    def is_empty(self) -> bool:
        return all(member.status is Status.LEFT for member in self.members.values())

    def sitting(self) -> Iterator[Member]:
        """Those who are here or may come back."""
        return (member for member in self.members.values() if member.status is not Status.LEFT)

    def find_peer(self, peer: str) -> Member | None:
        """The admitted member whose present page has this name."""
        for member in self.members.values():
            if member.peer == peer and member.is_admitted and member.status is not Status.LEFT:
                return member
        return None

    def view_of(self, member: Member) -> list[dict[str, Any]]:
        """The others as `member` may see them: who waits sees only hosts, and can call nobody."""
        return [
            _seat_seen_by(member, other)
            for other in self.members.values()
            if other is not member and (member.is_admitted or other.role is Role.HOST)
        ]


def _seat_seen_by(member: Member, other: Member) -> dict[str, Any]:
    may_call = member.is_admitted and other.is_admitted and other.status is not Status.LEFT
    return {
        "seat": other.seat,
        "role": other.role.value,
        "status": other.status.value,
        "since": other.since,
        "admitted": other.is_admitted,
        "peer": other.peer if may_call else None,
        "polite": is_polite(member, other),
        "state": other.state if member.is_admitted else None,
    }
