"""Builds the services of billing, and the jobs of the exchange with the caisses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TypedDict

from billing.ports import Caisse, LotSigner
from billing.rules.quota import QuotaScope
from billing.service import ActivityService, CapService, ClaimService, DerogationService, QuotaService
from billing.service.accompaniments import AccompanimentService
from billing.service.following import LifeKeeper
from billing.service.insurance import InsuranceService
from billing.service.invoices import InvoiceService
from billing.service.life import LifeService
from billing.service.lots import LotService
from billing.service.places import Places
from billing.service.preview import PreviewService
from billing.service.quota_reading import QuotaReader
from telemed.adapters.agenda import BookedTeleconsultations
from telemed.adapters.directory import PracticeDirectory
from telemed.adapters.patients_of_practice import PatientsOfPractice
from telemed.app.ground import Ground, common
from telemed.scheduler import Job, every


@dataclass(frozen=True)
class Invoicing:
    """The services of a claim after it is judged; `keeper` follows what the ledger of claims records."""

    keeper: LifeKeeper
    lives: LifeService
    invoices: InvoiceService
    insurances: InsuranceService
    lots: LotService


class BillingServices(TypedDict):
    """As `telemed.app.Services` names them."""

    quotas: QuotaService
    claims: ClaimService
    cap: CapService
    derogations: DerogationService
    activity: ActivityService
    preview: PreviewService
    quota_reader: QuotaReader
    accompaniments: AccompanimentService
    invoicing: Invoicing


def build_billing(ground: Ground, signer: LotSigner, caisse: Caisse | None) -> BillingServices:
    """Every service of billing, on the records of this service."""
    shared, law, journal = common(ground), ground.law, ground.journal
    directory, patients = PracticeDirectory(), PatientsOfPractice(database=ground.database)
    keeper = LifeKeeper(clock=ground.clock)
    quotas = QuotaService(clock=ground.clock, law=law, scope=QuotaScope(ground.settings.quota_scope))
    places = Places(clock=ground.clock, law=law, quotas=quotas)
    claims = ClaimService(**shared, law=law, quotas=quotas, followers=(keeper,))
    cap = CapService(**shared, law=law, booked=BookedTeleconsultations())
    return BillingServices(
        quotas=quotas,
        claims=claims,
        cap=cap,
        derogations=DerogationService(**shared, law=law),
        activity=ActivityService(**shared),
        quota_reader=QuotaReader(**shared, quotas=quotas, directory=directory, patients=patients),
        preview=PreviewService(
            database=ground.database,
            law=law,
            journal=journal,
            quotas=quotas,
            cap=cap,
            directory=directory,
            patients=patients,
        ),
        accompaniments=AccompanimentService(
            database=ground.database, journal=journal, claims=claims, directory=directory
        ),
        invoicing=Invoicing(
            keeper=keeper,
            lives=LifeService(database=ground.database, journal=journal),
            invoices=InvoiceService(**shared, law=law, keeper=keeper, places=places, check_cap=cap.check_conventioned),
            insurances=InsuranceService(**shared, patients=patients),
            lots=LotService(**shared, law=law, signer=signer, caisse=caisse, places=places),
        ),
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
