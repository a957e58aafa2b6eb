"""Quotas on real databases: reserved, consumed, given back, followed through merges; never a fifth."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from billing.model.quotas import ReservationState
from billing.rules.quota import QuotaScope
from billing.service import QuotaService
from billing.tables import QuotaCounterRow, QuotaReservationRow
from telemed.kernel.clock import FrozenClock
from telemed.kernel.ids import new_id
from telemed.law.law import Law
from telemed.law.parameter import NotInForce
from telemed.storage.engine import Database
from tests.integration.billing.quota_desk import ANNE, DAY, KARIM, Desk

pytestmark = pytest.mark.asyncio


@pytest.fixture
def quotas(clock: FrozenClock, law: Law) -> QuotaService:
    return QuotaService(clock=clock, law=law)


@pytest.fixture
def desk(database: Database, quotas: QuotaService) -> Desk:
    return Desk(database, quotas)


@pytest.fixture
def strict_desk(database: Database, clock: FrozenClock, law: Law) -> Desk:
    """The stricter reading: all professionals together."""
    return Desk(database, QuotaService(clock=clock, law=law, scope=QuotaScope.PATIENT))


async def test_four_are_granted_and_the_fifth_is_exhausted(desk: Desk) -> None:
    patient = new_id()
    made = [await desk.reserve(patient) for _ in range(5)]
    assert [one.is_granted for one in made] == [True] * 4 + [False]
    assert [one.taken for one in made] == [0, 1, 2, 3, 4]
    assert [one.state.value for one in made[3:]] == ["reserved", "exhausted"]
    assert made[3].refusals == ()
    assert [(reason.code, reason.compared["reserved"]) for reason in made[4].refusals] == [
        ("billing.quota_exhausted", 4)
    ]
    assert (made[4].limit, made[4].place.year, made[4].standing.left) == (4, 2026, 0)
    assert await desk.taken(patient) == (4, 0)
    await desk.check_counters()


async def test_the_same_act_takes_one_place_however_often_it_asks(desk: Desk) -> None:
    patient, act = new_id(), new_id()
    for _ in range(3):
        again = await desk.reserve(patient, act_id=act)
        assert (again.is_granted, again.taken, again.state) == (True, 0, ReservationState.RESERVED)
    assert await desk.taken(patient) == (1, 0)
    for _ in range(2):
        done = await desk.settle(patient, act_id=act)
        assert (done.is_granted, done.taken, done.state) == (True, 0, ReservationState.CONSUMED)
    assert await desk.taken(patient) == (0, 1)
    assert (await desk.reserve(patient, act_id=act)).state is ReservationState.CONSUMED
    assert await desk.taken(patient) == (0, 1)


async def test_each_professional_code_patient_and_year_has_its_own_four(desk: Desk) -> None:
    patient, other = new_id(), new_id()
    for _ in range(4):
        assert (await desk.settle(patient)).is_granted
    assert not (await desk.settle(patient)).is_granted
    assert (await desk.settle(patient, rpps=KARIM)).is_granted
    assert (await desk.settle(patient, code="RQD")).is_granted
    assert (await desk.settle(other)).is_granted
    assert (await desk.settle(patient, day=date(2025, 12, 31))).is_granted
    assert (await desk.settle(patient, day=date(2027, 1, 1))).is_granted
    await desk.check_counters()


async def test_under_the_stricter_reading_the_four_are_of_all_professionals(strict_desk: Desk) -> None:
    patient = new_id()
    made = [await strict_desk.reserve(patient, rpps=rpps) for rpps in (ANNE, KARIM, ANNE, KARIM, KARIM)]
    assert [one.is_granted for one in made] == [True] * 4 + [False]
    assert made[4].refusals[0].compared["scope"] == "patient"
    assert (await strict_desk.reserve(patient, rpps=KARIM, code="RQD")).is_granted
    assert await strict_desk.taken(patient, rpps="whoever") == (4, 0)
    await strict_desk.check_counters()


async def test_changing_the_reading_needs_no_recount(desk: Desk, strict_desk: Desk) -> None:
    patient = new_id()
    for rpps in (ANNE, ANNE, KARIM, KARIM):
        assert (await desk.reserve(patient, rpps=rpps)).is_granted
    assert not (await strict_desk.reserve(patient)).is_granted
    assert (await desk.reserve(patient)).is_granted
    assert await desk.taken(patient) == (3, 0)


async def test_what_is_refused_withdrawn_or_expired_comes_back_once(desk: Desk) -> None:
    patient, acts = new_id(), [new_id() for _ in range(4)]
    for act in acts:
        await desk.reserve(patient, act_id=act)
    assert await desk.release(acts[0], why="refused") == ("TE2",)
    assert await desk.release(acts[0], why="refused") == ()
    assert await desk.taken(patient) == (3, 0)
    assert (await desk.reserve(patient)).is_granted
    assert not (await desk.reserve(patient)).is_granted
    assert await desk.release(new_id()) == ()
    await desk.check_counters()


async def test_release_may_name_one_code_of_the_act(desk: Desk) -> None:
    patient, act = new_id(), new_id()
    await desk.reserve(patient, act_id=act)
    await desk.reserve(patient, act_id=act, code="RQD", rpps=KARIM)
    assert await desk.release(act, "RQD") == ("RQD",)
    assert await desk.taken(patient, code="RQD", rpps=KARIM) == (0, 0)
    assert await desk.taken(patient) == (1, 0)
    assert await desk.release(act) == ("TE2",)


async def test_why_a_place_was_given_back_is_kept(desk: Desk) -> None:
    patient, act = new_id(), new_id()
    await desk.reserve(patient, act_id=act)
    await desk.release(act, why="expired")
    async with desk.database.read() as session:
        row = await session.get(QuotaReservationRow, (act, "TE2"))
    assert row is not None
    assert (row.state, row.why, row.changed_at) == ("released", "expired", desk.quotas._clock.now())


async def test_a_done_act_is_not_released_and_a_reserved_one_is_not_voided(desk: Desk) -> None:
    patient, act = new_id(), new_id()
    await desk.reserve(patient, act_id=act)
    assert await desk.void(act) == ()
    await desk.settle(patient, act_id=act)
    assert await desk.release(act) == ()
    assert await desk.taken(patient) == (0, 1)
    assert await desk.void(act, "RQD") == ()
    assert await desk.void(act, "TE2") == ("TE2",)
    assert await desk.void(act) == ()
    assert await desk.taken(patient) == (0, 0)
    assert (await desk.settle(patient, act_id=act)).is_granted


async def test_an_answer_in_january_takes_the_place_of_the_new_year(desk: Desk) -> None:
    """Trap 12: requested and accepted on 30 December 2025, answered on 2 January 2026."""
    patient, act = new_id(), new_id()
    before, after = date(2025, 12, 30), date(2026, 1, 2)
    await desk.reserve(patient, act_id=act, day=before)
    assert await desk.taken(patient, day=before) == (1, 0)
    done = await desk.settle(patient, act_id=act, day=after)
    assert (done.is_granted, done.place.year) == (True, 2026)
    assert await desk.taken(patient, day=before) == (0, 0)
    assert await desk.taken(patient, day=after) == (0, 1)
    await desk.check_counters()


async def test_a_full_new_year_gives_the_old_place_back_and_refuses_the_invoice(desk: Desk) -> None:
    patient, act = new_id(), new_id()
    before, after = date(2025, 12, 30), date(2026, 1, 2)
    await desk.reserve(patient, act_id=act, day=before)
    for _ in range(4):
        await desk.settle(patient, day=after)
    done = await desk.settle(patient, act_id=act, day=after)
    assert (done.is_granted, done.state, done.taken) == (False, ReservationState.EXHAUSTED, 4)
    assert await desk.taken(patient, day=before) == (0, 0)
    assert await desk.taken(patient, day=after) == (0, 4)
    await desk.check_counters()


async def test_an_act_that_was_exhausted_takes_a_place_that_came_back(desk: Desk) -> None:
    patient, acts = new_id(), [new_id() for _ in range(5)]
    for act in acts:
        await desk.reserve(patient, act_id=act)
    await desk.release(acts[0])
    assert (await desk.settle(patient, act_id=acts[4])).is_granted
    assert await desk.taken(patient) == (3, 1)


async def test_another_biller_than_the_one_who_accepted_takes_his_own_place(desk: Desk) -> None:
    patient, act = new_id(), new_id()
    await desk.reserve(patient, act_id=act)
    done = await desk.settle(patient, act_id=act, rpps=KARIM)
    assert done.is_granted
    assert await desk.taken(patient) == (0, 0)
    assert await desk.taken(patient, rpps=KARIM) == (0, 1)
    await desk.check_counters()


async def test_the_place_of_an_act_is_left_out_of_what_it_is_compared_with(desk: Desk, strict_desk: Desk) -> None:
    patient, act = new_id(), new_id()
    await desk.reserve(patient, act_id=act)
    for _ in range(3):
        await desk.settle(patient)
    assert (await desk.standing(patient)).is_granted is False
    others = await desk.standing(patient, act_id=act)
    assert (others.is_granted, others.reserved, others.consumed, others.left) == (True, 0, 3, 1)
    assert (await desk.standing(patient, act_id=new_id())).taken == 4
    assert (await desk.standing(patient, act_id=act, rpps=KARIM)).taken == 0
    assert (await strict_desk.standing(patient, act_id=act, rpps=KARIM)).taken == 3
    await desk.settle(patient, act_id=act)
    assert (await desk.standing(patient, act_id=act)).consumed == 3


async def test_an_old_day_has_the_limits_of_its_regime(desk: Desk) -> None:
    patient, day = new_id(), date(2021, 6, 1)
    assert [(await desk.settle(patient, day=day)).is_granted for _ in range(3)] == [True, True, False]
    made = [(await desk.settle(patient, code="TE1", day=day)).is_granted for _ in range(5)]
    assert made == [True] * 4 + [False]
    for decide in (desk.reserve, desk.settle):
        with pytest.raises(NotInForce):
            await decide(patient, code="RQD", day=date(2022, 3, 31))
        with pytest.raises(ValueError, match="no quota limits TCG"):
            await decide(patient, code="TCG")
    with pytest.raises(NotInForce):
        await desk.standing(patient, day=date(2019, 2, 9))


async def test_every_code_of_a_year_is_told_at_once(desk: Desk) -> None:
    patient = new_id()
    await desk.settle(patient)
    await desk.reserve(patient, code="RQD")
    async with desk.database.read() as session:
        now = await desk.quotas.standings(session, rpps=ANNE, patient_id=patient, year=2026)
        old = await desk.quotas.standings(session, rpps=ANNE, patient_id=patient, year=2021)
        none = await desk.quotas.standings(session, rpps=ANNE, patient_id=patient, year=2018)
    assert [(one.quota.code, one.reserved, one.consumed, one.left) for one in now] == [
        ("TE2", 0, 1, 3),
        ("RQD", 1, 0, 3),
    ]
    assert [(one.quota.code, one.limit, one.taken) for one in old] == [("TE1", 4, 0), ("TE2", 2, 0)]
    assert none == ()


async def test_counters_follow_a_merge_and_nothing_more_is_granted(desk: Desk) -> None:
    kept, absorbed = new_id(), new_id()
    for _ in range(3):
        await desk.settle(kept)
        await desk.reserve(absorbed)
    await desk.merge(kept, absorbed)
    assert await desk.taken(kept) == await desk.taken(absorbed) == (3, 3)
    for patient in (kept, absorbed):
        assert not (await desk.reserve(patient)).is_granted
    assert (await desk.standing(kept)).left == 0
    await desk.check_counters()


async def test_what_was_granted_before_a_merge_stays_granted(desk: Desk) -> None:
    kept, absorbed, act = new_id(), new_id(), new_id()
    await desk.reserve(absorbed, act_id=act)
    for _ in range(4):
        await desk.settle(kept)
    await desk.merge(kept, absorbed)
    assert (await desk.settle(absorbed, act_id=act)).is_granted
    assert await desk.taken(kept) == (0, 5)
    await desk.check_counters()


async def test_undoing_a_merge_gives_each_his_own_acts_back(desk: Desk) -> None:
    kept, absorbed = new_id(), new_id()
    for _ in range(2):
        await desk.settle(kept)
        await desk.reserve(absorbed, code="RQD")
        await desk.reserve(absorbed)
    await desk.merge(kept, absorbed)
    await desk.merge(kept, absorbed)
    assert not (await desk.settle(absorbed)).is_granted
    await desk.release((await desk.reserve(new_id())).act_id)
    await desk.split(kept, absorbed)
    await desk.split(kept, absorbed)
    assert await desk.taken(kept) == (0, 2)
    assert await desk.taken(absorbed) == (2, 0)
    assert await desk.taken(absorbed, code="RQD") == (2, 0)
    assert await desk.taken(kept, code="RQD") == (0, 0)
    assert (await desk.settle(absorbed)).is_granted
    await desk.check_counters()


async def test_merges_in_a_row_are_one_person_and_part_at_the_right_joint(desk: Desk) -> None:
    first, second, third = sorted(new_id() for _ in range(3))
    for patient in (first, second, third):
        await desk.settle(patient)
    await desk.merge(second, third)
    await desk.merge(first, second)
    assert {await desk.taken(one) for one in (first, second, third)} == {(0, 3)}
    await desk.check_counters()
    await desk.split(first, second)
    assert [await desk.taken(one) for one in (first, second, third)] == [(0, 1), (0, 2), (0, 2)]
    await desk.check_counters()
    await desk.split(second, third)
    assert {await desk.taken(one) for one in (first, second, third)} == {(0, 1)}
    await desk.check_counters()


async def test_undoing_what_was_never_merged_changes_nothing(desk: Desk) -> None:
    one, other = new_id(), new_id()
    await desk.settle(one)
    await desk.split(one, other)
    await desk.merge(one, other)
    await desk.split(new_id(), other)
    await desk.merge(other, one)
    assert await desk.taken(other) == (0, 1)
    await desk.check_counters()


@pytest.mark.parametrize("column", ["reserved", "consumed"])
async def test_the_database_refuses_a_counter_below_nothing(desk: Desk, column: str) -> None:
    await desk.settle(new_id())
    with pytest.raises(IntegrityError, match=f"ck_billing_quota_counters_{column}"):
        async with desk.database.begin() as uow:
            await uow.session.execute(update(QuotaCounterRow).values({column: -1}))


async def test_the_database_refuses_two_places_for_one_act_and_code(desk: Desk) -> None:
    patient, act = new_id(), new_id()
    await desk.reserve(patient, act_id=act)
    twice = QuotaReservationRow(
        act_id=act,
        code="TE2",
        rpps=KARIM,
        patient_id=patient,
        year=2026,
        state="reserved",
        changed_at=desk.quotas._clock.now(),
    )
    with pytest.raises(IntegrityError):
        async with desk.database.begin() as uow:
            uow.session.add(twice)


async def test_the_database_refuses_a_state_that_is_none(desk: Desk) -> None:
    await desk.reserve(new_id())
    with pytest.raises(IntegrityError, match="ck_billing_quota_reservations_state"):
        async with desk.database.begin() as uow:
            await uow.session.execute(update(QuotaReservationRow).values(state="lost"))


async def test_a_transaction_that_fails_takes_no_place(desk: Desk) -> None:
    patient = new_id()
    with pytest.raises(RuntimeError):
        async with desk.database.begin() as uow:
            await desk.quotas.reserve_within(uow, act_id=new_id(), code="TE2", rpps=ANNE, patient_id=patient, day=DAY)
            raise RuntimeError
    assert await desk.taken(patient) == (0, 0)
