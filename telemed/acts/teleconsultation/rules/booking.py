"""May this time be booked, and which times are free?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from telemed.acts.teleconsultation.model import OpeningHours
from telemed.kernel.clock import Territory, resolve_local
from telemed.kernel.decision import ALLOWED, Decision, Reason, combine, refuse, warn
from telemed.kernel.period import Interval

SHORTEST = timedelta(minutes=5)
LONGEST = timedelta(hours=3)
FURTHEST = timedelta(days=730)
_TOLERANCE = timedelta(minutes=1)


def check_slot(
    slot: Interval,
    *,
    now: datetime,
    taken_by_professional: Iterable[Interval],
    taken_by_patient: Iterable[Interval],
    hours: Sequence[OpeningHours],
    territory: Territory,
) -> Decision:
    """May `slot` be booked at `now`, given the other bookings of the same professional and of the same patient?

    Outside opening hours is a warning: the secretary decides.
    """
    return combine(
        (
            _check_time(slot, now),
            _check_length(slot),
            _check_free(slot, taken_by_professional, "booking.slot_taken", "Ce créneau est déjà pris chez ce médecin."),
            _check_free(
                slot, taken_by_patient, "booking.patient_busy", "Ce patient a déjà un rendez-vous à ce moment-là."
            ),
            _check_hours(slot, hours, territory),
        )
    )


def free_slots(
    first_day: date,
    days: int,
    *,
    hours: Sequence[OpeningHours],
    taken: Sequence[Interval],
    territory: Territory,
    after: datetime,
) -> list[Interval]:
    """The free slots of `days` civil days from `first_day`, later than `after`, in order.

    A slot that the clock skips in March does not exist; in October the first of two equal times is meant.
    """
    found = []
    for offset in range(days):
        day = first_day + timedelta(days=offset)
        for opening in hours:
            if opening.weekday == day.weekday():
                found += _slots_of(day, opening, territory)
    return sorted(
        slot for slot in set(found) if slot.start > after and not any(slot.overlaps(other) for other in taken)
    )


def _slots_of(day: date, opening: OpeningHours, territory: Territory) -> list[Interval]:
    length = timedelta(minutes=opening.slot_minutes)
    wall, closing = datetime.combine(day, opening.opens_at), datetime.combine(day, opening.closes_at)
    slots: list[Interval] = []
    while wall + length <= closing:
        try:
            start = resolve_local(wall, territory)
        except ValueError:
            start = None
        if start is not None and (not slots or slots[-1].end <= start):  # in March, the clock jumps into a slot
            slots.append(Interval(start, start + length))
        wall += length
    return slots


def _check_time(slot: Interval, now: datetime) -> Decision:
    if slot.start < now - _TOLERANCE:
        return refuse(Reason("booking.past", "Ce moment est déjà passé : choisissez un créneau à venir."))
    if slot.start > now + FURTHEST:
        return refuse(Reason("booking.too_far", "Ce rendez-vous est à plus de deux ans : vérifiez l'année."))
    return ALLOWED


def _check_length(slot: Interval) -> Decision:
    if SHORTEST <= slot.duration <= LONGEST:
        return ALLOWED
    minutes = int(slot.duration.total_seconds() // 60)
    text = "Une téléconsultation dure entre 5 minutes et 3 heures."
    return refuse(Reason("booking.length", text, compared={"minutes": minutes}))


def _check_free(slot: Interval, taken: Iterable[Interval], code: str, text: str) -> Decision:
    return refuse(Reason(code, text)) if any(slot.overlaps(other) for other in taken) else ALLOWED


def _check_hours(slot: Interval, hours: Sequence[OpeningHours], territory: Territory) -> Decision:
    local = slot.start.astimezone(territory.zone)
    inside = any(
        opening.weekday == local.weekday() and opening.opens_at <= local.time() < opening.closes_at for opening in hours
    )
    if inside or not hours:
        return ALLOWED
    return warn(Reason("booking.outside_hours", "Ce créneau est en dehors des horaires d'ouverture du médecin."))
