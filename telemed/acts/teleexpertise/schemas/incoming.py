"""What professionals send."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from telemed.acts.teleexpertise.model import (
    Administrative,
    CareSetting,
    CareUrgency,
    CaseContent,
    Contact,
    EndReason,
    Medical,
    OpinionContent,
    QuietHours,
    RefusalReason,
    Target,
    Urgency,
)
from telemed.acts.teleexpertise.service.proposals import Question, SearchOptions
from telemed.documents.model import PrescribedItem, PrescribedKind, Visibility
from telemed.kernel.clock import Territory
from telemed.patients.model import parse_email, parse_phone
from telemed.professionals.model import find_specialty

Words = Annotated[str, Field(max_length=8_000)]
Filled = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=8_000)]
Version = Annotated[int, Field(ge=1, le=2**31 - 1)]
Revision = Annotated[int, Field(ge=0, le=2**31 - 2, description="The one that was read; 0 for the first.")]
Phone = Annotated[str, Field(max_length=30), AfterValidator(parse_phone)]
Email = Annotated[str, Field(max_length=254), AfterValidator(parse_email)]
TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", max_length=5)]


def _known_specialty(code: str) -> str:
    if find_specialty(code) is None:
        raise ValueError("cette spécialité n'est pas connue")
    return code


SpecialtyCode = Annotated[
    str, Field(max_length=20, description="JDV_J01, such as G15_10/SM15."), AfterValidator(_known_specialty)
]


class Input(BaseModel):
    """A body: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class AdministrativeIn(Input):
    """Administrative data; identity and médecin traitant are in the patient's record."""

    setting: CareSetting = CareSetting.PRACTICE
    has_long_term_illness: bool | None = None
    remarks: Annotated[str, Field(max_length=2_000)] = ""


class MedicalIn(Input):
    """Medical data useful to answer; a request is sent with at least one of them."""

    history: Words = ""
    treatments: Words = ""
    allergies: Words = ""
    findings: Words = ""


class ContentIn(Input):
    """What is asked, how soon the answer is needed, and which expert is wanted."""

    question: Words
    urgency: Urgency = Urgency.WEEK
    specialty_code: SpecialtyCode | None = None
    skill: Annotated[str, Field(max_length=200)] = ""
    administrative: AdministrativeIn = AdministrativeIn()
    medical: MedicalIn = MedicalIn()

    def to_content(self) -> CaseContent:
        return CaseContent(
            question=self.question,
            urgency=self.urgency,
            specialty_code=self.specialty_code,
            skill=self.skill,
            administrative=Administrative(**self.administrative.model_dump()),
            medical=Medical(**self.medical.model_dump()),
        )


class RequestIn(ContentIn):
    """A new request about a patient of one's practice."""

    patient_id: UUID


class EditIn(ContentIn):
    """A draft, on the version that was read."""

    version: Version


class TargetIn(Input):
    """Who is asked: colleagues by name (several only where hours count), a line, or a territory and its specialty.

    `line_id` beside colleagues is where the search goes on after them; `widens: false` forbids it to go on.
    """

    colleague_ids: Annotated[list[UUID], Field(max_length=20)] = []
    line_id: UUID | None = None
    territory: Territory | None = None
    widens: bool = True

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if not (self.colleague_ids or self.line_id or self.territory):
            raise ValueError("choisissez un confrère, une équipe ou un territoire")
        if self.territory and (self.colleague_ids or self.line_id):
            raise ValueError("un territoire se cherche seul")
        return self

    def to_target(self) -> Target:
        return Target(tuple(self.colleague_ids), self.line_id, self.territory, self.widens)


class SearchIn(Input):
    """How a search is narrowed; `colleague_ids` are explained too, whether they can answer or not."""

    territory: Territory | None = None
    language: Annotated[str, Field(pattern="^[a-z]{0,3}$", description="ISO 639, empty for any.")] = ""
    colleague_ids: Annotated[list[UUID], Field(max_length=20)] = []

    def to_options(self) -> SearchOptions:
        return SearchOptions(self.territory, self.language, tuple(self.colleague_ids))


