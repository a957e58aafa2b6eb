"""What patients asks from outside: the téléservice INSi."""

from __future__ import annotations

from typing import Protocol

from telemed.patients.model import InsiAnswer, Traits


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
