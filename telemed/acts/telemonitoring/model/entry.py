"""What somebody keyed in: a questionnaire answered, or measures read from a screen; by whom, how, for when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from telemed.acts.telemonitoring.model.hands import Hand
from telemed.acts.telemonitoring.model.observation import Quarantine
from telemed.kernel.messages import Channel


class EntryChannel(StrEnum):
    """Where it was keyed: by the patient on his page, or by somebody of the team who had him on the phone."""

    PATIENT_PAGE = "patient_page"
    PHONE = "phone"


class EntryStatus(StrEnum):
    """Where it stands, in FHIR's words for a QuestionnaireResponse; the last one takes it back."""

    COMPLETED = "completed"
    AMENDED = "amended"
    ENTERED_IN_ERROR = "entered-in-error"


class Given(NamedTuple):
    """An answer as it was typed or chosen; empty where a question was passed over."""

    value: str
    unit: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """An answer once read: `value` in millionths of its signal's unit, or `answer`. `words` are those people read."""

    link_id: str
    signal: str
    words: str
    value: int | None = None
    answer: str | None = None
    raw: str = ""
    quarantine: Quarantine | None = None


@dataclass(frozen=True, repr=False)
class Entry:
    """One entry, or a later version of it: `number` counts from 0 within those of `first_id`.

    `hand` is the device of its observations, that of the first version. `period_on` is the first day of the period of
    its plan that it answers; None for measures. `author_id` is a professional, None for the patient.
    """

    id: UUID
    first_id: UUID
    number: int
    follow_up_id: UUID
    practice_id: UUID
    patient_id: UUID
    questionnaire: str
    title: str
    hand: Hand
    channel: EntryChannel
    author_id: UUID | None
    measured_at: datetime
    received_at: datetime
    status: EntryStatus
    answers: tuple[Answer, ...]
    period_on: date | None = None

    @property
    def is_doubtful(self) -> bool:
        """Is a value set aside for somebody to look at?"""
        return any(answer.quarantine is not None for answer in self.answers)


@dataclass(frozen=True)
class Asking:
    """A questionnaire asked every so many days, from `first_day` to `last_day`, both included.

    `remind_at` is a wall time where the patient lives; without it, or without a channel, nothing is sent.
    """

    questionnaire_id: UUID
    every_days: int
    first_day: date
    last_day: date | None = None
    remind_at: time | None = None
    channel: Channel | None = None
