"""The directory of professionals, as experts asks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from telemed.experts.model import Person
from telemed.kernel.clock import Territory
from telemed.professionals.model import Practice, Professional, find_specialty
from telemed.professionals.store import PracticeStore, ProfessionalStore
from telemed.storage.engine import Database


class DirectoryOfExperts:
    """The port `People` of experts."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def find(self, professional_id: UUID) -> Person | None:
        return (await self.find_many([professional_id])).get(professional_id)

    async def find_many(self, ids: Sequence[UUID]) -> Mapping[UUID, Person]:
        async with self._database.read() as session:
            found = await ProfessionalStore(session).find_many(ids)
            return {one.id: one for one in await _placed(session, list(found.values()))}

    async def find_by_rpps(self, rpps: str) -> Sequence[Person]:
        async with self._database.read() as session:
            return await _placed(session, await ProfessionalStore(session).find_by_rpps(rpps))

    async def territory_of(self, practice_id: UUID) -> Territory | None:
        async with self._database.read() as session:
            return await PracticeStore(session).territory_of(practice_id)

    def specialty_label(self, code: str) -> str | None:
        specialty = find_specialty(code)
        return specialty.label if specialty else None


async def _placed(session: AsyncSession, people: Sequence[Professional]) -> list[Person]:
    practices = await PracticeStore(session).find_many([one.practice_id for one in people])
    return [_to_person(one, practices[one.practice_id]) for one in people]


def _to_person(one: Professional, practice: Practice) -> Person:
    return Person(
        id=one.id,
        practice_id=one.practice_id,
        full_name=one.full_name,
        practice_name=practice.name,
        territory=practice.territory,
        rpps=one.rpps,
        profession=one.profession.value if one.profession else "",
        specialty_code=one.specialty_code,
        suspended_at=one.suspended_at,
        family_name=one.family_name,
        given_name=one.given_name,
    )
