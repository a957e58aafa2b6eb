"""Records, their identities over time and their merges."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from telemed.kernel.errors import Conflict
from telemed.kernel.identifiers import InsOid, Matricule
from telemed.patients.formats import (
    check_from_json,
    check_to_json,
    contact_from_json,
    contact_to_json,
    identity_from_json,
    identity_to_json,
    traits_from_json,
    traits_to_json,
    used_from_json,
    used_to_json,
)
from telemed.patients.model import (
    BirthDate,
    CheckMethod,
    DoubtReason,
    Identity,
    IdentityChange,
    IdentityCheck,
    IdentityDoubt,
    IdentityProof,
    IdentityVersion,
    InsiReceipt,
    InsiSource,
    Merge,
    MergeChange,
    Patient,
    Traits,
    fold_name,
    name_words,
)
from telemed.patients.store.attending import AttendingDoctorStore
from telemed.patients.tables import IdentityVersionRow, PatientMergeRow, PatientNameRow, PatientRow
from telemed.security.keyring import CannotOpenError
from telemed.storage.engine import violated_constraint
from telemed.storage.types import keyring_of

_WORDS_SEARCHED = 8


class PatientStore(AttendingDoctorStore):
    """Patients by id, by name and birth date, by matricule. Nothing here asks who may: the service does.

    A record that another one took in is found by its own id only: lists and searches leave it out.
    """

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._keyring = keyring_of(session.get_bind().dialect)

    async def add(self, patient: Patient) -> None:
        """Raises Conflict when the practice already has this person qualified."""
        columns = self._columns(patient)
        self._session.add(
            PatientRow(id=patient.id, practice_id=patient.practice_id, created_at=patient.created_at, **columns)
        )
        await self._flush()
        await self._save_names(patient)

    async def save(self, patient: Patient) -> None:
        """Keep a patient as changed. Raises Conflict when the practice already has this person qualified."""
        row = await self._session.get_one(PatientRow, patient.id)
        for name, value in self._columns(patient).items():
            setattr(row, name, value)
        await self._flush()
        await self._save_names(patient)

    async def find(self, patient_id: UUID, *, for_update: bool = False) -> Patient | None:
        """The person of an act: the record itself, or the one that took it in."""
        found = await self.find_record(patient_id, for_update=for_update)
        while found is not None and found.merged_into is not None:
            found = await self.find_record(found.merged_into, for_update=for_update)
        return found

    async def find_record(self, patient_id: UUID, *, for_update: bool = False) -> Patient | None:
        """One record as it is, merged or not."""
        row = await self._session.get(PatientRow, patient_id, with_for_update=for_update or None)
        return _to_patient(row) if row else None

    async def find_many(self, ids: Sequence[UUID]) -> dict[UUID, Patient]:
        """The persons behind those of `ids` that exist, in one statement as long as none was merged."""
        found = await self._records(set(ids))
        while missing := {one.merged_into for one in found.values() if one.merged_into is not None} - found.keys():
            found |= await self._records(missing)
        return {one_id: _last(found[one_id], found) for one_id in ids if one_id in found}

    async def _records(self, ids: set[UUID]) -> dict[UUID, Patient]:
        if not ids:
            return {}
        rows = await self._session.scalars(select(PatientRow).where(col(PatientRow.id).in_(ids)))
        return {row.id: _to_patient(row) for row in rows}

    async def absorbed_by(self, patient_id: UUID) -> list[Patient]:
        """The records that this one took in, by order of creation."""
        query = select(PatientRow).where(col(PatientRow.merged_into) == patient_id)
        return [_to_patient(row) for row in await self._session.scalars(query.order_by(col(PatientRow.id)))]

    async def add_merge(self, merge: Merge) -> None:
        """Append a line to the history; the records themselves are changed by `save`."""
        self._session.add(
            PatientMergeRow(
                id=merge.id,
                kept_id=merge.kept_id,
                absorbed_id=merge.absorbed_id,
                change=merge.change.value,
                at=merge.at,
                by=merge.by,
            )
        )
        await self._session.flush()

    async def merges(self, patient_id: UUID, *, before: UUID | None, limit: int) -> list[Merge]:
        """What was merged into a record and parted from it, the newest first, older than `before`."""
        query = select(PatientMergeRow).where(col(PatientMergeRow.kept_id) == patient_id)
        if before is not None:
            query = query.where(col(PatientMergeRow.id) < before)
        rows = await self._session.scalars(query.order_by(col(PatientMergeRow.id).desc()).limit(limit))
        return [Merge(row.id, row.kept_id, row.absorbed_id, MergeChange(row.change), row.at, row.by) for row in rows]

    async def page(
        self,
        practice_id: UUID,
        *,
        name: str | None = None,
        birth_date: BirthDate | None = None,
        after: UUID | None = None,
        limit: int,
    ) -> list[Patient]:
        """Patients of a practice by order of creation: each word of `name` is one of theirs, whole, case ignored."""
        query = select(PatientRow).where(
            col(PatientRow.practice_id) == practice_id, col(PatientRow.merged_into).is_(None)
        )
        if birth_date is not None:
            query = query.where(col(PatientRow.birth_date_index) == self._birth_date_index(birth_date))
        words = sorted(filter(None, map(fold_name, (name or "").split())), key=len, reverse=True)
        order = col(PatientRow.id)
        if words:
            # Driven and sorted by the index of words, so that a search costs the same however many patients there are.
            named = aliased(PatientNameRow)
            order = col(named.patient_id)
            query = query.join(named, order == col(PatientRow.id)).where(
                col(named.practice_id) == practice_id, col(named.word_index) == self._word_index(words[0])
            )
        for word in words[1:_WORDS_SEARCHED]:
            also = aliased(PatientNameRow)
            found = exists().where(col(also.patient_id) == order, col(also.word_index) == self._word_index(word))
            query = query.where(found)
        if after is not None:
            query = query.where(order > after)
        rows = await self._session.scalars(query.order_by(order).limit(limit))
        return [_to_patient(row) for row in rows]

    async def alike(self, patient: Patient, *, limit: int = 10) -> list[Patient]:
        """Other records of the practice with the same birth name and birth date, or the same matricule."""
        marks = col(PatientRow.traits_index) == self._traits_index(patient.identity.traits)
        if patient.identity.matricule is not None:
            index = self._matricule_index(patient.identity.matricule)
            marks = or_(marks, col(PatientRow.matricule_index) == index)
        query = select(PatientRow).where(
            col(PatientRow.practice_id) == patient.practice_id,
            col(PatientRow.id) != patient.id,
            col(PatientRow.merged_into).is_(None),
            marks,
        )
        rows = await self._session.scalars(query.limit(limit))
        return sorted(map(_to_patient, rows), key=lambda found: found.id)

    async def add_version(
        self,
        patient_id: UUID,
        change: IdentityChange,
        identity: Identity,
        *,
        at: datetime,
        by: UUID | None,
        noted: IdentityCheck | None = None,
    ) -> None:
        """Append a version; the patient must be locked, so that numbers have no gap."""
        last = select(col(IdentityVersionRow.number)).where(col(IdentityVersionRow.patient_id) == patient_id)
        number = await self._session.scalar(last.order_by(col(IdentityVersionRow.number).desc()).limit(1))
        row = IdentityVersionRow(
            patient_id=patient_id,
            number=(number or 0) + 1,
            change=change.value,
            status=identity.status.value,
            identity={
                "patient_id": str(patient_id),
                **identity_to_json(identity),
                "noted": noted and check_to_json(noted),
            },
            at=at,
            by=by,
        )
        self._session.add(row)
        await self._session.flush()

    async def versions(self, patient_id: UUID, *, before: int | None, limit: int) -> list[IdentityVersion]:
        """What the identity was, the newest first, numbered below `before`."""
        query = select(IdentityVersionRow).where(col(IdentityVersionRow.patient_id) == patient_id)
        if before is not None:
            query = query.where(col(IdentityVersionRow.number) < before)
        rows = await self._session.scalars(query.order_by(col(IdentityVersionRow.number).desc()).limit(limit))
        return [_to_version(row) for row in rows]

    def index_if_qualified(self, identity: Identity) -> bytes | None:
        """The blind index of the matricule of a qualified identity: the same for one person in every practice."""
        matricule = identity.exchangeable_matricule
        return self._matricule_index(matricule) if matricule else None

    def _columns(self, patient: Patient) -> dict[str, Any]:
        identity, matricule, sealed_for = patient.identity, patient.identity.matricule, {"patient_id": str(patient.id)}
        matricule_index = self._matricule_index(matricule) if matricule else None
        return {
            "version": patient.version,
            "traits": {
                **sealed_for,
                "strict": traits_to_json(identity.traits),
                "used": used_to_json(patient.used),
                "matricule": matricule and matricule.value,
            },
            "contact": {**sealed_for, **contact_to_json(patient.contact)},
            "traits_index": self._traits_index(identity.traits),
            "birth_date_index": self._birth_date_index(identity.traits.birth_date),
            "matricule_oid": matricule and matricule.oid.value,
            "matricule_index": matricule_index,
            "qualified_index": self.index_if_qualified(identity) if patient.merged_into is None else None,
            "merged_into": patient.merged_into,
            **_axes(identity),
        }

    async def _flush(self) -> None:
        try:
            await self._session.flush()
        except IntegrityError as err:
            if violated_constraint(err) == "uq_patients_practice_id_qualified_index":
                raise Conflict(
                    "Un autre dossier du cabinet porte déjà ce matricule INS, identité qualifiée : "
                    "comparez les deux dossiers.",
                    code="identity.matricule_taken",
                ) from err
            raise

    async def _save_names(self, patient: Patient) -> None:
        strict, used = patient.identity.traits, patient.used
        names = [strict.birth_name, *strict.birth_given_names, *filter(None, (used.family, used.given))]
        await self._session.execute(delete(PatientNameRow).where(col(PatientNameRow.patient_id) == patient.id))
        self._session.add_all(
            PatientNameRow(patient_id=patient.id, practice_id=patient.practice_id, word_index=self._word_index(word))
            for word in name_words(*names)
        )
        await self._session.flush()

    def _word_index(self, folded: str) -> bytes:
        return self._keyring.blind_index(folded, "patient_names.word")

    def _birth_date_index(self, birth_date: BirthDate) -> bytes:
        return self._keyring.blind_index(str(birth_date), "patients.birth_date")

    def _traits_index(self, traits: Traits) -> bytes:
        return self._keyring.blind_index(f"{fold_name(traits.birth_name)}\x00{traits.birth_date}", "patients.traits")

    def _matricule_index(self, matricule: Matricule) -> bytes:
        return self._keyring.blind_index(f"{matricule.oid}\x00{matricule.value}", "patients.matricule")


def _axes(identity: Identity) -> dict[str, Any]:
    insi, check, doubt = identity.insi, identity.check, identity.doubt
    return {
        "insi_source": insi and insi.source.value,
        "insi_obtained_at": insi and insi.obtained_at,
        "check_proof": check and check.proof.value,
        "check_companion": check and check.companion and check.companion.value,
        "check_method": check and check.method.value,
        "checked_at": check and check.at,
        "checked_by": check and check.by,
        "doubt_reason": doubt and doubt.reason.value,
        "doubted_at": doubt and doubt.at,
        "doubted_by": doubt and doubt.by,
    }


def _to_patient(row: PatientRow) -> Patient:
    _require_own(row.traits, row.id)
    _require_own(row.contact, row.id)
    return Patient(
        id=row.id,
        practice_id=row.practice_id,
        identity=_to_identity(row),
        used=used_from_json(row.traits["used"]),
        contact=contact_from_json(row.contact),
        created_at=row.created_at,
        version=row.version,
        merged_into=row.merged_into,
    )


def _last(patient: Patient, found: dict[UUID, Patient]) -> Patient:
    """The record at the end of a chain of merges."""
    while patient.merged_into is not None:
        patient = found[patient.merged_into]
    return patient


def _require_own(sealed: dict[str, object], patient_id: UUID) -> None:
    """What was sealed for one patient does not open as another's: a row cannot be swapped in the database."""
    if sealed.get("patient_id") != str(patient_id):
        raise CannotOpenError("a sealed value was moved to another patient")


