"""What a télé-expertise asks from outside: experts, and places in the yearly quotas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from telemed.acts.teleexpertise.model import LineFacts, QuotaRoom, Side, StandingChange, Turn, Urgency, Wish
from telemed.experts.model.search import Found
from telemed.kernel.decision import Decision
from telemed.storage.uow import UnitOfWork


class Quotas(Protocol):
    """The yearly quotas of both sides for one patient (R-18, R-19, R-21). None left never stops the care (trap 10)."""

    async def reserve(
        self,
        uow: UnitOfWork,
        *,
        case_id: UUID,
        patient_id: UUID,
        requerant: Side,
        requis: Side,
        days: tuple[date, date],
    ) -> Decision:
        """Take a place for each side, in the caller's transaction; `days` are their civil days.

        Gives a warning for each side that will not be able to bill.
        """
        ...

    async def room(self, uow: UnitOfWork, *, patient_id: UUID, rpps: Sequence[str], day: date) -> QuotaRoom:
        """What each of these may bill for a patient in the year of `day`, and what of it is taken."""
        ...

    async def release(self, uow: UnitOfWork, case_id: UUID, *, why: str) -> None:
        """Give back what was reserved for a case that will not be answered; doing it again changes nothing."""
        ...


class Experts(Protocol):
    """Rosters and standings of those who answer. What changes is written in the caller's transaction."""

    async def find(self, uow: UnitOfWork, wish: Wish) -> Sequence[Turn]:
        """Who is there before the stage is over, best first; of a line, whose turn it is (the line stays locked)."""
        ...

    async def line_of(self, uow: UnitOfWork, professional_id: UUID, specialty_code: str | None) -> UUID | None:
        """The line of this specialty of which he is a member: where the search goes on after him."""
        ...

    async def explain(self, uow: UnitOfWork, wish: Wish) -> Found:
        """Who may be asked, best first, with the parts of each score; and who is left out, with every reason."""
        ...

    async def takes_by_himself(self, uow: UnitOfWork, wish: Wish, professional_id: UUID) -> bool:
        """Did he say that he accepts what comes, is he on duty, has he room today and with this patient?"""
        ...

    async def line(self, uow: UnitOfWork, line_id: UUID, urgency: Urgency) -> LineFacts | None:
        """A line that takes requests; None for one that is closed or does not exist."""
        ...

    async def is_member(self, uow: UnitOfWork, line_id: UUID, professional_id: UUID) -> bool:
        """May he take what waits for the line?"""
        ...

    async def members(self, uow: UnitOfWork, line_id: UUID) -> Sequence[UUID]:
        """Who may take what waits for the line: two hundred at most."""
        ...

    async def note_turns(self, uow: UnitOfWork, line_id: UUID, professional_ids: Sequence[UUID]) -> None:
        """These members had their turn in the line."""
        ...

    async def note(self, uow: UnitOfWork, changes: Sequence[StandingChange], now: datetime) -> None:
        """What a move changed in the standings of experts."""
        ...


@dataclass(frozen=True)
class RoomPass:
    """What a browser needs to take its seat: a signed token and where to bring it."""

    token: str
    room: str
    seat: str
    socket_path: str
    expires_at: datetime


class Rooms(Protocol):
    """The rooms of the signalling server; they know no patient."""

    def issue_pass(self, room: str, seat: str, *, is_host: bool) -> RoomPass: ...

    def close(self, room: str, reason: str) -> None:
        """Tell every seat that the call is over."""
        ...
