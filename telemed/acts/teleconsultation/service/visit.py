"""The patient's side: consent, identity and place, devices, the waiting room."""

from __future__ import annotations

from dataclasses import dataclass, replace

from telemed.acts.teleconsultation.model import (
    DeviceCheck,
    Place,
    PlaceKind,
    Readiness,
    Seat,
    State,
    Step,
    Teleconsultation,
    TraitsAnswer,
    TraitsConfirmation,
)
from telemed.acts.teleconsultation.ports import RoomPass, Rooms
from telemed.acts.teleconsultation.rules.queue import Wait, Waiting, expected_wait
from telemed.acts.teleconsultation.rules.visit import VisitProgress, VisitStep, next_step
from telemed.acts.teleconsultation.service.access import open_act, take_step
from telemed.acts.teleconsultation.service.consents import ActConsents
from telemed.acts.teleconsultation.store import ActStore
from telemed.consent.formats import Wording
from telemed.consent.model import ConsentBy, ConsentDecision, ConsentRecord
from telemed.kernel.caller import Caller, Role
from telemed.kernel.clock import Clock
from telemed.kernel.errors import Conflict, Invalid, Refused, Unauthenticated
from telemed.patients.model import DoubtReason, Patient, parse_phone
from telemed.patients.service import PatientService
from telemed.patients.store import PatientStore
from telemed.professionals.model import Practice, Professional
from telemed.professionals.store import PracticeStore, ProfessionalStore
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal

NOBODY: frozenset[Role] = frozenset()


@dataclass(frozen=True, repr=False)
class Visit:
    """Everything that a patient's page shows."""

    act: Teleconsultation
    patient: Patient
    professional: Professional
    practice: Practice
    step: VisitStep
    has_consented: bool
    wait: Wait | None


