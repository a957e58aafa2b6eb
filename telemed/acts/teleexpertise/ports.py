"""What a télé-expertise asks from outside: places in the yearly quotas, and a signature for an opinion."""

from __future__ import annotations

from datetime import date
from typing import Protocol
from uuid import UUID

from telemed.acts.teleexpertise.model import Side
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

    async def release(self, uow: UnitOfWork, case_id: UUID, *, why: str) -> None:
        """Give back what was reserved for a case that will not be answered; doing it again changes nothing."""
        ...


class OpinionSigner(Protocol):
    """Signs on behalf of one professional, with a key of the server today and a card later."""

    async def sign(self, payload: bytes, *, rpps: str) -> str:
        """A detached JWS (RFC 7515, appendix F). Raises ValueError unless the payload names `rpps`."""
        ...
