"""Files of activity done elsewhere as JSON."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from billing.model.activity import ActivityImport, ImportReport
from billing.rules.activity import AcceptedLine, Column, Rejection
from billing.rules.outside import ActivityKind, KnownOutside
from billing.schemas.cap import OutsideActivity, outside_of
from telemed.api.problems import ProblemReason, to_reason

_MOST_SHOWN = 500


class ActivityLineOut(BaseModel):
    """An accepted line; `own` null: not known for own patients."""

    line: int
    day: date
    kind: ActivityKind
    number: int
    own: int | None
    place: str

    @classmethod
    def of(cls, accepted: AcceptedLine) -> Self:
        one = accepted.activity
        return cls(line=accepted.line, day=one.day, kind=one.kind, number=one.number, own=one.own, place=one.place)


class RejectedLineOut(BaseModel):
    """A line that is not kept, by its number in the file (the header is the first) and its column."""

    line: int
    column: Column | None
    reason: ProblemReason

    @classmethod
    def of(cls, rejection: Rejection) -> Self:
        return cls(line=rejection.line, column=rejection.column, reason=to_reason(rejection.reason))


class KnownOutsideOut(BaseModel):
    """What is known of elsewhere; `activity` null: unknown, which is not none."""

    activity: OutsideActivity | None
    source: str
    is_declaration_used: bool = Field(description="Does the figure declared whole stand?")
    unknown_from: date | None = Field(description="First day of a hole, behind which imported lines wait.")

    @classmethod
    def of(cls, known: KnownOutside) -> Self:
        outside = known.outside
        return cls(
            activity=None if outside is None else outside_of(outside),
            source="" if outside is None else outside.source,
            is_declaration_used=known.is_declaration_used,
            unknown_from=known.unknown_from,
        )


class ActivityImportOut(BaseModel):
    """A kept file."""

    id: UUID
    year: int
    first_day: date
    last_day: date
    source: str
    sha256: str
    accepted: int
    rejected: int
    is_withdrawn: bool
    recorded_by: UUID | None
    recorded_at: datetime

    @classmethod
    def of(cls, entry: ActivityImport) -> Self:
        return cls(
            id=entry.id,
            year=entry.year,
            first_day=entry.first_day,
            last_day=entry.last_day,
            source=entry.source,
            sha256=entry.sha256,
            accepted=entry.accepted,
            rejected=entry.rejected,
            is_withdrawn=entry.is_withdrawn,
            recorded_by=entry.recorded_by,
            recorded_at=entry.recorded_at,
        )


class ActivityReport(BaseModel):
    """What a file brings. `kept` null: nothing was kept (a preview, or the file was kept before: `former`).

    At most 500 lines of each list are shown; the counts are whole.
    """

    encoding: str
    delimiter: str
    first_day: date | None
    last_day: date | None
    accepted_count: int
    rejected_count: int
    accepted: list[ActivityLineOut]
    rejected: list[RejectedLineOut]
    outside_before: KnownOutsideOut
    outside_after: KnownOutsideOut
    kept: ActivityImportOut | None
    former: ActivityImportOut | None

    @classmethod
    def of(cls, report: ImportReport) -> Self:
        judged = report.judged
        return cls(
            encoding=report.encoding,
            delimiter=report.delimiter,
            first_day=report.first_day,
            last_day=report.last_day,
            accepted_count=len(judged.accepted),
            rejected_count=len(judged.rejected),
            accepted=[ActivityLineOut.of(one) for one in judged.accepted[:_MOST_SHOWN]],
            rejected=[RejectedLineOut.of(one) for one in judged.rejected[:_MOST_SHOWN]],
            outside_before=KnownOutsideOut.of(report.before),
            outside_after=KnownOutsideOut.of(report.after),
            kept=None if report.kept is None else ActivityImportOut.of(report.kept),
            former=None if report.former is None else ActivityImportOut.of(report.former),
        )