class VisitService:
    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        journal: Journal,
        consents: ActConsents,
        patients: PatientService,
        rooms: Rooms,
    ) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal
        self._consents = consents
        self._patients = patients
        self._rooms = rooms

    async def view(self, caller: Caller) -> Visit:
        """The visit of the caller's link, and the next thing to do. Not traced: a waiting page asks it often."""
        now = self._clock.now()
        async with self._database.read() as session:
            acts, people = ActStore(session), ProfessionalStore(session)
            act = await acts.find(caller.act_id) if caller.act_id else None
            patient = await PatientStore(session).find(act.patient_id) if act else None
            professional = await people.find(act.professional_id) if act else None
            practice = await PracticeStore(session).find(act.practice_id) if act else None
            if act is None or patient is None or professional is None or practice is None:
                raise Unauthenticated("Ce lien n'est plus valable.", code="link.unknown")
            consent = await self._consents.decision(session, act, patient, now)
            wait = await self._wait(acts, act) if act.state is State.WAITING else None
        progress = VisitProgress(
            state=act.state,
            has_consented=consent.is_allowed,
            has_confirmed_traits=act.traits_confirmation is not None,
            has_given_place=act.place is not None,
            has_checked_devices=act.device_check is not None,
        )
        return Visit(act, patient, professional, practice, next_step(progress), consent.is_allowed, wait)

    async def decide_consent(
        self,
        caller: Caller,
        decision: ConsentDecision,
        *,
        wording_sha256: str,
        by: ConsentBy = ConsentBy.PATIENT,
        representative_name: str | None = None,
    ) -> ConsentRecord:
        """Give, refuse or withdraw, on the page. A withdrawal during the call is told to the doctor by the room."""
        async with self._database.begin() as uow:
            act = await self._open(uow, caller, "consent")
            if act.state in (State.CANCELLED, State.CLOSED) and decision is not ConsentDecision.WITHDRAWN:
                raise Conflict("Cette téléconsultation est terminée.", code="over")
            return await self._consents.decide_on_page(
                uow,
                caller,
                act,
                decision,
                wording_sha256=wording_sha256,
                by=by,
                representative_name=representative_name,
            )

    def wording(self) -> Wording:
        """The words to show before a decision."""
        return self._consents.service.wording()

    async def confirm_traits(self, caller: Caller, answer: TraitsAnswer) -> Teleconsultation:
        """The patient says whether the five traits on record are right; if not, the identity is set in doubt (R-6)."""
        async with self._database.begin() as uow:
            act = await self._open(uow, caller, "confirm_traits", details={"answer": answer.value})
            confirmation = TraitsConfirmation(answer, self._clock.now(), by_patient=True)
            if answer is TraitsAnswer.CONTESTED:
                await self._patients.raise_doubt_within(uow, caller, act.patient_id, DoubtReason.INCONSISTENT)
            return await ActStore(uow.session).save(replace(act, traits_confirmation=confirmation))

    async def give_place(self, caller: Caller, kind: PlaceKind, description: str, phone: str) -> Teleconsultation:
        """Where the patient is now, and a number that rings there (R-3). Raises Invalid."""
        place = read_place(kind, description, phone, self._clock)
        async with self._database.begin() as uow:
            act = await self._open(uow, caller, "give_place")
            return await ActStore(uow.session).save(replace(act, place=place))

    async def report_devices(
        self, caller: Caller, camera: Readiness, microphone: Readiness, network: Readiness
    ) -> Teleconsultation:
        """The verdict of the device check of the page."""
        async with self._database.begin() as uow:
            act = await self._open(uow, caller, "check_devices")
            check = DeviceCheck(camera, microphone, network, self._clock.now())
            return await ActStore(uow.session).save(replace(act, device_check=check))

    async def arrive(self, caller: Caller) -> Teleconsultation:
        """Sit in the waiting room; again has no effect. Raises Refused without consent (R-1)."""
        now = self._clock.now()
        async with self._database.begin() as uow:
            act = await self._open(uow, caller, "arrive")
            if act.state is State.WAITING:
                return act
            patient = await PatientStore(uow.session).find(act.patient_id)
            if patient is None:
                raise LookupError("an act has a patient")
            consent = await self._consents.decision(uow.session, act, patient, now)
            if not consent.is_allowed:
                raise Refused(consent)
            arrived = take_step(act, Step.ARRIVE, arrived_at=act.arrived_at or now)
            return await ActStore(uow.session).save(arrived)

    async def room_pass(self, caller: Caller) -> RoomPass:
        """What the patient's browser needs to take its seat. Raises Conflict when the visit is over."""
        async with self._database.begin() as uow:
            act = await self._open(uow, caller, "enter_room", lock=False)
            if act.state not in (State.WAITING, State.IN_CALL):
                raise Conflict("La salle n'est pas ouverte : revenez à l'étape précédente.", code="room.closed")
        return self._rooms.issue_pass(act.room, Seat.PATIENT.value, is_host=False)

    async def _open(
        self, uow: UnitOfWork, caller: Caller, action: str, *, lock: bool = True, details: dict[str, str] | None = None
    ) -> Teleconsultation:
        if caller.act_id is None:
            raise Unauthenticated("Ouvrez le lien qui vous a été envoyé.")
        return await open_act(
            uow, self._journal, caller, caller.act_id, action, roles=NOBODY, lock=lock, details=details
        )

    async def _wait(self, acts: ActStore, act: Teleconsultation) -> Wait | None:
        waiting = await acts.waiting([act.professional_id])
        current = await acts.in_call(act.professional_id)
        return expected_wait(
            act.id,
            waiting_of(waiting),
            now=self._clock.now(),
            recent_lengths=await acts.recent_lengths(act.professional_id),
            current_since=current.started_at if current else None,
        )


def waiting_of(acts: list[Teleconsultation]) -> list[Waiting]:
    """The queue's view of acts that wait."""
    return [Waiting(act.id, act.arrived_at or act.booked_at, act.slot.start if act.slot else None) for act in acts]


def read_place(kind: PlaceKind, description: str, phone: str, clock: Clock) -> Place:
    """A place from what was typed. Raises Invalid."""
    described = " ".join(description.split())
    if len(described) < 5:
        raise Invalid("Décrivez le lieu assez précisément pour y envoyer des secours.", field="description")
    try:
        number = parse_phone(phone)
    except ValueError as err:
        raise Invalid(str(err), field="phone") from None
    return Place(kind, described[:500], number, clock.now())
