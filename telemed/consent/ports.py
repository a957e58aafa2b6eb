"""What consent asks from the acts, which it does not know: whose act an id is."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from telemed.consent.model import ConsentRecord
from telemed.storage.uow import UnitOfWork


class ActDirectory(Protocol):
    """One kind of act."""

    async def patient_of(self, uow: UnitOfWork, act_id: UUID) -> UUID | None:
        """The patient of an act; None if there is no such act."""
        ...


class ConsentFollower(Protocol):
    """An act that a decision of its patient may stop."""

    async def decided(self, uow: UnitOfWork, record: ConsentRecord) -> None:
        """A decision was just recorded; in the same transaction."""
        ...
