"""Fills the demonstration's practice as its people would, through the services, and remembers who is who."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from telemed.acts.teleconsultation.model import OpeningHours
from telemed.app import Services
from telemed.demo.letterbox import DemoAccount
from telemed.demo.people import (
    PASSWORD,
    PATIENTS,
    PRACTICES,
    PROFESSIONALS,
    DemoHouse,
    DemoPatient,
    DemoProfessional,
    email_of,
    mobile_of,
)
from telemed.kernel.caller import SYSTEM, Caller, CallerKind, Role
from telemed.kernel.clock import Territory
from telemed.kernel.identifiers import InsOid, Matricule
from telemed.kernel.ids import new_id
from telemed.patients.model import (
    BirthDate,
    CheckMethod,
    Contact,
    IdentityProof,
    InsiAnswer,
    InsiSource,
    Patient,
    Sex,
    Traits,
    UsedNames,
)
from telemed.patients.service import PatientDraft
from telemed.professionals.model import ConventionSector, Practice, PracticeAddress, Profession, Professional, Title
from telemed.security.totp import make_secret

_WHO_IS_WHO = "demo.json"
_MORNING, _AFTERNOON = (time(9), time(12, 30)), (time(14), time(19))


@dataclass(frozen=True)
class DemoPractice:
    """The practice as the demonstration needs it: callers by login, patients in the order of PATIENTS, accounts."""

    practice_id: UUID
    callers: Mapping[str, Caller]
    patients: tuple[UUID, ...]
    accounts: tuple[DemoAccount, ...]

    @property
    def secretary(self) -> Caller:
        return self.callers["sophie.garnier"]

    @property
    def doctor(self) -> Caller:
        return self.callers["claire.moreau"]


class DemoError(Exception):
    """The demonstration cannot start; the message says why and what to do."""


def load(folder: Path) -> DemoPractice | None:
    """The practice that an earlier run left in this folder; None on a first run.

    Raises DemoError for one of an earlier version, whose people were not those of today.
    """
    path = folder / _WHO_IS_WHO
    if not path.exists():
        return None
    document = orjson.loads(path.read_bytes())
    if set(document["people"]) != set(_logins()) or "practices" not in document:
        raise DemoError(f"{folder} vient d'une version plus ancienne : recommencez avec --reset")
    return _read(document)


async def create(services: Services, folder: Path, *, patients: int = len(PATIENTS)) -> DemoPractice:
    """Both practices with their people and opening hours; the first has the first `patients` patients."""
    houses = [await _found(services, house) for house in PRACTICES]
    people = [await _hire(services, houses[person.place], person) for person in PROFESSIONALS]
    callers = {login: person["caller"] for login, person in zip(_logins(), people, strict=True)}
    for caller in callers.values():
        if caller.has_role(Role.DOCTOR):
            await services.booking.set_hours(caller, id_of(caller), _opening_hours())
    secretary = callers["sophie.garnier"]
    registered = [await register(services, secretary, patient, mobile_of(place), email_of(patient), place)
                  for place, patient in enumerate(PATIENTS[:patients])]  # fmt: skip
    await _declare_attending_doctors(services, secretary, registered)
    document = {
        "practices": [str(house) for house in houses],
        "secrets": {login: person["secret"] for login, person in zip(_logins(), people, strict=True)},
        "people": {login: str(id_of(caller)) for login, caller in callers.items()},
        "patients": [str(patient.id) for patient in registered],
    }
    raw = orjson.dumps(document)
    folder.joinpath(_WHO_IS_WHO).write_bytes(raw)
    return _read(orjson.loads(raw))


async def _found(services: Services, house: DemoHouse) -> UUID:
    """A practice of its own."""
    practice = Practice(
        id=new_id(),
        name=house.name,
        territory=Territory.METROPOLE,
        facility_type=house.facility_type,
        phone=house.phone,
        address=PracticeAddress(lines=(house.address,), postal_code=house.postal_code, city=house.city),
    )
    await services.practices.create(SYSTEM, practice)
    return practice.id


async def register(
    services: Services, secretary: Caller, person: DemoPatient, phone: str, email: str, place: int
) -> Patient:
    """A patient as the desk knows them: most showed a card, for some INSi answered as well (R-4)."""
    traits = Traits(
        birth_name=person.birth_name,
        birth_given_names=person.given_names,
        birth_date=BirthDate(person.born_on.year, person.born_on.month, person.born_on.day),
        sex=Sex(person.sex),
        birth_place=person.born_in,
    )
    draft = PatientDraft(traits, UsedNames(person.used_name, person.used_given_name), Contact(phone, email))
    patient, _ = await services.patients.create(secretary, draft)
    matricule = person.matricule()
    if matricule and place % 3 != 2:
        found = Matricule(matricule, InsOid.NIR_DEMO)
        answer = InsiAnswer(found, traits, InsiSource.TRAITS_SEARCH, services.clock.now())
        patient = await services.patients.record_insi_answer(secretary, patient.id, answer)
    if place % 4 != 3:
        checked = await services.patients.record_identity_check(
            secretary, patient.id, proof=IdentityProof.NATIONAL_CARD, method=CheckMethod.IN_PERSON
        )
        patient = checked.patient
    return patient


def caller_of(person: Professional) -> Caller:
    """The caller that a sign-in with two factors makes of this person."""
    return Caller(
        CallerKind.PROFESSIONAL,
        id=person.id,
        practice_id=person.practice_id,
        roles=person.roles,
        rpps=person.rpps,
        factors=2,
    )


async def _hire(services: Services, practice_id: UUID, person: DemoProfessional) -> dict[str, Any]:
    profession = Profession.MEDECIN.value if person.role is Role.DOCTOR else person.profession
    professional = Professional(
        id=new_id(),
        practice_id=practice_id,
        family_name=person.family_name,
        given_name=person.given_name,
        roles=frozenset({person.role}),
        title=Title(person.title),
        rpps=person.rpps,
        profession=Profession(profession) if profession else None,
        specialty_code=person.specialty,
        sector=ConventionSector(person.sector) if person.sector else None,
    )
    await services.professionals.create(SYSTEM, professional, person.login)
    secret = make_secret()
    await services.enrolment.enrol(SYSTEM, professional.id, PASSWORD, secret)
    return {"caller": caller_of(professional), "secret": secret}


async def _declare_attending_doctors(services: Services, secretary: Caller, patients: list[Patient]) -> None:
    """Most have declared Dr Moreau, since before their first visit here."""
    doctor = PROFESSIONALS[0]
    since = (services.clock.now() - timedelta(days=400)).date()
    for place, patient in enumerate(patients):
        if place % 5 != 4:
            name = f"Dr {doctor.given_name} {doctor.family_name.upper()}"
            await services.patients.set_attending_doctor(
                secretary, patient.id, rpps=doctor.rpps, name=name, from_on=since
            )


def _opening_hours() -> list[OpeningHours]:
    return [OpeningHours(day, *hours, slot_minutes=15) for day in range(6) for hours in (_MORNING, _AFTERNOON)]


def _read(document: Mapping[str, Any]) -> DemoPractice:
    houses = [UUID(house) for house in document["practices"]]
    callers, accounts = {}, []
    for person in PROFESSIONALS:
        professional_id = UUID(document["people"][person.login])
        callers[person.login] = Caller(
            CallerKind.PROFESSIONAL,
            id=professional_id,
            practice_id=houses[person.place],
            roles=frozenset({person.role}),
            rpps=person.rpps,
            factors=2,
        )
        who = f"{Title(person.title).label} {person.given_name} {person.family_name}"
        accounts.append(DemoAccount(who, person.login, PASSWORD, document["secrets"][person.login]))
    return DemoPractice(houses[0], callers, tuple(map(UUID, document["patients"])), tuple(accounts))


def _logins() -> list[str]:
    return [person.login for person in PROFESSIONALS]


def id_of(caller: Caller) -> UUID:
    """The professional's id. Raises LookupError for a caller that is nobody."""
    if caller.id is None:
        raise LookupError("a professional has an id")
    return caller.id
