"""The agenda as billing sees it: what is booked, and for whom."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from billing.rules.cap import Counts
from telemed.acts.teleconsultation.model import Teleconsultation
from telemed.acts.teleconsultation.service.booking import BookingRequest
from telemed.adapters.agenda import BookedTeleconsultations
from telemed.app import Services
from telemed.kernel.caller import Caller
from telemed.kernel.clock import FrozenClock
from telemed.kernel.period import Interval
from telemed.patients.model import Patient
from tests.fixtures.people import People, make_draft

pytestmark = pytest.mark.asyncio


async def book(services: Services, people: People, doctor: Caller, patient: Patient, in_hours: int) -> Teleconsultation:
    assert doctor.id is not None
    start = services.clock.now() + timedelta(hours=in_hours)
    slot = Interval(start, start + timedelta(minutes=15))
    return (await services.booking.book(people.secretary, BookingRequest(doctor.id, patient.id, slot))).act


async def test_only_what_is_still_to_come_of_this_doctor_counts(
    services: Services, people: People, patient: Patient, clock: FrozenClock
) -> None:
    agenda = BookedTeleconsultations()
    other, _ = await services.patients.create(people.secretary, make_draft())
    assert people.doctor.rpps is not None
    await services.patients.set_attending_doctor(
        people.secretary, patient.id, rpps=people.doctor.rpps, name="Moreau", from_on=date(2026, 1, 1)
    )
    await services.patients.set_attending_doctor(
        people.secretary, other.id, rpps=people.doctor.rpps, name="Moreau", from_on=date(2025, 1, 1)
    )
    await services.patients.set_attending_doctor(
        people.secretary, other.id, rpps=people.colleague.rpps, name="Benali", from_on=date(2026, 6, 1)
    )
    await book(services, people, people.doctor, patient, 2)
    await book(services, people, people.doctor, other, 3)
    cancelled = await book(services, people, people.doctor, other, 4)
    await services.booking.cancel(people.secretary, cancelled.id)
    await book(services, people, people.colleague, patient, 5)
    await book(services, people, people.doctor, patient, 30)

    start, end = clock.now(), clock.now() + timedelta(days=1)
    async with services.database.read() as session:
        count = await agenda.count_booked(session, people.doctor.rpps, start=start, end=end, now=clock.now())
        assert count == Counts.of_teleconsultations(2, own=1)
        assert await agenda.count_booked(session, "10100000099", start=start, end=end, now=clock.now()) == Counts()


async def test_the_cap_of_a_doctor_knows_his_bookings(services: Services, people: People, patient: Patient) -> None:
    await book(services, people, people.doctor, patient, 2)
    assert people.doctor.id is not None
    standing = await services.cap.standing(people.doctor, people.doctor.id, 2026)
    assert standing is not None
    assert standing.facts.booked == Counts.of_teleconsultations(1)
