"""Who is seen next, and how long the others may expect to wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

DEFAULT_LENGTH = timedelta(minutes=15)


@dataclass(frozen=True)
class Waiting:
    """A patient in the waiting room; `due_at` is the booked time, None for one who came without."""

    act_id: UUID
    arrived_at: datetime
    due_at: datetime | None


@dataclass(frozen=True)
class Wait:
    """`position` is 1 for the next to be seen; `expected` is rounded up to the minute."""

    position: int
    expected: timedelta


def in_order(waiting: Sequence[Waiting]) -> list[Waiting]:
    """Those with an appointment by its time, or by their arrival if they came late; the others by arrival."""
    return sorted(waiting, key=lambda one: (max(one.due_at or one.arrived_at, one.arrived_at), one.act_id))


def expected_wait(
    act_id: UUID,
    waiting: Sequence[Waiting],
    *,
    now: datetime,
    recent_lengths: Sequence[timedelta],
    current_since: datetime | None,
) -> Wait | None:
    """The place of one patient and the wait to expect; None if the patient does not wait.

    From the median length of the doctor's last visits, what remains of the present one, and the booked time:
    an appointment is not promised before its hour.
    """
    order = in_order(waiting)
    place = next((number for number, one in enumerate(order) if one.act_id == act_id), None)
    if place is None:
        return None
    length = median_length(recent_lengths)
    remaining = max(length - (now - current_since), timedelta(minutes=1)) if current_since else timedelta()
    wait = remaining + place * length
    due_at = order[place].due_at
    if due_at is not None:
        wait = max(wait, due_at - now)
    return Wait(position=place + 1, expected=_whole_minutes(wait))


def median_length(lengths: Sequence[timedelta]) -> timedelta:
    """The middle one of recent visits, fifteen minutes when there are fewer than three."""
    ordered = sorted(lengths)
    return ordered[len(ordered) // 2] if len(ordered) > 2 else DEFAULT_LENGTH


def _whole_minutes(wait: timedelta) -> timedelta:
    return timedelta(minutes=-(-max(wait, timedelta()).total_seconds() // 60))
