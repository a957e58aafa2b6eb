"""Corrections: reversals that leave the books right, invoices that stand, amounts given, money given back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import col

from billing.facts import ActFacts, Reimbursement
from billing.model import Claim
from billing.model.exchange import Payer, Rsp
from billing.model.invoice import Owing
from billing.model.life import Due, Stage
from billing.model.lot import ReturnState
from billing.rules.cap import Counts
from billing.rules.tariff import ClaimState
from billing.rules.transmission import Wish
from billing.service.desk import DeskService
from billing.store import CountStore
from telemed.adapters.caisse.reception import REFUSED
from telemed.kernel.decision import Decision, Reason
from telemed.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from telemed.kernel.ids import new_id
from telemed.trace.service import Journal
from telemed.trace.tables import TraceEntryRow
from tests.fixtures.caisse import CaisseGround
from tests.integration.billing.conftest import (
    ADMINISTRATOR,
    DOCTOR,
    FOREIGN_SECRETARY,
    OTHER_DOCTOR,
    RPPS,
    SECRETARY,
)
from tests.integration.billing.life.conftest import OTHER_ORGANISM, Office, happenings
from tests.unit.billing.making import PRACTICE_ID, make_facts, make_teleexpertise

pytestmark = pytest.mark.asyncio
TIERS_PAYANT = {"is_tiers_payant": True, "reimbursement": Reimbursement(is_met=True)}
HELD = Reason("cap.held", "Plafond atteint.", "Convention médicale")


async def revised(office: Office, claim_id: object, **changes: object) -> Claim:
    """The same act closed again, with something else in it."""
    async with office.database.read() as session:
        from billing.store import BillingStore

        claim = await BillingStore(session).find(claim_id)  # type: ignore[arg-type]
    assert claim is not None
    facts = claim.facts
    assert isinstance(facts, ActFacts)
    kept = {name: getattr(facts, name) for name in ActFacts.__dataclass_fields__}
    return await office.claims.propose(make_facts(**(kept | {"revision": facts.revision + 1} | changes)))


async def counted(office: Office) -> Counts:
    async with office.database.read() as session:
        return await CountStore(session).of_year(RPPS, 2026)


async def test_a_correction_before_the_invoice_replaces(office: Office) -> None:
    claim = await office.propose()
    again = await revised(office, claim.id, is_tiers_payant=True)
    assert (await office.stage(claim.id), await office.stage(again.id)) == (Stage.REPLACED, Stage.TO_INVOICE)


async def test_a_correction_that_changes_nothing_billed_leaves_the_invoice(office: Office) -> None:
    life = await office.invoiced()
    again = await revised(office, life.standing.claim_id)
    standing = (await office.life(again.id)).standing
    assert (standing.stage, standing.covered_by) == (Stage.COVERED, life.standing.claim_id)
    assert await office.stage(life.standing.claim_id) is Stage.INVOICED
    with pytest.raises(Conflict):
        await office.invoices.invoice(DOCTOR, again.id)


async def test_a_correction_of_what_was_covered_reverses_the_invoice(office: Office) -> None:
    life = await office.invoiced()
    covered = await revised(office, life.standing.claim_id)
    last = await revised(office, covered.id, is_video_established=False)
    assert await office.stage(life.standing.claim_id) is Stage.REVERSED
    assert (await office.stage(covered.id), await office.stage(last.id)) == (Stage.REPLACED, Stage.NOT_BILLABLE)


async def test_an_invoice_that_has_not_left_is_reversed_without_more_to_do(office: Office) -> None:
    life = await office.invoiced(**TIERS_PAYANT)
    await revised(office, life.standing.claim_id, is_video_established=False)
    life = await office.life(life.standing.claim_id)
    assert (life.standing.stage, life.standing.balance_cents, life.standing.reasons) == (Stage.REVERSED, 0, ())
    assert sum(entry.cents for entry in life.entries) == 0
    await office.lots.make_lots()
    assert await office.lots.page(DOCTOR, limit=5) == []


async def test_the_payment_that_an_invoice_stated_goes_with_it(office: Office) -> None:
    life = await office.invoiced()
    await revised(office, life.standing.claim_id, is_video_established=False)
    life = await office.life(life.standing.claim_id)
    assert [(entry.kind.value, entry.cents) for entry in life.entries] == [
        ("charge", 2500),
        ("payment", -2500),
        ("reversal", -2500),
        ("payment", 2500),
    ]


async def test_what_left_is_reversed_and_says_what_to_ask_of_the_caisse(office: Office) -> None:
    """The caisse pays all the same: the money is owed back, and due, until it is given back."""
    life = await office.sent(**TIERS_PAYANT)
    claim_id = life.standing.claim_id
    again = await revised(office, claim_id, is_tiers_payant=False)
    life = await office.life(claim_id)
    assert [reason.code for reason in life.standing.reasons] == ["billing.left_before_reversal"]
    assert await office.stage(again.id) is Stage.TO_INVOICE
    await office.lots.collect_returns()
    life = await office.life(claim_id)
    assert (life.standing.stage, life.standing.balance_cents) == (Stage.REVERSED, -1750)
    assert (life.standing.due, life.standing.due_on) == (Due.REPAYMENT, life.standing.day)
    aside = await office.lots.anomalies(DOCTOR, limit=5)
    assert [one.state for one in aside] == [ReturnState.CONTRADICTS]
    await office.invoices.record_payment(SECRETARY, claim_id, owing=Owing.AMO, cents=-1750)
    life = await office.life(claim_id)
    assert (life.standing.balance_cents, life.standing.due, life.standing.due_on) == (0, Due.NOTHING, None)


async def test_only_one_entry_of_an_act_is_ever_invoiced(office: Office) -> None:
    life = await office.sent(**TIERS_PAYANT)
    again = await revised(office, life.standing.claim_id, is_tiers_payant=False)
    await office.invoices.invoice(DOCTOR, again.id)
    assert await office.stage(life.standing.claim_id) is Stage.REVERSED
    assert await office.stage(again.id) is Stage.INVOICED


async def test_a_reversal_by_hand_is_the_doctors_and_leaves_the_count(office: Office) -> None:
    life = await office.invoiced()
    claim_id = life.standing.claim_id
    assert await counted(office) == Counts.of_teleconsultations(1)
    with pytest.raises(Forbidden):
        await office.invoices.reverse(SECRETARY, claim_id, reason="Erreur de patient")
    with pytest.raises(NotFound):
        await office.invoices.reverse(OTHER_DOCTOR, claim_id, reason="Erreur de patient")
    with pytest.raises(Invalid):
        await office.invoices.reverse(DOCTOR, claim_id, reason="  ")
    life = await office.invoices.reverse(DOCTOR, claim_id, reason="Erreur de patient")
    assert (life.standing.stage, life.steps[-1].note) == (Stage.REVERSED, "Erreur de patient")
    assert await counted(office) == Counts()
    with pytest.raises(Conflict):
        await office.invoices.reverse(DOCTOR, claim_id, reason="Encore")


async def test_giving_up_a_rejected_invoice_reverses_it_for_good(office: Office, caisse_ground: CaisseGround) -> None:
    caisse_ground.tell(rejections={1: REFUSED})
    life = await office.sent(**TIERS_PAYANT)
    await office.lots.collect_returns()
    assert await counted(office) == Counts()
    life = await office.invoices.abandon(DOCTOR, life.standing.claim_id, reason="Peu de chose")
    assert (life.standing.stage, life.standing.balance_cents) == (Stage.REVERSED, 0)
    with pytest.raises(Conflict):
        await office.invoices.restore(DOCTOR, life.standing.claim_id)


async def test_a_corrected_rejection_counts_again_and_is_paid(office: Office, caisse_ground: CaisseGround) -> None:
    caisse_ground.tell(rejections={1: REFUSED})
    life = await office.sent(**TIERS_PAYANT)
    await office.lots.collect_returns()
    again = await office.invoices.correct_rejected(SECRETARY, life.standing.claim_id, reason="Organisme")
    assert await counted(office) == Counts.of_teleconsultations(1)
    await office.insure(organism=OTHER_ORGANISM)
    caisse_ground.tell()
    await office.invoices.invoice(SECRETARY, again.id)
    await office.lots.send_now(SECRETARY)
    life = await office.life(again.id)
    assert (life.standing.stage, life.standing.paid_cents) == (Stage.PAID, 1750)
    assert life.invoice is not None
    assert life.invoice.corrects_id is not None


async def test_an_amount_is_completed_once_with_its_text(office: Office) -> None:
    await office.insure()
    claim = await office.propose(specialty="G15_10/SM02")
    assert await office.stage(claim.id) is Stage.TO_COMPLETE
    again = await office.invoices.complete(SECRETARY, claim.id, amount_cents=5000, source="Annexe de la convention")
    assert again.supplied is not None
    assert (again.amount_cents, again.supplied.source) == (5000, "Annexe de la convention")
    assert (await office.stage(claim.id), await office.stage(again.id)) == (Stage.REPLACED, Stage.TO_INVOICE)
    with pytest.raises(Conflict):
        await office.invoices.complete(DOCTOR, claim.id, amount_cents=5000, source="Annexe")
    for cents in (0, -1, 1_000_001):
        with pytest.raises(Invalid):
            await office.invoices.complete(DOCTOR, claim.id, amount_cents=cents, source="Annexe")


async def test_the_cap_holds_an_invoice_until_a_reason_is_given(office: Office) -> None:
    await office.insure()
    office.cap.decision = Decision(refusals=(HELD,))
    claim = await office.propose(reimbursement=Reimbursement(is_met=True, exceptions=("urgence",)))
    with pytest.raises(Refused):
        await office.invoices.invoice(DOCTOR, claim.id)
    assert office.cap.asked[-1]["is_urgent"] is True
    life = await office.life(claim.id)
    assert (life.standing.stage, life.standing.reasons) == (Stage.HELD, (HELD,))
    with pytest.raises(Refused):
        await office.invoices.invoice(DOCTOR, claim.id)
    assert happenings(await office.life(claim.id)) == ["opened", "held"]
    life = await office.invoices.invoice(DOCTOR, claim.id, override_reason="Patient sans autre recours")
    assert (life.standing.stage, life.steps[-1].note) == (Stage.INVOICED, "Patient sans autre recours")
    async with office.database.read() as session:
        query = select(col(TraceEntryRow.details)).where(col(TraceEntryRow.action) == "billing.invoice")
        traced = (await session.scalars(query.order_by(col(TraceEntryRow.number)))).all()
    assert traced == [{}, {}, {"reason": "Patient sans autre recours"}]


async def test_a_part_paid_by_the_patient_ends_nothing_and_the_rest_does(office: Office) -> None:
    claim = await office.propose(**TIERS_PAYANT)
    await office.invoices.invoice(DOCTOR, claim.id, wish=Wish(is_on_paper=True))
    life = await office.invoices.record_payment(SECRETARY, claim.id, owing=Owing.PATIENT, cents=750)
    assert (life.standing.stage, life.standing.balance_cents) == (Stage.ON_PAPER, 1750)
    life = await office.invoices.record_payment(SECRETARY, claim.id, owing=Owing.AMO, cents=1750)
    assert (life.standing.stage, life.standing.balance_cents) == (Stage.PAID, 0)


async def test_a_payment_of_what_is_not_invoiced_is_refused(office: Office) -> None:
    claim = await office.propose()
    with pytest.raises(Conflict):
        await office.invoices.record_payment(DOCTOR, claim.id, owing=Owing.PATIENT, cents=100)
    with pytest.raises(Invalid):
        await office.invoices.record_payment(DOCTOR, claim.id, owing=Owing.PATIENT, cents=0)


async def test_an_insurer_who_says_twice_that_he_paid_is_believed_once(
    office: Office, caisse_ground: CaisseGround
) -> None:
    life = await office.sent(**TIERS_PAYANT)
    await office.lots.collect_returns()
    reference = caisse_ground.reception.deliveries[0].lot
    office.clock.advance(timedelta(hours=1))
    caisse_ground.reception.say(Rsp(reference, office.clock.now(), 1, Payer.AMO, 1750))
    await office.lots.collect_returns()
    life = await office.life(life.standing.claim_id)
    assert (life.standing.paid_cents, life.standing.stage) == (1750, Stage.PAID)
    assert [one.state for one in await office.lots.anomalies(DOCTOR, limit=5)] == [ReturnState.CONTRADICTS]


async def test_readers_decide_nothing_and_strangers_see_nothing(office: Office) -> None:
    life = await office.invoiced()
    claim_id = life.standing.claim_id
    assert (await office.life(claim_id, ADMINISTRATOR)).standing == life.standing
    with pytest.raises(NotFound):
        await office.life(claim_id, FOREIGN_SECRETARY)
    with pytest.raises(Forbidden):
        await office.invoices.record_paper_sent(ADMINISTRATOR, claim_id)
    with pytest.raises(Conflict):
        await office.invoices.record_paper_sent(SECRETARY, claim_id)


async def test_rights_follow_the_person_when_records_are_merged_and_parted_again(office: Office) -> None:
    """Trap 13: what was read under one record serves a claim made under the other, and no longer once parted."""
    from billing.store.persons import PersonStore

    twin = new_id()
    office.records.known.add((twin, PRACTICE_ID))
    await office.insure(patient_id=twin)
    claim = await office.propose()
    with pytest.raises(Refused):
        await office.invoices.invoice(DOCTOR, claim.id)
    async with office.database.begin() as uow:
        await PersonStore(uow.session).merge(kept=twin, absorbed=claim.patient_id)
    assert (await office.invoices.plan(DOCTOR, claim.id)).transmission.refusals == ()
    async with office.database.begin() as uow:
        await PersonStore(uow.session).split(kept=twin, absorbed=claim.patient_id)
    refusals = (await office.invoices.plan(DOCTOR, claim.id)).transmission.refusals
    assert [reason.code for reason in refusals] == ["billing.insurance_missing"]


async def on_paper(office: Office) -> UUID:
    claim = await office.propose(**TIERS_PAYANT)
    await office.invoices.invoice(DOCTOR, claim.id, wish=Wish(is_on_paper=True))
    return claim.id


@pytest.mark.parametrize("ending", ["abandoned", "corrected", "paid too much"])
async def test_money_that_nobody_owed_is_due_back_and_waits_at_the_desk(
    office: Office, caisse_ground: CaisseGround, ending: str
) -> None:
    """From the day on which it is known, until it is given back."""
    if ending == "corrected":
        caisse_ground.tell(rejections={1: REFUSED})
        claim_id = (await office.sent(**TIERS_PAYANT)).standing.claim_id
        await office.lots.collect_returns()
    else:
        claim_id = await on_paper(office)
    paid = 2_800 if ending == "paid too much" else 300
    await office.invoices.record_payment(SECRETARY, claim_id, owing=Owing.PATIENT, cents=paid)
    if ending == "abandoned":
        await office.invoices.abandon(DOCTOR, claim_id, reason="Acte offert")
    elif ending == "corrected":
        await office.invoices.correct_rejected(SECRETARY, claim_id, reason="Organisme")
    standing = (await office.life(claim_id)).standing
    assert (standing.balance_cents, standing.due, standing.due_on) == (-300, Due.REPAYMENT, standing.day)
    desk = DeskService(
        database=office.database, clock=office.clock, law=office.law, journal=Journal(clock=office.clock)
    )
    for caller in (DOCTOR, SECRETARY):
        assert (await desk.waiting(caller, limit=5)).first[0] == standing
    await office.invoices.record_payment(SECRETARY, claim_id, owing=Owing.PATIENT, cents=-300)
    standing = (await office.life(claim_id)).standing
    assert (standing.balance_cents, standing.due, standing.due_on) == (0, Due.NOTHING, None)
    assert standing not in (await desk.waiting(DOCTOR, limit=5)).first


async def test_an_opinion_paid_after_its_rejection_counts_and_says_that_its_place_is_taken(
    office: Office, caisse_ground: CaisseGround
) -> None:
    """R-18: the caisse may pay a fifth; the doctor must know."""
    caisse_ground.tell(rejections={1: REFUSED})
    await office.insure()
    first = await opinion(office, 5)
    await office.invoices.invoice(DOCTOR, first.id)
    await office.lots.send_now(DOCTOR)
    assert await office.stage(first.id) is Stage.REJECTED
    for month in range(1, 5):
        assert (await opinion(office, month)).state is ClaimState.PROPOSED
    reference = caisse_ground.reception.deliveries[0].lot
    caisse_ground.reception.say(Rsp(reference, office.clock.now(), 1, Payer.AMO, 2_300))
    await office.lots.collect_returns()
    standing = (await office.life(first.id)).standing
    assert (standing.stage, [one.code for one in standing.reasons]) == (
        Stage.PAID,
        ["caisse.rejected", "billing.quota_exhausted"],
    )
    assert await counted(office) == Counts(teleexpertises=5)


async def opinion(office: Office, month: int) -> Claim:
    at = datetime(2026, month, 10, 12, tzinfo=UTC)
    facts = make_teleexpertise(act_id=new_id(), requested_at=at, accepted_at=at, completed_at=at)
    return (await office.claims.propose_all(facts))[0]
