"""The yearly cap on remote activity: one function a regime, chosen by civil year, whole numbers only (R-11…R-17)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from billing.rules.derogation import Derogation as Derogation
from billing.rules.derogation import find_derogation
from billing.rules.rates import Regime as Regime
from billing.rules.rates import find_ordinary_rate
from telemed.law.parameter import DatedValue, LawOfDay


class ReadingName(StrEnum):
    """What the share is taken of: the text's own words decide, the practice of the caisses warns."""

    LITERAL = "literal"
    CAISSE = "caisse"


@dataclass(frozen=True)
class Counts:
    """Conventioned acts of one doctor in one civil year, all places together (R-15).

    `own_teleconsultations` are those for patients whose médecin traitant he was that day (R-17), part of
    `teleconsultations`. `own_acts` are all acts for such patients, remote or not; None where that is not known.
    """

    teleconsultations: int = 0
    own_teleconsultations: int = 0
    teleexpertises: int = 0
    other_acts: int = 0
    own_acts: int | None = 0

    def __post_init__(self) -> None:
        numbers = (self.teleconsultations, self.own_teleconsultations, self.teleexpertises, self.other_acts)
        if min(numbers) < 0 or self.own_teleconsultations > self.teleconsultations:
            raise ValueError("counts are not negative, and a part is not more than its whole")
        if self.own_acts is not None and not self.own_teleconsultations <= self.own_acts <= self.total:
            raise ValueError("own_acts holds own_teleconsultations and is held by all acts")

    @classmethod
    def of_teleconsultations(cls, number: int, *, own: int = 0) -> Self:
        """Téléconsultations only, `own` of them for own patients."""
        return cls(teleconsultations=number, own_teleconsultations=own, own_acts=own)

    @property
    def total(self) -> int:
        """The denominator of the text: every act counts once, the remote ones too (trap 4)."""
        return self.teleconsultations + self.teleexpertises + self.other_acts

    def __add__(self, other: Counts) -> Counts:
        own = None if self.own_acts is None or other.own_acts is None else self.own_acts + other.own_acts
        return Counts(
            self.teleconsultations + other.teleconsultations,
            self.own_teleconsultations + other.own_teleconsultations,
            self.teleexpertises + other.teleexpertises,
            self.other_acts + other.other_acts,
            own,
        )


NONE = Counts()


@dataclass(frozen=True)
class Reading:
    """A share compared with its limit: `numerator` remote acts out of `denominator`, at most `rate_percent`."""

    name: ReadingName
    numerator: int
    denominator: int
    rate_percent: int

    @property
    def is_exceeded(self) -> bool:
        """Strictly above: exactly the rate passes (trap 7)."""
        return self.numerator * 100 > self.rate_percent * self.denominator

    @property
    def basis_points(self) -> int | None:
        """The share in hundredths of a percent, for display only; None of nothing. Rounded up once exceeded."""
        if self.denominator == 0:
            return None
        scaled = self.numerator * 10_000
        return -(-scaled // self.denominator) if self.is_exceeded else scaled // self.denominator

    @property
    def acts_needed(self) -> int:
        """How many more acts that are not remote would bring the share back to the rate; 0 if it is not exceeded."""
        return max(0, -(-self.numerator * 100 // self.rate_percent) - self.denominator)


@dataclass(frozen=True)
class Cap:
    """The rule of one civil year for one doctor, with the legal values that made it."""

    year: int
    regime: Regime
    rate_percent: int
    basis: tuple[DatedValue, ...]
    derogation: Derogation | None = None


def find_cap(law: LawOfDay, *, specialty: str, derogations: Iterable[Derogation] = ()) -> Cap | None:
    """The cap of the civil year that begins on `law.day`, which is a 1 January; None for a year without cap.

    `specialty` is the savoir-faire code held at the date of the acts (trap 8). A derogation only ever raises the
    rate. Raises ValueError on another day.
    """
    if (law.day.month, law.day.day) != (1, 1):
        raise ValueError("the cap is chosen by the civil year: ask on its 1 January")
    ordinary = find_ordinary_rate(law, specialty=specialty)
    if ordinary is None:
        return None
    year, basis = law.day.year, (ordinary.regime_value, ordinary.rate)
    derogation = find_derogation(derogations, year)
    if derogation is not None and derogation.rate_percent > ordinary.rate.integer:
        return Cap(year, ordinary.regime, derogation.rate_percent, basis, derogation)
    return Cap(year, ordinary.regime, ordinary.rate.integer, basis)


def remote_acts(regime: Regime, counts: Counts) -> int:
    """What the regime limits. A: téléconsultations and télé-expertises; B: téléconsultations outside own patients."""
    if regime is Regime.A:
        return counts.teleconsultations + counts.teleexpertises
    return counts.teleconsultations - counts.own_teleconsultations


def read_regime_a(counts: Counts, rate_percent: int) -> tuple[Reading, ...]:
    """Own patients included, télé-expertises counted, over all conventioned acts (R-12)."""
    return (Reading(ReadingName.LITERAL, remote_acts(Regime.A, counts), counts.total, rate_percent),)


def read_regime_b(counts: Counts, rate_percent: int) -> tuple[Reading, ...]:
    """The text's denominator first, which decides; then that of the caisses, where it is known (R-16)."""
    numerator = remote_acts(Regime.B, counts)
    literal = Reading(ReadingName.LITERAL, numerator, counts.total, rate_percent)
    if counts.own_acts is None:
        return (literal,)
    return literal, Reading(ReadingName.CAISSE, numerator, counts.total - counts.own_acts, rate_percent)


READ: dict[Regime, Callable[[Counts, int], tuple[Reading, ...]]] = {Regime.A: read_regime_a, Regime.B: read_regime_b}


def read_cap(cap: Cap, counts: Counts) -> tuple[Reading, ...]:
    """The readings of these counts under the cap of their year; the first one decides."""
    return READ[cap.regime](counts, cap.rate_percent)
