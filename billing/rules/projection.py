"""Where the yearly cap will stand on 31 December, with its basis and its interval; whole numbers only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import isqrt

from billing.rules.cap import NONE, Cap, Counts, Reading, ReadingName, Regime, remote_acts

_SPREAD_PERCENT = 10
"""How far a year may stray from the one before: our choice, shown as an interval."""


class Basis(StrEnum):
    """What an estimate rests on, from the firmest."""

    FINAL = "final"
    DECLARED = "declared"
    LAST_YEAR = "last_year"
    PACE = "pace"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Outside:
    """Conventioned acts done elsewhere from 1 January to `as_of` (included), as declared or imported."""

    counts: Counts
    as_of: date
    source: str


@dataclass(frozen=True)
class AnnualVolume:
    """The acts that the doctor expects of the whole year, all places together; `own_acts` None if he does not say."""

    acts: int
    source: str
    declared_on: date
    own_acts: int | None = None


@dataclass(frozen=True)
class YearFacts:
    """What is known of one doctor's civil year on `today` (a day of his territory).

    `here` are the acts of this service, `booked` the téléconsultations of this service still to come this year.
    `outside` None means unknown, which is not none (trap 5). `last_year` holds the whole of the year before.
    """

    today: date
    here: Counts
    booked: Counts = NONE
    outside: Outside | None = None
    annual_volume: AnnualVolume | None = None
    last_year: Counts | None = None

    @property
    def known(self) -> Counts:
        """Acts known to be done: a lower bound where the outside is unknown."""
        return self.here if self.outside is None else self.here + self.outside.counts


@dataclass(frozen=True)
class Estimate:
    """A number of acts at the end of the year, between `low` and `high`, both included."""

    low: int
    point: int
    high: int
    basis: Basis

    def at_least(self, floor: int) -> Estimate:
        return Estimate(max(self.low, floor), max(self.point, floor), max(self.high, floor), self.basis)


@dataclass(frozen=True)
class Projection:
    """Remote acts and all acts on 31 December. `volume` is None where nothing tells it: no share can be computed.

    `own_acts` is the expected number of acts for own patients, None where it is unknown. `most_acts` is the highest
    volume if no remote act is added to those done and booked: `volume` itself holds the expected remote ones.
    """

    remote: Estimate
    volume: Estimate | None
    own_acts: int | None
    most_acts: int = 0

    def readings(self, cap: Cap) -> tuple[Reading, ...]:
        """The expected readings; the first one decides. Empty where no volume is known."""
        if self.volume is None:
            return ()
        return self._read(cap, self.remote.point, self.volume.point)

    def bounds(self, cap: Cap) -> tuple[tuple[Reading, Reading], ...]:
        """Around each reading, the most favourable and the least favourable one that the estimates allow.

        At best no remote act is added to those done and booked and the volume is at its highest.
        """
        if self.volume is None:
            return ()
        best = self._read(cap, self.remote.low, self.most_acts)
        worst = self._read(cap, self.remote.high, self.volume.low)
        return tuple(zip(best, worst, strict=True))

    def _read(self, cap: Cap, remote: int, volume: int) -> tuple[Reading, ...]:
        """Whatever the estimates, all acts are at least the remote ones."""
        literal = Reading(ReadingName.LITERAL, remote, max(volume, remote), cap.rate_percent)
        if cap.regime is Regime.A or self.own_acts is None:
            return (literal,)
        return literal, Reading(ReadingName.CAISSE, remote, max(volume - self.own_acts, remote), cap.rate_percent)


def project(facts: YearFacts, cap: Cap) -> Projection:
    """Done + booked + expected, on the firmest basis at hand: the declared volume, else last year's, else the pace."""
    remote = _expect_remote(facts, cap)
    volume = _expect_volume(facts, cap.year)
    if volume is None:
        return Projection(remote, None, None)
    whole = _hold_remote(volume, remote)
    return Projection(remote, whole, _expect_own_acts(facts, whole.point), most_acts=volume.high)


def _hold_remote(volume: Estimate, remote: Estimate) -> Estimate:
    """All acts are at least the remote ones, at each end of the interval."""
    return Estimate(
        max(volume.low, remote.low), max(volume.point, remote.point), max(volume.high, remote.high), volume.basis
    )


