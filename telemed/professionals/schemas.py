"""Practices, professionals and sessions as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from telemed.kernel.caller import Role
from telemed.kernel.clock import Territory
from telemed.kernel.identifiers import parse_rpps
from telemed.kernel.ids import new_id
from telemed.professionals.model import (
    ConventionSector,
    Enrolment,
    Invitation,
    Practice,
    Profession,
    Professional,
    Session,
    SignInMeans,
    Title,
    parse_person_name,
)

Password = Annotated[str, Field(max_length=128)]
Token = Annotated[str, Field(min_length=1, max_length=200)]
Code = Annotated[str, Field(max_length=30)]
Login = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=3, max_length=254, pattern=r"^[^\x00-\x20\x7f]+$")
]
PersonName = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(parse_person_name)]


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SignIn(_Input):
    """The degraded mode: `code` is that of the authenticator application, or a recovery code."""

    login: Annotated[str, Field(min_length=1, max_length=254)]
    password: Password
    code: Code


class ProfessionalIn(_Input):
    """A new person of the practice, with the login of an account to be enrolled."""

    login: Login
    family_name: PersonName
    given_name: PersonName
    roles: Annotated[list[Role], Field(min_length=1, max_length=4)]
    title: Title | None = None
    rpps: Annotated[str, Field(max_length=14), AfterValidator(parse_rpps)] | None = None
    profession: Profession | None = None
    specialty_code: Annotated[str, Field(max_length=20, description="JDV_J01, such as G15_10/SM26.")] | None = None
    sector: ConventionSector | None = None

    def parsed(self, practice_id: UUID) -> Professional:
        return Professional(
            id=new_id(),
            practice_id=practice_id,
            family_name=self.family_name,
            given_name=self.given_name,
            roles=frozenset(self.roles),
            title=self.title,
            rpps=self.rpps,
            profession=self.profession,
            specialty_code=self.specialty_code,
            sector=self.sector,
        )


class PasswordChoice(_Input):
    """The token of an invitation and the password chosen."""

    token: Token
    password: Password


class Confirmation(_Input):
    """The token of an invitation and the first code of the authenticator application."""

    token: Token
    code: Code


class ProfessionalOut(BaseModel):
    """A person of the practice. `full_name` is how screens and letters name them."""

    id: UUID
    full_name: str
    family_name: str
    given_name: str
    title: Title | None
    roles: list[Role]
    rpps: str | None
    profession: Profession | None
    specialty_code: str | None
    specialty: str | None
    sector: ConventionSector | None
    is_suspended: bool

    @classmethod
    def of(cls, person: Professional) -> Self:
        return cls(
            id=person.id,
            full_name=person.full_name,
            family_name=person.family_name,
            given_name=person.given_name,
            title=person.title,
            roles=sorted(person.roles),
            rpps=person.rpps,
            profession=person.profession,
            specialty_code=person.specialty_code,
            specialty=person.specialty.label if person.specialty else None,
            sector=person.sector,
            is_suspended=person.is_suspended,
        )


class InvitationOut(BaseModel):
    """Shown once: hand the token over to the person it is for."""

    professional_id: UUID
    token: str
    expires_at: datetime

    @classmethod
    def of(cls, invitation: Invitation) -> Self:
        return cls(professional_id=invitation.professional_id, token=invitation.token, expires_at=invitation.expires_at)


class ProfessionalCreated(BaseModel):
    professional: ProfessionalOut
    invitation: InvitationOut


class SecondFactorOut(BaseModel):
    """What an authenticator application needs, as text and as a picture; confirm it with its first code."""

    secret: str
    uri: str
    qr_svg: str


class RecoveryCodes(BaseModel):
    """Shown once: each stands for a lost telephone, one time."""

    recovery_codes: list[str]

    @classmethod
    def of(cls, enrolment: Enrolment) -> Self:
        return cls(recovery_codes=list(enrolment.recovery_codes))


class SessionOut(BaseModel):
    """A living session. `is_current` marks the one that asks."""

    id: UUID
    means: SignInMeans
    factors: int
    device: str
    opened_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    is_current: bool

    @classmethod
    def of(cls, session: Session, current_id: UUID | None) -> Self:
        return cls(
            id=session.id,
            means=session.means,
            factors=session.factors,
            device=session.device,
            opened_at=session.opened_at,
            last_seen_at=session.last_seen_at,
            expires_at=session.expires_at,
            is_current=session.id == current_id,
        )


class SignedIn(BaseModel):
    """Who is signed in, and by which session; the cookie carries its token."""

    professional: ProfessionalOut
    session: SessionOut


class PracticeOut(BaseModel):
    """A place of practice; its territory fixes the civil day and the tariff of its acts."""

    id: UUID
    name: str
    territory: Territory
    facility_type: str
    finess: str | None
    phone: str | None
    address_lines: list[str]
    postal_code: str
    city: str

    @classmethod
    def of(cls, practice: Practice) -> Self:
        return cls(
            id=practice.id,
            name=practice.name,
            territory=practice.territory,
            facility_type=practice.facility_type,
            finess=practice.finess,
            phone=practice.phone,
            address_lines=list(practice.address.lines),
            postal_code=practice.address.postal_code,
            city=practice.address.city,
        )
