"""What experts asks from outside: who people are, and what specialties are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID

from telemed.experts.model import Person
from telemed.kernel.clock import Territory


class People(Protocol):
    """The directory of the service; read before a transaction, never inside one."""

    async def find(self, professional_id: UUID) -> Person | None: ...

    async def find_many(self, ids: Sequence[UUID]) -> Mapping[UUID, Person]:
        """Those of `ids` that exist."""
        ...

    async def find_by_rpps(self, rpps: str) -> Sequence[Person]:
        """Every place of practice of one RPPS."""
        ...

    async def territory_of(self, practice_id: UUID) -> Territory | None: ...

    def specialty_label(self, code: str) -> str | None:
        """What people call a specialty of JDV_J01; None for a code that is none."""
        ...
