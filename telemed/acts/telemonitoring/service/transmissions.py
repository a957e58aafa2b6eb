"""How often the data of a pathway were expected in some days of a follow-up, and how often they came (R-33)."""

from __future__ import annotations

from telemed.acts.telemonitoring.model.care import FollowUp
from telemed.acts.telemonitoring.model.pathway import PathwayVersion
from telemed.acts.telemonitoring.rules.transmissions import expected_slots
from telemed.acts.telemonitoring.store.transmissions import TransmissionStore
from telemed.kernel.clock import day_bounds
from telemed.kernel.period import DayRange
from telemed.storage.uow import UnitOfWork


async def count_transmissions(
    uow: UnitOfWork, follow_up: FollowUp, days: DayRange, version: PathwayVersion
) -> tuple[int, int]:
    """How many were expected, and how many of them came."""
    territory = follow_up.plan.territory
    slots = expected_slots(days, version.silence.days, follow_up.stays)
    bounds = [
        (day_bounds(slot.first_day, territory)[0], day_bounds(slot.last_day or slot.first_day, territory)[1])
        for slot in slots
    ]
    return len(slots), await TransmissionStore(uow.session).count(follow_up.id, version.silence.signals, bounds)
