"""Builds the services of the yearly cap."""

from __future__ import annotations

from typing import TypedDict

from billing.service import ActivityService, CapService, DerogationService
from telemed.adapters.agenda import BookedTeleconsultations
from telemed.kernel.clock import Clock
from telemed.law.law import Law
from telemed.storage.engine import Database
from telemed.trace.service import Journal


class CapServices(TypedDict):
    """As `telemed.app.Services` names them."""

    cap: CapService
    derogations: DerogationService
    activity: ActivityService


def build_cap(*, database: Database, clock: Clock, journal: Journal, law: Law) -> CapServices:
    """The cap on the agenda of this service, decisions about a doctor, and his activity elsewhere."""
    booked = BookedTeleconsultations()
    return CapServices(
        cap=CapService(database=database, clock=clock, law=law, journal=journal, booked=booked),
        derogations=DerogationService(database=database, clock=clock, law=law, journal=journal),
        activity=ActivityService(database=database, clock=clock, journal=journal),
    )
