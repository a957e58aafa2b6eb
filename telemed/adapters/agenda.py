"""The agenda, as billing asks for it: joins the teleconsultations, the professionals and the patients."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from billing.rules.cap import Counts
from telemed.acts.teleconsultation.store import ActStore
from telemed.kernel.clock import Territory, civil_date
from telemed.patients.store import PatientStore
from telemed.professionals.store import ProfessionalStore

_STILL_EXPECTED = timedelta(hours=12)
"""A patient who is late, or who waits his turn in a queue, is expected for half a day."""


class BookedTeleconsultations:
    """The port `BookedActs` of billing, on the records of this service."""

    async def count_booked(
        self, session: AsyncSession, rpps: str, *, start: datetime, end: datetime, now: datetime
    ) -> Counts:
        """Open acts in every practice of this doctor; own patients are those he attends today."""
        accounts = await ProfessionalStore(session).find_by_rpps(rpps)
        places = [one.id for one in accounts]
        booked = await ActStore(session).open_patients(places, start=start, end=end, since=now - _STILL_EXPECTED)
        own = await PatientStore(session).own_patients(rpps, booked, civil_date(now, Territory.METROPOLE))
        return Counts.of_teleconsultations(len(booked), own=sum(patient in own for patient in booked))
