"""Until when a claim must leave if it is invoiced today: told before the invoice, which starts the delay (R-43)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from billing.model import Claim
from billing.rules.deadlines import transmit_by
from billing.rules.transmission import BilledAct, asks_tiers_payant
from billing.service.drafting import zone_of
from telemed.law.calendar import CalendarZone
from telemed.law.law import Law
from telemed.storage.uow import UnitOfWork


async def find_limits(uow: UnitOfWork, claims: Iterable[Claim], *, now: datetime, law: Law) -> dict[UUID, date]:
    """By claim, the last day on which an electronic invoice made today is in time."""
    zones: dict[UUID, CalendarZone] = {}
    limits: dict[UUID, date] = {}
    for claim in claims:
        practice_id, made_on = claim.biller.practice_id, claim.biller.civil_day(now)
        if practice_id not in zones:
            zones[practice_id] = await zone_of(uow, claim)
        is_tiers_payant = asks_tiers_payant(BilledAct.of(claim), law.on(claim.day))
        limit = transmit_by(made_on, is_tiers_payant=is_tiers_payant, zone=zones[practice_id], law=law.on(made_on))
        limits[claim.id] = limit.due_on
    return limits
