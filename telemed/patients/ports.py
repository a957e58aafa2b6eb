"""What patients asks from outside: the téléservice INSi, and who must follow a merge."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol
from uuid import UUID

from telemed.kernel.caller import Caller
from telemed.patients.model import InsiAnswer, Traits
from telemed.storage.uow import UnitOfWork


class InsiClient(Protocol):
    """The téléservice INSi (R-4), called before a transaction and never inside one.

    The caller hands each answer to `PatientService.record_insi_answer`, the only way to the axis « INSi called ».
    No identity is ever marked as called without an answer. Both operations raise `Unavailable` when INSi is away.
    """

    async def find_by_traits(self, traits: Traits) -> InsiAnswer | None:
        """The one identity that these traits designate; None when INSi finds none, or several."""
        ...

    async def verify(self, answer: InsiAnswer) -> bool:
        """Does INSi still know this matricule for these traits?"""
        ...


class MergeFollower(Protocol):
    """What must know at once that two records are of one person: called last, in the same transaction."""

    async def follow_merge(self, uow: UnitOfWork, *, kept: UUID, absorbed: UUID) -> None:
        """What is counted for the absorbed record is the kept one's person's from now on."""
        ...

    async def follow_undo(self, uow: UnitOfWork, *, kept: UUID, absorbed: UUID) -> None:
        """They are two persons again."""
        ...


class DeathFollower(Protocol):
    """What stops at once when a person is known to have died: called in the transaction that records it."""

    async def follow_death(self, uow: UnitOfWork, caller: Caller, *, records: Collection[UUID]) -> None:
        """`records` are all of the person's. Called again for a correction of the day: it must bear it."""
        ...


class IdentityFollower(Protocol):
    """What must know at once whether a record is of a verified person: called in the transaction of each change."""

    async def follow_identity(self, uow: UnitOfWork, *, patient_id: UUID, matricule_index: bytes | None) -> None:
        """`matricule_index` is the blind index of the matricule of a qualified identity; None for any other."""
        ...
