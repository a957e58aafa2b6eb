"""The limits of a patient over time, out of what doctors set one after the other (R-35)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from telemed.acts.telemonitoring.model.care import ThresholdSetting
from telemed.acts.telemonitoring.model.evidence import Thresholds, ThresholdVersion, to_milliseconds


def find_setting(settings: Iterable[ThresholdSetting], name: str, at: datetime) -> ThresholdSetting | None:
    """The setting of this name that holds at an instant: the one that began last; of two, the one set last."""
    begun = [one for one in settings if one.name == name and one.since <= at]
    last = max(begun, key=lambda one: (one.since, one.position), default=None)
    if last is None or last.value is None or (last.until is not None and last.until <= at):
        return None
    return last


def build_thresholds(settings: Iterable[ThresholdSetting]) -> Thresholds:
    """Every limit at every instant at which one of them changes."""
    known = tuple(settings)
    marks = {one.since for one in known} | {one.until for one in known if one.until is not None}
    names = sorted({one.name for one in known})
    versions = []
    for mark in sorted(marks):
        found = {name: find_setting(known, name, mark) for name in names}
        values = {name: one.value for name, one in found.items() if one is not None and one.value is not None}
        versions.append(ThresholdVersion(to_milliseconds(mark), values))
    return Thresholds(_each_once(versions))


def _each_once(versions: list[ThresholdVersion]) -> tuple[ThresholdVersion, ...]:
    """Of two in the same millisecond, the later one."""
    return tuple({version.since: version for version in versions}.values())
