"""The cap of a doctor: counted here, declared elsewhere, booked ahead; for him and his administrator only."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from billing.facts import MedecinTraitant
from billing.model import CapStanding, Declaration
from billing.rules.cap import Counts, Regime
from billing.rules.levels import Level
from billing.rules.projection import AnnualVolume, Basis, Outside
from billing.service import CapService, ClaimService
from billing.tables import DeclarationRow
from telemed.kernel.clock import FrozenClock, Territory
from telemed.kernel.errors import Forbidden, Invalid, NotFound
from telemed.kernel.ids import new_id
from telemed.storage.engine import Database
from tests.integration.billing.conftest import (
    ADMINISTRATOR,
    AUDITOR,
    DOCTOR,
    FOREIGN_ADMINISTRATOR,
    OTHER_DOCTOR,
    OTHER_DOCTOR_ID,
    OTHER_PRACTICE_ID,
    RPPS,
    SECRETARY,
    Agenda,
)
from tests.unit.billing.making import DOCTOR_ID, make_facts

pytestmark = pytest.mark.asyncio
SOURCE = "relevé SNIR"


async def close_acts(claims: ClaimService, number: int, **changes: Any) -> None:
    for _ in range(number):
        await claims.propose(make_facts(act_id=new_id(), **changes))


async def declare(
    cap: CapService,
    year: int = 2026,
    *,
    caller: Any = DOCTOR,
    outside: Outside | None = None,
    volume: int | None = None,
    said_on: date = date(2026, 11, 1),
) -> Declaration:
    expected = None if volume is None else AnnualVolume(volume, SOURCE, said_on)
    return await cap.declare(
        caller, DOCTOR_ID, year=year, source=SOURCE, declared_on=said_on, annual_volume=expected, outside=outside
    )


async def standing_of(cap: CapService, year: int = 2026, caller: Any = DOCTOR, whose: UUID = DOCTOR_ID) -> CapStanding:
    standing = await cap.standing(caller, whose, year)
    assert standing is not None
    return standing


async def test_counts_here_and_elsewhere_make_the_readings(claims: ClaimService, cap: CapService) -> None:
    await close_acts(claims, 3)
    await close_acts(claims, 2, medecin_traitant=MedecinTraitant.SELF)
    await close_acts(claims, 1, is_video_established=False)
    elsewhere = Outside(Counts(other_acts=10, own_acts=6), date(2026, 10, 31), "relevé SNIR")
    await declare(cap, outside=elsewhere)
    standing = await standing_of(cap)
    literal, caisse = standing.readings
    assert (standing.cap.regime, standing.cap.rate_percent) == (Regime.B, 20)
    assert (literal.numerator, literal.denominator) == (3, 15)
    assert (caisse.numerator, caisse.denominator) == (3, 7)
    assert standing.declaration is not None
    assert standing.declaration.source == "relevé SNIR"


async def test_undeclared_activity_is_unknown_and_warns(claims: ClaimService, cap: CapService) -> None:
    await close_acts(claims, 2)
    standing = await standing_of(cap)
    assert standing.projection.volume is None
    assert (standing.verdict.level, standing.verdict.reasons[0].code) == (Level.WARN, "cap.outside_unknown")


async def test_booked_acts_are_asked_of_his_civil_year(claims: ClaimService, cap: CapService, agenda: Agenda) -> None:
    await close_acts(claims, 1, territory=Territory.LA_REUNION)
    agenda.booked = Counts.of_teleconsultations(7, own=2)
    standing = await standing_of(cap)
    assert standing.facts.booked == agenda.booked
    first, last = datetime(2025, 12, 31, 20, tzinfo=UTC), datetime(2026, 12, 31, 20, tzinfo=UTC)
    assert agenda.asked == [(RPPS, first, last)]


async def test_a_psychiatrist_is_judged_by_the_specialty_of_his_acts(claims: ClaimService, cap: CapService) -> None:
    then = datetime(2025, 3, 1, 12, tzinfo=UTC)
    await close_acts(claims, 1, specialty="G15_10/SM54", started_at=then, ended_at=then)
    await close_acts(claims, 1, specialty="G15_10/SM42")
    assert (await standing_of(cap, 2025)).cap.rate_percent == 20
    assert (await standing_of(cap, 2026)).cap.rate_percent == 40


async def test_last_year_counts_only_when_it_is_known_to_its_end(claims: ClaimService, cap: CapService) -> None:
    await close_acts(claims, 1)
    whole = Outside(Counts(other_acts=500), date(2025, 12, 31), "relevé SNIR")
    await declare(cap, 2025, outside=Outside(whole.counts, date(2025, 12, 30), "x"))
    assert (await standing_of(cap)).facts.last_year is None
    await declare(cap, 2025, outside=whole)
    standing = await standing_of(cap)
    assert standing.facts.last_year == Counts(other_acts=500)
    assert standing.projection.volume is not None
    assert standing.projection.volume.basis is Basis.LAST_YEAR


async def test_the_latest_declaration_counts_and_all_are_kept(
    cap: CapService, database: Database, clock: FrozenClock
) -> None:
    for volume in (1000, 2000):
        await declare(cap, volume=volume)
        clock.advance(timedelta(seconds=1))
    standing = await standing_of(cap)
    assert standing.facts.annual_volume == AnnualVolume(2000, "relevé SNIR", date(2026, 11, 1))
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(DeclarationRow)) == 2


async def test_a_year_before_2022_has_no_cap(cap: CapService) -> None:
    assert await cap.standing(DOCTOR, DOCTOR_ID, 2021) is None


@pytest.mark.parametrize("year", [2017, 2101])
async def test_a_year_out_of_range_is_refused(cap: CapService, year: int) -> None:
    with pytest.raises(Invalid):
        await cap.standing(DOCTOR, DOCTOR_ID, year)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"said_on": date(2026, 11, 26)}, "declared_on"),
        ({"outside": Outside(Counts(), date(2026, 11, 26), "x")}, "outside.as_of"),
        ({"outside": Outside(Counts(), date(2025, 12, 31), "x")}, "outside.as_of"),
    ],
)
async def test_a_declaration_of_the_future_or_of_another_year_is_refused(
    cap: CapService, wrong: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        await declare(cap, **wrong)
    assert caught.value.field == field
    assert (await standing_of(cap)).declaration is None


async def test_the_cap_is_of_one_doctor_in_all_his_practices(claims: ClaimService, cap: CapService) -> None:
    """R-15: a second place of practice has its own account, and the same RPPS."""
    await close_acts(claims, 2)
    await close_acts(claims, 3, professional_id=new_id(), practice_id=OTHER_PRACTICE_ID)
    assert (await standing_of(cap)).facts.here.teleconsultations == 5
    assert len(await cap.acts(DOCTOR, DOCTOR_ID, 2026, limit=50)) == 5


async def test_the_cap_is_the_doctors_own_and_his_administrators(claims: ClaimService, cap: CapService) -> None:
    with pytest.raises(NotFound):
        await cap.standing(ADMINISTRATOR, DOCTOR_ID, 2026)
    await close_acts(claims, 1)
    for caller in (DOCTOR, ADMINISTRATOR):
        assert await cap.standing(caller, DOCTOR_ID, 2026) is not None
        assert len(await cap.acts(caller, DOCTOR_ID, 2026, limit=5)) == 1
    for caller in (OTHER_DOCTOR, FOREIGN_ADMINISTRATOR):
        with pytest.raises(NotFound):
            await cap.standing(caller, DOCTOR_ID, 2026)
        with pytest.raises(NotFound):
            await cap.acts(caller, DOCTOR_ID, 2026, limit=5)
        with pytest.raises(NotFound):
            await declare(cap, caller=caller, volume=1)
    for caller in (SECRETARY, AUDITOR):
        with pytest.raises(Forbidden):
            await cap.standing(caller, DOCTOR_ID, 2026)
    assert (await cap.standing(OTHER_DOCTOR, OTHER_DOCTOR_ID, 2026)) is not None


async def test_the_acts_behind_the_figure_are_as_many_as_the_figure(claims: ClaimService, cap: CapService) -> None:
    await close_acts(claims, 4)
    await close_acts(claims, 2, is_video_established=False)
    standing = await standing_of(cap)
    behind = await cap.acts(DOCTOR, DOCTOR_ID, 2026, limit=50)
    assert len(behind) == standing.facts.here.teleconsultations == 4
    assert await cap.acts(DOCTOR, DOCTOR_ID, 2025, limit=50) == []
