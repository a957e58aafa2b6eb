"""The doctor's side: let the patient in, check, take notes, finish; and what the room tells of itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from telemed.acts.teleconsultation.model import (
    RESUME_WINDOW,
    ContinuityEntry,
    FinishReason,
    IdentityCheck,
    IdentityMethod,
    PlaceKind,
    Seat,
    State,
    Step,
    Teleconsultation,
    TraitsAnswer,
    TraitsConfirmation,
)
from telemed.acts.teleconsultation.ports import RoomPass, Rooms
from telemed.acts.teleconsultation.rules.admission import AdmissionFacts, check_admission
from telemed.acts.teleconsultation.rules.continuity import ContinuitySummary, summarize
from telemed.acts.teleconsultation.service.access import open_act, require_own_doctor, take_step
from telemed.acts.teleconsultation.service.consents import ActConsents
from telemed.acts.teleconsultation.service.visit import read_place
from telemed.acts.teleconsultation.store import ActStore, ContinuityStore
from telemed.consent.model import ConsentBy, ConsentDecision, ConsentRecord
from telemed.kernel.caller import Caller, Role
from telemed.kernel.clock import Clock
from telemed.kernel.decision import Decision
from telemed.kernel.errors import Conflict, Refused
from telemed.patients.model import Patient
from telemed.patients.store import PatientStore
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal

DOCTORS = frozenset({Role.DOCTOR})
_TRAIT_NAMES = {"sex": "le sexe", "birth_place": "le lieu de naissance"}


@dataclass(frozen=True)
class Continuity:
    """The ledger of one act and what it proves."""

    entries: tuple[ContinuityEntry, ...]
    summary: ContinuitySummary


class CallService:
    def __init__(
        self, *, database: Database, clock: Clock, journal: Journal, consents: ActConsents, rooms: Rooms
    ) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal
        self._consents = consents
        self._rooms = rooms

    async def admit(self, caller: Caller, act_id: UUID) -> Teleconsultation:
        """Let the patient in: the act starts. Raises Refused with everything that is missing (R-1, R-2, R-3)."""
        now = self._clock.now()
        async with self._database.begin() as uow:
            act = await self._open(uow, caller, act_id, "admit")
            admitted = take_step(act, Step.ADMIT, started_at=act.started_at or now)
            decision = await self._decide(uow, act)
            if not decision.is_allowed:
                raise Refused(decision)
            saved = await ActStore(uow.session).save(admitted)
            uow.after_commit(lambda: self._rooms.admit(act.room, Seat.PATIENT.value))
            return saved

    async def readiness(self, caller: Caller, act_id: UUID) -> Decision:
        """What an admission would be refused for right now."""
        async with self._database.begin() as uow:
            act = await self._open(uow, caller, act_id, "see_readiness", lock=False)
            return await self._decide(uow, act)

    async def room_pass(self, caller: Caller, act_id: UUID) -> RoomPass:
        """What the doctor's browser needs to take its seat."""
        async with self._database.begin() as uow:
            act = await self._open(uow, caller, act_id, "enter_room", lock=False)
            if act.state not in (State.BOOKED, State.WAITING, State.IN_CALL):
                raise Conflict("Cette téléconsultation est terminée : la salle est fermée.", code="room.closed")
        return self._rooms.issue_pass(act.room, Seat.DOCTOR.value, is_host=True)

    async def finish(self, caller: Caller, act_id: UUID, reason: FinishReason) -> Teleconsultation:
        """End the call: nothing else does. The report is owed."""
        async with self._database.begin() as uow:
            act = await self._open(uow, caller, act_id, "finish")
            finished = take_step(act, Step.FINISH, finished_at=self._clock.now(), finish_reason=reason)
            saved = await ActStore(uow.session).save(finished)
            uow.after_commit(lambda: self._rooms.close(act.room, "finished"))
            return saved

    async def resume(self, caller: Caller, act_id: UUID) -> Teleconsultation:
        """Take the call up again within ten minutes: it stays one act. Raises Conflict when it is too late."""
        async with self._database.begin() as uow:
            act = await self._open(uow, caller, act_id, "resume")
            resumed = take_step(act, Step.RESUME, finished_at=None, finish_reason=None)
            if act.finished_at is not None and self._clock.now() - act.finished_at > RESUME_WINDOW:
                raise Conflict("L'appel est terminé depuis plus de dix minutes.", code="late")
            return await ActStore(uow.session).save(resumed)

    async def confirm_traits(self, caller: Caller, act_id: UUID) -> Teleconsultation:
        """The doctor read the five traits out and the patient confirmed them."""
        async with self._database.begin() as uow:
            act = await self._open_before_end(uow, caller, act_id, "confirm_traits")
            confirmation = TraitsConfirmation(TraitsAnswer.CONFIRMED, self._clock.now(), by_patient=False)
            return await ActStore(uow.session).save(replace(act, traits_confirmation=confirmation))

    async def check_identity(self, caller: Caller, act_id: UUID, method: IdentityMethod) -> Teleconsultation:
        """Who was in front of the camera, and how it was checked; it qualifies no identity by itself."""
        if caller.id is None:
            raise Conflict("Un professionnel identifié est nécessaire.")
        async with self._database.begin() as uow:
            act = await self._open_before_end(uow, caller, act_id, "check_identity", method=method.value)
            check = IdentityCheck(method, self._clock.now(), caller.id)
            return await ActStore(uow.session).save(replace(act, identity_check=check))

    async def note_place(
        self, caller: Caller, act_id: UUID, kind: PlaceKind, description: str, phone: str
    ) -> Teleconsultation:
        """The doctor writes down where the patient is. Raises Invalid."""
        place = read_place(kind, description, phone, self._clock)
        async with self._database.begin() as uow:
            act = await self._open_before_end(uow, caller, act_id, "note_place")
            return await ActStore(uow.session).save(replace(act, place=place))

    async def record_oral_consent(
        self,
        caller: Caller,
        act_id: UUID,
        decision: ConsentDecision,
        *,
        by: ConsentBy = ConsentBy.PATIENT,
        representative_name: str | None = None,
    ) -> ConsentRecord:
        """The patient answered aloud; the doctor records it (R-1)."""
        async with self._database.begin() as uow:
            act = await self._open(uow, caller, act_id, "record_consent")
            return await self._consents.record_oral(
                uow, caller, act, decision, by=by, representative_name=representative_name
            )

    async def save_notes(
        self, caller: Caller, act_id: UUID, notes: str, version: int | None = None
    ) -> Teleconsultation:
        """Notes of the call, which become the report. With `version`, a save over a newer one raises Conflict."""
        async with self._database.begin() as uow:
            act = await self._open(uow, caller, act_id, "save_notes")
            if act.state not in (State.WAITING, State.IN_CALL, State.FINISHED):
                raise Conflict("Les notes se prennent pendant la téléconsultation.", code="notes.closed")
            if version is not None and version != act.version:
                raise Conflict("Les notes ont changé dans une autre fenêtre.", code="stale")
            return await ActStore(uow.session).save(replace(act, notes=notes))

    async def continuity(self, caller: Caller, act_id: UUID) -> Continuity:
        """The ledger so far, and what it proves (R-9, R-10)."""
        async with self._database.begin() as uow:
            act = await self._open(uow, caller, act_id, "read_continuity", lock=False)
            return await load_continuity(uow, act, self._clock)

    async def _decide(self, uow: UnitOfWork, act: Teleconsultation) -> Decision:
        patient = await _patient(uow, act)
        other = await ActStore(uow.session).in_call(act.professional_id)
        facts = AdmissionFacts(
            state=act.state,
            consent=await self._consents.decision(uow.session, act, patient, self._clock.now()),
            missing_traits=tuple(_TRAIT_NAMES[name] for name in patient.identity.traits.missing),
            traits_confirmation=act.traits_confirmation,
            place=act.place,
            other_call_open=other is not None and other.id != act.id,
        )
        return check_admission(facts)

    async def _open(
        self, uow: UnitOfWork, caller: Caller, act_id: UUID, action: str, *, lock: bool = True, **details: str
    ) -> Teleconsultation:
        act = await open_act(
            uow, self._journal, caller, act_id, action, roles=DOCTORS, lock=lock, details=dict(details)
        )
        require_own_doctor(caller, act)
        return act

    async def _open_before_end(
        self, uow: UnitOfWork, caller: Caller, act_id: UUID, action: str, **details: str
    ) -> Teleconsultation:
        act = await self._open(uow, caller, act_id, action, lock=True, **details)
        if act.state in (State.CLOSED, State.CANCELLED):
            raise Conflict("Cette téléconsultation est close.", code="over")
        return act


async def load_continuity(uow: UnitOfWork, act: Teleconsultation, clock: Clock) -> Continuity:
    """The ledger of an act, summed up to its end or to now."""
    entries = await ContinuityStore(uow.session).entries(act.id)
    return Continuity(tuple(entries), summarize(entries, until=act.finished_at or clock.now()))


async def _patient(uow: UnitOfWork, act: Teleconsultation) -> Patient:
    patient = await PatientStore(uow.session).find(act.patient_id)
    if patient is None:
        raise LookupError("an act has a patient")
    return patient
