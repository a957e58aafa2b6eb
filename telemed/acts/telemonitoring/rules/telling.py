"""When people are told of a finding: after quiet hours, and not of what they muted, unless it has grown worse."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from telemed.acts.telemonitoring.model.alert import Severity
from telemed.acts.telemonitoring.model.rule import QuietHours, Rule, Side
from telemed.acts.telemonitoring.rules.walls import find_instant
from telemed.kernel.clock import Territory, civil_date


@dataclass(frozen=True)
class Mute:
    """Somebody asked not to be told of one cause on one side until `until` (excluded), knowing a value of `level`.

    `level` is in millionths; None where the cause has no number. `tolerance`: how much worse is not yet worse.
    """

    cause: str
    direction: Side | None
    until: datetime
    level: int | None
    tolerance: int = 0


def is_muted(mute: Mute, cause: str, direction: Side | None, level: int | None, *, now: datetime) -> bool:
    """Does it hold for this finding? Never for the other side, after its end, or for a value that is worse."""
    if mute.cause != cause or mute.direction is not direction or now >= mute.until:
        return False
    if mute.level is None or level is None or direction is None:
        return True
    worse = level - mute.level if direction is Side.ABOVE else mute.level - level
    return worse <= mute.tolerance


def find_told_at(rule: Rule, found_at: datetime, territory: Territory) -> datetime:
    """When people are told of what is found at `found_at`: at once, or at the end of the quiet hours it falls in.

    What must be seen `now` knows no quiet hours.
    """
    quiet = rule.quiet_hours
    if quiet is None or rule.severity is Severity.NOW or not _is_quiet(quiet, found_at, territory):
        return found_at
    end = time.fromisoformat(quiet.end)
    day = civil_date(found_at, territory)
    if found_at.astimezone(territory.zone).time() >= end:
        day += timedelta(days=1)
    wall = datetime.combine(day, end)
    told_at = find_instant(wall, territory)
    return told_at if told_at > found_at else find_instant(wall.replace(fold=1), territory)  # in the hour shown twice


def _is_quiet(quiet: QuietHours, instant: datetime, territory: Territory) -> bool:
    start, end = time.fromisoformat(quiet.start), time.fromisoformat(quiet.end)
    wall = instant.astimezone(territory.zone).time()
    return start <= wall < end if start < end else wall >= start or wall < end
