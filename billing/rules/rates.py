"""Which regime and which rate the texts give to a civil year, before any individual decision."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from telemed.law.parameter import DatedValue, LawOfDay

REGIME = "teleconsultation/cap/regime"
GENERAL_RATE = "teleconsultation/cap/rate/general"
PSYCHIATRIST_RATE = "teleconsultation/cap/rate/psychiatrist"
PSYCHIATRY = "specialties/psychiatry"


class Regime(StrEnum):
    """A: avenant 9, article 28.6.3. B: convention of 2024, article 87.7."""

    A = "A"
    B = "B"


@dataclass(frozen=True)
class OrdinaryRate:
    """What a text gives to every doctor of a specialty: the regime and the rate, each with its value."""

    regime_value: DatedValue
    rate: DatedValue

    @property
    def regime(self) -> Regime:
        return Regime(self.regime_value.code)


def find_ordinary_rate(law: LawOfDay, *, specialty: str) -> OrdinaryRate | None:
    """The regime and rate on `law.day`; None where there is no cap. A psychiatrist has his own under regime B."""
    regime_value = law.find(REGIME)
    if regime_value is None:
        return None
    ordinary = OrdinaryRate(regime_value, law.value(GENERAL_RATE))
    if ordinary.regime is Regime.B and is_psychiatrist(specialty, law):
        return OrdinaryRate(regime_value, law.find(PSYCHIATRIST_RATE) or ordinary.rate)
    return ordinary


def is_psychiatrist(specialty: str, law: LawOfDay) -> bool:
    """Is this savoir-faire one of psychiatry under the law of that day?"""
    return specialty in law.value(PSYCHIATRY).labels
