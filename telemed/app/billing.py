"""Builds what billing needs once a claim is judged: invoices, rights of patients, lots, and their jobs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from billing.ports import Caisse, CapCheck, LotSigner
from billing.service.following import LifeKeeper
from billing.service.insurance import InsuranceService
from billing.service.invoices import InvoiceService
from billing.service.life import LifeService
from billing.service.lots import LotService
from telemed.adapters.patients_of_practice import PatientsOfPractice
from telemed.kernel.clock import Clock
from telemed.law.law import Law
from telemed.scheduler import Job, every
from telemed.storage.engine import Database
from telemed.trace.service import Journal


@dataclass(frozen=True)
class Invoicing:
    """The services of a claim after it is judged; `keeper` follows what the ledger of claims records."""

    keeper: LifeKeeper
    lives: LifeService
    invoices: InvoiceService
    insurances: InsuranceService
    lots: LotService


def build_invoicing(
    *,
    database: Database,
    clock: Clock,
    journal: Journal,
    law: Law,
    check_cap: CapCheck,
    signer: LotSigner,
    caisse: Caisse | None,
) -> Invoicing:
    keeper = LifeKeeper(clock=clock)
    patients = PatientsOfPractice(database=database)
    return Invoicing(
        keeper=keeper,
        lives=LifeService(database=database, journal=journal),
        invoices=InvoiceService(
            database=database, clock=clock, law=law, journal=journal, keeper=keeper, check_cap=check_cap
        ),
        insurances=InsuranceService(database=database, clock=clock, journal=journal, patients=patients),
        lots=LotService(database=database, clock=clock, law=law, journal=journal, signer=signer, caisse=caisse),
    )


def build_lot_jobs(lots: LotService) -> list[Job]:
    """The exchange with the caisses; every delay is a row, so that a job may run late or twice."""
    return [
        Job(
            id="lots.make",
            trigger=every(minutes=10),
            run=lots.make_lots,
            lateness=timedelta(minutes=30),
            why="put the invoices that wait into lots, one send an organism",
        ),
        Job(
            id="lots.transmit",
            trigger=every(minutes=1),
            run=lots.transmit,
            lateness=timedelta(minutes=10),
            why="send lots to the caisses, and again those that were refused or got no answer",
        ),
        Job(
            id="lots.collect_returns",
            trigger=every(minutes=1),
            run=lots.collect_returns,
            lateness=timedelta(minutes=10),
            why="take in what the caisses answer",
        ),
        Job(
            id="lots.chase",
            trigger=every(minutes=5),
            run=lots.chase,
            lateness=timedelta(minutes=30),
            why="find the lots whose delay is over: to be sent again, or asked for on paper",
        ),
        Job(
            id="lots.purge_copies",
            trigger=every(hours=12),
            run=lots.purge_copies,
            lateness=timedelta(hours=12),
            why="forget the copies of invoices that had their time",
        ),
    ]
