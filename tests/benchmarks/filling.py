"""Fills a database with many acts at once: rows as the services would have left them, without their hours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from telemed.acts.teleconsultation.model import Kind, State, Teleconsultation
from telemed.acts.teleconsultation.store.rows import to_values
from telemed.acts.teleconsultation.tables import TeleconsultationRow
from telemed.acts.teleexpertise.model import Cascade, Case, CaseContent, Medical, Offer, Side, Via
from telemed.acts.teleexpertise.model import State as CaseState
from telemed.acts.teleexpertise.store.rows import offer_values
from telemed.acts.teleexpertise.store.rows import to_values as case_values
from telemed.acts.teleexpertise.tables import CaseRow, OfferRow
from telemed.app import Services
from telemed.kernel.caller import SYSTEM, Caller, Role
from telemed.kernel.clock import Territory
from telemed.kernel.ids import new_id
from telemed.kernel.period import Interval
from telemed.patients.model import Contact, Identity, Patient, Sex, Traits, UsedNames, parse_birth_date
from telemed.patients.store import PatientStore
from telemed.professionals.model import Professional
from telemed.trace.tables import TraceEntryRow, TraceHeadRow
from tests.fixtures.databases import administrator
from tests.fixtures.people import caller_for, make_carer, make_doctor, make_practice, make_staff
from tests.fixtures.postgres import running_server

_CHUNK = 5_000
_SLOT = timedelta(minutes=15)


@dataclass(frozen=True)
class FilledPractice:
    """Who may ask, and an act in the middle of the list."""

    doctor: Caller
    secretary: Caller
    auditor: Caller
    patient_id: UUID
    middle: Teleconsultation


async def fill(services: Services, acts: int) -> FilledPractice:
    """A practice with `acts` closed acts of one doctor, a patient for every twenty, and a line of trace for each."""
    practice = make_practice()
    doctor, secretary = make_doctor(practice.id), make_staff(practice.id, Role.SECRETARY)
    auditor = make_staff(practice.id, Role.AUDITOR)
    await services.practices.create(SYSTEM, practice)
    for number, person in enumerate((doctor, secretary, auditor)):
        await services.professionals.create(SYSTEM, person, f"personne.{number}")
    patients = await add_patients(services, practice.id, max(1, acts // 20))
    now = services.clock.now()
    rows = list(_acts(practice.id, doctor.id, patients, now, acts))
    async with services.database.begin() as uow:
        for start in range(0, len(rows), _CHUNK):
            values = [{"id": act.id, **to_values(act)} for act in rows[start : start + _CHUNK]]
            await uow.session.execute(insert(TeleconsultationRow), values)
    await _add_trace(services, doctor.id, rows)
    nurse = make_carer(practice.id)
    await services.professionals.create(SYSTEM, nurse, "personne.infirmiere")
    await _add_cases(services, nurse, doctor, patients, acts)
    return FilledPractice(
        caller_for(doctor), caller_for(secretary), caller_for(auditor), patients[0], rows[len(rows) // 2]
    )


async def _add_cases(
    services: Services, nurse: Professional, doctor: Professional, patients: list[UUID], count: int
) -> None:
    """As many télé-expertises in the doctor's hands, due one after the other."""
    now, content = services.clock.now(), CaseContent("Faut-il l'opérer ?", medical=Medical(history="HTA"))
    asker, expert = (
        Side(person.id, person.practice_id, person.rpps or "", Territory.METROPOLE) for person in (nurse, doctor)
    )
    cases, offers = [], []
    for number in range(count):
        due = now + timedelta(days=2, seconds=number)
        offer = Offer(new_id(), expert, now, due)
        case = Case(
            new_id(),
            patients[number % len(patients)],
            asker,
            CaseState.OFFERED,
            content,
            created_at=now,
            edited_at=now,
            due_at=due,
            sent_at=now,
            deadline=now + timedelta(days=7),
            expires_at=now + timedelta(days=9),
            cascade=Cascade(Via.COLLEAGUE, due, Territory.METROPOLE),
        )
        cases.append({"id": case.id, **case_values(case)})
        offers.append({"id": offer.id, **offer_values(case, offer)})
    async with services.database.begin() as uow:
        for start in range(0, count, _CHUNK):
            await uow.session.execute(insert(CaseRow), cases[start : start + _CHUNK])
            await uow.session.execute(insert(OfferRow), offers[start : start + _CHUNK])


async def add_patients(services: Services, practice_id: UUID, count: int) -> list[UUID]:
    """So many patients of a practice; gives their ids."""
    async with services.database.begin() as uow:
        store, added = PatientStore(uow.session), []
        for number in range(count):
            letters = "".join(chr(ord("A") + int(digit)) for digit in f"{number:06d}")
            traits = Traits(f"PATIENT{letters}", ("JEANNE",), parse_birth_date("1955-03-12"), Sex.FEMALE, "37261")
            contact = Contact("+33639980001", None)
            patient = Patient(new_id(), practice_id, Identity(traits), UsedNames(), contact, services.clock.now())
            await store.add(patient)
            added.append(patient.id)
        return added


def _acts(
    practice_id: UUID, doctor_id: UUID, patients: list[UUID], now: datetime, count: int
) -> Iterator[Teleconsultation]:
    first = now - _SLOT * count
    for number in range(count):
        start = first + _SLOT * number
        yield Teleconsultation(
            id=new_id(),
            practice_id=practice_id,
            professional_id=doctor_id,
            patient_id=patients[number % len(patients)],
            territory=Territory.METROPOLE,
            kind=Kind.PROGRAMMED,
            state=State.CLOSED,
            room=f"room-{number}",
            version=5,
            booked_at=start - timedelta(days=1),
            booked_by=doctor_id,
            slot=Interval(start, start + _SLOT),
            motive="Renouvellement",
            started_at=start,
            finished_at=start + timedelta(minutes=9),
            closed_at=start + timedelta(minutes=12),
            notes="Examen sans particularité.",
            document_id=new_id(),
        )


async def _add_trace(services: Services, doctor_id: UUID, acts: list[Teleconsultation]) -> None:
    """A line for each act. The chain itself is not measured here: its hashes are empty."""
    async with services.database.begin() as uow:
        head = await uow.session.get(TraceHeadRow, 1)
        if head is None:
            raise LookupError("the practice's creation was traced")
        lines: list[dict[str, Any]] = [
            {
                "number": head.number + place, "at": act.started_at, "action": "teleconsultation.admit",
                "actor_kind": "professional", "actor_id": doctor_id, "patient_id": act.patient_id,
                "resource": f"teleconsultation:{act.id}", "purpose": "care", "outcome": "done", "code": "",
                "details": {}, "hash": bytes(32),
            }
            for place, act in enumerate(acts, start=1)
        ]  # fmt: skip
        for start in range(0, len(lines), _CHUNK):
            await uow.session.execute(insert(TraceEntryRow), lines[start : start + _CHUNK])
        head.number += len(lines)


async def make_database(kind: str, folder: Path, name: str) -> str:
    """The URL of an empty database: a file of the folder, or one of the PostgreSQL server of this run."""
    if kind == "sqlite":
        return f"sqlite:///{folder / name}.db"
    server = running_server(folder)
    async with administrator(server) as connection:
        await connection.execute(f'CREATE DATABASE "{name}"')
    return f"{server}/{name}"
