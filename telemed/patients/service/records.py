"""Use cases of patients: each reads or writes one record of the caller's practice, and is traced."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from telemed.kernel.caller import Caller, CallerKind, Role
from telemed.kernel.clock import Clock, Territory, civil_date
from telemed.kernel.decision import Decision, Reason
from telemed.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from telemed.kernel.identifiers import Matricule
from telemed.kernel.ids import new_id
from telemed.law.law import Law
from telemed.patients.model import (
    AttendingDoctor,
    BirthDate,
    CheckMethod,
    Contact,
    DoubtReason,
    Identity,
    IdentityChange,
    IdentityCheck,
    IdentityDoubt,
    IdentityProof,
    IdentityVersion,
    InsiAnswer,
    Patient,
    PossibleDuplicate,
    Traits,
    UsedNames,
    parse_phone,
)
from telemed.patients.ports import IdentityFollower
from telemed.patients.rules import (
    check_birth_date,
    check_insi_answer,
    check_insi_call,
    check_matricule,
    check_proof,
    merged_reason,
    resemblance_of,
)
from telemed.patients.store import PatientStore
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal

TerritoryOf = Callable[[AsyncSession, UUID], Awaitable[Territory | None]]


@dataclass(frozen=True)
class PatientDraft:
    """What a person of the practice types in; the rest comes from checks and from INSi."""

    traits: Traits = field(repr=False)
    used: UsedNames = field(default_factory=UsedNames, repr=False)
    contact: Contact = field(default_factory=Contact, repr=False)
    matricule: Matricule | None = field(default=None, repr=False)


Revision = Callable[[PatientDraft], PatientDraft]


@dataclass(frozen=True)
class CheckedIdentity:
    """A patient after a check, with what the rules warn of."""

    patient: Patient
    warnings: tuple[Reason, ...] = ()


class PatientService:
    """Patients, for the doctors and secretaries of their practice. Nobody else sees that a record exists.

    `territory_of` says where a practice stands: its civil day dates what is recorded. `on_identity` follows in the
    transaction of each change of an identity.
    """

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        journal: Journal,
        law: Law,
        territory_of: TerritoryOf,
        may_hold_test_matricules: bool,
        on_identity: Sequence[IdentityFollower] = (),
    ) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal
        self._law = law
        self._territory_of = territory_of
        self._may_hold_tests = may_hold_test_matricules
        self._on_identity = on_identity

    async def create(self, caller: Caller, draft: PatientDraft) -> tuple[Patient, list[PossibleDuplicate]]:
        """A new record, PROV, and the records that look like it. Raises Forbidden, Refused."""
        patient_id = new_id()
        async with self._database.begin() as uow:
            self._note(uow, caller, "patient.create", patient_id)
            practice_id, now = require_practice(caller), self._clock.now()
            draft = await self._checked(uow, practice_id, draft)
            identity = Identity(draft.traits, draft.matricule)
            patient = Patient(patient_id, practice_id, identity, draft.used, draft.contact, now)
            patients = PatientStore(uow.session)
            await patients.add(patient)
            await patients.add_version(patient_id, IdentityChange.CREATED, identity, at=now, by=caller.id)
            return patient, await self._duplicates(patients, patient)

    async def get(self, caller: Caller, patient_id: UUID) -> Patient:
        """One record. Raises Forbidden, NotFound."""
        async with self._database.begin() as uow:
            return await self._open(uow, caller, patient_id, "patient.read")

    async def names(self, caller: Caller, patient_ids: Sequence[UUID]) -> dict[UUID, Patient]:
        """Of these records, those of the caller's practice, in one statement: to name people in a list."""
        async with self._database.begin() as uow:
            self._journal.note(uow, caller, "patient.list", resource="patient:list", details={"by_id": True})
            practice_id = require_practice(caller)
            found = await PatientStore(uow.session).find_many(patient_ids)
            return {one_id: one for one_id, one in found.items() if one.practice_id == practice_id}

    async def page(
        self,
        caller: Caller,
        *,
        name: str | None = None,
        birth_date: BirthDate | None = None,
        after: UUID | None = None,
        limit: int = 50,
    ) -> list[Patient]:
        """Records of the practice by order of creation, narrowed to whole words of the names and to a birth date."""
        async with self._database.begin() as uow:
            details = {"by_name": name is not None, "by_birth_date": birth_date is not None}
            self._journal.note(uow, caller, "patient.list", resource="patient:list", details=details)
            return await PatientStore(uow.session).page(
                require_practice(caller), name=name, birth_date=birth_date, after=after, limit=limit
            )

    async def duplicates(self, caller: Caller, patient_id: UUID) -> list[PossibleDuplicate]:
        """Records of the practice that may be the same person; nothing is merged."""
        async with self._database.begin() as uow:
            patient = await self._open(uow, caller, patient_id, "patient.duplicates")
            return await self._duplicates(PatientStore(uow.session), patient)

    async def amend(self, caller: Caller, patient_id: UUID, revise: Revision, *, version: int) -> Patient:
        """Revise what was typed in. `version` is the one that was read: Conflict if somebody changed it since.

        A strict trait or a matricule that changes drops what was verified (R-6) and keeps the former in history.
        """
        async with self._database.begin() as uow:
            patient = await self._open(uow, caller, patient_id, "patient.amend")
            if patient.version != version:
                raise Conflict("Le dossier a été modifié entre-temps : relisez-le.", code="patient.changed")
            before = patient.identity
            draft = revise(PatientDraft(before.traits, patient.used, patient.contact, before.matricule))
            draft = await self._checked(uow, patient.practice_id, draft)
            with_traits = before.with_traits(draft.traits)
            identity = with_traits.with_matricule(draft.matricule)
            amended = replace(patient, used=draft.used, contact=draft.contact)
            if identity == before:
                return await self._save(uow, amended)
            is_trait = with_traits != before
            change = IdentityChange.TRAITS_CHANGED if is_trait else IdentityChange.MATRICULE_CHANGED
            return await self._save_identity(uow, caller, amended, identity, change)

    async def record_identity_check(
        self,
        caller: Caller,
        patient_id: UUID,
        *,
        proof: IdentityProof,
        method: CheckMethod,
        companion: IdentityProof | None = None,
    ) -> CheckedIdentity:
        """A document was compared with the traits. Raises Forbidden, NotFound, Refused."""
        async with self._database.begin() as uow:
            return await self.record_identity_check_within(
                uow, caller, patient_id, proof=proof, method=method, companion=companion
            )

    async def record_identity_check_within(
        self,
        uow: UnitOfWork,
        caller: Caller,
        patient_id: UUID,
        *,
        proof: IdentityProof,
        method: CheckMethod,
        companion: IdentityProof | None = None,
    ) -> CheckedIdentity:
        """The same in a transaction that is already open, such as that of a call's checklist.

        A card shown on video is noted in the history and moves no axis.
        """
        patient = await self._open_person(uow, caller, patient_id, "patient.check_identity")
        today = await self._today(uow, patient.practice_id)
        adult = self._law.on(today).value("persons/adult_age").integer
        decision = check_proof(
            patient.identity.traits, proof, method, companion=companion, today=today, adult_years=adult
        )
        _require(decision)
        check = IdentityCheck(proof, method, self._clock.now(), caller.id, companion)
        if method is CheckMethod.ON_VIDEO:
            seen = IdentityChange.SEEN_ON_VIDEO
            await self._keep_version(uow, caller, patient, patient.identity, seen, noted=check)
            return CheckedIdentity(patient, decision.warnings)
        identity = patient.identity.checked(check)
        saved = await self._save_identity(uow, caller, patient, identity, IdentityChange.CHECKED)
        return CheckedIdentity(saved, decision.warnings)

    async def raise_doubt(self, caller: Caller, patient_id: UUID, reason: DoubtReason) -> Patient:
        """Set the identity aside: PROV at once, until a document is checked again (R-6). Raises Forbidden, NotFound."""
        async with self._database.begin() as uow:
            patient = await self._open(uow, caller, patient_id, "patient.doubt_identity")
            identity = patient.identity.doubted(IdentityDoubt(reason, self._clock.now(), caller.id))
            return await self._save_identity(uow, caller, patient, identity, IdentityChange.DOUBTED)

    async def raise_doubt_within(
        self, uow: UnitOfWork, caller: Caller, patient_id: UUID, reason: DoubtReason
    ) -> Patient:
        """The same in an open transaction, for the patient who contests his own traits on the page of the link."""
        self._note(uow, caller, "patient.doubt_identity", patient_id)
        patient = await PatientStore(uow.session).find(patient_id, for_update=True)
        if patient is None or (caller.kind is CallerKind.PATIENT and caller.id != patient_id):
            raise NotFound("Patient introuvable.")
        identity = patient.identity.doubted(IdentityDoubt(reason, self._clock.now(), None))
        return await self._save_identity(uow, caller, patient, identity, IdentityChange.DOUBTED)

    async def prepare_insi_call(self, caller: Caller, patient_id: UUID) -> Traits:
        """The traits to ask INSi about. Raises Refused for a doubtful identity (EXI SI 09), Forbidden, NotFound."""
        async with self._database.begin() as uow:
            patient = await self._open(uow, caller, patient_id, "patient.call_insi")
            _require(check_insi_call(patient.identity))
            return patient.identity.traits

    async def record_insi_answer(self, caller: Caller, patient_id: UUID, answer: InsiAnswer) -> Patient:
        """Take up what an InsiClient found: the only way to the axis « INSi called ».

        Raises Refused when it contradicts a recorded trait, Conflict when another record of the practice already
        has this person qualified, Forbidden, NotFound.
        """
        async with self._database.begin() as uow:
            patient = await self._open(uow, caller, patient_id, "patient.record_insi_answer")
            _require(check_insi_answer(patient.identity, answer, may_be_for_tests=self._may_hold_tests))
            identity = patient.identity.answered(answer)
            return await self._save_identity(uow, caller, patient, identity, IdentityChange.INSI_ANSWERED)

    async def identity_history(
        self, caller: Caller, patient_id: UUID, *, before: int | None = None, limit: int = 50
    ) -> list[IdentityVersion]:
        """What the identity was, the newest first. Raises Forbidden, NotFound."""
        async with self._database.begin() as uow:
            await self._open(uow, caller, patient_id, "patient.read_history")
            return await PatientStore(uow.session).versions(patient_id, before=before, limit=limit)

    async def set_attending_doctor(
        self, caller: Caller, patient_id: UUID, *, rpps: str | None, name: str, from_on: date | None
    ) -> tuple[AttendingDoctor, ...]:
        """Declare the médecin traitant from a day on (today if None), or that there is none; gives the history."""
        async with self._database.begin() as uow:
            patient = await self._open(uow, caller, patient_id, "patient.set_attending_doctor")
            start = from_on or await self._today(uow, patient.practice_id)
            patients = PatientStore(uow.session)
            entry = AttendingDoctor(start, self._clock.now(), rpps, name if rpps else "")
            await patients.add_attending_doctor(patient_id, entry, by=caller.id)
            return await patients.attending_doctors(patient_id)

    async def attending_doctors(self, caller: Caller, patient_id: UUID) -> tuple[AttendingDoctor, ...]:
        """The history of the médecin traitant. Raises Forbidden, NotFound."""
        async with self._database.begin() as uow:
            await self._open(uow, caller, patient_id, "patient.read_attending_doctors")
            return await PatientStore(uow.session).attending_doctors(patient_id)

    async def _open(self, uow: UnitOfWork, caller: Caller, patient_id: UUID, action: str) -> Patient:
        """The one door to a record: traced, then the role, then the practice. Locked until the transaction ends.

        Raises Refused for a record that was taken into another, with where it went.
        """
        self._note(uow, caller, action, patient_id)
        patient = await open_record(uow, caller, patient_id)
        if patient.merged_into is not None:
            raise Refused.because(merged_reason(patient))
        return patient

    async def _open_person(self, uow: UnitOfWork, caller: Caller, patient_id: UUID, action: str) -> Patient:
        """The same for the person of an act, which may have been made under a record merged since."""
        person = await PatientStore(uow.session).find(patient_id)
        return await self._open(uow, caller, patient_id if person is None else person.id, action)

    async def _checked(self, uow: UnitOfWork, practice_id: UUID, draft: PatientDraft) -> PatientDraft:
        """The draft with its telephone number as dialled where the practice stands. Raises Refused, Invalid."""
        territory = await self._territory(uow, practice_id)
        today = civil_date(self._clock.now(), territory)
        _require(
            check_birth_date(draft.traits.birth_date, today)
            & check_matricule(draft.matricule, may_be_for_tests=self._may_hold_tests)
        )
        if draft.contact.phone is None:
            return draft
        try:
            return replace(draft, contact=replace(draft.contact, phone=parse_phone(draft.contact.phone, territory)))
        except ValueError as err:
            raise Invalid(f"{err}.".capitalize(), field="phone") from err

    async def _today(self, uow: UnitOfWork, practice_id: UUID) -> date:
        return civil_date(self._clock.now(), await self._territory(uow, practice_id))

    async def _territory(self, uow: UnitOfWork, practice_id: UUID) -> Territory:
        return await self._territory_of(uow.session, practice_id) or Territory.METROPOLE

    async def _save(self, uow: UnitOfWork, patient: Patient) -> Patient:
        saved = replace(patient, version=patient.version + 1)
        await PatientStore(uow.session).save(saved)
        return saved

    async def _save_identity(
        self, uow: UnitOfWork, caller: Caller, patient: Patient, identity: Identity, change: IdentityChange
    ) -> Patient:
        saved = await self._save(uow, replace(patient, identity=identity))
        await self._keep_version(uow, caller, patient, identity, change)
        verified = PatientStore(uow.session).index_if_qualified(identity)
        for follower in self._on_identity:
            await follower.follow_identity(uow, patient_id=patient.id, matricule_index=verified)
        return saved

    async def _keep_version(
        self,
        uow: UnitOfWork,
        caller: Caller,
        patient: Patient,
        identity: Identity,
        change: IdentityChange,
        *,
        noted: IdentityCheck | None = None,
    ) -> None:
        now = self._clock.now()
        await PatientStore(uow.session).add_version(patient.id, change, identity, at=now, by=caller.id, noted=noted)

    async def _duplicates(self, patients: PatientStore, patient: Patient) -> list[PossibleDuplicate]:
        alike = await patients.alike(patient)
        marks = ((other.id, resemblance_of(patient.identity, other)) for other in alike)
        return [PossibleDuplicate(other_id, mark) for other_id, mark in marks if mark is not None]

    def _note(self, uow: UnitOfWork, caller: Caller, action: str, patient_id: UUID) -> None:
        self._journal.note(uow, caller, action, patient_id=patient_id, resource=f"patient:{patient_id}")


async def open_record(uow: UnitOfWork, caller: Caller, patient_id: UUID) -> Patient:
    """A record of the caller's practice, also a merged one, locked. Raises Forbidden, NotFound."""
    practice_id = require_practice(caller)
    patient = await PatientStore(uow.session).find_record(patient_id, for_update=True)
    if patient is None or patient.practice_id != practice_id:
        raise NotFound("Patient introuvable.")
    return patient


def require_practice(caller: Caller) -> UUID:
    """The practice of a health professional or a secretary. Raises Forbidden."""
    carers = (Role.DOCTOR, Role.HEALTH_PROFESSIONAL, Role.SECRETARY)
    is_caring = caller.kind is CallerKind.PROFESSIONAL and caller.has_role(*carers)
    if not is_caring or caller.practice_id is None:
        raise Forbidden("Les dossiers sont réservés aux soignants et aux secrétaires du cabinet.")
    return caller.practice_id


def _require(decision: Decision) -> None:
    if not decision.is_allowed:
        raise Refused(decision)
