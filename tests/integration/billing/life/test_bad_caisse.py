"""A caisse that answers garbage, slowly, or about what is not ours: nothing is concluded, nothing is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from billing.facts import Reimbursement
from billing.model.exchange import Arl, LotReference, Payer, ReturnReason, Rsp
from billing.model.life import Stage
from billing.model.lot import AttemptOutcome, ReturnState
from telemed.adapters.caisse.client import CaisseClient
from telemed.adapters.caisse.server import Wire
from telemed.kernel.clock import FrozenClock
from telemed.law.law import Law
from telemed.storage.engine import Database
from tests.fixtures.caisse import CaisseGround
from tests.integration.billing.conftest import DOCTOR
from tests.integration.billing.life.conftest import OTHER_ORGANISM, Office, make_office

pytestmark = pytest.mark.asyncio
TIERS_PAYANT = {"is_tiers_payant": True, "reimbursement": Reimbursement(is_met=True)}
WRONG = ReturnReason("FAUX", "Ce motif est celui d'un autre lot")


@pytest.fixture
def hasty(
    request: pytest.FixtureRequest, database: Database, clock: FrozenClock, law: Law, caisse_ground: CaisseGround
) -> Office:
    """An office whose client does not wait for an answer that is an hour late; a request must have left by then."""
    seconds = 2 if request.node.callspec.params.get("wire") is Wire.SLOW else 60
    client = CaisseClient(caisse_ground.url, caisse_ground.own.client_context(), timeout_seconds=seconds)
    return make_office(database, clock, law, client)


@pytest.mark.parametrize("wire", [Wire.AWAY, Wire.SLOW, Wire.GARBAGE, Wire.TRUNCATED, Wire.OVERSIZED])
async def test_returns_that_did_not_come_through_come_the_next_time(
    hasty: Office, caisse_ground: CaisseGround, wire: Wire
) -> None:
    life = await hasty.sent(**TIERS_PAYANT)
    caisse_ground.caisse.wire.append(wire)
    await hasty.lots.collect_returns()
    assert await hasty.stage(life.standing.claim_id) is Stage.TRANSMITTED
    await hasty.lots.collect_returns()
    assert await hasty.stage(life.standing.claim_id) is Stage.PAID
    assert await hasty.lots.anomalies(DOCTOR, limit=10) == []


@pytest.mark.parametrize(
    ("wire", "outcome"),
    [
        (Wire.AWAY, AttemptOutcome.UNAVAILABLE),
        (Wire.SLOW, AttemptOutcome.UNAVAILABLE),
        (Wire.TRUNCATED, AttemptOutcome.UNAVAILABLE),
        (Wire.GARBAGE, AttemptOutcome.GARBAGE),
        (Wire.OVERSIZED, AttemptOutcome.GARBAGE),
    ],
)
async def test_each_attempt_says_what_came_of_it_and_only_the_first_is_new(
    hasty: Office, caisse_ground: CaisseGround, wire: Wire, outcome: AttemptOutcome
) -> None:
    caisse_ground.caisse.wire.append(wire)
    await hasty.sent()
    hasty.clock.advance(timedelta(minutes=2))
    await hasty.lots.transmit()
    (lot,) = await hasty.lots.page(DOCTOR, limit=5)
    attempts = (await hasty.lots.get(DOCTOR, lot.id)).attempts
    assert [(one.is_retransmission, one.outcome) for one in attempts] == [
        (False, outcome),
        (True, AttemptOutcome.RECEIVED),
    ]


@pytest.mark.parametrize(
    "change",
    [{"number": 2}, {"sha256": "0" * 64}, {"organism": OTHER_ORGANISM}, {"issuer_rpps": "10009999999"}],
    ids=["number", "digest", "organism", "issuer"],
)
@pytest.mark.parametrize("kind", ["taken", "refused", "paid", "rejected"])
async def test_what_is_said_of_anothers_lot_changes_nothing_of_ours(
    office: Office, caisse_ground: CaisseGround, change: dict[str, object], kind: str
) -> None:
    caisse_ground.tell(delay=timedelta(days=30))
    life = await office.sent(**TIERS_PAYANT)
    another = replace(caisse_ground.reception.deliveries[0].lot, **change)  # type: ignore[arg-type]  # one of its fields
    caisse_ground.reception.say(_said(kind, another, office))
    await office.lots.collect_returns()
    after = await office.life(life.standing.claim_id)
    assert (after.standing, after.entries) == (life.standing, life.entries)
    assert [one.state for one in await office.lots.anomalies(DOCTOR, limit=10)] == [ReturnState.ANOTHERS]


async def test_a_payment_of_an_fse_that_is_not_in_the_lot_pays_nothing(
    office: Office, caisse_ground: CaisseGround
) -> None:
    caisse_ground.tell(pays=False)
    life = await office.sent(**TIERS_PAYANT)
    lot = caisse_ground.reception.deliveries[0].lot
    caisse_ground.reception.say(Rsp(lot, office.clock.now(), 99, Payer.AMO, 1750))
    await office.lots.collect_returns()
    after = await office.life(life.standing.claim_id)
    assert (after.standing.stage, after.standing.paid_cents) == (Stage.ACKNOWLEDGED, 0)
    assert [one.state for one in await office.lots.anomalies(DOCTOR, limit=10)] == [ReturnState.ANOTHERS]


async def test_a_payment_outside_tiers_payant_is_set_aside(office: Office, caisse_ground: CaisseGround) -> None:
    life = await office.sent()
    lot = caisse_ground.reception.deliveries[0].lot
    caisse_ground.reception.say(Rsp(lot, office.clock.now(), 1, Payer.AMO, 1750))
    await office.lots.collect_returns()
    after = await office.life(life.standing.claim_id)
    assert (after.standing.stage, after.standing.balance_cents) == (Stage.PAID, 0)
    assert [one.state for one in await office.lots.anomalies(DOCTOR, limit=10)] == [ReturnState.CONTRADICTS]


async def test_an_answer_to_a_lot_that_was_never_sent_is_set_aside(office: Office, caisse_ground: CaisseGround) -> None:
    life = await office.invoiced()
    await office.lots.make_lots()
    (lot,) = await office.lots.page(DOCTOR, limit=5)
    reference = LotReference(lot.issuer_rpps, lot.organism, lot.number, lot.sha256)
    caisse_ground.reception.say(Arl(reference, office.clock.now()))
    await office.lots.collect_returns()
    assert await office.stage(life.standing.claim_id) is Stage.LOTTED
    assert [one.state for one in await office.lots.anomalies(DOCTOR, limit=10)] == [ReturnState.ANOTHERS]


async def test_an_arl_that_takes_back_an_earlier_one_is_set_aside(office: Office, caisse_ground: CaisseGround) -> None:
    life = await office.sent()
    lot = caisse_ground.reception.deliveries[0].lot
    caisse_ground.reception.say(Arl(lot, office.clock.now(), (WRONG,)))
    await office.lots.collect_returns()
    assert await office.stage(life.standing.claim_id) is Stage.PAID
    assert [one.state for one in await office.lots.anomalies(DOCTOR, limit=10)] == [ReturnState.CONTRADICTS]


async def test_a_message_that_does_not_read_stops_no_other_and_is_read_once(
    office: Office, caisse_ground: CaisseGround
) -> None:
    for text in ("", "ARL|", "RSP|1|\n", "\x00", "ARL|1|é|\n" * 40):
        caisse_ground.reception.say(text)
    life = await office.sent(**TIERS_PAYANT)
    for _ in range(2):
        await office.lots.collect_returns()
    assert await office.stage(life.standing.claim_id) is Stage.PAID
    caisse_ground.reception.say("RSP|encore")
    await office.lots.collect_returns()
    assert len(caisse_ground.reception.returns_after(None, most=100)) == 8


def _said(kind: str, lot: LotReference, office: Office) -> Arl | Rsp:
    now = office.clock.now()
    said: dict[str, Arl | Rsp] = {
        "taken": Arl(lot, now),
        "refused": Arl(lot, now, (WRONG,)),
        "paid": Rsp(lot, now, 1, Payer.AMO, 1750),
        "rejected": Rsp(lot, now, 1, Payer.AMO, 0, WRONG),
    }
    return said[kind]
