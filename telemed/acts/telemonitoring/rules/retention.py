"""May what was measured be erased? Never before the record that it belongs to (R-53)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from telemed.kernel.period import add_months
from telemed.law.parameter import LawOfDay
from telemed.patients.model import BirthDate

YEARS = "records/kept_years"
AGE = "records/kept_until_age"


@dataclass(frozen=True)
class RecordFacts:
    """What is known of a patient whose measures are old. `last_contact_on`: the last day on which somebody, himself
    included, opened or wrote anything of his; `is_followed`: does a follow-up of his live?"""

    last_contact_on: date
    birth_date: BirthDate
    is_followed: bool


def may_erase(facts: RecordFacts, law: LawOfDay) -> bool:
    """On the day of the law: is the term of this record over, and is he of the age that the law waits for?

    The day of the term is kept; an age that cannot be told is not reached. A living follow-up keeps everything.
    """
    last_day = add_months(facts.last_contact_on, 12 * law.value(YEARS).integer)
    is_young = facts.birth_date.is_under(law.value(AGE).integer, law.day)
    return not facts.is_followed and law.day > last_day and is_young is False
