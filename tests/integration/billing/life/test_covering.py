"""An invoice that goes on for a later entry of its act, which changed nothing of what is billed."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from billing.facts import Reimbursement
from billing.model.life import Stage
from billing.store import CountStore
from telemed.adapters.caisse.reception import REFUSED
from tests.fixtures.caisse import CaisseGround
from tests.integration.billing.conftest import DOCTOR, RPPS
from tests.integration.billing.life.conftest import Office
from tests.unit.billing.making import make_facts

pytestmark = pytest.mark.asyncio


async def cover(office: Office) -> tuple[UUID, UUID]:
    """A sent invoice, and the later entry of the same act that it covers."""
    start = office.clock.now() - timedelta(minutes=30)
    facts = {
        "started_at": start,
        "ended_at": start + timedelta(minutes=12),
        "is_tiers_payant": True,
        "reimbursement": Reimbursement(is_met=True),
    }
    life = await office.sent(**facts)
    later = await office.claims.propose(make_facts(act_id=life.standing.act_id, revision=2, **facts))
    assert await office.stage(later.id) is Stage.COVERED
    assert await counted(office) == 1
    return life.standing.claim_id, later.id


async def counted(office: Office) -> int:
    async with office.database.read() as session:
        return (await CountStore(session).of_year(RPPS, office.clock.now().year)).teleconsultations


async def test_reversed_it_takes_the_act_that_it_covers_out_of_the_counts(office: Office) -> None:
    invoiced, _ = await cover(office)
    await office.invoices.reverse(DOCTOR, invoiced, reason="Acte d'un autre")
    assert await counted(office) == 0


async def test_rejected_and_corrected_the_act_leaves_the_counts_and_comes_back(
    office: Office, caisse_ground: CaisseGround
) -> None:
    caisse_ground.tell(rejections={1: REFUSED})
    invoiced, later = await cover(office)
    await office.lots.collect_returns()
    assert await office.stage(invoiced) is Stage.REJECTED
    assert await counted(office) == 0
    again = await office.invoices.correct_rejected(
        DOCTOR, invoiced, reason="Montant", amount_cents=2_400, source="Convention"
    )
    assert again.supersedes_id == later
    assert await counted(office) == 1
    assert [await office.stage(one) for one in (invoiced, later, again.id)] == [
        Stage.CORRECTED,
        Stage.REPLACED,
        Stage.TO_INVOICE,
    ]
