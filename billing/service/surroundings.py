"""Finds what stands around an act: takes from the quota when a claim is made, only looks when a question is asked."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from billing.facts import AccompanimentFacts, Facts, Part
from billing.rules.accompaniment import is_pharmacy
from billing.rules.judgement import find_quota_code, judge, quota_codes
from billing.rules.quota import QUOTAS, QuotaStanding, check_quota, exhausted
from billing.rules.surroundings import Surroundings
from billing.service.quotas import QuotaService
from billing.store import AccompanimentStore, BillingStore
from telemed.kernel.decision import ALLOWED, refuse
from telemed.law.parameter import LawOfDay
from telemed.storage.uow import UnitOfWork


async def settle(uow: UnitOfWork, quotas: QuotaService, facts: Facts, part: Part, law: LawOfDay) -> Surroundings:
    """What stands around a finished act. It takes its place in the quota unless something else refuses it already."""
    around = Surroundings(quota=ALLOWED, other_codes=await _other_codes(uow.session, facts, part))
    code = find_quota_code(facts, part, law)
    if judge(facts, part, law, around).refusals:
        await give_back(uow, quotas, facts, part)
        return around
    if isinstance(facts, AccompanimentFacts):
        is_first = await AccompanimentStore(uow.session).take(*_place(facts), facts.act_id)
        return replace(around, is_already_accompanied=not is_first)
    if code is None:
        return around
    taken = await quotas.settle_within(
        uow,
        act_id=facts.act_id,
        code=code,
        rpps=facts.biller_of(part).rpps,
        patient_id=facts.patient_id,
        day=facts.day_of(part),
    )
    return around if taken.is_granted else replace(around, quota=refuse(exhausted(taken.standing)))


async def look(
    session: AsyncSession, quotas: QuotaService, facts: Facts, part: Part, law: LawOfDay
) -> tuple[Surroundings, QuotaStanding | None]:
    """What would stand around an act, and the quota that it would take from; nothing is taken."""
    around = Surroundings(quota=ALLOWED, other_codes=await _other_codes(session, facts, part))
    if isinstance(facts, AccompanimentFacts):
        holder = await AccompanimentStore(session).find(*_place(facts))
        return replace(around, is_already_accompanied=holder not in (None, facts.act_id)), None
    code = find_quota_code(facts, part, law)
    if code is None or law.find(QUOTAS[code]) is None:
        return around, None
    standing = await quotas.standing(
        session,
        code=code,
        rpps=facts.biller_of(part).rpps,
        patient_id=facts.patient_id,
        day=facts.day_of(part),
        act_id=facts.act_id,
    )
    return replace(around, quota=check_quota(standing)), standing


async def _other_codes(session: AsyncSession, facts: Facts, part: Part) -> tuple[str, ...]:
    """What the same biller bills for the same patient that day, besides this act."""
    return await BillingStore(session).codes_beside(
        rpps=facts.biller_of(part).rpps,
        patient_id=facts.patient_id,
        day=facts.day_of(part),
        act_id=facts.act_id,
    )


async def give_back(uow: UnitOfWork, quotas: QuotaService, facts: Facts, part: Part) -> None:
    """An act that is not billed takes no place in a quota, nor beside a téléconsultation. Nothing happens twice."""
    if isinstance(facts, AccompanimentFacts):
        await AccompanimentStore(uow.session).give_back(facts.act_id)
    for code in quota_codes(facts, part):
        await quotas.release_within(uow, act_id=facts.act_id, code=code, why="not_billable")
        await quotas.void_within(uow, act_id=facts.act_id, code=code, why="not_billable")


def _place(facts: AccompanimentFacts) -> tuple[UUID, str]:
    return facts.teleconsultation.act_id, "pharmacist" if is_pharmacy(facts) else "nurse"
