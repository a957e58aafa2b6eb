"""What is known of a follow-up when somebody wants to start it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from telemed.acts.telemonitoring.model.pathway import Pathway
from telemed.kernel.period import DayRange


@dataclass(frozen=True)
class Enrolment:
    """A follow-up to start on `starts_on`. Of what may be missing, None says that it is.

    `signals` are those that the devices given to the patient supply, questionnaires and what a nurse keys included;
    `exclusions` the situations of the law that were found; `silence_days` how many days without data are told.
    """

    pathway: Pathway
    starts_on: date
    prescription: DayRange | None
    is_prescriber_qualified: bool
    consent: DayRange | None
    usage_data_consent: DayRange | None
    ars_declaration: DayRange | None
    convention: DayRange | None
    dmn_listing: DayRange | None
    signals: frozenset[str]
    silence_days: int
    exclusions: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Transmitted:
    """Of a month of the follow-up, counted from its first day: on how many days were data expected, and received?"""

    month: int
    expected: int
    received: int
