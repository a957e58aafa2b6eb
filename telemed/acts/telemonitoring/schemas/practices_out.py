"""What is answered about what a practice keeps for its follow-ups, and about pathways."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel

from telemed.acts.telemonitoring.model.care import HoursSetting, Paper, PaperKind
from telemed.acts.telemonitoring.service.follow_up_reader import OpenPathway
from telemed.law.calendar import CalendarZone


class PaperOut(BaseModel):
    """A paper of the practice."""

    id: UUID
    kind: PaperKind
    activity: str | None
    name: str
    first_day: date
    last_day: date | None
    recorded_by: UUID
    recorded_at: datetime
    cancelled_at: datetime | None

    @classmethod
    def of(cls, one: Paper) -> Self:
        return cls(
            id=one.id,
            kind=one.kind,
            activity=one.activity,
            name=one.name,
            first_day=one.days.first_day,
            last_day=one.days.last_day,
            recorded_by=one.recorded_by,
            recorded_at=one.recorded_at,
            cancelled_at=one.cancelled_at,
        )


class StretchOut(BaseModel):
    start: str
    end: str


class DayHoursOut(BaseModel):
    """The hours of one day of the week; 0 is Monday."""

    weekday: int
    stretches: list[StretchOut]


class HoursOut(BaseModel):
    """When the team looks. `set_by` null: nobody said, the usual hours hold.

    `calendar` null: its holidays are those of the practice's territory.
    """

    week: list[DayHoursOut]
    calendar: CalendarZone | None
    set_by: UUID | None
    set_at: datetime | None

    @classmethod
    def of(cls, setting: HoursSetting) -> Self:
        week = [
            DayHoursOut(
                weekday=day, stretches=[StretchOut(start=f"{one:%H:%M}", end=f"{two:%H:%M}") for one, two in pairs]
            )
            for day, pairs in sorted(setting.week.items())
        ]
        return cls(week=week, calendar=setting.calendar, set_by=setting.set_by, set_at=setting.set_at)


class DatumOut(BaseModel):
    """One of the minimum data; of a `group`, one is enough."""

    code: str
    label: str
    signals: list[str]
    group: str
    is_derived: bool


class AlertKindOut(BaseModel):
    """An alert that the pathway must have."""

    code: str
    label: str
    is_silence: bool


class TextOut(BaseModel):
    """A text that a pathway comes from."""

    title: str
    address: str


class PathwayOut(BaseModel):
    """A pathway as it is in force today. Data are due at least every `silence_days` days. `forfait_cents` null: no
    source gives its level; `increase_months` null: no increased forfait is open to it."""

    code: str
    label: str
    activity: str
    since: date
    minimum_data: list[DatumOut]
    alerts: list[AlertKindOut]
    silence_days: int
    prescription_months: int
    forfait_code: str | None
    forfait_cents: int | None
    increase_months: int | None
    increase_renewals: int | None
    certainty: str
    note: str
    references: list[TextOut]

    @classmethod
    def of(cls, one: OpenPathway) -> Self:
        pathway, version, terms = one.pathway, one.version, one.terms
        return cls(
            code=pathway.code,
            label=pathway.label,
            activity=pathway.activity,
            since=version.since,
            minimum_data=[
                DatumOut(
                    code=one.code,
                    label=one.label,
                    signals=list(one.signals),
                    group=one.group,
                    is_derived=one.is_derived,
                )
                for one in version.minimum_data
            ],
            alerts=[AlertKindOut(code=one.code, label=one.label, is_silence=one.is_silence) for one in version.alerts],
            silence_days=version.silence.days,
            prescription_months=terms.prescription_months,
            forfait_code=terms.forfait_code,
            forfait_cents=terms.forfait_cents,
            increase_months=terms.increase_months,
            increase_renewals=terms.increase_renewals,
            certainty=version.certainty.value,
            note=version.note,
            references=[TextOut(title=text.title, address=text.address) for text in version.references],
        )


class PathwaysOut(BaseModel):
    """The pathways in force today."""

    items: list[PathwayOut]