def _expect_volume(facts: YearFacts, year: int) -> Estimate | None:
    floor = facts.known.total + facts.booked.total
    if _is_final(facts, year):
        return Estimate(facts.known.total, facts.known.total, facts.known.total, Basis.FINAL)
    if facts.annual_volume is not None:
        acts = facts.annual_volume.acts
        return Estimate(acts, acts, acts, Basis.DECLARED).at_least(floor)
    if facts.last_year is not None:
        return _spread(facts.last_year.total, Basis.LAST_YEAR).at_least(floor)
    if facts.outside is None:
        return None
    here = _at_pace(facts.here.total, days_elapsed(facts.today, year), days_of(year))
    outside = _at_pace(facts.outside.counts.total, days_elapsed(facts.outside.as_of, year), days_of(year))
    return _sum(here, outside).at_least(floor)


def _expect_remote(facts: YearFacts, cap: Cap) -> Estimate:
    done, booked = remote_acts(cap.regime, facts.known), remote_acts(cap.regime, facts.booked)
    if _is_final(facts, cap.year):
        return Estimate(done, done, done, Basis.FINAL)
    floor, days = done + booked, days_of(cap.year)
    if facts.last_year is not None:
        left = days - days_elapsed(facts.today, cap.year)
        further = _spread(remote_acts(cap.regime, facts.last_year) * left // days, Basis.LAST_YEAR)
        return Estimate(floor, done + further.point, done + further.high, Basis.LAST_YEAR).at_least(floor)
    here = _at_pace(remote_acts(cap.regime, facts.here), days_elapsed(facts.today, cap.year), days)
    if facts.outside is not None:
        elapsed = days_elapsed(facts.outside.as_of, cap.year)
        here = _sum(here, _at_pace(remote_acts(cap.regime, facts.outside.counts), elapsed, days))
    return Estimate(floor, here.point, here.high, Basis.PACE).at_least(floor)


def _expect_own_acts(facts: YearFacts, volume: int) -> int | None:
    """Acts for own patients at the end of the year: as declared, else last year's share, else this year's."""
    if facts.annual_volume is not None and facts.annual_volume.own_acts is not None:
        return min(facts.annual_volume.own_acts, volume)
    for counts in (facts.last_year, facts.known if facts.outside is not None else None):
        if counts is not None and counts.own_acts is not None and counts.total:
            return volume * counts.own_acts // counts.total
    return None


def may_be_certain(facts: YearFacts, year: int) -> bool:
    """Is there a volume that is no guess, without which nothing is held? Asked before what costs more to read."""
    return facts.annual_volume is not None or _is_final(facts, year)


def _is_final(facts: YearFacts, year: int) -> bool:
    """The year is over here and elsewhere: what is known is all there is."""
    end = date(year, 12, 31)
    return facts.today > end and facts.outside is not None and facts.outside.as_of >= end


def _at_pace(done: int, elapsed: int, days: int) -> Estimate:
    """`done` acts in `elapsed` days, carried on to `days`, give or take twice the square root of what was counted."""
    if not 0 < elapsed < days:
        return Estimate(done, done, done, Basis.PACE)
    margin = 2 * isqrt(done)
    low, high = (done - margin) * days // elapsed, -(-(done + margin + 4) * days // elapsed)
    return Estimate(max(done, low), done * days // elapsed, high, Basis.PACE)


def _spread(point: int, basis: Basis) -> Estimate:
    low, high = point * (100 - _SPREAD_PERCENT) // 100, -(-point * (100 + _SPREAD_PERCENT) // 100)
    return Estimate(low, point, high, basis)


def _sum(one: Estimate, other: Estimate) -> Estimate:
    return Estimate(one.low + other.low, one.point + other.point, one.high + other.high, one.basis)


def days_of(year: int) -> int:
    """365, or 366 in a leap year."""
    return (date(year + 1, 1, 1) - date(year, 1, 1)).days


def days_elapsed(day: date, year: int) -> int:
    """Days of `year` up to `day` included: 0 before it, all of them after it."""
    return min(max((day - date(year, 1, 1)).days + 1, 0), days_of(year))
