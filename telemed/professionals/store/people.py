"""Practices and the people who work in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.kernel.caller import Role
from telemed.kernel.clock import Territory
from telemed.kernel.errors import Conflict
from telemed.professionals.model import (
    ConventionSector,
    Practice,
    PracticeAddress,
    Profession,
    Professional,
    Title,
)
from telemed.professionals.tables import PracticeRow, ProfessionalRow
from telemed.storage.engine import violated_constraint


class PracticeStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, practice: Practice) -> None:
        row = PracticeRow(
            id=practice.id,
            name=practice.name,
            territory=practice.territory.value,
            facility_type=practice.facility_type,
            finess=practice.finess,
            phone=practice.phone,
            address=asdict(practice.address),
        )
        self._session.add(row)
        await self._session.flush()

    async def find(self, practice_id: UUID) -> Practice | None:
        row = await self._session.get(PracticeRow, practice_id)
        return _to_practice(row) if row else None

    async def find_many(self, ids: Sequence[UUID]) -> dict[UUID, Practice]:
        """Those of `ids` that exist, in one statement."""
        if not ids:
            return {}
        rows = await self._session.scalars(select(PracticeRow).where(col(PracticeRow.id).in_(set(ids))))
        return {row.id: _to_practice(row) for row in rows}

    async def territory_of(self, practice_id: UUID) -> Territory | None:
        """Where a practice stands; None if there is no such practice."""
        query = select(col(PracticeRow.territory)).where(col(PracticeRow.id) == practice_id)
        found = await self._session.scalar(query)
        return Territory(found) if found else None


class ProfessionalStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, person: Professional) -> None:
        """Raises Conflict when the practice already has this RPPS."""
        self._session.add(_to_row(person))
        try:
            await self._session.flush()
        except IntegrityError as err:
            if violated_constraint(err) == "uq_professionals_practice_id_rpps":
                raise Conflict(
                    "Ce numéro RPPS est déjà enregistré dans le cabinet.", code="professional.known"
                ) from err
            raise

    async def find(self, professional_id: UUID, *, for_update: bool = False) -> Professional | None:
        row = await self._session.get(ProfessionalRow, professional_id, with_for_update=for_update or None)
        return to_professional(row) if row else None

    async def find_many(self, ids: Sequence[UUID]) -> dict[UUID, Professional]:
        """Those of `ids` that exist, in one statement."""
        if not ids:
            return {}
        rows = await self._session.scalars(select(ProfessionalRow).where(col(ProfessionalRow.id).in_(set(ids))))
        return {row.id: to_professional(row) for row in rows}

    async def find_by_rpps(self, rpps: str) -> list[Professional]:
        """Every place of practice of one RPPS."""
        query = select(ProfessionalRow).where(col(ProfessionalRow.rpps) == rpps).order_by(col(ProfessionalRow.id))
        return [to_professional(row) for row in await self._session.scalars(query)]

    async def page(self, practice_id: UUID, *, after: UUID | None, limit: int) -> list[Professional]:
        """People of a practice, by order of creation."""
        query = select(ProfessionalRow).where(col(ProfessionalRow.practice_id) == practice_id)
        if after is not None:
            query = query.where(col(ProfessionalRow.id) > after)
        rows = await self._session.scalars(query.order_by(col(ProfessionalRow.id)).limit(limit))
        return [to_professional(row) for row in rows]

    async def set_suspended(self, professional_id: UUID, at: datetime | None) -> None:
        row = await self._session.get_one(ProfessionalRow, professional_id)
        row.suspended_at = at
        await self._session.flush()


def _to_row(person: Professional) -> ProfessionalRow:
    return ProfessionalRow(
        id=person.id,
        practice_id=person.practice_id,
        family_name=person.family_name,
        given_name=person.given_name,
        roles=f",{','.join(sorted(person.roles))},",
        title=person.title,
        rpps=person.rpps,
        profession=person.profession,
        specialty_code=person.specialty_code,
        sector=person.sector,
    )


def to_professional(row: ProfessionalRow) -> Professional:
    return Professional(
        id=row.id,
        practice_id=row.practice_id,
        family_name=row.family_name,
        given_name=row.given_name,
        roles=frozenset(Role(role) for role in row.roles.strip(",").split(",")),
        title=Title(row.title) if row.title else None,
        rpps=row.rpps,
        profession=Profession(row.profession) if row.profession else None,
        specialty_code=row.specialty_code,
        sector=ConventionSector(row.sector) if row.sector else None,
        suspended_at=row.suspended_at,
    )


def _to_practice(row: PracticeRow) -> Practice:
    address = row.address
    return Practice(
        id=row.id,
        name=row.name,
        territory=Territory(row.territory),
        facility_type=row.facility_type,
        finess=row.finess,
        phone=row.phone,
        address=PracticeAddress(tuple(address["lines"]), address["postal_code"], address["city"]),
    )
