"""How often data were expected in a month of a follow-up (R-33)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from telemed.kernel.period import DayRange


def expected_slots(days: DayRange, window_days: int, stays: Sequence[DayRange]) -> list[DayRange]:
    """The stretches of `window_days` days in each of which data are expected once, days of `stays` left out.

    A last stretch that is too short expects nothing, unless it is the only one. A pathway followed every day has one a
    day; one that may wait seven days has four in a month.
    """
    day, last_day = days.first_day, days.last_day or days.first_day
    present = []
    while day <= last_day:
        if not any(stay.covers(day, day) for stay in stays):
            present.append(day)
        day += timedelta(days=1)
    groups = [present[start : start + window_days] for start in range(0, len(present), window_days)]
    whole = [group for group in groups if len(group) == window_days] or groups
    return [DayRange(group[0], group[-1]) for group in whole]
