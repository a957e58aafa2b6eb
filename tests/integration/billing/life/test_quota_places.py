"""A claim that is given up frees its place in the quota; it comes back only while the place is free."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from billing.model import Claim
from billing.model.life import Stage
from telemed.app import Services
from telemed.kernel.errors import Refused
from telemed.kernel.ids import new_id
from telemed.patients.model import Patient
from tests.fixtures.people import People
from tests.unit.billing.making import make_biller, make_teleexpertise

pytestmark = pytest.mark.asyncio


async def answer(services: Services, people: People, patient: Patient, month: int) -> Claim:
    """The doctor's opinion of another day, in the ledger."""
    at = datetime(2026, month, 10, 12, tzinfo=UTC)
    requis = make_biller(professional_id=people.doctor.id, rpps=people.doctor.rpps, practice_id=people.practice.id)
    facts = make_teleexpertise(
        act_id=new_id(), patient_id=patient.id, requis=requis, requested_at=at, accepted_at=at, completed_at=at
    )
    opinion, _request = await services.claims.propose_all(facts)
    return opinion


async def test_what_is_abandoned_frees_its_place(services: Services, people: People, patient: Patient) -> None:
    invoices = services.invoicing.invoices
    made = [await answer(services, people, patient, month) for month in range(1, 6)]
    assert made[4].refusals[0].code == "billing.quota_exhausted"
    await invoices.abandon(people.doctor, made[0].id, reason="Acte offert")
    sixth = await answer(services, people, patient, 6)
    assert (sixth.code, sixth.amount_cents, sixth.refusals) == ("TE2", 2300, ())
    with pytest.raises(Refused) as refused:
        await invoices.restore(people.doctor, made[0].id)
    assert refused.value.decision.refusals[0].code == "billing.quota_exhausted"
    await invoices.abandon(people.doctor, sixth.id, reason="Acte offert")
    life = await invoices.restore(people.doctor, made[0].id)
    assert life.standing.stage is Stage.TO_INVOICE
    assert (await answer(services, people, patient, 7)).refusals[0].code == "billing.quota_exhausted"