class QuestionIn(SearchIn):
    """A search without a case."""

    specialty_code: SpecialtyCode
    skill: Annotated[str, Field(max_length=200)] = ""
    urgency: Urgency = Urgency.WEEK

    def to_question(self) -> Question:
        return Question(self.specialty_code, self.skill, self.urgency)


class HandoverIn(Input):
    """To whom an accepted case is proposed."""

    colleague_id: UUID


class TextIn(Input):
    text: Filled


class WithdrawalIn(Input):
    reason: Annotated[EndReason, AfterValidator(lambda reason: _chosen(reason))]


def _chosen(reason: EndReason) -> EndReason:
    if reason not in (EndReason.NO_LONGER_NEEDED, EndReason.SEEN_ELSEWHERE, EndReason.MISTAKE, EndReason.OTHER):
        raise ValueError("ce motif n'est pas à choisir")
    return reason


class RefusalIn(Input):
    """Why; `words` are for the requérant alone."""

    reason: RefusalReason
    words: Annotated[str, Field(max_length=2_000)] = ""


class PrescribedIn(Input):
    """One act done or one prescription made."""

    kind: PrescribedKind
    text: Annotated[str, Field(max_length=2_000)]


class OpinionIn(Input):
    """A draft of an opinion, written on `revision`; it may be incomplete until it is signed.

    `prescribed` and `incidents` null: not said yet; empty: none, said on purpose. `visibility`: who must not see it.
    """

    revision: Revision
    conclusion: Words = ""
    conduct: Words = ""
    urgency: CareUrgency | None = None
    avoided_consultation: bool | None = None
    prescribed: Annotated[list[PrescribedIn] | None, Field(max_length=50)] = None
    incidents: Annotated[str | None, Field(max_length=2_000)] = None
    visibility: Annotated[list[Visibility], Field(max_length=3)] = Field(default_factory=list)

    def to_content(self) -> OpinionContent:
        items = (
            None if self.prescribed is None else tuple(PrescribedItem(one.kind, one.text) for one in self.prescribed)
        )
        return OpinionContent(
            conclusion=self.conclusion,
            conduct=self.conduct,
            urgency=self.urgency,
            avoided_consultation=self.avoided_consultation,
            prescribed=items,
            incidents=self.incidents,
            visibility=frozenset(self.visibility),
        )


class CorrectionIn(OpinionIn):
    """The whole opinion as it should read, on the signed `revision`, and why it is corrected."""

    revision: Version
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class SignatureIn(Input):
    """Signs the draft that was read as `revision`."""

    revision: Version


class QuietHoursIn(Input):
    """From a time of the day to another (excluded), `HH:MM` on the wall clock where one practises."""

    start: TimeOfDay
    end: TimeOfDay


class ContactIn(Input):
    """Where and when to be told that a case waits; nothing at all is a choice too.

    In the quiet hours, and where `digest_at` is set all day long, what is not needed within hours is kept for one
    message; `holds_urgent` keeps the rest too.
    """

    phone: Phone | None = None
    email: Email | None = None
    quiet_hours: QuietHoursIn | None = None
    digest_at: TimeOfDay | None = None
    holds_urgent: bool = False

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if self.quiet_hours and self.quiet_hours.start == self.quiet_hours.end:
            raise ValueError("les heures calmes ont un début et une fin différents")
        return self

    def to_contact(self) -> Contact:
        hours = self.quiet_hours
        return Contact(
            self.phone,
            self.email,
            QuietHours(time.fromisoformat(hours.start), time.fromisoformat(hours.end)) if hours else None,
            time.fromisoformat(self.digest_at) if self.digest_at else None,
            self.holds_urgent,
        )


class ContactOut(BaseModel):
    phone: str | None
    email: str | None
    quiet_hours: QuietHoursIn | None
    digest_at: str | None
    holds_urgent: bool

    @classmethod
    def of(cls, contact: Contact) -> Self:
        hours = contact.quiet
        return cls(
            phone=contact.phone,
            email=contact.email,
            quiet_hours=QuietHoursIn(start=f"{hours.start:%H:%M}", end=f"{hours.end:%H:%M}") if hours else None,
            digest_at=f"{contact.digest_at:%H:%M}" if contact.digest_at else None,
            holds_urgent=contact.holds_urgent,
        )
