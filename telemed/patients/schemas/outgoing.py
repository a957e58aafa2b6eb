"""What is answered about patients."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from telemed.kernel.identifiers import InsOid
from telemed.patients.model import (
    Address,
    AttendingDoctor,
    CheckMethod,
    DoubtReason,
    Identity,
    IdentityChange,
    IdentityCheck,
    IdentityProof,
    IdentityStatus,
    IdentityVersion,
    InsiSource,
    Patient,
    PossibleDuplicate,
    Resemblance,
    Sex,
)


class MatriculeOut(BaseModel):
    value: str
    oid: InsOid


class CheckOut(BaseModel):
    """A document compared with the traits."""

    proof: IdentityProof
    method: CheckMethod
    companion: IdentityProof | None
    at: datetime
    by: UUID | None

    @classmethod
    def of(cls, check: IdentityCheck) -> Self:
        return cls(proof=check.proof, method=check.method, companion=check.companion, at=check.at, by=check.by)


class InsiOut(BaseModel):
    source: InsiSource
    obtained_at: datetime


class DoubtOut(BaseModel):
    """Why the identity is set aside, and its RNIV attribute."""

    reason: DoubtReason
    attribute: str
    at: datetime
    by: UUID | None


class IdentityOut(BaseModel):
    """Strict traits, matricule, the two axes and the status that they give."""

    status: IdentityStatus
    birth_name: str
    birth_given_names: list[str]
    birth_date: str
    sex: Sex | None
    birth_place: str | None
    missing_traits: list[str]
    matricule: MatriculeOut | None
    may_leave: bool = Field(description="Whether the matricule may leave the system: only QUAL (R-5).")
    insi: InsiOut | None
    check: CheckOut | None
    doubt: DoubtOut | None

    @classmethod
    def of(cls, identity: Identity) -> Self:
        traits, matricule, insi, doubt = identity.traits, identity.matricule, identity.insi, identity.doubt
        return cls(
            status=identity.status,
            birth_name=traits.birth_name,
            birth_given_names=list(traits.birth_given_names),
            birth_date=str(traits.birth_date),
            sex=traits.sex,
            birth_place=traits.birth_place,
            missing_traits=list(traits.missing),
            matricule=MatriculeOut(value=matricule.value, oid=matricule.oid) if matricule else None,
            may_leave=identity.exchangeable_matricule is not None,
            insi=InsiOut(source=insi.source, obtained_at=insi.obtained_at) if insi else None,
            check=CheckOut.of(identity.check) if identity.check else None,
            doubt=DoubtOut(reason=doubt.reason, attribute=doubt.reason.attribute, at=doubt.at, by=doubt.by)
            if doubt
            else None,
        )


class AddressOut(BaseModel):
    lines: list[str]
    postal_code: str | None
    city: str | None
    country: str

    @classmethod
    def of(cls, address: Address) -> Self:
        return cls(
            lines=list(address.lines), postal_code=address.postal_code, city=address.city, country=address.country
        )


class PatientOut(BaseModel):
    """A patient. `full_name` is how screens call them."""

    id: UUID
    version: int
    full_name: str
    used_family_name: str | None
    used_given_name: str | None
    identity: IdentityOut
    phone: str | None
    email: str | None
    address: AddressOut | None
    created_at: datetime

    @classmethod
    def of(cls, patient: Patient) -> Self:
        address = patient.contact.address
        return cls(
            id=patient.id,
            version=patient.version,
            full_name=patient.full_name,
            used_family_name=patient.used.family,
            used_given_name=patient.used.given,
            identity=IdentityOut.of(patient.identity),
            phone=patient.contact.phone,
            email=patient.contact.email,
            address=AddressOut.of(address) if address else None,
            created_at=patient.created_at,
        )


class PossibleDuplicateOut(BaseModel):
    """Another record of the practice to look at. Twins share four traits: nothing is merged by itself."""

    patient_id: UUID
    resemblance: Resemblance

    @classmethod
    def of(cls, found: PossibleDuplicate) -> Self:
        return cls(patient_id=found.patient_id, resemblance=found.resemblance)


class PatientCreated(BaseModel):
    patient: PatientOut
    possible_duplicates: list[PossibleDuplicateOut]


class PossibleDuplicates(BaseModel):
    possible_duplicates: list[PossibleDuplicateOut]


class IdentityCheckOut(BaseModel):
    """The patient after the check, and what the rules warn of."""

    patient: PatientOut
    warnings: list[str]


class IdentityVersionOut(BaseModel):
    """What the identity was after a change. `noted` is a document shown on video, which validates nothing."""

    number: int
    change: IdentityChange
    at: datetime
    by: UUID | None
    identity: IdentityOut
    noted: CheckOut | None

    @classmethod
    def of(cls, version: IdentityVersion) -> Self:
        return cls(
            number=version.number,
            change=version.change,
            at=version.at,
            by=version.by,
            identity=IdentityOut.of(version.identity),
            noted=CheckOut.of(version.noted) if version.noted else None,
        )


class AttendingDoctorOut(BaseModel):
    from_on: date
    recorded_at: datetime
    rpps: str | None
    name: str


class AttendingDoctorHistory(BaseModel):
    """Every entry, the oldest start first."""

    entries: list[AttendingDoctorOut]

    @classmethod
    def of(cls, history: tuple[AttendingDoctor, ...]) -> Self:
        return cls(
            entries=[
                AttendingDoctorOut(
                    from_on=entry.from_on, recorded_at=entry.recorded_at, rpps=entry.rpps, name=entry.name
                )
                for entry in history
            ]
        )
