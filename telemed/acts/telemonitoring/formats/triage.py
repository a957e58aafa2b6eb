"""Reads in how long a team handles alerts: dated data of ours, checked whole at start."""

# ruff: noqa: TRY004 - whatever is wrong in our data is one family of faults: ValueError

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from telemed.acts.telemonitoring.model.alert import AlertActor, AlertDue, Severity
from telemed.acts.telemonitoring.model.triage import TriageTable, TriageVersion
from telemed.law.loader import read_strict_yaml

DELAYS = Path(__file__).parents[1] / "triage" / "delays.yaml"
_TIMED = frozenset(AlertDue) - {AlertDue.OPENING}
_MUTING = frozenset((AlertActor.TEAM, AlertActor.DOCTOR))
E = TypeVar("E", bound=StrEnum)


def load_triage(path: Path = DELAYS) -> TriageTable:
    """The delays. Raises ValueError on one that is missing, unknown or not a number of minutes."""
    return parse_triage(path.read_text("utf-8"))


def parse_triage(text: str) -> TriageTable:
    """Raises ValueError."""
    raw = _mapping(read_strict_yaml(text))
    versions = tuple(_version(since, _mapping(body)) for since, body in raw.items())
    days = [version.since for version in versions]
    if not days or days != sorted(days):
        raise ValueError("versions are in order of their first day, and there is one at least")
    return TriageTable(versions)


def _version(since: object, raw: Mapping[Any, Any]) -> TriageVersion:
    if not isinstance(since, date) or isinstance(since, datetime):
        raise ValueError(f"a version begins on a day, not {since!r}")
    if set(raw) != {"minutes", "mute_days"}:
        raise ValueError("a version holds minutes and mute_days")
    minutes = _keyed(_mapping(raw["minutes"]), AlertDue, _TIMED)
    return TriageVersion(
        since,
        {due: _counts(_mapping(body), Severity, frozenset(Severity)) for due, body in minutes.items()},
        _counts(_mapping(raw["mute_days"]), AlertActor, _MUTING),
    )


def _counts(raw: Mapping[Any, Any], kind: type[E], wanted: frozenset[E]) -> dict[E, int]:
    found = _keyed(raw, kind, wanted)
    for name, count in found.items():
        if isinstance(count, bool) or not isinstance(count, int) or count < 1:
            raise ValueError(f"{name}: a whole number from 1")
    return found


def _keyed(raw: Mapping[Any, Any], kind: type[E], wanted: frozenset[E]) -> dict[E, Any]:
    """By member, in the order of the enumeration; exactly those."""
    if set(raw) != {one.value for one in wanted}:
        raise ValueError(f"exactly {sorted(one.value for one in wanted)} are wanted, not {sorted(map(str, raw))}")
    return {one: raw[one.value] for one in kind if one in wanted}


def _mapping(raw: object) -> Mapping[Any, Any]:
    if not isinstance(raw, Mapping):
        raise ValueError("a mapping is wanted")
    return raw
