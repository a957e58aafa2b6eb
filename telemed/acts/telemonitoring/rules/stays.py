"""The days on which a patient is cared for elsewhere: in order, one after the other."""

from __future__ import annotations

from datetime import date, timedelta

from telemed.kernel.period import DayRange

Stays = tuple[DayRange, ...]


def add_stay(stays: Stays, first_day: date) -> Stays | None:
    """With one more that begins; None where one begins later. Gone again on a day of his last stay, it goes on."""
    last = stays[-1] if stays else None
    if last is None or (last.last_day is not None and last.last_day < first_day):
        return (*stays, DayRange(first_day))
    return (*stays[:-1], DayRange(last.first_day)) if last.first_day <= first_day else None


def end_stay(stays: Stays, back_on: date) -> Stays:
    """With the last one ended: the day of the return is the follow-up's again, but for one that began that day."""
    first_day = stays[-1].first_day
    return (*stays[:-1], DayRange(first_day, max(first_day, back_on - timedelta(days=1))))


def end_open_stay(stays: Stays, back_on: date) -> Stays:
    """The same, but for stays that have all ended already."""
    return end_stay(stays, back_on) if stays and stays[-1].last_day is None else stays
