"""What follow-ups ask of the rest of télésurveillance, and tell it."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from telemed.acts.telemonitoring.model.care import FollowUp
from telemed.storage.uow import UnitOfWork


class Supplies(Protocol):
    """What the devices given to a patient can measure (R-37)."""

    async def signals_of(self, uow: UnitOfWork, follow_up_id: UUID) -> frozenset[str]: ...


class FollowUpFollower(Protocol):
    """Hears of a follow-up after each change of it, in its transaction; `former` None: it is new."""

    async def changed(self, uow: UnitOfWork, former: FollowUp | None, saved: FollowUp) -> None: ...
