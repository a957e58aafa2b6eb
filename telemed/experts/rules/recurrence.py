"""RRULE (RFC 5545) as rosters need it: days that come back, bounded so that no rule costs more than its days."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from telemed.experts.model.hours import Shift
from telemed.experts.rules.walls import parse_zone

MOST_TIMES = 2_000
MOST_INTERVAL = 99
LONGEST_RULE = 300
_DAY = r"(?:MO|TU|WE|TH|FR|SA|SU)"
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_UNTIL = re.compile(r"([0-9]{8})(?:T([0-9]{6})(Z?))?", re.ASCII)


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
_STEPS = MappingProxyType({"DAILY": timedelta(days=1), "WEEKLY": timedelta(weeks=1)})


def parse_rule(text: str, zone: ZoneInfo) -> str:
    """A rule as we keep it: its parts in order, UNTIL on the wall of `zone`. Empty for once. Raises ValueError.

    Refused: what recurs within a day (hours, minutes, seconds), weeks and days of the year, more than `MOST_TIMES`.
    """
    text = text.strip().upper().removeprefix("RRULE:")
    if not text:
        return ""
    if len(text) > LONGEST_RULE:
        raise ValueError("cette règle de répétition est trop longue")
    parts = _split(text)
    if "FREQ" not in parts or {"COUNT", "UNTIL"} <= parts.keys():
        raise ValueError("une règle de répétition dit FREQ, et COUNT ou UNTIL mais pas les deux")
    if "BYDAY" in parts and parts["FREQ"] in _STEPS and re.search("[0-9]", parts["BYDAY"]):
        raise ValueError("un rang de jour (2MO, -1FR) n'a de sens que dans un mois ou une année")
    if "BYSETPOS" in parts and not parts.keys() & {"BYDAY", "BYMONTHDAY", "BYMONTH"}:
        raise ValueError("BYSETPOS choisit parmi les jours d'une autre partie de la règle")
    if "UNTIL" in parts:
        parts["UNTIL"] = _until_on_wall(parts["UNTIL"], zone).strftime("%Y%m%dT%H%M%S")
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


def _until_on_wall(text: str, zone: ZoneInfo) -> datetime:
    """The last wall time of a rule: a bare day is included whole. Raises ValueError."""
    match = _UNTIL.fullmatch(text)
    if match is None:
        raise ValueError("UNTIL s'écrit AAAAMMJJ ou AAAAMMJJTHHMMSSZ")
    day, hour, utc = match.groups()
    if hour is None:
        return datetime.combine(datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC).date(), time(23, 59, 59))
    until = datetime.strptime(day + hour, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    return until.astimezone(zone).replace(tzinfo=None) if utc else until.replace(tzinfo=None)


def starts_of(shift: Shift, first: datetime, last: datetime) -> Iterator[datetime]:
    """When a shift begins, on the wall of its zone (naive), from `first` to `last`, both walls included.

    What the clock does at `last` bounds the work: a rule that never falls costs its days until then, no more.
    """
    for wall in _walls(shift, first, last):
        if wall.date() not in shift.except_on:
            yield wall


def _walls(shift: Shift, first: datetime, last: datetime) -> Iterator[datetime]:
    begins = shift.first_wall
    if not shift.rule:
        if first <= begins <= last:
            yield begins
        return
    parts = dict(part.split("=", 1) for part in shift.rule.split(";"))
    until = min(last, datetime.strptime(parts["UNTIL"], "%Y%m%dT%H%M%S")) if "UNTIL" in parts else last  # noqa: DTZ007
    if until < begins:
        return
    parts["UNTIL"] = until.strftime("%Y%m%dT%H%M%S")
    count = int(parts.pop("COUNT", 0))
    rule = rrulestr(
        ";".join(f"{name}={value}" for name, value in parts.items()),
        dtstart=begins if count else _jump(begins, parts, first),
    )
    for number, wall in enumerate(rule, start=1):
        if count and number > count:
            return
        if wall >= first:
            yield wall


def _jump(begins: datetime, parts: Mapping[str, str], first: datetime) -> datetime:
    """A later begin of the same rule, whole steps on: years of past weeks are not walked through."""
    step = _STEPS.get(parts["FREQ"])
    if step is None or first <= begins:
        return begins
    step *= int(parts.get("INTERVAL", "1"))
    return begins + step * ((first - begins) // step)


def check_days(first_on: date, today: date, *, past_days: int, future_days: int) -> None:
    """Raises ValueError on a first day too far in the past or the future."""
    if first_on < today - timedelta(days=past_days):
        raise ValueError("cette date est trop ancienne")
    if first_on > today + timedelta(days=future_days):
        raise ValueError("cette date est trop lointaine")


def zone_of(shift: Shift) -> ZoneInfo:
    return parse_zone(shift.zone)
