"""What hours may be kept: lengths, dates, numbers, and leave that does not overlap in silence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from telemed.experts.model.drafts import ShiftDraft
from telemed.experts.model.hours import (
    FARTHEST_FUTURE_DAYS,
    FARTHEST_PAST_DAYS,
    LONGEST_EXCEPTION_DAYS,
    LONGEST_SHIFT_MINUTES,
    MOST_EXCEPTIONS,
    MOST_SHIFTS,
    SHORTEST_MINUTES,
    HoursException,
    Kind,
    Shift,
)
from telemed.experts.rules.recurrence import parse_rule
from telemed.experts.rules.walls import parse_zone
from telemed.kernel.decision import ALLOWED, Decision, Reason, refuse, warn
from telemed.kernel.errors import Invalid
from telemed.kernel.ids import new_id
from telemed.kernel.period import Interval

_MOST_DAYS_EXCEPTED = 200


def make_shift(
    draft: ShiftDraft, professional_id: UUID, *, zone: str, today: date, line_id: UUID | None = None
) -> Shift:
    """A shift from what was written; `zone` is that of the person's territory. Raises Invalid with the field."""
    if not SHORTEST_MINUTES <= draft.minutes <= LONGEST_SHIFT_MINUTES or not 0 <= draft.start_minute < 24 * 60:
        raise Invalid("Une plage dure de cinq minutes à sept jours.", field="minutes", code="experts.length")
    require_near(draft.first_on, today)
    if len(draft.except_on) > _MOST_DAYS_EXCEPTED:
        text = f"Une plage compte au plus {_MOST_DAYS_EXCEPTED} jours d'exception."
        raise Invalid(text, field="except_on", code="experts.rule")
    name = draft.zone or zone
    try:
        where = parse_zone(name)
    except ValueError as err:
        raise Invalid(_sentence(err), field="zone", code="experts.zone") from None
    try:
        begins = datetime.combine(draft.first_on, time()) + timedelta(minutes=draft.start_minute)
        rule = parse_rule(draft.rule, begins, where)
    except ValueError as err:
        raise Invalid(_sentence(err), field="rule", code="experts.rule") from None
    return Shift(
        id=new_id(),
        professional_id=professional_id,
        first_on=draft.first_on,
        start_minute=draft.start_minute,
        minutes=draft.minutes,
        zone=name,
        rule=rule,
        line_id=line_id,
        except_on=draft.except_on,
    )


def require_near(day: date, today: date) -> None:
    """Raises Invalid on a day more than ten years past or five years ahead."""
    if day < today - timedelta(days=FARTHEST_PAST_DAYS):
        raise Invalid("Cette date est trop ancienne.", field="first_on", code="experts.date")
    if day > today + timedelta(days=FARTHEST_FUTURE_DAYS):
        raise Invalid("Cette date est trop lointaine.", field="first_on", code="experts.date")


def require_length(interval: Interval) -> None:
    """Raises Invalid on leave, or a stretch of extra hours, of more than a year and a month."""
    if interval.duration > timedelta(days=LONGEST_EXCEPTION_DAYS):
        text = f"Une absence dure au plus {LONGEST_EXCEPTION_DAYS} jours : coupez-la, ou fermez votre profil."
        raise Invalid(text, field="ends_at", code="experts.length")


def check_overlap(kind: Kind, others: Sequence[HoursException]) -> Decision:
    """Nothing of the same kind is there already: what overlaps is told, never merged in silence."""
    if not others:
        return ALLOWED
    first = others[0].interval
    what = "absence" if kind is Kind.LEAVE else "plage exceptionnelle"
    text = f"Une {what} couvre déjà ce moment : supprimez-la ou changez les dates."
    compared = {"starts_at": first.start.isoformat(), "ends_at": first.end.isoformat()}
    return refuse(Reason("experts.overlap", text, compared=compared))


def warn_extra_in_leave(leave: Sequence[HoursException]) -> Decision:
    """Extra hours within leave stay open: it is said."""
    if not leave:
        return ALLOWED
    text = "Cette plage est pendant une absence : vous serez disponible malgré elle."
    return warn(Reason("experts.extra_in_leave", text))


def check_number(shifts: int, exceptions: int) -> Decision:
    """May a person have so many?"""
    if shifts <= MOST_SHIFTS and exceptions <= MOST_EXCEPTIONS:
        return ALLOWED
    text = f"Au plus {MOST_SHIFTS} plages et {MOST_EXCEPTIONS} absences ou plages exceptionnelles par personne."
    compared = {"shifts": shifts, "exceptions": exceptions}
    return refuse(Reason("experts.too_many_hours", text, compared=compared))


def _sentence(err: ValueError) -> str:
    text = str(err)
    return f"{text[0].upper()}{text[1:]}."
