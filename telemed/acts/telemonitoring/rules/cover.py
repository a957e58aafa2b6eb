"""Days covered by several papers, one after the other: prescriptions, declarations, consents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from telemed.acts.telemonitoring.model.care import Paper, PaperKind
from telemed.consent.model import ConsentDecision, ConsentRecord
from telemed.kernel.clock import Territory, civil_date
from telemed.kernel.period import DayRange


def join_days(ranges: Iterable[DayRange]) -> list[DayRange]:
    """The same days in as few ranges as can be, in order: those that touch or follow one another are one."""
    joined: list[DayRange] = []
    for one in sorted(ranges, key=lambda days: days.first_day):
        last = joined[-1] if joined else None
        if last is None or (last.last_day is not None and one.first_day > last.last_day + timedelta(days=1)):
            joined.append(one)
        elif last.last_day is not None:
            end = None if one.last_day is None else max(last.last_day, one.last_day)
            joined[-1] = DayRange(last.first_day, end)
    return joined


def find_cover(ranges: Sequence[DayRange], days: DayRange) -> DayRange | None:
    """What covers some days best: all of them if it can be, else the last that holds some of them; None if none does.

    One that covers them by itself is given as it is; several in a row, from the first day asked.
    """
    last_day = days.last_day or days.first_day
    alone = [one for one in ranges if one.covers(days.first_day, last_day)]
    if alone:
        return max(alone, key=lambda one: one.first_day)
    together = [one for one in join_days(ranges) if one.touches(days.first_day, last_day)]
    for one in together:
        if one.covers(days.first_day, last_day):
            return DayRange(days.first_day, one.last_day)
    return together[-1] if together else None


def find_covered_until(ranges: Sequence[DayRange], day: date) -> date | None:
    """The last of the days that follow one another from `day`, all covered; None where `day` itself is not."""
    return next((one.last_day or date.max for one in join_days(ranges) if one.covers(day, day)), None)


def find_consent(records: Iterable[ConsentRecord], territory: Territory) -> DayRange | None:
    """The days of the last consent given, among the decisions about one follow-up; the day of its end is the last."""
    first: date | None = None
    days: DayRange | None = None
    for record in sorted(records, key=lambda one: (one.at, one.id)):
        day = civil_date(record.at, territory)
        if record.decision is ConsentDecision.GIVEN:
            first = first or day
            days = DayRange(first)
        elif first is not None:
            days, first = DayRange(first, max(first, day)), None
    return days


def papers_of(papers: Iterable[Paper], kind: PaperKind, *, activity: str, name: str) -> list[DayRange]:
    """The days of the papers of a kind that are good for a follow-up. `name` is that of its device or exploitant, and
    of no importance for a declaration."""
    found = []
    for paper in papers:
        is_named = kind is PaperKind.ARS_DECLARATION or paper.name.casefold() == name.casefold()
        if paper.kind is kind and is_named and paper.activity in (None, activity) and paper.cancelled_at is None:
            found.append(paper.days)
    return found
