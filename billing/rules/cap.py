"""The yearly cap on remote activity: one function a regime, chosen by civil year, whole numbers only (R-11…R-17)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Self

from telemed.kernel.decision import ALLOWED, Decision, Reason, refuse
from telemed.law.parameter import DatedValue, LawOfDay

REGIME = "teleconsultation/cap/regime"
GENERAL_RATE = "teleconsultation/cap/rate/general"
PSYCHIATRIST_RATE = "teleconsultation/cap/rate/psychiatrist"
DEROGATION_RATE = "teleconsultation/cap/rate/psychiatrist_derogation"
PSYCHIATRY = "specialties/psychiatry"


class Regime(StrEnum):
    """A: avenant 9, article 28.6.3. B: convention of 2024, article 87.7."""

    A = "A"
    B = "B"


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
class Derogation:
    """An individual decision (CPN or CPAM) that raises the rate; days included (R-13)."""

    reference: str
    rate_percent: int
    first_day: date
    last_day: date

    def covers(self, year: int) -> bool:
        """Only a derogation of the whole civil year changes a cap that is over the civil year."""
        return self.first_day <= date(year, 1, 1) and self.last_day >= date(year, 12, 31)


@dataclass(frozen=True)
class Cap:
    """The rule of one civil year for one doctor, with the legal values that made it."""

    year: int
    regime: Regime
    rate_percent: int
    basis: tuple[DatedValue, ...]
    derogation: Derogation | None = None


def find_cap(law: LawOfDay, *, specialty: str, derogation: Derogation | None = None) -> Cap | None:
    """The cap of the civil year that begins on `law.day`, which is a 1 January; None for a year without cap.

    `specialty` is the savoir-faire code held at the date of the acts (trap 8). Raises ValueError on another day.
    """
    if (law.day.month, law.day.day) != (1, 1):
        raise ValueError("the cap is chosen by the civil year: ask on its 1 January")
    regime_value = law.find(REGIME)
    if regime_value is None:
        return None
    regime, rate = Regime(regime_value.code), law.value(GENERAL_RATE)
    psychiatrist = law.find(PSYCHIATRIST_RATE) if regime is Regime.B and is_psychiatrist(specialty, law) else None
    applied = psychiatrist or rate
    if derogation is not None and derogation.covers(law.day.year):
        return Cap(law.day.year, regime, derogation.rate_percent, (regime_value, applied), derogation)
    return Cap(law.day.year, regime, applied.integer, (regime_value, applied))


def is_psychiatrist(specialty: str, law: LawOfDay) -> bool:
    """Is this savoir-faire one of psychiatry under the law of that day?"""
    return specialty in law.value(PSYCHIATRY).labels


def check_derogation(derogation: Derogation, law: LawOfDay, *, specialty: str) -> Decision:
    """May this derogation be recorded? The rate raises the general one and, for a psychiatrist, has a maximum."""
    general, highest = law.value(GENERAL_RATE), law.find(DEROGATION_RATE)
    asked = derogation.rate_percent
    if not general.integer < asked < 100:
        text = f"Une dérogation relève le plafond de {general.text} : {asked} % n'est pas possible."
        return refuse(Reason("cap.derogation_rate", text, "Convention médicale", {"rate": asked}))
    if highest is not None and is_psychiatrist(specialty, law) and asked > highest.integer:
        text = f"Pour un psychiatre, une dérogation ne dépasse pas {highest.text} : {asked} % demandés."
        compared: dict[str, str | int | bool] = {"rate": asked, "highest": highest.integer}
        return refuse(Reason("cap.derogation_too_high", text, highest.references[0].title, compared))
    return ALLOWED


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