def _to_identity(row: PatientRow) -> Identity:
    value = row.traits["matricule"]
    insi = check = doubt = None
    if row.insi_source and row.insi_obtained_at:
        insi = InsiReceipt(InsiSource(row.insi_source), row.insi_obtained_at)
    if row.check_proof and row.check_method and row.checked_at:
        companion = IdentityProof(row.check_companion) if row.check_companion else None
        method, proof = CheckMethod(row.check_method), IdentityProof(row.check_proof)
        check = IdentityCheck(proof, method, row.checked_at, row.checked_by, companion)
    if row.doubt_reason and row.doubted_at:
        doubt = IdentityDoubt(DoubtReason(row.doubt_reason), row.doubted_at, row.doubted_by)
    return Identity(
        traits=traits_from_json(row.traits["strict"]),
        matricule=Matricule(value, InsOid(row.matricule_oid)) if value and row.matricule_oid else None,
        insi=insi,
        check=check,
        doubt=doubt,
    )


def _to_version(row: IdentityVersionRow) -> IdentityVersion:
    _require_own(row.identity, row.patient_id)
    return IdentityVersion(
        number=row.number,
        change=IdentityChange(row.change),
        identity=identity_from_json(row.identity),
        at=row.at,
        by=row.by,
        noted=check_from_json(row.identity["noted"]) if row.identity["noted"] else None,
    )
