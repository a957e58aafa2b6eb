"""What is asked and keyed in, over HTTP."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field

from telemed.acts.telemonitoring.model.entry import Answer, Entry, EntryChannel, EntryStatus, Given
from telemed.acts.telemonitoring.model.observation import Quarantine
from telemed.acts.telemonitoring.model.questionnaire import KeyedGroup
from telemed.acts.telemonitoring.model.units import MILLION
from telemed.acts.telemonitoring.schemas.care_in import Code, Day, Input, Instant, TimeOfDay, Unit
from telemed.acts.telemonitoring.service.askings import Asked, AskingDraft
from telemed.acts.telemonitoring.service.entries import Keying
from telemed.acts.telemonitoring.service.questionnaires import KnownQuestionnaire
from telemed.kernel.messages import Channel
from telemed.links.model import Delivery, SendingState

LinkId = Annotated[str, Field(min_length=1, max_length=100)]
Typed = Annotated[str, Field(max_length=2_000, description="A code of the options, a number, or words.")]


class GivenIn(Input):
    """An answer, or a number with its unit."""

    value: Typed
    unit: Annotated[str, Field(max_length=30)] = ""


Answers = Annotated[dict[LinkId, GivenIn], Field(max_length=60, description="By the link of each question.")]


class AnswersIn(Input):
    """The answers to a questionnaire, as the patient said them."""

    answers: Answers
    measured_at: Annotated[Instant | None, Field(description="Now, unless said; within the last month.")] = None

    def to_given(self) -> dict[str, Given]:
        return _given(self.answers)


class MeasureIn(Input):
    """A number read from a screen."""

    signal: Code
    value: Annotated[str, Field(min_length=1, max_length=30, description="`72.4` or `72,4`.")]
    unit: Annotated[Unit | None, Field(description="UCUM; the usual one of the signal, unless said.")] = None


class MeasuresIn(Input):
    """Measures of one moment, of one group."""

    group: Annotated[Code, Field(description="Which numbers are read together: `weight`, `pressure`, `glucose`…")]
    measures: Annotated[list[MeasureIn], Field(min_length=1, max_length=10)]
    measured_at: Annotated[Instant | None, Field(description="Now, unless said; within the last month.")] = None
    is_sure: Annotated[bool, Field(description="An unlikely value is kept only when whoever keys it is sure.")] = False

    def to_given(self) -> dict[str, Given]:
        return {one.signal: Given(one.value, one.unit or "") for one in self.measures}

    def to_keying(self) -> Keying:
        return Keying(measured_at=self.measured_at, is_sure=self.is_sure)


class CorrectionIn(Input):
    """Other answers in place of those of an entry; measures go by the name of their signal."""

    answers: Answers
    is_sure: bool = False

    def to_given(self) -> dict[str, Given]:
        return _given(self.answers)


class AskingIn(Input):
    """How often a questionnaire is asked, and when its patient is reminded."""

    every_days: Annotated[int, Field(ge=1, le=31)]
    first_day: Annotated[Day | None, Field(description="Today, unless said.")] = None
    last_day: Day | None = None
    remind_at: Annotated[TimeOfDay | None, Field(description="On the patient's clock; needs a channel.")] = None
    channel: Channel | None = None
    is_off: Annotated[bool, Field(description="Not asked of this patient, although the pathway does.")] = False

    def to_draft(self, questionnaire_id: UUID) -> AskingDraft:
        return AskingDraft(
            questionnaire_id=questionnaire_id,
            every_days=self.every_days,
            first_day=self.first_day,
            last_day=self.last_day,
            remind_at=time.fromisoformat(self.remind_at) if self.remind_at else None,
            channel=self.channel,
            is_off=self.is_off,
        )


class LinkIn(Input):
    channel: Channel


class QuestionnaireOut(BaseModel):
    """A questionnaire that may be asked; its questions are in `GET /fhir/Questionnaire/{id}`."""

    id: UUID
    url: str
    version: str
    title: str
    pathways: list[str]
    every_days: int
    is_ours: bool
    retired_at: datetime | None

    @classmethod
    def of(cls, known: KnownQuestionnaire) -> Self:
        form = known.questionnaire
        return cls(
            id=known.id,
            url=form.url,
            version=form.version,
            title=form.title,
            pathways=sorted(form.pathways),
            every_days=form.every_days,
            is_ours=known.practice_id is None,
            retired_at=known.retired_at,
        )


class QuestionnairesOut(BaseModel):
    items: list[QuestionnaireOut]


class AskedOut(BaseModel):
    """A questionnaire asked of a patient. `is_set`: his team said how often, not the pathway."""

    questionnaire: QuestionnaireOut
    every_days: int
    first_day: date
    last_day: date | None
    remind_at: str | None
    channel: Channel | None
    is_set: bool
    is_off: bool
    is_due: bool
    answered_at: datetime | None

    @classmethod
    def of(cls, asked: Asked) -> Self:
        asking = asked.asking
        return cls(
            questionnaire=QuestionnaireOut.of(asked.known),
            every_days=asking.every_days,
            first_day=asking.first_day,
            last_day=asking.last_day,
            remind_at=asking.remind_at.isoformat("minutes") if asking.remind_at else None,
            channel=asking.channel,
            is_set=asked.is_set,
            is_off=asked.is_off,
            is_due=asked.is_due,
            answered_at=asked.answered_at,
        )


class AskedAllOut(BaseModel):
    items: list[AskedOut]


class AnswerOut(BaseModel):
    """An answer: `value` in the unit of its signal, or `answer`; `words` are those that people read."""

    link_id: str
    signal: str
    words: str
    value: float | None
    answer: str | None
    quarantine: Quarantine | None

    @classmethod
    def of(cls, answer: Answer) -> Self:
        return cls(
            link_id=answer.link_id,
            signal=answer.signal,
            words=answer.words,
            value=None if answer.value is None else answer.value / MILLION,
            answer=answer.answer,
            quarantine=answer.quarantine,
        )


class EntryOut(BaseModel):
    """What was keyed in, as it stands; `author_id` null is the patient."""

    id: UUID
    version: int
    title: str
    questionnaire: str
    status: EntryStatus
    channel: EntryChannel
    author_id: UUID | None
    measured_at: datetime
    received_at: datetime
    answers: list[AnswerOut]

    @classmethod
    def of(cls, entry: Entry) -> Self:
        return cls(
            id=entry.first_id,
            version=entry.number,
            title=entry.title,
            questionnaire=entry.questionnaire,
            status=entry.status,
            channel=entry.channel,
            author_id=entry.author_id,
            measured_at=entry.measured_at,
            received_at=entry.received_at,
            answers=[AnswerOut.of(answer) for answer in entry.answers],
        )


class EntryVersionsOut(BaseModel):
    items: list[EntryOut]


class KeyedFieldOut(BaseModel):
    signal: str
    label: str
    units: dict[str, str]
    is_optional: bool


class KeyedGroupOut(BaseModel):
    """Numbers that are read together."""

    code: str
    label: str
    fields: list[KeyedFieldOut]

    @classmethod
    def of(cls, group: KeyedGroup) -> Self:
        fields = [
            KeyedFieldOut(signal=one.signal, label=one.label, units=dict(one.units), is_optional=one.is_optional)
            for one in group.fields
        ]
        return cls(code=group.code, label=group.label, fields=fields)


class KeyedGroupsOut(BaseModel):
    items: list[KeyedGroupOut]


class MadeLinkOut(BaseModel):
    """A link to hand over by hand: shown this once."""

    link: str


class SendingOut(BaseModel):
    """A sending of a link; never the address."""

    id: UUID
    channel: Channel
    state: SendingState
    asked_at: datetime
    opened_at: datetime | None

    @classmethod
    def of(cls, delivery: Delivery) -> Self:
        return cls(
            id=delivery.id,
            channel=delivery.channel,
            state=delivery.state,
            asked_at=delivery.asked_at,
            opened_at=delivery.opened_at,
        )


class SendingsOut(BaseModel):
    items: list[SendingOut]


def _given(answers: dict[str, GivenIn]) -> dict[str, Given]:
    return {link: Given(answer.value, answer.unit) for link, answer in answers.items()}
