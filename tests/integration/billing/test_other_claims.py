"""Claims of télé-expertise and accompaniment: one a part, with their quota, in the counts of each biller's year."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from billing.facts import AccompanimentFacts, Biller, MedecinTraitant, Part, Setting, TeleexpertiseFacts
from billing.model import Claim
from billing.rules.cap import Counts
from billing.rules.quota import QuotaStanding
from billing.rules.tariff import ClaimState
from billing.service import ClaimService
from billing.service.places import Places
from billing.service.quotas import QuotaService
from billing.store import CountStore
from telemed.kernel.clock import FrozenClock
from telemed.kernel.events import Event
from telemed.kernel.ids import new_id
from telemed.law.law import Law
from telemed.storage.engine import Database
from tests.unit.billing.making import make_accompaniment, make_biller, make_facts, make_nurse, make_teleexpertise

pytestmark = pytest.mark.asyncio
REQUIS, REQUERANT = make_biller(rpps="10001234567"), make_nurse(rpps="10007654321")


@pytest.fixture
def places(clock: FrozenClock, law: Law, quotas: QuotaService) -> Places:
    return Places(clock=clock, law=law, quotas=quotas)


def answered(day: datetime = datetime(2026, 6, 1, 12, tzinfo=UTC), **changes: Any) -> TeleexpertiseFacts:
    """Another télé-expertise of the same two for the same patient, asked, accepted and answered at once."""
    return make_teleexpertise(
        **{"act_id": new_id(), "requested_at": day, "accepted_at": day, "completed_at": day} | changes
    )


async def counts_of(database: Database, rpps: str, year: int = 2026) -> Counts:
    """The maintained count, once it is seen to equal the recount."""
    async with database.read() as session:
        store = CountStore(session)
        kept, recounted = await store.of_year(rpps, year), await store.recount(rpps, year)
    assert kept == sum(recounted.values(), Counts())
    return kept


async def quota_of(
    quotas: QuotaService, database: Database, code: str = "TE2", *, biller: Biller = REQUIS, year: int = 2026
) -> QuotaStanding:
    async with database.read() as session:
        return await quotas.standing(
            session, code=code, rpps=biller.rpps, patient_id=answered().patient_id, day=date(year, 12, 31)
        )


async def propose(claims: ClaimService, facts: TeleexpertiseFacts) -> tuple[Claim, Claim]:
    opinion, request = await claims.propose_all(facts)
    assert (opinion.part, request.part) == (Part.OPINION, Part.REQUEST)
    return opinion, request


async def test_an_answered_request_makes_two_claims(claims: ClaimService, database: Database) -> None:
    opinion, request = await propose(claims, answered())
    assert (opinion.code, opinion.amount_cents, opinion.biller.rpps) == ("TE2", 2300, REQUIS.rpps)
    assert (request.code, request.amount_cents, request.biller.rpps) == ("RQD", 1000, REQUERANT.rpps)
    assert {opinion.state, request.state} == {ClaimState.PROPOSED}
    assert await counts_of(database, REQUIS.rpps) == Counts(teleexpertises=1)
    assert await counts_of(database, REQUERANT.rpps) == Counts(other_acts=1)


async def test_the_event_may_come_twice(claims: ClaimService, database: Database, quotas: QuotaService) -> None:
    facts = answered()
    closed = Event("teleexpertise.closed", f"closed:{facts.act_id}", facts.completed_at, facts.to_payload())
    await claims.receive(closed)
    await claims.receive(closed)
    assert (await quota_of(quotas, database)).consumed == 1
    assert await counts_of(database, REQUIS.rpps) == Counts(teleexpertises=1)


async def test_own_patients_are_counted_on_each_side(claims: ClaimService, database: Database) -> None:
    await propose(claims, answered(requis=replace(REQUIS, medecin_traitant=MedecinTraitant.SELF)))
    assert await counts_of(database, REQUIS.rpps) == Counts(teleexpertises=1, own_acts=1)
    assert await counts_of(database, REQUERANT.rpps) == Counts(other_acts=1)


async def test_the_fifth_is_done_and_not_invoiced(
    claims: ClaimService, database: Database, quotas: QuotaService
) -> None:
    """R-18, R-19: on each side, with the numbers compared; it enters no count of the cap."""
    days = [datetime(2026, month, 10, 12, tzinfo=UTC) for month in range(1, 6)]
    made = [await propose(claims, answered(day)) for day in days]
    assert [opinion.state for opinion, _ in made] == [ClaimState.PROPOSED] * 4 + [ClaimState.NOT_BILLABLE]
    assert [request.state for _, request in made] == [ClaimState.PROPOSED] * 4 + [ClaimState.NOT_BILLABLE]
    (reason,) = made[4][0].refusals
    assert (reason.code, reason.compared["limit"], reason.compared["consumed"]) == ("billing.quota_exhausted", 4, 4)
    assert (await quota_of(quotas, database)).consumed == 4
    assert await counts_of(database, REQUIS.rpps) == Counts(teleexpertises=4)


async def test_another_patient_or_another_expert_has_a_quota_of_his_own(claims: ClaimService) -> None:
    for month in range(1, 5):
        await propose(claims, answered(datetime(2026, month, 10, 12, tzinfo=UTC)))
    other_patient, _ = await propose(claims, answered(patient_id=new_id()))
    other_expert, request = await propose(claims, answered(requis=replace(REQUIS, rpps="10100000016")))
    assert other_patient.state is other_expert.state is ClaimState.PROPOSED
    assert request.refusals[0].code == "billing.quota_exhausted"


async def test_four_and_four_within_two_days(claims: ClaimService) -> None:
    """Trap 9: four on 31 December, four on 1 January, each billable; the civil year is what counts."""
    last = [answered(datetime(2025, 12, 31, 12, minute, tzinfo=UTC)) for minute in range(4)]
    first = [answered(datetime(2026, 1, 1, 12, minute, tzinfo=UTC)) for minute in range(4)]
    for facts in (*last, *first):
        for one in facts.parts:
            assert facts.day_of(one).year == facts.completed_at.year
    states = []
    for facts in (*last, *first):
        opinion, _ = await propose(claims, replace(facts, patient_id=new_id()))
        states.append(opinion.state)
    assert set(states) == {ClaimState.PROPOSED}


async def test_two_the_same_day_do_not_combine(claims: ClaimService) -> None:
    """R-23, read by civil day: the second télé-expertise of a day for one patient stands beside another act."""
    await propose(claims, answered())
    second, _ = await propose(claims, answered(datetime(2026, 6, 1, 15, tzinfo=UTC)))
    assert [one.code for one in second.refusals] == ["billing.combination"]


async def test_beside_a_teleconsultation_nothing_is_taken_from_the_quota(
    claims: ClaimService, database: Database, quotas: QuotaService
) -> None:
    day = datetime(2026, 6, 1, 9, tzinfo=UTC)
    held = make_facts(act_id=new_id(), started_at=day, ended_at=day, rpps=REQUIS.rpps)
    await claims.propose(held)
    opinion, request = await propose(claims, answered())
    assert [one.code for one in opinion.refusals] == ["billing.combination"]
    assert opinion.refusals[0].compared["other_codes"] == "TCG"
    assert request.state is ClaimState.PROPOSED
    assert (await quota_of(quotas, database)).taken == 0


async def test_a_teleconsultation_after_an_opinion_says_so(claims: ClaimService) -> None:
    await propose(claims, answered())
    day = datetime(2026, 6, 1, 15, tzinfo=UTC)
    claim = await claims.propose(make_facts(act_id=new_id(), started_at=day, ended_at=day, rpps=REQUIS.rpps))
    assert claim.state is ClaimState.PROPOSED
    assert [one.code for one in claim.warnings] == ["billing.beside_teleexpertise"]


async def test_a_correction_that_refuses_gives_the_place_back(
    claims: ClaimService, database: Database, quotas: QuotaService
) -> None:
    facts = answered()
    await propose(claims, facts)
    opinion, _ = await propose(claims, replace(facts, revision=2, other_codes=("MCX",)))
    assert [one.code for one in opinion.refusals] == ["billing.combination"]
    assert (await quota_of(quotas, database)).taken == 0
    assert (await quota_of(quotas, database, "RQD", biller=REQUERANT)).taken == 0
    assert await counts_of(database, REQUIS.rpps) == Counts()


async def test_a_correction_moves_the_place_to_another_year(
    claims: ClaimService, database: Database, quotas: QuotaService
) -> None:
    facts = answered(datetime(2025, 12, 30, 12, tzinfo=UTC))
    await propose(claims, facts)
    moved = datetime(2026, 1, 2, 12, tzinfo=UTC)
    opinion, _ = await propose(claims, replace(facts, revision=2, completed_at=moved))
    assert (opinion.amount_cents, opinion.day) == (2300, date(2026, 1, 2))
    assert (await quota_of(quotas, database, year=2025)).taken == 0
    assert (await quota_of(quotas, database, year=2026)).consumed == 1
    assert await counts_of(database, REQUIS.rpps, 2025) == Counts()


async def test_a_claim_that_leaves_gives_its_place_back_once(
    claims: ClaimService, database: Database, quotas: QuotaService, places: Places
) -> None:
    made = [await propose(claims, answered(datetime(2026, month, 10, 12, tzinfo=UTC))) for month in range(1, 5)]
    for _ in range(2):
        async with database.begin() as uow:
            await places.leave(uow, made[0][0], why="abandoned")
    assert (await quota_of(quotas, database)).consumed == 3
    assert await counts_of(database, REQUIS.rpps) == Counts(teleexpertises=3)
    for _ in range(2):
        async with database.begin() as uow:
            assert (await places.come_back(uow, made[0][0])).is_allowed
    assert (await quota_of(quotas, database)).consumed == 4
    assert await counts_of(database, REQUIS.rpps) == Counts(teleexpertises=4)


async def test_a_claim_does_not_come_back_to_a_place_that_was_taken(
    claims: ClaimService, database: Database, quotas: QuotaService, places: Places
) -> None:
    made = [await propose(claims, answered(datetime(2026, month, 10, 12, tzinfo=UTC))) for month in range(1, 5)]
    async with database.begin() as uow:
        await places.leave(uow, made[0][0], why="abandoned")
    fifth, _ = await propose(claims, answered(datetime(2026, 5, 10, 12, tzinfo=UTC)))
    assert fifth.state is ClaimState.PROPOSED
    async with database.begin() as uow:
        decision = await places.come_back(uow, made[0][0])
    assert [one.code for one in decision.refusals] == ["billing.quota_exhausted"]
    assert (await quota_of(quotas, database)).consumed == 4
    assert await counts_of(database, REQUIS.rpps) == Counts(teleexpertises=4)


async def test_forty_answers_at_once_bill_four(claims: ClaimService, database: Database, quotas: QuotaService) -> None:
    start = datetime(2026, 1, 5, 12, tzinfo=UTC)
    made = await asyncio.gather(*(claims.propose_all(answered(start + timedelta(days=n))) for n in range(40)))
    billed = [claims_of_act for claims_of_act in made if claims_of_act[0].state is ClaimState.PROPOSED]
    assert len(billed) == 4
    assert (await quota_of(quotas, database)).consumed == 4
    assert await counts_of(database, REQUIS.rpps) == Counts(teleexpertises=4)


def beside(teleconsultation_id: UUID | None = None, **changes: Any) -> AccompanimentFacts:
    facts = make_accompaniment(**{"act_id": new_id()} | changes)
    if teleconsultation_id is None:
        return facts
    return replace(facts, teleconsultation=replace(facts.teleconsultation, act_id=teleconsultation_id))


async def test_one_nurse_and_one_pharmacist_beside_a_teleconsultation(claims: ClaimService, database: Database) -> None:
    first = await claims.propose(beside())
    second = await claims.propose(beside(setting=Setting.PLANNED_CARE, biller=make_nurse(rpps="10100000024")))
    pharmacist = make_nurse(profession="21", rpps="10100000032")
    third = await claims.propose(beside(setting=Setting.PHARMACY, biller=pharmacist))
    assert (first.code, first.amount_cents) == ("TLD", 1500)
    assert [one.code for one in second.refusals] == ["billing.already_accompanied"]
    assert (third.code, third.amount_cents) == ("TLM", 100)
    assert await counts_of(database, first.biller.rpps) == Counts()


async def test_the_place_of_an_abandoned_accompaniment_is_free_again(
    claims: ClaimService, database: Database, places: Places
) -> None:
    first = await claims.propose(beside())
    async with database.begin() as uow:
        await places.leave(uow, first, why="abandoned")
    second = await claims.propose(beside(biller=make_nurse(rpps="10100000024")))
    assert second.state is ClaimState.PROPOSED


async def test_two_nurses_at_once_bill_one_accompaniment(claims: ClaimService) -> None:
    nurses = [make_nurse(rpps=f"101000000{n:02d}") for n in range(10, 20)]
    made = await asyncio.gather(*(claims.propose(beside(biller=nurse)) for nurse in nurses))
    assert [claim.state for claim in made].count(ClaimState.PROPOSED) == 1
