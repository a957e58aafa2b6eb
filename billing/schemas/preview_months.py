"""A question about one month of télésurveillance, as JSON."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from billing.facts.telemonitoring import DataReturn, Increase
from billing.model.preview import NOBODY, Question, TelemonitoringQuestion
from billing.schemas.asking import Asking, Codes
from telemed.kernel.period import DayRange

# A follow-up starts on a day from which its months stay within the calendar.
Start = Annotated[date, Field(ge=date(2018, 1, 1), le=date(2100, 12, 31))]
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2200, 12, 31))]
Month = Annotated[int, Field(ge=1, le=240, description="Which month of the follow-up, from 1, counted from its start.")]
Count = Annotated[int, Field(ge=0, le=1_000_000)]


class Days(BaseModel):
    """Days included at both ends; `last_day` null while no end is known."""

    model_config = ConfigDict(extra="forbid")

    first_day: Day
    last_day: Day | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last_day is not None and self.last_day < self.first_day:
            raise ValueError("last_day is not before first_day")
        return self

    def to_range(self) -> DayRange:
        return DayRange(self.first_day, self.last_day)


class MonthOfData(BaseModel):
    """Transmissions of data in a month of the follow-up."""

    model_config = ConfigDict(extra="forbid")

    month: Month
    expected: Annotated[int, Field(ge=1, le=1_000_000)]
    received: Count


class AskedIncrease(BaseModel):
    """The increased forfait that the doctor asks for."""

    model_config = ConfigDict(extra="forbid")

    level: Literal[1, 2]
    grounds: Codes = Field(default_factory=list)
    months_before: Annotated[int, Field(ge=0, le=240)] = 0
    is_renewed: bool = False


class AskTelemonitoring(Asking):
    kind: Literal["telemonitoring"]
    follow_up_id: UUID | None = None
    pathway: Annotated[str, Field(pattern=r"^[a-z_]{1,40}$", description="A code of `telemonitoring/pathways`.")]
    started_on: Start
    month: Month
    closed_at: AwareDatetime
    prescription: Days | None = None
    is_prescriber_qualified: bool = True
    consent: Days | None = None
    usage_data_consent: Days | None = None
    ars_declaration: Days | None = None
    convention: Days | None = None
    dmn_listing: Days | None = None
    is_only_follow_up: bool = True
    is_tiers_payant: bool = False
    data_returns: Annotated[list[MonthOfData], Field(max_length=12)] = Field(default_factory=list)
    suspensions: Annotated[list[Days], Field(max_length=20)] = Field(default_factory=list)
    increase: AskedIncrease | None = None
    months_done: Annotated[
        list[Month], Field(max_length=240, description="Other months of this follow-up, done and not billed yet.")
    ] = Field(default_factory=list)

    def to_question(self) -> Question:
        return TelemonitoringQuestion(
            self.professional_id,
            self.patient_id,
            self.act_id,
            follow_up_id=self.follow_up_id or NOBODY,
            pathway=self.pathway,
            started_on=self.started_on,
            month=self.month,
            closed_at=self.closed_at,
            prescription=_range(self.prescription),
            is_prescriber_qualified=self.is_prescriber_qualified,
            consent=_range(self.consent),
            usage_data_consent=_range(self.usage_data_consent),
            ars_declaration=_range(self.ars_declaration),
            convention=_range(self.convention),
            dmn_listing=_range(self.dmn_listing),
            is_only_follow_up=self.is_only_follow_up,
            is_tiers_payant=self.is_tiers_payant,
            data_returns=tuple(DataReturn(one.month, one.expected, one.received) for one in self.data_returns),
            suspensions=tuple(one.to_range() for one in self.suspensions),
            increase=_increase(self.increase),
            months_done=tuple(self.months_done),
        )


def _range(days: Days | None) -> DayRange | None:
    return None if days is None else days.to_range()


def _increase(asked: AskedIncrease | None) -> Increase | None:
    if asked is None:
        return None
    return Increase(asked.level, tuple(asked.grounds), asked.months_before, asked.is_renewed)
