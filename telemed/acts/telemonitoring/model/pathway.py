"""A pathway of télésurveillance as a text fixes it on a day: the data that it wants, its alerts, its silence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from telemed.law.parameter import Certainty, NotInForce, Reference


@dataclass(frozen=True)
class MinimumDatum:
    """One of the data without which there is no follow-up (R-37), and the signals that are it, all of them.

    `group`: one of the data of a group is enough. `is_derived`: computed from the others, asked of no device.
    """

    code: str
    label: str
    signals: tuple[str, ...]
    group: str = ""
    is_derived: bool = False


@dataclass(frozen=True)
class MandatoryAlert:
    """An alert that the follow-up must have. `is_silence`: the one of R-34, which nobody can switch off."""

    code: str
    label: str
    is_silence: bool


@dataclass(frozen=True)
class SilenceWindow:
    """After `days` whole civil days without any of `signals`, somebody is told; a follow-up may ask for less only."""

    days: int
    signals: frozenset[str]


@dataclass(frozen=True)
class PathwayVersion:
    """What holds from `since`. Anything but `confirmed` carries a note that says why."""

    since: date
    minimum_data: tuple[MinimumDatum, ...]
    alerts: tuple[MandatoryAlert, ...]
    silence: SilenceWindow
    references: tuple[Reference, ...]
    certainty: Certainty
    note: str = ""


@dataclass(frozen=True)
class Pathway:
    """A kind of follow-up. `activity` is its line in the law: it fixes forfait, prescription and longest increase."""

    code: str
    activity: str
    label: str
    versions: tuple[PathwayVersion, ...]

    def on(self, day: date) -> PathwayVersion:
        """The version in force. Raises NotInForce before the first."""
        past = [version for version in self.versions if version.since <= day]
        if not past:
            raise NotInForce(f"{self.code} has no version on {day}")
        return past[-1]
