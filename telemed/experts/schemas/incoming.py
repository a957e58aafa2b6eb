"""What experts and managers send."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from telemed.experts.model import AnswerChannel, LineDraft, ProfileDraft, ShiftDraft, parse_language
from telemed.experts.model.hours import LONGEST_SHIFT_MINUTES, SHORTEST_MINUTES
from telemed.experts.model.profile import MOST_A_DAY, MOST_LANGUAGES, MOST_SKILLS, MOST_WORDS
from telemed.kernel.clock import Territory, day_bounds
from telemed.kernel.errors import Invalid
from telemed.kernel.period import Interval

_PRINTABLE = r"^[^\x00-\x1f\x7f]*$"
_CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
Word = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]+$")
]
Code = Annotated[str, Field(max_length=40, pattern=_PRINTABLE)]
Language = Annotated[str, Field(max_length=8, description="ISO 639: fr, en, ar…"), AfterValidator(parse_language)]
Department = Annotated[str, Field(max_length=3, pattern=_PRINTABLE, description="INSEE code; empty for all of it.")]
WallClock = Annotated[str, StringConstraints(pattern=_CLOCK)]
Specialty = Annotated[str, Field(max_length=20, pattern=_PRINTABLE, description="JDV_J01, such as G15_10/SM15.")]


class Input(BaseModel):
    """A body: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class AbilitiesIn(Input):
    """What is answered beside the specialty: codes of the list, free words, languages."""

    skills: Annotated[list[Code], Field(max_length=MOST_SKILLS)] = []
    words: Annotated[list[Word], Field(max_length=MOST_WORDS)] = []
    languages: Annotated[list[Language], Field(min_length=1, max_length=MOST_LANGUAGES)] = ["fr"]
    department: Department = ""


class ProfileIn(AbilitiesIn):
    """An expert's own choices; nothing is asked of him while `is_open` is false."""

    is_open: bool
    capacity_per_day: Annotated[int, Field(ge=1, le=MOST_A_DAY)] | None = None
    auto_accept: bool = False
    channels: Annotated[list[AnswerChannel], Field(min_length=1, max_length=2)] = [AnswerChannel.WRITTEN]

    def to_draft(self) -> ProfileDraft:
        return ProfileDraft(
            department=self.department,
            skills=tuple(self.skills),
            words=tuple(self.words),
            languages=tuple(self.languages),
            is_open=self.is_open,
            capacity_per_day=self.capacity_per_day,
            auto_accept=self.auto_accept,
            channels=frozenset(self.channels),
        )


class LineIn(AbilitiesIn):
    """A line; `widening_minutes` by urgency (hours, 48_hours, 7_days), ours where none is said."""

    name: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=2, max_length=80, pattern=r"^[^\x00-\x1f\x7f]+$")
    ]
    specialty_code: Specialty
    widening_minutes: Annotated[dict[Code, int], Field(max_length=3)] = {}

    def to_draft(self) -> LineDraft:
        return LineDraft(
            name=self.name,
            specialty_code=self.specialty_code,
            department=self.department,
            skills=tuple(self.skills),
            words=tuple(self.words),
            languages=tuple(self.languages),
            widening_minutes=self.widening_minutes,
        )


class ShiftIn(Input):
    """Hours on the wall clock: from `start` of `first_on`, for `minutes`; `rule` is an RRULE, empty for once.

    `zone` is an IANA name, that of one's territory where none is said.
    """

    first_on: date
    start: WallClock
    minutes: Annotated[int, Field(ge=SHORTEST_MINUTES, le=LONGEST_SHIFT_MINUTES)]
    rule: Annotated[str, Field(max_length=300, examples=["FREQ=WEEKLY;BYDAY=MO,TH"])] = ""
    zone: Annotated[str, Field(max_length=64)] = ""
    except_on: Annotated[list[date], Field(max_length=200)] = []

    def to_draft(self) -> ShiftDraft:
        hours, minutes = map(int, re.split(":", self.start))
        start = hours * 60 + minutes
        return ShiftDraft(self.first_on, start, self.minutes, self.rule, self.zone, frozenset(self.except_on))


class OwnShiftIn(ShiftIn):
    """One's own hours, or those in a line that one joined."""

    line_id: UUID | None = None


class MemberShiftIn(ShiftIn):
    """Hours of a member in the line."""

    professional_id: UUID


class ExceptionIn(Input):
    """A stretch of time: whole days of one's territory, both included, or two instants."""

    first_on: date | None = None
    last_on: date | None = None
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        days, instants = (self.first_on, self.last_on), (self.starts_at, self.ends_at)
        if (None in days) == (None in instants) or (any(days) and any(instants)):
            raise ValueError("donnez deux jours, ou deux instants")
        return self

    def interval(self, territory: Territory) -> Interval:
        """Raises Invalid when it ends before it starts."""
        try:
            if self.first_on is not None and self.last_on is not None:
                return Interval(day_bounds(self.first_on, territory)[0], day_bounds(self.last_on, territory)[1])
            if self.starts_at is not None and self.ends_at is not None:
                return Interval(self.starts_at, self.ends_at)
        except (ValueError, OverflowError):
            pass
        raise Invalid("La fin vient après le début.", field="ends_at", code="experts.date")


class ExtraIn(ExceptionIn):
    """Hours beside one's shifts; of a line that one joined, or one's own."""

    line_id: UUID | None = None
