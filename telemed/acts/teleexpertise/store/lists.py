"""Lists of cases by due date or by end, and the colleagues who may be asked; one statement each."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.acts.teleexpertise.model import Case
from telemed.acts.teleexpertise.store.cases import CaseStore
from telemed.acts.teleexpertise.tables import CaseRow, OfferRow
from telemed.professionals.model import Professional
from telemed.professionals.store.people import to_professional
from telemed.professionals.tables import ProfessionalRow

Place = tuple[datetime, UUID]
"""The sort key of the last case of a page."""


class CaseLists:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def inbox(self, professional_id: UUID, *, after: Place | None, limit: int) -> list[Case]:
        """What is in this colleague's hands, the soonest due first."""
        key = tuple_(col(OfferRow.due_at), col(OfferRow.case_id))
        query = (
            select(CaseRow)
            .join(OfferRow, col(OfferRow.case_id) == col(CaseRow.id))
            .where(col(OfferRow.professional_id) == professional_id, col(OfferRow.due_at).is_not(None))
            .order_by(col(OfferRow.due_at), col(OfferRow.case_id))
            .limit(limit)
        )
        return await self._cases(query if after is None else query.where(key > after))

    async def asked(self, professional_id: UUID, *, after: Place | None, limit: int) -> list[Case]:
        """What this person asked and is not over, the soonest due first."""
        key = tuple_(col(CaseRow.due_at), col(CaseRow.id))
        query = (
            select(CaseRow)
            .where(col(CaseRow.requerant_id) == professional_id, col(CaseRow.due_at).is_not(None))
            .order_by(col(CaseRow.due_at), col(CaseRow.id))
            .limit(limit)
        )
        return await self._cases(query if after is None else query.where(key > after))

    async def ended(self, professional_id: UUID, *, as_requis: bool, after: Place | None, limit: int) -> list[Case]:
        """What this person asked, or had accepted, and is over, the latest first."""
        person = CaseRow.requis_id if as_requis else CaseRow.requerant_id
        key = tuple_(col(CaseRow.ended_at), col(CaseRow.id))
        query = (
            select(CaseRow)
            .where(col(person) == professional_id, col(CaseRow.ended_at).is_not(None))
            .order_by(col(CaseRow.ended_at).desc(), col(CaseRow.id).desc())
            .limit(limit)
        )
        return await self._cases(query if after is None else query.where(key < after))

    async def colleagues(
        self,
        professions: frozenset[str],
        *,
        but_rpps: str,
        name: str | None,
        specialty_code: str | None,
        after: UUID | None,
        limit: int,
    ) -> list[Professional]:
        """People of any practice who hold one of `professions` and work, by order of creation."""
        query = select(ProfessionalRow).where(
            col(ProfessionalRow.profession).in_(sorted(professions)),
            col(ProfessionalRow.rpps).is_not(None),
            col(ProfessionalRow.rpps) != but_rpps,
            col(ProfessionalRow.suspended_at).is_(None),
        )
        if name:
            # SQLite folds the case of ASCII letters only: the capitals of the other ones are compared as well.
            starts = (func.lower(col(ProfessionalRow.family_name)).startswith(name.lower(), autoescape=True),)
            spelt = (col(ProfessionalRow.family_name).startswith(form, autoescape=True) for form in _spellings(name))
            query = query.where(or_(*starts, *spelt))
        if specialty_code:
            query = query.where(col(ProfessionalRow.specialty_code) == specialty_code)
        if after is not None:
            query = query.where(col(ProfessionalRow.id) > after)
        rows = await self._session.scalars(query.order_by(col(ProfessionalRow.id)).limit(limit))
        return [to_professional(row) for row in rows]

    async def _cases(self, query: Select[Any]) -> list[Case]:
        rows = list(await self._session.scalars(query))
        return await CaseStore(self._session).with_offers(rows)


def _spellings(name: str) -> tuple[str, ...]:
    return name.title(), name.upper()
