"""May what was measured be erased? Never before the record that it belongs to (R-53)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from telemed.kernel.period import add_months
from telemed.law.parameter import LawOfDay
from telemed.patients.model import BirthDate

YEARS = "records/kept_years"
AGE = "records/kept_until_age"
AFTER_DEATH = "records/kept_years_after_death"


@dataclass(frozen=True)
class RecordFacts:
    """What is known of a patient whose measures are old. `last_contact_on`: the last day on which somebody, himself
    included, opened or wrote anything of his; `is_followed`: does a follow-up of his live? `died_on` None: he lives, or
    nobody said otherwise."""

    last_contact_on: date
    birth_date: BirthDate
    is_followed: bool
    died_on: date | None = None


def may_erase(facts: RecordFacts, law: LawOfDay) -> bool:
    """On the day of the law: is the term of this record over, and is he of the age that the law waits for?

    The day of the term is kept; an age that cannot be told is not reached. A living follow-up keeps everything. Who
    died within ten years of the last contact has a term of his own, from the death, or from the last time that somebody
    opened his record after it; no age counts then.
    """
    if facts.is_followed:
        return False
    years = 12 * law.value(AFTER_DEATH).integer
    if facts.died_on is not None and facts.died_on < add_months(facts.last_contact_on, years):
        return law.day > add_months(max(facts.died_on, facts.last_contact_on), years)
    last_day = add_months(facts.last_contact_on, 12 * law.value(YEARS).integer)
    return law.day > last_day and facts.birth_date.is_under(law.value(AGE).integer, law.day) is False
