"""Nothing came: when silence is too long, and why, where that is known. Nobody can switch it off (R-34, trap 35)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from telemed.acts.telemonitoring.model.pathway import SilenceWindow
from telemed.kernel.clock import Territory, civil_date, day_bounds
from telemed.kernel.decision import ALLOWED, Decision, Reason, refuse
from telemed.kernel.period import DayRange

_R34 = "Arrêtés du 22 juin 2023 : l'alerte de non-transmission ne peut pas être désactivée"


class SilenceCause(StrEnum):
    """Why nothing comes, where it is known: the device says that it is off, or it is there and the patient is not."""

    DEVICE_OFF = "device_off"
    NOT_MEASURED = "not_measured"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Transmissions:
    """What has come of the minimum data. `last_day`: the last civil day with a measure, the first of all if none.

    `last_contact_at`: when its devices last said anything at all; `is_device_off`: was that that they go off?
    """

    last_day: date
    last_contact_at: datetime | None = None
    is_device_off: bool = False


@dataclass(frozen=True)
class Gap:
    """Days without data that somebody was told of. It is never erased: `late_days` are those whose data came since."""

    first_day: date
    told_at: datetime
    cause: SilenceCause
    last_day: date | None = None
    late_days: frozenset[date] = frozenset()


def check_window(days: int, window: SilenceWindow) -> Decision:
    """May a follow-up wait `days` days before it tells of silence? As many as its pathway, or fewer, never none."""
    if 1 <= days <= window.days:
        return ALLOWED
    most = f"{window.days} jour{'s' if window.days > 1 else ''}"
    text = f"L'alerte de non-transmission vient au plus tard après {most} : elle ne se désactive pas."
    return refuse(Reason("telemonitoring.silence_window", text, _R34, {"days": days, "at_most": window.days}))


def find_overdue_at(
    transmissions: Transmissions, days: int, territory: Territory, stays: Iterable[DayRange] = ()
) -> datetime | None:
    """When silence is too long: the first instant after `days` whole civil days without a measure, where he lives.

    Days of `stays`, when he is cared for elsewhere, are no days of silence; None while the end of one is not known.
    """
    known = tuple(stays)
    day, silent = transmissions.last_day, 0
    while silent < days:
        day += timedelta(days=1)
        stay = next((one for one in known if one.covers(day, day)), None)
        if stay is None:
            silent += 1
        elif stay.last_day is None:
            return None
        else:
            day = stay.last_day
    return day_bounds(day, territory)[1]


def find_gap(transmissions: Transmissions, overdue_at: datetime, now: datetime, window: timedelta) -> Gap | None:
    """The silence to tell of at `now`; None before it is due. A contact within `window` shows a live device."""
    if now < overdue_at:
        return None
    return Gap(transmissions.last_day + timedelta(days=1), now, _cause(transmissions, now, window))


def _cause(transmissions: Transmissions, now: datetime, window: timedelta) -> SilenceCause:
    if transmissions.is_device_off:
        return SilenceCause.DEVICE_OFF
    contact = transmissions.last_contact_at
    is_there = contact is not None and now - contact <= window
    return SilenceCause.NOT_MEASURED if is_there else SilenceCause.UNKNOWN


def fill_gap(gap: Gap, days: Iterable[date], territory: Territory) -> Gap:
    """Data for these days came after the gap was told: it stays, and says which of its days they were.

    A measure of the day of the telling or of a later one ends it: `last_day` is the last silent one.
    """
    told_on = civil_date(gap.told_at, territory)
    known = set(days)
    late = {day for day in known if gap.first_day <= day < told_on}
    after = min((day for day in known if day >= told_on), default=None)
    last = after - timedelta(days=1) if after is not None and gap.last_day is None else gap.last_day
    return replace(gap, late_days=gap.late_days | late, last_day=last)
