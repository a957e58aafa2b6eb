"""What a patient's page sends and receives."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from telemed.acts.teleconsultation.model import Readiness, State, TraitsAnswer
from telemed.acts.teleconsultation.rules.visit import VisitStep
from telemed.acts.teleconsultation.schemas.professional import Input
from telemed.acts.teleconsultation.service.visit import Visit
from telemed.consent.model import ConsentBy, ConsentDecision

LinkToken = Annotated[str, Field(min_length=20, max_length=100, description="The last part of the link.")]


class OpenVisitIn(Input):
    """Both factors: what was sent, and what only the patient knows."""

    token: LinkToken
    birth_date: date


class LinkRequestIn(Input):
    token: LinkToken


class VisitConsentIn(Input):
    """A decision on the words that were shown: `wording_sha256` is that of `GET /visit/consent`."""

    decision: ConsentDecision
    wording_sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    by: ConsentBy = ConsentBy.PATIENT
    representative_name: Annotated[str | None, Field(max_length=120)] = None


class WordingOut(BaseModel):
    """The dated words of the consent, in Markdown."""

    version: date
    sha256: str
    text: str


class TraitsIn(Input):
    answer: TraitsAnswer


class DevicesIn(Input):
    camera: Readiness
    microphone: Readiness
    network: Readiness


class TraitsOut(BaseModel):
    """The five strict traits, for the patient to confirm."""

    birth_name: str
    birth_given_names: list[str]
    birth_date: str
    sex: str | None
    birth_place: str | None


class WaitOut(BaseModel):
    """`position` 1 is seen next; `expected_minutes` is an estimate."""

    position: int
    expected_minutes: int


class VisitOut(BaseModel):
    """The visit as its patient sees it, and the next thing to do."""

    id: UUID
    state: State
    step: VisitStep
    starts_at: datetime | None
    professional_name: str
    specialty: str
    rpps: str | None
    practice_name: str
    practice_phone: str | None
    patient_name: str
    traits: TraitsOut
    has_consent: bool
    has_confirmed_traits: bool
    has_given_place: bool
    wait: WaitOut | None

    @classmethod
    def of(cls, visit: Visit) -> VisitOut:
        act, traits, wait = visit.act, visit.patient.identity.traits, visit.wait
        return cls(
            id=act.id,
            state=act.state,
            step=visit.step,
            starts_at=act.slot.start if act.slot else None,
            professional_name=visit.professional.full_name,
            specialty=visit.professional.specialty.label if visit.professional.specialty else "",
            rpps=visit.professional.rpps,
            practice_name=visit.practice.name,
            practice_phone=visit.practice.phone,
            patient_name=visit.patient.full_name,
            traits=TraitsOut(
                birth_name=traits.birth_name,
                birth_given_names=list(traits.birth_given_names),
                birth_date=str(traits.birth_date),
                sex=traits.sex.value if traits.sex else None,
                birth_place=traits.birth_place,
            ),
            has_consent=visit.has_consented,
            has_confirmed_traits=act.traits_confirmation is not None,
            has_given_place=act.place is not None,
            wait=WaitOut(position=wait.position, expected_minutes=int(wait.expected.total_seconds() // 60))
            if wait
            else None,
        )
