"""A death: recorded by who cares for the patient, corrected, taken back; nothing of the record is erased by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from telemed.kernel.caller import Caller, Role
from telemed.kernel.clock import Clock, Territory, civil_date
from telemed.kernel.errors import Conflict, Forbidden, Invalid, Refused
from telemed.kernel.ids import new_id
from telemed.patients.model import DeathRecord, DeathSource, Patient
from telemed.patients.ports import DeathFollower
from telemed.patients.rules import merged_reason
from telemed.patients.service.records import TerritoryOf, open_record
from telemed.patients.store import DeathStore, PatientStore
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal


@dataclass(frozen=True)
class Deaths:
    """What was recorded of a person's death, the newest line first."""

    lines: Sequence[DeathRecord]

    @property
    def current(self) -> DeathRecord | None:
        """What holds now; None for who lives."""
        return self.lines[0] if self.lines and self.lines[0].died_on is not None else None


class DeathService:
    """`followers` stop what must stop, in the same transaction. `territory_of` dates what is recorded."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        journal: Journal,
        territory_of: TerritoryOf,
        followers: Sequence[DeathFollower] = (),
    ) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal
        self._territory_of = territory_of
        self._followers = followers

    async def read(self, caller: Caller, patient_id: UUID) -> Deaths:
        """Raises Forbidden, NotFound."""
        async with self._database.begin() as uow:
            await self._open(uow, caller, patient_id, "patient.read_death")
            return Deaths(await DeathStore(uow.session).deaths(patient_id))

    async def record(self, caller: Caller, patient_id: UUID, *, died_on: date, source: DeathSource) -> Deaths:
        """Record a death, or correct its day or source. What follows the patient from afar ends at once.

        Raises Forbidden for who is no carer, NotFound, Invalid on a day ahead or before his birth.
        """
        async with self._database.begin() as uow:
            patient = await self._open(uow, caller, patient_id, "patient.record_death")
            _require_carer(caller)
            await self._check_day(uow, patient, died_on)
            await self._add(uow, caller, patient_id, died_on, source, "")
            await tell_death(uow, caller, patient_id, self._followers)
            return Deaths(await DeathStore(uow.session).deaths(patient_id))

    async def take_back(self, caller: Caller, patient_id: UUID, *, reason: str) -> Deaths:
        """It was recorded wrongly. What ended does not begin again by itself.

        Raises Forbidden, NotFound, Invalid without a reason, Conflict `patient.not_deceased`.
        """
        async with self._database.begin() as uow:
            await self._open(uow, caller, patient_id, "patient.take_death_back")
            _require_carer(caller)
            if not reason.strip():
                raise Invalid("Dites pourquoi ce décès était noté à tort.", field="reason")
            if await DeathStore(uow.session).died_on(patient_id) is None:
                raise Conflict("Aucun décès n'est noté pour ce patient.", code="patient.not_deceased")
            await self._add(uow, caller, patient_id, None, None, reason.strip())
            return Deaths(await DeathStore(uow.session).deaths(patient_id))

    async def _add(
        self, uow: UnitOfWork, caller: Caller, patient_id: UUID, day: date | None, source: DeathSource | None, why: str
    ) -> None:
        line = DeathRecord(new_id(), day, source, why, self._clock.now(), caller.id)
        await DeathStore(uow.session).add_death(patient_id, line)

    async def _check_day(self, uow: UnitOfWork, patient: Patient, died_on: date) -> None:
        territory = await self._territory_of(uow.session, patient.practice_id) or Territory.METROPOLE
        if died_on > civil_date(self._clock.now(), territory):
            raise Invalid("Un décès n'est pas daté de l'avenir.", field="died_on")
        born = patient.identity.traits.birth_date
        if died_on < date(born.year, born.month or 1, born.day or 1):
            raise Invalid("Un décès ne vient pas avant la naissance.", field="died_on")

    async def _open(self, uow: UnitOfWork, caller: Caller, patient_id: UUID, action: str) -> Patient:
        resource = f"patient:{patient_id}"
        self._journal.note(uow, caller, action, patient_id=patient_id, resource=resource)
        patient = await open_record(uow, caller, patient_id)
        if patient.merged_into is not None:
            raise Refused.because(merged_reason(patient))
        return patient


async def tell_death(uow: UnitOfWork, caller: Caller, patient_id: UUID, followers: Sequence[DeathFollower]) -> None:
    """The person of a record has died: whatever follows any of his records stops."""
    records = [patient_id, *(one.id for one in await PatientStore(uow.session).absorbed_by(patient_id))]
    for follower in followers:
        await follower.follow_death(uow, caller, records=records)


def is_carer(caller: Caller) -> bool:
    """May this person note a death, which stops what follows a patient?"""
    return caller.has_role(Role.DOCTOR, Role.HEALTH_PROFESSIONAL)


def _require_carer(caller: Caller) -> None:
    if not is_carer(caller):
        raise Forbidden("Un décès est noté par un soignant du cabinet : il arrête les suivis à distance.")
