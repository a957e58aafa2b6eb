"""The cap of a year from scratch: present claims weighed one by one, and what was stated last."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from billing.rules.cap import Counts, find_cap, read_cap
from billing.rules.holding import Asked, check_holding
from billing.rules.levels import judge
from billing.rules.projection import AnnualVolume, Outside, YearFacts, project
from billing.service import CapService
from telemed.kernel.clock import Territory
from tests.integration.billing.conftest import DOCTOR, RPPS
from tests.integration.billing.year.recount import Ledger, weigh_year
from tests.the_law import LAW
from tests.unit.billing.making import DOCTOR_ID

_SPECIALTY = "G15_10/SM54"


@dataclass
class Stated:
    """What the doctor declared last of each year."""

    by_year: dict[int, tuple[AnnualVolume | None, Outside | None]] = field(default_factory=dict)

    def of(self, year: int) -> tuple[AnnualVolume | None, Outside | None]:
        return self.by_year.get(year, (None, None))


async def check_cap_of(
    service: CapService,
    session: AsyncSession,
    held: Ledger,
    stated: Stated,
    booked: Counts,
    year: int,
    today: date,
) -> None:
    """What the service says of a doctor's year, and whether it holds an act, is what the rules say of the recount."""
    volume, outside = stated.of(year)
    facts = YearFacts(today, weigh_year(held, RPPS, year), booked, outside, volume, _whole_year(held, stated, year - 1))
    cap = find_cap(LAW.on(date(year, 1, 1)), specialty=_SPECIALTY)
    assert cap is not None
    standing = await service.standing(DOCTOR, DOCTOR_ID, year)
    assert standing is not None
    projection = project(facts, cap)
    verdict = judge(facts, cap, projection)
    assert (standing.facts, standing.projection, standing.verdict) == (facts, projection, verdict)
    assert standing.readings == read_cap(cap, facts.known)
    for asked in (Asked(is_own_patient=False), Asked(is_own_patient=True), Asked(is_own_patient=False, is_urgent=True)):
        decision = await service.check_conventioned(
            session,
            rpps=RPPS,
            specialty=_SPECIALTY,
            territory=Territory.METROPOLE,
            day=date(year, 12, 31),
            is_own_patient=asked.is_own_patient,
            is_urgent=asked.is_urgent,
            override_reason=None,
        )
        assert decision == check_holding(asked, verdict, cap.regime)


def _whole_year(held: Ledger, stated: Stated, year: int) -> Counts | None:
    """Known only where elsewhere is known to 31 December."""
    _, outside = stated.of(year)
    if outside is None or outside.as_of < date(year, 12, 31):
        return None
    return weigh_year(held, RPPS, year) + outside.counts
