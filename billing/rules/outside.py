"""Activity done elsewhere: what was declared whole and what was imported line by line, without counting twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from billing.rules.cap import NONE, Counts
from billing.rules.projection import Outside


class ActivityKind(StrEnum):
    TELECONSULTATION = "teleconsultation"
    TELEEXPERTISE = "teleexpertise"
    OTHER = "other"


@dataclass(frozen=True)
class ActivityLine:
    """Acts of one kind on one day at one place; `own` of them for own patients, None where it is not known."""

    day: date
    kind: ActivityKind
    number: int
    own: int | None
    place: str = ""

    @property
    def key(self) -> tuple[date, ActivityKind, str]:
        """What two lines that speak of the same acts have in common."""
        return self.day, self.kind, self.place.casefold()

    @property
    def counts(self) -> Counts:
        if self.kind is ActivityKind.TELECONSULTATION:
            return Counts(self.number, self.own or 0, own_acts=self.own)
        if self.kind is ActivityKind.TELEEXPERTISE:
            return Counts(teleexpertises=self.number, own_acts=self.own)
        return Counts(other_acts=self.number, own_acts=self.own)


@dataclass(frozen=True)
class DeclaredOutside:
    """A whole figure from 1 January to its day, and when it was stated."""

    outside: Outside
    recorded_at: datetime


@dataclass(frozen=True)
class ImportedOutside:
    """A file: the days that it speaks of, both included, what it says of each, and when it was kept."""

    first_day: date
    last_day: date
    source: str
    recorded_at: datetime
    by_day: Mapping[date, Counts] = field(default_factory=dict)


@dataclass(frozen=True)
class KnownOutside:
    """What is known of elsewhere. `outside` None: nothing from 1 January on, which is not none.

    `is_declaration_used` tells whether the declared figure stands; `unknown_from` is the first day of a hole behind
    which imported lines wait, None without such lines.
    """

    outside: Outside | None
    is_declaration_used: bool
    unknown_from: date | None = None

    def days_after(self, as_of: date | None, files: Iterable[ImportedOutside]) -> dict[date, Counts]:
        """The days of the files that count: after a declared figure that stands, and before the first hole."""
        days: dict[date, Counts] = {}
        until = None if self.outside is None else self.outside.as_of
        for one in files:
            for day, counts in one.by_day.items():
                if until is not None and (as_of is None or day > as_of) and day <= until:
                    days[day] = days.get(day, NONE) + counts
        return days


def resolve_outside(year: int, declared: DeclaredOutside | None, imported: Iterable[ImportedOutside]) -> KnownOutside:
    """The newest statement of each period counts, and no act counts twice.

    A declared figure is one lump from 1 January to its day: it cannot be cut. It stands until files that were kept
    after it speak together of each of its days; while it stands, lines up to its day do not count. Lines count as
    far as every day from 1 January on is spoken of.
    """
    files = sorted(imported, key=lambda one: (one.recorded_at, one.first_day))
    eve = date(year, 1, 1) - timedelta(days=1)
    if declared is not None:
        newer = [one for one in files if one.recorded_at > declared.recorded_at]
        if _known_until(eve, newer) < declared.outside.as_of:
            return _add_lines(declared.outside, files)
    if _known_until(eve, files) == eve:
        return KnownOutside(None, False, eve + timedelta(days=1) if files else None)
    known = _add_lines(Outside(NONE, eve, ""), files)
    return KnownOutside(known.outside, False, known.unknown_from)


def _add_lines(base: Outside, files: list[ImportedOutside]) -> KnownOutside:
    """The lines after `base.as_of`, as far as each day is spoken of."""
    until = _known_until(base.as_of, files)
    counts, sources, is_waiting = base.counts, [base.source], False
    for one in files:
        used = [found for day, found in one.by_day.items() if base.as_of < day <= until]
        counts = sum(used, counts)
        sources += [one.source] if one.first_day <= until and one.last_day > base.as_of else []
        is_waiting = is_waiting or any(day > until for day in one.by_day)
    source = ", ".join(dict.fromkeys(filter(None, sources)))
    return KnownOutside(Outside(counts, until, source), True, until + timedelta(days=1) if is_waiting else None)


def _known_until(since: date, files: list[ImportedOutside]) -> date:
    """The last day of the unbroken run of days after `since` that the files speak of; `since` itself if none."""
    until = since
    for one in sorted(files, key=lambda one: one.first_day):
        if one.first_day <= until + timedelta(days=1):
            until = max(until, one.last_day)
    return until
