"""The agenda, as billing asks for it: joins the teleconsultations, the professionals and the patients."""

from __future__ import annotations

from datetime import datetime

from billing.rules.cap import Counts
from telemed.acts.teleconsultation.store import ActStore
from telemed.kernel.clock import Clock, Territory, civil_date
from telemed.patients.store import PatientStore
from telemed.professionals.store import ProfessionalStore
from telemed.storage.engine import Database


class BookedTeleconsultations:
    """The port `BookedActs` of billing, on the records of this service."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def count_booked(self, rpps: str, *, start: datetime, end: datetime) -> Counts:
        """Acts to come in every practice of this doctor; own patients are those he attends today."""
        async with self._database.read() as session:
            accounts = await ProfessionalStore(session).find_by_rpps(rpps)
            booked = await ActStore(session).booked_patients([one.id for one in accounts], start=start, end=end)
            today = civil_date(self._clock.now(), Territory.METROPOLE)
            own = await PatientStore(session).own_patients(rpps, booked, today)
        return Counts.of_teleconsultations(len(booked), own=sum(patient in own for patient in booked))
