"""RRULE (RFC 5545) as rosters need it: days that come back, at a cost of the days looked at and no more.

Written here because python-dateutil walks to the year 9999 for a rule that never falls (`FREQ=DAILY;BYMONTH=2;
BYMONTHDAY=30`: four seconds, whatever UNTIL says), and such rules come from outside. The tests compare with it.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

from telemed.experts.model.hours import FARTHEST_FUTURE_DAYS, FARTHEST_PAST_DAYS, Shift
from telemed.experts.rules.walls import parse_zone

MOST_TIMES = 2_000
MOST_INTERVAL = 99
LONGEST_RULE = 300
_WEEK = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY = rf"(?:{'|'.join(_WEEK)})"
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_UNTIL = re.compile(r"([0-9]{8})(?:T([0-9]{6})(Z?))?", re.ASCII)
_WALL = "%Y%m%dT%H%M%S"
_MOST_WALKED_DAYS = FARTHEST_PAST_DAYS + FARTHEST_FUTURE_DAYS


def _within(low: int, high: int, *, is_signed: bool = False) -> Callable[[str], bool]:
    shape = re.compile(r"[+-]?[0-9]{1,4}" if is_signed else r"[0-9]{1,4}", re.ASCII)
    return lambda text: bool(shape.fullmatch(text)) and low <= abs(int(text)) <= high


_PARTS: Mapping[str, Callable[[str], bool]] = MappingProxyType(
    {
        "FREQ": lambda text: text in _FREQUENCIES,
        "INTERVAL": _within(1, MOST_INTERVAL),
        "COUNT": _within(1, MOST_TIMES),
        "UNTIL": lambda text: bool(_UNTIL.fullmatch(text)),
        "WKST": lambda text: bool(re.fullmatch(_DAY, text)),
        "BYDAY": lambda text: bool(re.fullmatch(rf"(?:[+-]?[1-5])?{_DAY}", text)),
        "BYMONTHDAY": _within(1, 31, is_signed=True),
        "BYMONTH": _within(1, 12),
        "BYSETPOS": _within(1, 31, is_signed=True),
    }
)
_LISTS = ("BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS")


@dataclass(frozen=True)
class _Rule:
    """A rule that was read. `weekdays` are (rank, day), rank 0 for every one; days count from Monday, 0."""

    frequency: str
    interval: int
    until: datetime | None
    week_start: int
    weekdays: tuple[tuple[int, int], ...]
    month_days: tuple[int, ...]
    months: tuple[int, ...]
    positions: tuple[int, ...]


def parse_rule(text: str, begins: datetime, zone: ZoneInfo) -> str:
    """A rule as we keep it, for what begins at a wall time: UNTIL on the wall of `zone`, COUNT turned into it.

    Empty is once. Raises ValueError on what recurs within a day (hours, minutes, seconds), on weeks and days of the
    year, on more than `MOST_TIMES`, on a count that is never reached.
    """
    text = text.strip().upper().removeprefix("RRULE:")
    if not text:
        return ""
    if len(text) > LONGEST_RULE:
        raise ValueError("cette règle de répétition est trop longue")
    parts = _split(text)
    _require_sense(parts)
    if "UNTIL" in parts:
        parts["UNTIL"] = _until_on_wall(parts["UNTIL"], zone).strftime(_WALL)
    count = int(parts.pop("COUNT", 0))
    if count:
        parts["UNTIL"] = _last_of(_joined(parts), begins, count).strftime(_WALL)
    return _joined(parts)


def _joined(parts: Mapping[str, str]) -> str:
    return ";".join(f"{name}={parts[name]}" for name in _PARTS if name in parts)


def _split(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in text.removesuffix(";").split(";"):
        name, _, value = part.partition("=")
        values = value.split(",") if name in _LISTS else [value]
        if name not in _PARTS or name in parts or not all(_PARTS[name](one) for one in values):
            raise ValueError("cette règle de répétition n'est pas acceptée : jours, semaines, mois ou années seulement")
        parts[name] = value
    return parts


def _require_sense(parts: Mapping[str, str]) -> None:
    if "FREQ" not in parts or {"COUNT", "UNTIL"} <= parts.keys():
        raise ValueError("une règle de répétition dit FREQ, et COUNT ou UNTIL mais pas les deux")
    is_short = parts["FREQ"] in ("DAILY", "WEEKLY")
    if is_short and re.search("[0-9]", parts.get("BYDAY", "")):
        raise ValueError("un rang de jour (2MO, -1FR) n'a de sens que dans un mois ou une année")
    if parts["FREQ"] == "WEEKLY" and "BYMONTHDAY" in parts:
        raise ValueError("un jour du mois n'a pas de sens dans une semaine")
    if "BYSETPOS" in parts and not parts.keys() & {"BYDAY", "BYMONTHDAY", "BYMONTH"}:
        raise ValueError("BYSETPOS choisit parmi les jours d'une autre partie de la règle")


def _until_on_wall(text: str, zone: ZoneInfo) -> datetime:
    """The last wall time of a rule: a bare day is included whole. Raises ValueError."""
    match = _UNTIL.fullmatch(text)
    if match is None:
        raise ValueError("UNTIL s'écrit AAAAMMJJ ou AAAAMMJJTHHMMSSZ")
    day, hour, utc = match.groups()
    try:
        if hour is None:
            return datetime.combine(datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC).date(), time(23, 59, 59))
        until = datetime.strptime(day + hour, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        return until.astimezone(zone).replace(tzinfo=None) if utc else until.replace(tzinfo=None)
    except (ValueError, OverflowError):
        raise ValueError("la date de fin de la répétition n'existe pas") from None


def _last_of(rule: str, begins: datetime, count: int) -> datetime:
    """The wall time of the `count`-th time. Raises ValueError when fifteen years of days do not hold it."""
    last = begins.date() + timedelta(days=_MOST_WALKED_DAYS)
    for number, day in enumerate(_days(_read(rule), begins.date(), begins.date(), last), start=1):
        if number == count:
            return datetime.combine(day, begins.time())
    raise ValueError("cette répétition n'atteint jamais son nombre de fois")


def starts_of(shift: Shift, first: datetime, last: datetime) -> Iterator[datetime]:
    """When a shift begins, on the wall of its zone (naive), from `first` to `last`, both walls included."""
    begins = shift.first_wall
    if not shift.rule:
        if first <= begins <= last and begins.date() not in shift.except_on:
            yield begins
        return
    rule = _read(shift.rule)
    last = min(last, rule.until or last)
    for day in _days(rule, begins.date(), first.date(), last.date()):
        wall = datetime.combine(day, begins.time())
        if first <= wall <= last and day not in shift.except_on:
            yield wall


@lru_cache(maxsize=4096)
def _read(text: str) -> _Rule:
    """A rule that `parse_rule` made."""
    parts = dict(part.split("=", 1) for part in text.split(";"))

    def numbers(name: str) -> tuple[int, ...]:
        return tuple(int(one) for one in parts[name].split(",")) if name in parts else ()

    days = parts["BYDAY"].split(",") if "BYDAY" in parts else []
    return _Rule(
        frequency=parts["FREQ"],
        interval=int(parts.get("INTERVAL", "1")),
        until=datetime.strptime(parts["UNTIL"], _WALL) if "UNTIL" in parts else None,  # noqa: DTZ007 - a wall
        week_start=_WEEK.index(parts.get("WKST", "MO")),
        weekdays=tuple((int(one[:-2] or 0), _WEEK.index(one[-2:])) for one in days),
        month_days=numbers("BYMONTHDAY"),
        months=numbers("BYMONTH"),
        positions=numbers("BYSETPOS"),
    )


def _days(rule: _Rule, begins: date, first: date, last: date) -> Iterator[date]:
    """The days of a rule that begins on `begins`, from `first` to `last`, both included: each is looked at alone."""
    rule = _completed(rule, begins)
    chosen: dict[date, frozenset[date]] = {}
    for ordinal in range(max(first, begins).toordinal(), last.toordinal() + 1):
        day = date.fromordinal(ordinal)
        if not _is_in_step(rule, begins, day) or not _fits(rule, day):
            continue
        if rule.positions:
            period = _period(rule, day)
            if period[0] not in chosen:
                chosen[period[0]] = _chosen(rule, *period)
            if day not in chosen[period[0]]:
                continue
        yield day


def _completed(rule: _Rule, begins: date) -> _Rule:
    """What a rule leaves out is that of its first day."""
    if rule.weekdays or rule.month_days or rule.frequency == "DAILY":
        return rule
    if rule.frequency == "WEEKLY":
        return _with(rule, weekdays=((0, begins.weekday()),))
    if rule.frequency == "YEARLY" and not rule.months:
        return _with(rule, months=(begins.month,), month_days=(begins.day,))
    return _with(rule, month_days=(begins.day,))


def _with(rule: _Rule, **changes: tuple[object, ...]) -> _Rule:
    return _Rule(**(vars(rule) | changes))


def _is_in_step(rule: _Rule, begins: date, day: date) -> bool:
    """Is the day in a period that the interval keeps?"""
    match rule.frequency:
        case "DAILY":
            periods = day.toordinal() - begins.toordinal()
        case "WEEKLY":
            periods = (_week(rule, day).toordinal() - _week(rule, begins).toordinal()) // 7
        case "MONTHLY":
            periods = (day.year - begins.year) * 12 + day.month - begins.month
        case _:
            periods = day.year - begins.year
    return periods % rule.interval == 0


def _fits(rule: _Rule, day: date) -> bool:
    """Do the month, the day of the month and the day of the week fit?"""
    if rule.months and day.month not in rule.months:
        return False
    if rule.month_days:
        from_end = day.day - calendar.monthrange(day.year, day.month)[1] - 1
        if day.day not in rule.month_days and from_end not in rule.month_days:
            return False
    return not rule.weekdays or any(_is_ranked(rule, day, rank, weekday) for rank, weekday in rule.weekdays)


def _is_ranked(rule: _Rule, day: date, rank: int, weekday: int) -> bool:
    """Is it that weekday, the so-many-th of its month, or of its year where the rule names no month?"""
    if day.weekday() != weekday:
        return False
    if rank == 0:
        return True
    in_year = rule.frequency == "YEARLY" and not rule.months
    first = date(day.year, 1, 1) if in_year else day.replace(day=1)
    length = 365 + calendar.isleap(day.year) if in_year else calendar.monthrange(day.year, day.month)[1]
    place = day.toordinal() - first.toordinal()
    return rank == place // 7 + 1 or rank == -((length - 1 - place) // 7 + 1)


def _period(rule: _Rule, day: date) -> tuple[date, int]:
    """The first day of the day's period, and how many days it has."""
    match rule.frequency:
        case "DAILY":
            return day, 1
        case "WEEKLY":
            return _week(rule, day), 7
        case "MONTHLY":
            return day.replace(day=1), calendar.monthrange(day.year, day.month)[1]
        case _:
            return date(day.year, 1, 1), 365 + calendar.isleap(day.year)


def _chosen(rule: _Rule, first: date, length: int) -> frozenset[date]:
    """Of the days of a period that fit, those of BYSETPOS."""
    fit = [day for number in range(length) if _fits(rule, day := first + timedelta(days=number))]
    places = (position - 1 if position > 0 else len(fit) + position for position in rule.positions)
    return frozenset(fit[place] for place in places if 0 <= place < len(fit))


def _week(rule: _Rule, day: date) -> date:
    return day - timedelta(days=(day.weekday() - rule.week_start) % 7)


def zone_of(shift: Shift) -> ZoneInfo:
    return parse_zone(shift.zone)
