"""The money of the demonstration: the rights of its patients, and visits of before that were billed and answered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from billing.model.exchange import ReturnReason
from billing.model.invoice import Complementary, Insurance, RightsSource
from billing.rules.tariff import ClaimState
from telemed.adapters.caisse.reception import Answers, Reception
from telemed.app import Services
from telemed.demo.people import PATIENTS
from telemed.demo.practice import DemoPractice
from telemed.kernel.caller import Caller
from telemed.storage.outbox import OutboxWorker

ORGANISM = "013710000"
"""Régime général, caisse of Tours."""
CLOSED_RIGHTS = ReturnReason("DROITS_FERMES", "Les droits de l'assuré sont fermés à la date de l'acte")
_COMPLEMENTARY = Complementary("75432198", "TILLEULS 37", takes_dre=True)
_REJECTED_FSE = 3


async def record_rights(services: Services, practice: DemoPractice) -> None:
    """The rights of every patient who has a number, as the desk read them; every other one has a complementary."""
    read_on = (services.clock.now() - timedelta(days=30)).date()
    for place, patient_id in enumerate(practice.patients):
        number = PATIENTS[place].matricule()
        if number is None:
            continue
        complementary = _COMPLEMENTARY if place % 2 else None
        source = RightsSource.ADRI if place % 3 else RightsSource.CARTE_VITALE
        rights = Insurance(
            patient_id, practice.practice_id, number, ORGANISM, source, read_on, complementary=complementary
        )
        await services.invoicing.insurances.put(practice.secretary, rights)


@contextmanager
def rejecting_one(reception: Reception) -> Iterator[None]:
    """Meanwhile one invoice of each doctor comes back rejected, for somebody to correct."""
    reception.answers = Answers(rejections={_REJECTED_FSE: CLOSED_RIGHTS})
    yield
    reception.answers = Answers()


async def bill(services: Services, doctor: Caller) -> None:
    """Invoice what this doctor has ready, send it and take in the answers, as the jobs would in a while."""
    outbox = OutboxWorker(services.database, services.clock, services.subscribers)
    while await outbox.deliver_due():
        pass
    ready = await services.claims.page(doctor, limit=50, professional_id=doctor.id, state=ClaimState.PROPOSED)
    if ready:
        await services.invoicing.invoices.invoice_ready(doctor)
        await services.invoicing.lots.send_now(doctor)
