"""Keeps today's list of the demonstration alive: appointments around now, and a link for the first patient."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from telemed.acts.teleconsultation.model import OPEN_STATES, State
from telemed.acts.teleconsultation.service.booking import BookingRequest
from telemed.acts.teleconsultation.service.overview import ActView
from telemed.app import Services
from telemed.demo.people import PATIENTS
from telemed.demo.practice import DemoPractice
from telemed.kernel.errors import Refused
from telemed.kernel.messages import Channel
from telemed.kernel.period import Interval

_LENGTH = timedelta(minutes=15)
_NEXT = ((0, 5), (3, 25), (5, 45), (9, 70), (12, 100))
"""Patients by their place in PATIENTS, and in how many minutes each comes to Dr Moreau."""
_STEP_MINUTES = 5


@dataclass(frozen=True)
class Invitation:
    """A patient who is awaited, and the link that lets a second window be that patient."""

    patient: str
    birth_date: str
    link: str


async def fill_today(services: Services, practice: DemoPractice) -> Invitation:
    """Book what is missing for the next two hours, and make a link for the first patient of the list."""
    awaited = await _awaited(services, practice)
    if len(awaited) < len(_NEXT) - 1:
        for place, minutes in _NEXT:
            await _book(services, practice, practice.patients[place], minutes)
        awaited = await _awaited(services, practice)
    first = awaited[0]
    person = PATIENTS[practice.patients.index(first.act.patient_id)]
    link = await services.links.make_link(practice.secretary, first.act.id)
    return Invitation(first.patient.full_name, f"{person.born_on:%d/%m/%Y}", link)


async def _awaited(services: Services, practice: DemoPractice) -> list[ActView]:
    """Dr Moreau's open appointments from a moment ago on, the next one first."""
    now = services.clock.now()
    views = await services.overview.page(
        practice.doctor,
        limit=50,
        after=None,
        professional_id=practice.doctor.id,
        patient_id=None,
        states=OPEN_STATES - {State.FINISHED},
        start=now - timedelta(minutes=10),
        end=now + timedelta(hours=12),
    )
    return sorted(views, key=_when)


async def _book(services: Services, practice: DemoPractice, patient_id: UUID, minutes: int) -> None:
    """One appointment in so many minutes; one that meets another is left out."""
    doctor_id = practice.doctor.id
    if doctor_id is None:
        raise LookupError("a professional has an id")
    start = _rounded(services.clock.now() + timedelta(minutes=minutes))
    motive = PATIENTS[practice.patients.index(patient_id)].complaint
    request = BookingRequest(doctor_id, patient_id, Interval(start, start + _LENGTH), motive, Channel.SMS)
    try:
        await services.booking.book(practice.secretary, request)
    except Refused:
        return


def _rounded(instant: datetime) -> datetime:
    """The next instant on a multiple of five minutes."""
    past = timedelta(minutes=instant.minute % _STEP_MINUTES, seconds=instant.second, microseconds=instant.microsecond)
    return instant - past + timedelta(minutes=_STEP_MINUTES) if past else instant


def _when(view: ActView) -> datetime:
    return view.act.slot.start if view.act.slot else view.act.booked_at
