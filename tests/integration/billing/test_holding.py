"""The cap holds a conventioned act on the maintained counters, in the transaction that asks."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from billing.rules.cap import Counts
from billing.rules.derogation import Derogation
from billing.rules.levels import Level
from billing.rules.projection import AnnualVolume, Outside
from billing.service import CapService, ClaimService, DerogationService
from billing.store import CountStore
from telemed.kernel.clock import FrozenClock, Territory
from telemed.kernel.decision import ALLOWED, Decision
from telemed.kernel.ids import new_id
from telemed.storage.engine import Database, sync_engine_of
from tests.integration.billing.conftest import DOCTOR, RPPS, Agenda
from tests.unit.billing.making import DOCTOR_ID, make_facts

pytestmark = pytest.mark.asyncio
TODAY = date(2026, 11, 25)
SOURCE = "relevé SNIR"


async def declare(cap: CapService, *, year: int = 2026, volume: int | None = 550, others: int = 100) -> None:
    """Limit: 110 of 550."""
    day = min(date(year, 12, 31), TODAY)
    await cap.declare(
        DOCTOR,
        DOCTOR_ID,
        year=year,
        source=SOURCE,
        declared_on=TODAY,
        annual_volume=None if volume is None else AnnualVolume(volume, SOURCE, TODAY),
        outside=Outside(Counts(other_acts=others), day, SOURCE),
    )


async def close_acts(claims: ClaimService, number: int, **changes: Any) -> None:
    for _ in range(number):
        await claims.propose(make_facts(act_id=new_id(), **changes))


async def check(
    cap: CapService, database: Database, *, day: date = TODAY, specialty: str = "G15_10/SM54", **changes: Any
) -> Decision:
    asked: dict[str, Any] = {"is_own_patient": False, "is_urgent": False, "override_reason": None}
    async with database.read() as session:
        return await cap.check_conventioned(
            session, rpps=RPPS, specialty=specialty, territory=Territory.METROPOLE, day=day, **asked | changes
        )


def code_of(decision: Decision) -> str:
    return ([one.code for one in (*decision.refusals, *decision.warnings)] or ["allowed"])[0]


@pytest.fixture
def agenda() -> Agenda:
    return Agenda(Counts.of_teleconsultations(111))


async def test_what_is_booked_beyond_the_declared_volume_is_held(
    cap: CapService, database: Database, agenda: Agenda
) -> None:
    await declare(cap)
    held = (await check(cap, database)).refusals[0]
    assert (held.code, held.compared["numerator"], held.compared["denominator"]) == ("cap.held", 111, 550)
    agenda.booked = Counts.of_teleconsultations(110)
    assert await check(cap, database) == ALLOWED
    agenda.booked = Counts.of_teleconsultations(200, own=90)
    assert await check(cap, database) == ALLOWED


async def test_urgent_care_an_override_and_an_own_patient_go_through(cap: CapService, database: Database) -> None:
    await declare(cap)
    assert code_of(await check(cap, database, is_urgent=True)) == "cap.urgent"
    assert code_of(await check(cap, database, override_reason="Seul médecin du canton")) == "cap.overridden"
    assert code_of(await check(cap, database, override_reason=" ")) == "cap.held"
    assert code_of(await check(cap, database, is_own_patient=True)) == "allowed"
    assert code_of(await check(cap, database, specialty="G15_10/SM42")) == "allowed"


async def test_nothing_is_held_where_no_volume_is_declared(cap: CapService, database: Database, agenda: Agenda) -> None:
    assert await check(cap, database) == ALLOWED
    await declare(cap, volume=None)
    assert await check(cap, database) == ALLOWED
    assert agenda.asked == []


async def test_an_act_of_next_year_is_judged_by_next_year(cap: CapService, database: Database) -> None:
    await declare(cap)
    assert await check(cap, database, day=date(2027, 1, 4)) == ALLOWED
    assert await check(cap, database, day=date(2021, 6, 1)) == ALLOWED


async def test_a_closed_year_above_its_limit_holds_the_invoice(
    claims: ClaimService, cap: CapService, database: Database, agenda: Agenda
) -> None:
    agenda.booked = Counts()
    then = datetime.fromisoformat("2025-06-01T10:00:00+02:00")
    await close_acts(claims, 26, started_at=then, ended_at=then)
    await declare(cap, year=2025, volume=None)
    assert code_of(await check(cap, database, day=date(2025, 6, 1))) == "cap.held"
    await declare(cap, year=2025, volume=None, others=104)
    assert await check(cap, database, day=date(2025, 6, 1)) == ALLOWED


async def test_a_derogation_frees_and_its_end_holds_again(
    cap: CapService, derogations: DerogationService, database: Database, clock: FrozenClock
) -> None:
    await declare(cap)
    whole = Derogation("CPAM 2026-12", 30, date(2026, 1, 1), date(2026, 12, 31))
    entry = await derogations.record(DOCTOR, DOCTOR_ID, whole, source="Courrier de la CPAM")
    assert await check(cap, database) == ALLOWED
    standing = await cap.standing(DOCTOR, DOCTOR_ID, 2026)
    assert standing is not None
    assert (standing.cap.rate_percent, standing.cap.derogation, standing.verdict.level) == (30, whole, Level.FREE)
    clock.advance(timedelta(seconds=1))
    await derogations.end(DOCTOR, DOCTOR_ID, entry.id, last_day=date(2026, 10, 31), source="Courrier de la CPAM")
    assert code_of(await check(cap, database)) == "cap.held"


async def test_a_claim_taken_out_frees(
    claims: ClaimService, cap: CapService, database: Database, agenda: Agenda
) -> None:
    """Trap 3: what the RSP rejected for good leaves the counts, and the doctor is free again."""
    agenda.booked = Counts.of_teleconsultations(110)
    await declare(cap)
    claim = await claims.propose(make_facts())
    assert code_of(await check(cap, database)) == "cap.held"
    async with database.begin() as uow:
        await CountStore(uow.session).take_out(
            claim, why="rejected", at=datetime.fromisoformat("2026-11-25T15:00+01:00")
        )
    assert await check(cap, database) == ALLOWED


async def test_the_decision_and_the_page_agree(cap: CapService, database: Database, agenda: Agenda) -> None:
    await declare(cap)
    for booked in (0, 99, 100, 110, 111, 400):
        agenda.booked = Counts.of_teleconsultations(booked)
        standing = await cap.standing(DOCTOR, DOCTOR_ID, 2026)
        assert standing is not None
        assert (standing.verdict.level is Level.HOLD) is (code_of(await check(cap, database)) == "cap.held")


@pytest.mark.parametrize("acts", [1, 60])
async def test_the_check_costs_the_same_statements_whatever_the_history(
    claims: ClaimService, cap: CapService, database: Database, acts: int
) -> None:
    await close_acts(claims, acts)
    statements: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    event.listen(sync_engine_of(database), "before_cursor_execute", note)
    await check(cap, database)
    event.remove(sync_engine_of(database), "before_cursor_execute", note)
    assert len([one for one in statements if one != "BEGIN"]) <= 2
    assert not any("billing_claims" in one for one in statements)
