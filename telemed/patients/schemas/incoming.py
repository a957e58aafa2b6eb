"""What is sent about patients."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from telemed.kernel.identifiers import InsOid, Matricule, parse_cog, parse_matricule, parse_rpps
from telemed.patients.model import (
    Address,
    CheckMethod,
    Contact,
    DoubtReason,
    IdentityProof,
    Sex,
    Traits,
    UsedNames,
    parse_birth_date,
    parse_email,
    parse_phone,
    parse_strict_name,
    parse_used_name,
)
from telemed.patients.service import PatientDraft


def _phone(text: str) -> str:
    parse_phone(text)
    return text


def _birth_date(text: str) -> str:
    return str(parse_birth_date(text))


StrictName = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(parse_strict_name)]
UsedName = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(parse_used_name)]
BirthDateText = Annotated[
    str,
    Field(max_length=10, description="AAAA-MM-JJ, AAAA-MM or AAAA, as precise as it is known."),
    AfterValidator(_birth_date),
]
Cog = Annotated[
    str,
    Field(max_length=5, description="COG code of the place of birth; 99999 when it cannot be known."),
    AfterValidator(parse_cog),
]
Phone = Annotated[str, Field(max_length=30), AfterValidator(_phone)]
Email = Annotated[str, Field(max_length=254), AfterValidator(parse_email)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid")


class MatriculeIn(_Input):
    """A matricule INS with its key, and the authority that assigned it."""

    value: Annotated[str, Field(max_length=30)]
    oid: InsOid = InsOid.NIR

    @model_validator(mode="after")
    def _has_its_key(self) -> Self:
        self.parsed()
        return self

    def parsed(self) -> Matricule:
        return parse_matricule(self.value, self.oid)


class AddressIn(_Input):
    """A postal address."""

    lines: Annotated[list[Line], Field(max_length=4)] = []
    postal_code: Annotated[str, Field(max_length=10)] | None = None
    city: Annotated[str, Field(max_length=100)] | None = None
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")] = "FR"

    def parsed(self) -> Address:
        return Address(tuple(self.lines), self.postal_code, self.city, self.country)


class PatientIn(_Input):
    """A new patient. Sex and place of birth may be asked later; a teleconsultation starts only with them."""

    birth_name: StrictName
    birth_given_names: Annotated[list[StrictName], Field(min_length=1, max_length=12)]
    birth_date: BirthDateText
    sex: Sex | None = None
    birth_place: Cog | None = None
    used_family_name: UsedName | None = None
    used_given_name: UsedName | None = None
    phone: Phone | None = None
    email: Email | None = None
    address: AddressIn | None = None
    matricule: MatriculeIn | None = None

    def draft(self) -> PatientDraft:
        return PatientDraft(
            traits=Traits(
                birth_name=self.birth_name,
                birth_given_names=tuple(self.birth_given_names),
                birth_date=parse_birth_date(self.birth_date),
                sex=self.sex,
                birth_place=self.birth_place,
            ),
            used=UsedNames(self.used_family_name, self.used_given_name),
            contact=Contact(self.phone, self.email, self.address.parsed() if self.address else None),
            matricule=self.matricule.parsed() if self.matricule else None,
        )


class PatientPatch(_Input):
    """What changes; a field left out stays as it is. `version` is that of the record that was read."""

    version: Annotated[int, Field(ge=1)]
    birth_name: StrictName | None = None
    birth_given_names: Annotated[list[StrictName], Field(min_length=1, max_length=12)] | None = None
    birth_date: BirthDateText | None = None
    sex: Sex | None = None
    birth_place: Cog | None = None
    used_family_name: UsedName | None = None
    used_given_name: UsedName | None = None
    phone: Phone | None = None
    email: Email | None = None
    address: AddressIn | None = None
    matricule: MatriculeIn | None = None

    @field_validator("birth_name", "birth_given_names", "birth_date")
    @classmethod
    def _is_not_erased(cls, value: object) -> object:
        if value is None:
            raise ValueError("ce trait se corrige, il ne s'efface pas")
        return value

    def revise(self, draft: PatientDraft) -> PatientDraft:
        """The draft with the given fields changed."""
        given = self.model_fields_set
        traits: dict[str, Any] = {
            name: getattr(self, name) for name in ("birth_name", "sex", "birth_place") if name in given
        }
        if self.birth_given_names is not None:
            traits["birth_given_names"] = tuple(self.birth_given_names)
        if self.birth_date is not None:
            traits["birth_date"] = parse_birth_date(self.birth_date)
        used = {
            name: getattr(self, f"used_{name}_name") for name in ("family", "given") if f"used_{name}_name" in given
        }
        contact: dict[str, Any] = {name: getattr(self, name) for name in ("phone", "email") if name in given}
        if "address" in given:
            contact["address"] = self.address.parsed() if self.address else None
        matricule = draft.matricule
        if "matricule" in given:
            matricule = self.matricule.parsed() if self.matricule else None
        return PatientDraft(
            traits=replace(draft.traits, **traits),
            used=replace(draft.used, **used),
            contact=replace(draft.contact, **contact),
            matricule=matricule,
        )


class DocumentCheckIn(_Input):
    """A document compared with the traits. `companion`: the parent's document, with a certificate or a family book."""

    proof: IdentityProof
    method: CheckMethod
    companion: IdentityProof | None = None


class IdentityDoubtIn(_Input):
    reason: DoubtReason


class AttendingDoctorIn(_Input):
    """The médecin traitant from a day on (today if absent); a null `rpps` says that there is none."""

    rpps: Annotated[str, Field(max_length=14), AfterValidator(parse_rpps)] | None
    name: Annotated[str, Field(max_length=100)] = ""
    from_on: date | None = None
