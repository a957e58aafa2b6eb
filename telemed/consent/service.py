"""Use cases of consent. Each `…_within` runs in an open transaction, for the act that needs it."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from telemed.consent.formats import Wording, Wordings
from telemed.consent.model import (
    ActKind,
    ConsentBy,
    ConsentChannel,
    ConsentDecision,
    ConsentFacts,
    ConsentRecord,
)
from telemed.consent.ports import ActDirectory, ConsentFollower
from telemed.consent.rules import current_record
from telemed.consent.store import ConsentStore
from telemed.kernel.caller import Caller, CallerKind, Role
from telemed.kernel.clock import Clock, Territory, civil_date
from telemed.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from telemed.kernel.ids import new_id
from telemed.law.law import Law
from telemed.patients.model import Patient
from telemed.patients.store import PatientStore
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal


class ConsentService:
    """Records what patients decide, on which words, and says what is in force. Nothing recorded is ever changed.

    `acts` says, for each kind of act, whose act an id is; `followers` learn what was decided as it is recorded.
    """

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        journal: Journal,
        law: Law,
        wordings: Wordings,
        acts: Mapping[ActKind, ActDirectory],
        followers: Mapping[ActKind, ConsentFollower],
    ) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal
        self._law = law
        self._wordings = wordings
        self._acts = acts
        self._followers = followers

    def wording(self, act_kind: ActKind = ActKind.TELECONSULTATION) -> Wording:
        """The words to show today (day of metropolitan France)."""
        return self._wordings.on(civil_date(self._clock.now(), Territory.METROPOLE), act_kind)

    def find_wording(self, act_kind: ActKind, sha256: str) -> Wording | None:
        """The very words of a record."""
        return self._wordings.find(act_kind, sha256)

    async def decide_on_page_within(
        self,
        uow: UnitOfWork,
        caller: Caller,
        *,
        patient_id: UUID,
        act_kind: ActKind,
        act_id: UUID,
        decision: ConsentDecision,
        wording_sha256: str,
        by: ConsentBy = ConsentBy.PATIENT,
        representative_name: str | None = None,
    ) -> ConsentRecord:
        """The patient decides on the page of the link. `wording_sha256` is that of the words that the page showed.

        Raises Forbidden unless the link is of this act, Conflict if those words are not in force any more or
        there is nothing to withdraw, Invalid if the representative has no name.
        """
        self._note(uow, caller, patient_id, act_id, decision)
        if caller.kind is not CallerKind.PATIENT or caller.id != patient_id or caller.act_id != act_id:
            raise Forbidden("Ce lien ne permet pas cette décision.")
        wording = self.wording(act_kind)
        if wording.sha256 != wording_sha256:
            raise Conflict("Le texte a changé : relisez-le avant de décider.", code="consent.wording_changed")
        return await self._append(
            uow,
            patient_id=patient_id,
            act_id=act_id,
            decision=decision,
            channel=ConsentChannel.PATIENT_PAGE,
            by=by,
            wording=wording,
            recorded_by=None,
            representative_name=representative_name,
        )

    async def record_oral_within(
        self,
        uow: UnitOfWork,
        caller: Caller,
        *,
        patient_id: UUID,
        act_kind: ActKind,
        act_id: UUID,
        decision: ConsentDecision,
        by: ConsentBy = ConsentBy.PATIENT,
        representative_name: str | None = None,
    ) -> ConsentRecord:
        """A professional records what was said aloud, after having read the words in force.

        Raises Forbidden, NotFound (another practice's patient), Conflict (nothing to withdraw), Invalid.
        """
        self._note(uow, caller, patient_id, act_id, decision)
        await _require_patient(uow, caller, patient_id)
        return await self._append(
            uow,
            patient_id=patient_id,
            act_id=act_id,
            decision=decision,
            channel=ConsentChannel.ORAL_TO_PROFESSIONAL,
            by=by,
            wording=self.wording(act_kind),
            recorded_by=caller.id,
            representative_name=representative_name,
        )

    async def facts_within(self, uow: UnitOfWork, *, patient_id: UUID, act_kind: ActKind, act_id: UUID) -> ConsentFacts:
        """What `check_consent` weighs before the act starts."""
        patient = await PatientStore(uow.session).find(patient_id)
        records = await ConsentStore(uow.session).of_patient(patient_id, act_kind)
        return ConsentFacts(patient_id, act_kind, act_id, records, is_minor=self._is_minor(patient))

    async def current_within(
        self, uow: UnitOfWork, *, patient_id: UUID, act_kind: ActKind, act_id: UUID
    ) -> ConsentRecord | None:
        """The decision in force now for an act."""
        facts = await self.facts_within(uow, patient_id=patient_id, act_kind=act_kind, act_id=act_id)
        return current_record(facts, self._clock.now())

    async def record_oral(
        self,
        caller: Caller,
        *,
        patient_id: UUID,
        act_kind: ActKind,
        act_id: UUID,
        decision: ConsentDecision,
        by: ConsentBy = ConsentBy.PATIENT,
        representative_name: str | None = None,
    ) -> ConsentRecord:
        """`record_oral_within` in a transaction of its own. Raises NotFound too if the act is not this patient's.

        An act made under a record merged since keeps that record, and so does what is decided about it.
        """
        async with self._database.begin() as uow:
            directory = self._acts.get(act_kind)
            owner_id = await directory.patient_of(uow, act_id) if directory else None
            if owner_id is None or not await _is_one_person(uow, owner_id, patient_id):
                self._note(uow, caller, patient_id, act_id, decision)
                raise NotFound("Acte introuvable.")
            return await self.record_oral_within(
                uow,
                caller,
                patient_id=owner_id,
                act_kind=act_kind,
                act_id=act_id,
                decision=decision,
                by=by,
                representative_name=representative_name,
            )

    async def page(
        self, caller: Caller, patient_id: UUID, *, before: UUID | None = None, limit: int = 50
    ) -> list[ConsentRecord]:
        """Decisions of a patient of the practice, the newest first. Raises Forbidden, NotFound."""
        async with self._database.begin() as uow:
            resource = f"patient:{patient_id}"
            self._journal.note(uow, caller, "consent.list", patient_id=patient_id, resource=resource)
            await _require_patient(uow, caller, patient_id)
            return await ConsentStore(uow.session).page(patient_id, before=before, limit=limit)

    async def _append(
        self,
        uow: UnitOfWork,
        *,
        patient_id: UUID,
        act_id: UUID,
        decision: ConsentDecision,
        channel: ConsentChannel,
        by: ConsentBy,
        wording: Wording,
        recorded_by: UUID | None,
        representative_name: str | None,
    ) -> ConsentRecord:
        name = (representative_name or "").strip() or None
        if by is ConsentBy.LEGAL_REPRESENTATIVE and name is None:
            raise Invalid("Indiquez le nom du représentant légal.", field="representative_name")
        await self._require_something_to_withdraw(uow, patient_id, wording.act_kind, act_id, decision)
        record = ConsentRecord(
            id=new_id(),
            patient_id=patient_id,
            act_kind=wording.act_kind,
            act_id=act_id,
            decision=decision,
            channel=channel,
            by=by,
            at=self._clock.now(),
            wording_version=wording.version,
            wording_sha256=wording.sha256,
            recorded_by=recorded_by,
            representative_name=name if by is ConsentBy.LEGAL_REPRESENTATIVE else None,
        )
        await ConsentStore(uow.session).add(record)
        if (follower := self._followers.get(record.act_kind)) is not None:
            await follower.decided(uow, record)
        return record

    async def _require_something_to_withdraw(
        self, uow: UnitOfWork, patient_id: UUID, act_kind: ActKind, act_id: UUID, decision: ConsentDecision
    ) -> None:
        if decision is not ConsentDecision.WITHDRAWN:
            return
        current = await self.current_within(uow, patient_id=patient_id, act_kind=act_kind, act_id=act_id)
        if current is None or current.decision is not ConsentDecision.GIVEN:
            raise Conflict("Aucun accord en cours à retirer.", code="consent.nothing_to_withdraw")

    def _is_minor(self, patient: Patient | None) -> bool | None:
        if patient is None:
            return None
        today = civil_date(self._clock.now(), Territory.METROPOLE)
        adult = self._law.on(today).value("persons/adult_age").integer
        return patient.identity.traits.birth_date.is_under(adult, today)

    def _note(self, uow: UnitOfWork, caller: Caller, patient_id: UUID, act_id: UUID, decision: ConsentDecision) -> None:
        details = {"decision": decision.value}
        self._journal.note(
            uow, caller, "consent.record", patient_id=patient_id, resource=f"act:{act_id}", details=details
        )


async def _is_one_person(uow: UnitOfWork, first_id: UUID, second_id: UUID) -> bool:
    """Are these two records of one person: the same, or one taken into the other?"""
    patients = PatientStore(uow.session)
    first, second = await patients.find(first_id), await patients.find(second_id)
    return first is not None and second is not None and first.id == second.id


async def _require_patient(uow: UnitOfWork, caller: Caller, patient_id: UUID) -> None:
    """A patient of the practice of a health professional or a secretary. Raises Forbidden, NotFound."""
    carers = (Role.DOCTOR, Role.HEALTH_PROFESSIONAL, Role.SECRETARY)
    if caller.kind is not CallerKind.PROFESSIONAL or not caller.has_role(*carers):
        raise Forbidden("Les accords sont réservés aux soignants et aux secrétaires du cabinet.")
    patient = await PatientStore(uow.session).find(patient_id)
    if patient is None or patient.practice_id != caller.practice_id:
        raise NotFound("Patient introuvable.")
