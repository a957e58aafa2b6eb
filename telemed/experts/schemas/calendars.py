"""Imported calendars as JSON: never a title of an event, which may name a patient."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel

from telemed.experts.model import Kind
from telemed.experts.model.imports import CalendarImport, ImportCount, ImportLine, ImportState


class Stretch(BaseModel):
    starts_at: datetime
    ends_at: datetime


class AcceptedOut(BaseModel):
    """What the so-many-th event of the file becomes: hours that come back, or stretches of time."""

    number: int
    kind: Kind | None = None
    stretches: list[Stretch] = []
    first_on: date | None = None
    start: str | None = None
    minutes: int | None = None
    rule: str | None = None
    zone: str | None = None

    @classmethod
    def of(cls, line: ImportLine) -> Self:
        if line.shift is None:
            stretches = [Stretch(starts_at=one.interval.start, ends_at=one.interval.end) for one in line.exceptions]
            return cls(number=line.number, kind=line.exceptions[0].kind, stretches=stretches)
        shift = line.shift
        return cls(
            number=line.number,
            first_on=shift.first_on,
            start=f"{shift.start_minute // 60:02d}:{shift.start_minute % 60:02d}",
            minutes=shift.minutes,
            rule=shift.rule,
            zone=shift.zone,
        )


class RejectedOut(BaseModel):
    """Why the so-many-th event of the file becomes nothing."""

    number: int
    code: str
    text: str

    @classmethod
    def of(cls, line: ImportLine) -> Self:
        code, text = (line.refusal.code, line.refusal.text) if line.refusal else ("", "")
        return cls(number=line.number, code=code, text=text)


class ImportSummary(BaseModel):
    """An imported calendar, counted."""

    id: UUID
    state: ImportState
    at: datetime
    settled_at: datetime | None
    accepted_count: int
    rejected_count: int

    @classmethod
    def of(cls, one: ImportCount) -> Self:
        return cls(
            id=one.id,
            state=one.state,
            at=one.at,
            settled_at=one.settled_at,
            accepted_count=one.accepted,
            rejected_count=one.rejected,
        )


class ImportOut(BaseModel):
    """An imported calendar, event by event."""

    summary: ImportSummary
    accepted: list[AcceptedOut]
    rejected: list[RejectedOut]

    @classmethod
    def of(cls, one: CalendarImport) -> Self:
        return cls(
            summary=ImportSummary.of(one.count),
            accepted=[AcceptedOut.of(line) for line in one.accepted],
            rejected=[RejectedOut.of(line) for line in one.rejected],
        )
