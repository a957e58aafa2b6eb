"""Until when a claim must be sent, sent again, and its copy kept: working days of the practice (R-43, R-44, R-46)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from telemed.kernel.period import add_months
from telemed.law.calendar import SATURDAY, CalendarZone, add_working_days
from telemed.law.parameter import DatedValue, LawOfDay

DIRECT = "claims/deadlines/direct"
TIERS_PAYANT = "claims/deadlines/tiers_payant"
RETRANSMISSION = "claims/deadlines/retransmission"
COPY_MONTHS = "claims/copies/months"
COPY_DAYS = "claims/copies/days"


@dataclass(frozen=True)
class Deadline:
    """`due_on` is the last day on which it is still in time; `basis` holds every legal value that made it."""

    due_on: date
    counted_from: date
    basis: tuple[DatedValue, ...]

    def is_late(self, today: date) -> bool:
        """Is `today`, a civil day of the practice, past the last day?"""
        return today > self.due_on


def transmit_by(invoice_made_on: date, *, is_tiers_payant: bool, zone: CalendarZone, law: LawOfDay) -> Deadline:
    """Until when must an invoice made on that civil day of the practice leave, electronically?"""
    return _in_working_days(TIERS_PAYANT if is_tiers_payant else DIRECT, invoice_made_on, zone, law)


def retransmit_by(refused_or_silent_on: date, *, zone: CalendarZone, law: LawOfDay) -> Deadline:
    """Until when must a lot be sent again, refused or given up as unanswered on that day? Then paper is asked for."""
    return _in_working_days(RETRANSMISSION, refused_or_silent_on, zone, law)


def keep_until(day: date, law: LawOfDay) -> Deadline:
    """The last day on which the copy of an invoice sent on `day` must still be there: the later of both texts.

    Three months from 30 November end on 1 March, as there is no 30 February (trap 16); ninety days are not three
    months (trap 30).
    """
    then = law.on(day)
    months, days = then.value(COPY_MONTHS), then.value(COPY_DAYS)
    last_day = max(add_months(day, months.integer), day + timedelta(days=days.integer))
    return Deadline(last_day, day, (months, days))


def _in_working_days(name: str, day: date, zone: CalendarZone, law: LawOfDay) -> Deadline:
    """The length of the delay is that of the law of its first day; each day on the way has its own holidays."""
    then = law.on(day)
    delay = then.value(name)
    return Deadline(add_working_days(day, delay.integer, zone, law), day, (delay, then.value(SATURDAY)))
