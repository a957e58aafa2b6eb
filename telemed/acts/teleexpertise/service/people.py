"""The two sides of a case, as the directory knows them today."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from telemed.acts.teleexpertise.model import Case, Side
from telemed.acts.teleexpertise.rules.parties import Party, check_offers, check_parties
from telemed.kernel.clock import civil_date
from telemed.kernel.decision import Decision, combine
from telemed.kernel.errors import NotFound
from telemed.law.law import Law
from telemed.professionals.model import Professional
from telemed.professionals.store import PracticeStore, ProfessionalStore
from telemed.storage.uow import UnitOfWork


async def get_professional(session: AsyncSession, professional_id: UUID) -> Professional:
    """Raises NotFound."""
    person = await ProfessionalStore(session).find(professional_id)
    if person is None:
        raise NotFound("Ce professionnel n'existe pas.")
    return person


async def get_colleagues(session: AsyncSession, ids: Sequence[UUID]) -> list[Professional]:
    """People of any practice, in the order asked. Raises NotFound if one is unknown."""
    found = await ProfessionalStore(session).find_many(ids)
    if len(found) != len(set(ids)):
        raise NotFound("Ce confrère n'existe pas.")
    return [found[one] for one in ids]


async def sides_of(session: AsyncSession, people: Sequence[Professional]) -> list[Side]:
    """Where these people practise. Raises NotFound for someone without RPPS, who has no side in a case."""
    practices = await PracticeStore(session).find_many([person.practice_id for person in people])
    if any(person.rpps is None for person in people):
        raise NotFound("Ce professionnel n'a pas de numéro RPPS.")
    return [Side(one.id, one.practice_id, one.rpps or "", practices[one.practice_id].territory) for one in people]


def party_of(person: Professional) -> Party:
    """A person as the rules of R-25 see him."""
    profession = person.profession.value if person.profession else ""
    return Party(person.rpps, profession, is_suspended=person.is_suspended)


async def judge_colleagues(
    uow: UnitOfWork, law: Law, case: Case, ids: Sequence[UUID], now: datetime
) -> tuple[Decision, list[Side]]:
    """May these colleagues be asked (R-25, R-26), and where they practise. Raises NotFound."""
    asker = await get_professional(uow.session, case.requerant.professional_id)
    colleagues = await get_colleagues(uow.session, ids)
    of_day = law.on(civil_date(now, case.requerant.territory))
    parties = [check_parties(party_of(asker), party_of(one), of_day) for one in colleagues]
    decision = combine((*parties, check_offers(case, [one.rpps or "" for one in colleagues])))
    return decision, await sides_of(uow.session, colleagues) if decision.is_allowed else []
