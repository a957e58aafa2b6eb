"""An act to consent to."""

from __future__ import annotations

import pytest_asyncio

from telemed.acts.teleconsultation.model import Teleconsultation
from telemed.acts.teleconsultation.service.booking import BookingRequest
from telemed.app import Services
from telemed.patients.model import Patient
from tests.fixtures.people import People


@pytest_asyncio.fixture
async def act(services: Services, people: People, patient: Patient) -> Teleconsultation:
    """Jeanne Leroy waits in her doctor's queue; nothing is decided yet."""
    assert people.doctor.id is not None
    return (await services.booking.book(people.secretary, BookingRequest(people.doctor.id, patient.id, None))).act
