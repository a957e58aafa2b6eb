"""What is answered about cases."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel

from telemed.acts.teleexpertise.model import (
    STANDINGS,
    Actor,
    CareSetting,
    CareUrgency,
    Cascade,
    Due,
    EndReason,
    Message,
    MessageKind,
    Move,
    Offer,
    Opinion,
    Outcome,
    Owner,
    RefusalReason,
    State,
    Step,
    Urgency,
    Via,
)
from telemed.acts.teleexpertise.rules.cascade import options
from telemed.acts.teleexpertise.schemas.incoming import PrescribedIn
from telemed.acts.teleexpertise.service.lists import CaseView, Colleague
from telemed.api.problems import ProblemReason, to_reason
from telemed.documents.model import PrescribedItem, Visibility
from telemed.kernel.clock import Territory
from telemed.kernel.decision import Decision
from telemed.patients.model import Patient, Sex
from telemed.professionals.model import Practice, Profession, Professional


class PersonOut(BaseModel):
    """A professional of one side, and where."""

    id: UUID
    full_name: str
    rpps: str | None
    profession: Profession | None
    specialty: str | None
    practice: str
    city: str

    @classmethod
    def of(cls, person: Professional, practice: Practice) -> Self:
        return cls(
            id=person.id,
            full_name=person.full_name,
            rpps=person.rpps,
            profession=person.profession,
            specialty=person.specialty.label if person.specialty else None,
            practice=practice.name,
            city=practice.address.city,
        )

    @classmethod
    def of_colleague(cls, colleague: Colleague) -> Self:
        return cls.of(colleague.person, colleague.practice)


class PatientOfCase(BaseModel):
    """The patient as both sides know him."""

    id: UUID
    full_name: str
    birth_name: str
    birth_given_names: list[str]
    birth_date: str
    sex: Sex | None

    @classmethod
    def of(cls, patient: Patient) -> Self:
        traits = patient.identity.traits
        return cls(
            id=patient.id,
            full_name=patient.full_name,
            birth_name=traits.birth_name,
            birth_given_names=list(traits.birth_given_names),
            birth_date=str(traits.birth_date),
            sex=traits.sex,
        )


class OfferOut(BaseModel):
    """A case proposed to one colleague; the words of a refusal are for the requérant."""

    to: PersonOut
    offered_at: datetime
    until: datetime
    outcome: Outcome
    seen_at: datetime | None
    settled_at: datetime | None
    reason: RefusalReason | None
    words: str
    via: Via
    line_id: UUID | None

    @classmethod
    def of(cls, offer: Offer, view: CaseView) -> Self:
        return cls(
            to=_person(offer.to.professional_id, offer.to.practice_id, view),
            offered_at=offer.offered_at,
            until=offer.until,
            outcome=offer.outcome,
            seen_at=offer.seen_at,
            settled_at=offer.settled_at,
            reason=offer.reason,
            words=offer.words,
            via=offer.via,
            line_id=offer.line_id,
        )


class AdministrativeOut(BaseModel):
    setting: CareSetting
    has_long_term_illness: bool | None
    remarks: str


class MedicalOut(BaseModel):
    history: str
    treatments: str
    allergies: str
    findings: str


class CascadeOut(BaseModel):
    """How far the search for an expert has come; `until`: when its present stage is over."""

    stage: Via
    until: datetime
    territory: Territory
    line_id: UUID | None
    widens: bool

    @classmethod
    def of(cls, cascade: Cascade) -> Self:
        return cls(
            stage=cascade.stage,
            until=cascade.until,
            territory=cascade.territory,
            line_id=cascade.line_id,
            widens=cascade.widens,
        )


class CaseOut(BaseModel):
    """One case, as `side` sees it. `owner` and `due_at` say whose turn it is, for what and until when.

    The requérant sees every offer; a colleague sees his own. `options`: what the requérant may do when nobody holds it.
    """

    id: UUID
    version: int
    side: Actor
    state: State
    owner: Owner | None
    due: Due | None
    due_at: datetime | None
    deadline: datetime | None
    is_overdue: bool
    patient: PatientOfCase
    requerant: PersonOut
    requis: PersonOut | None
    question: str
    urgency: Urgency
    specialty_code: str | None
    skill: str
    administrative: AdministrativeOut
    medical: MedicalOut
    offers: list[OfferOut]
    cascade: CascadeOut | None
    options: list[str]
    created_at: datetime
    sent_at: datetime | None
    accepted_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    end_reason: EndReason | None

    @classmethod
    def of(cls, view: CaseView) -> Self:
        case, content, standing = view.case, view.case.content, STANDINGS[view.case.state]
        asker, expert = case.requerant, case.requis
        return cls(
            id=case.id,
            version=case.version,
            side=view.actor,
            state=case.state,
            owner=standing.owner if standing else None,
            due=standing.due if standing else None,
            due_at=case.due_at,
            deadline=case.deadline,
            is_overdue=case.escalated_at is not None,
            patient=PatientOfCase.of(view.patient),
            requerant=_person(asker.professional_id, asker.practice_id, view),
            requis=_person(expert.professional_id, expert.practice_id, view) if expert else None,
            question=content.question,
            urgency=content.urgency,
            specialty_code=content.specialty_code,
            skill=content.skill,
            administrative=AdministrativeOut.model_validate(content.administrative, from_attributes=True),
            medical=MedicalOut.model_validate(content.medical, from_attributes=True),
            offers=[OfferOut.of(offer, view) for offer in view.visible_offers],
            cascade=CascadeOut.of(case.cascade) if case.cascade else None,
            options=list(options(case)) if view.actor is Actor.REQUERANT else [],
            created_at=case.created_at,
            sent_at=case.sent_at,
            accepted_at=case.accepted_at,
            answered_at=case.answered_at,
            ended_at=case.ended_at,
            end_reason=case.end_reason,
        )


class CaseAndWarnings(BaseModel):
    """The case, and what the rules warned of."""

    teleexpertise: CaseOut
    warnings: list[ProblemReason]


class SigningCheck(BaseModel):
    """May it be signed as it is? `refusals` forbid it, `warnings` restrict the document."""

    refusals: list[ProblemReason]
    warnings: list[ProblemReason]

    @classmethod
    def of(cls, decision: Decision) -> Self:
        refusals = [to_reason(reason) for reason in decision.refusals]
        return cls(refusals=refusals, warnings=[to_reason(reason) for reason in decision.warnings])


class MessageOut(BaseModel):
    id: UUID
    author_id: UUID
    kind: MessageKind
    at: datetime
    text: str

    @classmethod
    def of(cls, message: Message) -> Self:
        return cls(id=message.id, author_id=message.author_id, kind=message.kind, at=message.at, text=message.text)


class MoveOut(BaseModel):
    """One line of the history; `by` is null for time and for a patient who spoke to nobody."""

    number: int
    step: Step
    start: State
    end: State
    actor: Actor
    by: UUID | None
    at: datetime
    owner: Owner | None
    due_at: datetime | None
    reason: str

    @classmethod
    def of(cls, move: Move) -> Self:
        return cls(
            number=move.position,
            step=move.step,
            start=move.start,
            end=move.end,
            actor=move.actor,
            by=move.by,
            at=move.at,
            owner=move.owner,
            due_at=move.due_at,
            reason=move.reason,
        )


class OpinionOut(BaseModel):
    """An opinion: a draft for its author, or signed for both sides.

    `document_id` is its report, whose seal (a detached JWS) is `signature`; `reason` says why it was corrected.
    """

    revision: int
    author_id: UUID
    at: datetime
    is_signed: bool
    conclusion: str
    conduct: str
    urgency: CareUrgency | None
    avoided_consultation: bool | None
    prescribed: list[PrescribedIn] | None
    incidents: str | None
    visibility: list[Visibility]
    signature: str | None
    document_id: UUID | None
    reason: str

    @classmethod
    def of(cls, opinion: Opinion) -> Self:
        content = opinion.content
        return cls(
            revision=opinion.revision,
            author_id=opinion.author_id,
            at=opinion.at,
            is_signed=opinion.is_signed,
            conclusion=content.conclusion,
            conduct=content.conduct,
            urgency=content.urgency,
            avoided_consultation=content.avoided_consultation,
            prescribed=_prescribed(content.prescribed),
            incidents=content.incidents,
            visibility=sorted(content.visibility),
            signature=opinion.signature,
            document_id=opinion.document_id,
            reason=opinion.reason,
        )


def _person(professional_id: UUID, practice_id: UUID, view: CaseView) -> PersonOut:
    return PersonOut.of(view.people[professional_id], view.practices[practice_id])


def _prescribed(items: tuple[PrescribedItem, ...] | None) -> list[PrescribedIn] | None:
    return None if items is None else [PrescribedIn(kind=item.kind, text=item.text) for item in items]
