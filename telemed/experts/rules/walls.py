"""Wall times of a zone and the instants they name, over the clock changes."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_NAME = re.compile(r"[A-Z][A-Za-z0-9_+-]{1,31}(?:/[A-Za-z0-9_+-]{1,31}){0,2}", re.ASCII)


@lru_cache(maxsize=256)
def parse_zone(name: str) -> ZoneInfo:
    """The zone of an IANA name, such as `Europe/Paris`. Raises ValueError."""
    try:
        if _NAME.fullmatch(name):
            return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass
    raise ValueError("ce fuseau horaire n'est pas connu")


def instant_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """The UTC instant of a wall time (naive), so that later walls never come before.

    A time that the clock shows twice is the first; one that it skips is the instant of the change. An hour that does
    not exist that night is thus empty, and a shift that runs over it loses it.
    """
    instant = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if _wall_of(instant, zone) == wall:
        return instant
    return _change_between(wall.replace(tzinfo=zone, fold=1).astimezone(UTC), instant, zone)


def _wall_of(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


def _change_between(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The first second of the new offset: `before` has the old one, `after` the new one."""
    old = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=int((after - before).total_seconds()) // 2)
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after
