"""The exchange with a caisse: every answer that it may give, or not give, through the whole of the delays."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from billing.facts import Reimbursement
from billing.model.invoice import Owing
from billing.model.life import Stage
from billing.model.lot import ReturnState
from telemed.adapters.caisse.reception import ArlAnswer
from telemed.adapters.caisse.server import Wire
from tests.fixtures.caisse import CaisseGround
from tests.integration.billing.conftest import DOCTOR
from tests.integration.billing.life.conftest import MUTUELLE, OTHER_ORGANISM, PATIENT_ID, Office, happenings

pytestmark = pytest.mark.asyncio
TIERS_PAYANT = {"is_tiers_payant": True, "reimbursement": Reimbursement(is_met=True)}


async def test_an_invoice_in_direct_payment_ends_with_its_arl(office: Office, caisse_ground: CaisseGround) -> None:
    life = await office.sent()
    claim_id = life.standing.claim_id
    assert life.standing.stage is Stage.TRANSMITTED
    await office.lots.collect_returns()
    life = await office.life(claim_id)
    assert happenings(life) == ["opened", "invoiced", "lotted", "sent", "arl_positive", "settled"]
    assert (life.standing.stage, life.standing.charged_cents, life.standing.paid_cents) == (Stage.PAID, 2500, 2500)
    (lot,) = caisse_ground.reception.taken_lots()
    assert [fse.code for fse in lot.content.fses] == ["TCG"]


async def test_in_tiers_payant_the_rsp_pays(office: Office) -> None:
    life = await office.sent(**TIERS_PAYANT)
    await office.lots.collect_returns()
    life = await office.life(life.standing.claim_id)
    assert happenings(life)[-2:] == ["arl_positive", "rsp_paid"]
    assert life.standing.stage is Stage.PAID
    assert [(one.kind.value, one.owing, one.cents) for one in life.entries] == [
        ("charge", Owing.AMO, 1750),
        ("charge", Owing.PATIENT, 750),
        ("payment", Owing.AMO, -1750),
    ]


async def test_with_a_dre_both_insurers_pay(office: Office) -> None:
    await office.insure(complementary=MUTUELLE)
    life = await office.sent(**TIERS_PAYANT)
    await office.lots.collect_returns()
    life = await office.life(life.standing.claim_id)
    assert life.standing.stage is Stage.PAID
    assert life.standing.balance_cents == 0
    assert "share_paid" in happenings(life)


async def test_a_rejection_says_why_and_is_corrected_once(office: Office, caisse_ground: CaisseGround) -> None:
    from telemed.adapters.caisse.reception import REFUSED

    caisse_ground.tell(rejections={1: REFUSED, 2: REFUSED})
    life = await office.sent(**TIERS_PAYANT)
    await office.lots.collect_returns()
    life = await office.life(life.standing.claim_id)
    assert life.standing.stage is Stage.REJECTED
    assert [reason.code for reason in life.standing.reasons] == ["caisse.rejected"]
    again = await office.invoices.correct_rejected(DOCTOR, life.standing.claim_id, reason="Organisme erroné")
    from telemed.kernel.errors import Refused

    with pytest.raises(Refused) as unchanged:
        await office.invoices.invoice(DOCTOR, again.id)
    assert [reason.code for reason in unchanged.value.decision.refusals] == ["billing.resent_unchanged"]
    await office.insure(organism=OTHER_ORGANISM)
    await office.invoices.invoice(DOCTOR, again.id)
    await office.run_jobs()
    await office.run_jobs()
    await office.lots.collect_returns()
    second = await office.life(again.id)
    assert second.standing.stage is Stage.REJECTED
    with pytest.raises(Refused) as corrected:
        await office.invoices.correct_rejected(DOCTOR, again.id, reason="Encore")
    assert [reason.code for reason in corrected.value.decision.refusals] == ["billing.corrected_already"]
    former = await office.life(life.standing.claim_id)
    assert (former.standing.stage, former.standing.balance_cents) == (Stage.CORRECTED, 0)


async def test_no_answer_then_the_same_lot_again_then_paper(office: Office, caisse_ground: CaisseGround) -> None:
    """Sent on Wednesday 25 November: silent until Friday, sent again that day, paper after Tuesday."""
    caisse_ground.tell(arl=ArlAnswer.NONE)
    life = await office.sent()
    claim_id = life.standing.claim_id
    assert life.standing.due_on == date(2026, 11, 27)
    await office.work_until(date(2026, 11, 26))
    assert await office.stage(claim_id) is Stage.TRANSMITTED
    await office.work_until(date(2026, 11, 27))
    life = await office.life(claim_id)
    assert life.standing.stage is Stage.RETRANSMITTED
    assert life.standing.due_on == date(2026, 12, 1)
    await office.work_until(date(2026, 12, 1))
    assert await office.stage(claim_id) is Stage.RETRANSMITTED
    await office.work_until(date(2026, 12, 2))
    assert await office.stage(claim_id) is Stage.PAPER_REQUESTED
    first, second = caisse_ground.reception.deliveries
    assert (first.text, first.is_retransmission, second.is_retransmission) == (second.text, False, True)


async def test_an_arl_after_paper_was_asked_for_discharges(office: Office, caisse_ground: CaisseGround) -> None:
    caisse_ground.tell(delay=timedelta(days=8))
    life = await office.sent()
    await office.work_until(date(2026, 12, 2))
    assert await office.stage(life.standing.claim_id) is Stage.PAPER_REQUESTED
    await office.work_until(date(2026, 12, 5))
    assert await office.stage(life.standing.claim_id) is Stage.PAID


async def test_a_refused_lot_leaves_again_at_once_and_paper_follows(
    office: Office, caisse_ground: CaisseGround
) -> None:
    caisse_ground.tell(arl=ArlAnswer.NEGATIVE)
    life = await office.sent()
    await office.lots.collect_returns()
    life = await office.life(life.standing.claim_id)
    assert (life.standing.stage, life.standing.due_on) == (Stage.REFUSED, date(2026, 11, 27))
    office.clock.advance(timedelta(minutes=1))
    await office.lots.transmit()
    assert await office.stage(life.standing.claim_id) is Stage.RETRANSMITTED
    await office.lots.collect_returns()
    assert await office.stage(life.standing.claim_id) is Stage.PAPER_REQUESTED


@pytest.mark.parametrize("wire", [Wire.AWAY, Wire.RESET, Wire.LOST_ANSWER, Wire.GARBAGE, Wire.TRUNCATED, Wire.SLOW])
async def test_whatever_befalls_the_wire_a_lot_is_new_once(
    office: Office, caisse_ground: CaisseGround, wire: Wire
) -> None:
    caisse_ground.caisse.wire.append(wire)
    if wire is Wire.SLOW:
        office.lots._sender._call_seconds = 0.3  # type: ignore[union-attr]
    life = await office.sent()
    assert life.standing.stage is Stage.LOTTED
    await office.lots.transmit()
    assert len(caisse_ground.reception.deliveries) <= 1
    office.clock.advance(timedelta(minutes=2))
    await office.lots.transmit()
    await office.lots.collect_returns()
    assert await office.stage(life.standing.claim_id) is Stage.PAID
    (lot,) = caisse_ground.reception.taken_lots()
    assert caisse_ground.reception.times_new(caisse_ground.reception.deliveries[0].lot) <= 1
    assert len(lot.content.fses) == 1


async def test_returns_twice_or_out_of_order_change_nothing_more(office: Office, caisse_ground: CaisseGround) -> None:
    caisse_ground.tell(twice=True, rsp_first=True)
    life = await office.sent(**TIERS_PAYANT)
    await office.lots.collect_returns()
    await office.lots.collect_returns()
    life = await office.life(life.standing.claim_id)
    assert life.standing.stage is Stage.PAID
    assert life.standing.paid_cents == 1750
    assert happenings(life) == ["opened", "invoiced", "lotted", "sent", "answered", "rsp_paid"]


@pytest.mark.parametrize(
    ("told", "state"), [({"of_another": True}, ReturnState.ANOTHERS), ({"garbled": True}, ReturnState.UNREADABLE)]
)
async def test_what_is_not_ours_is_set_aside_and_seen(
    office: Office, caisse_ground: CaisseGround, told: dict[str, bool], state: ReturnState
) -> None:
    caisse_ground.tell(**told)
    life = await office.sent(**TIERS_PAYANT)
    await office.lots.collect_returns()
    assert await office.stage(life.standing.claim_id) is Stage.TRANSMITTED
    aside = await office.lots.anomalies(DOCTOR, limit=10)
    assert {one.state for one in aside} == {state}


async def test_one_lot_an_organism(office: Office, caisse_ground: CaisseGround) -> None:
    await office.invoiced()
    await office.invoiced()
    await office.insure(organism=OTHER_ORGANISM)
    await office.invoiced()
    await office.lots.make_lots()
    await office.lots.transmit()
    lots = caisse_ground.reception.taken_lots()
    assert sorted((lot.organism, len(lot.content.fses)) for lot in lots) == [("013121234", 2), (OTHER_ORGANISM, 1)]
    assert sorted(lot.number for lot in lots) == [1, 2]
    assert sorted(fse.number for lot in lots for fse in lot.content.fses) == [1, 2, 3]


async def test_copies_are_forgotten_once_they_had_their_time(office: Office) -> None:
    """Three months from 25 November are longer than ninety days only by two: 25 February is the last day."""
    life = await office.sent()
    await office.lots.collect_returns()
    office.clock.move_to(datetime(2027, 2, 25, 12, tzinfo=UTC))
    await office.lots.purge_copies()
    (lot,) = await office.lots.page(DOCTOR, limit=5)
    assert lot.purged_at is None
    office.clock.move_to(datetime(2027, 2, 26, 12, tzinfo=UTC))
    await office.lots.purge_copies()
    (lot,) = await office.lots.page(DOCTOR, limit=5)
    assert lot.purged_at == office.clock.now()
    assert (await office.life(life.standing.claim_id)).standing.stage is Stage.PAID


async def test_a_copy_stays_while_its_claim_is_not_settled(office: Office, caisse_ground: CaisseGround) -> None:
    caisse_ground.tell(pays=False)
    life = await office.sent(**TIERS_PAYANT)
    await office.lots.collect_returns()
    office.clock.move_to(datetime(2027, 6, 1, 12, tzinfo=UTC))
    await office.lots.purge_copies()
    (lot,) = await office.lots.page(DOCTOR, limit=5)
    assert (lot.purged_at, await office.stage(life.standing.claim_id)) == (None, Stage.ACKNOWLEDGED)


async def test_a_claim_without_rights_waits_and_says_why(office: Office) -> None:
    from telemed.kernel.errors import Refused

    claim = await office.propose()
    with pytest.raises(Refused) as refusal:
        await office.invoices.invoice(DOCTOR, claim.id)
    assert [reason.code for reason in refusal.value.decision.refusals] == ["billing.insurance_missing"]
    life = await office.life(claim.id)
    assert (life.standing.stage, [one.code for one in life.standing.reasons]) == (
        Stage.HELD,
        ["billing.insurance_missing"],
    )
    await office.insure(patient_id=PATIENT_ID)
    batch = await office.invoices.invoice_ready(DOCTOR)
    assert (batch.invoiced, batch.held) == ((claim.id,), {})
