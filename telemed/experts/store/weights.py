"""Weights of the search: files of ours, dated, read and checked when the service starts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from telemed.experts.model.search import Part, Weights
from telemed.law.loader import read_strict_yaml

FOLDER = Path(__file__).parents[1] / "weights"
_NUMBERS: Mapping[str, tuple[int, int]] = {
    "pool": (1, 500),
    "free_for_minutes": (1, 10_000),
    "slow_minutes": (1, 100_000),
    "unknown_per_thousand": (0, 1000),
}
_KEYS = {"why", "points", "excludes_same_practice", *_NUMBERS}
_MOST_POINTS = 10_000


def read_weights(folder: Path = FOLDER) -> tuple[Weights, ...]:
    """Every file of the folder, the earliest first. Raises ValueError that names the file and what is wrong in it."""
    found = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            found.append(parse_weights(date.fromisoformat(path.stem), path.read_text("utf-8")))
        except (ValueError, yaml.YAMLError) as error:
            raise ValueError(f"{path.name}: {error}") from error
    if not found:
        raise ValueError("there is no file of weights")
    return tuple(found)


def weights_on(known: Sequence[Weights], day: date) -> Weights:
    """Those in force on a day; the first ones before."""
    return next((one for one in reversed(known) if one.since <= day), known[0])


def parse_weights(since: date, text: str) -> Weights:
    """One file. Raises ValueError for a key too many or missing, and a number that is none or out of its bounds."""
    raw = read_strict_yaml(text)
    if not isinstance(raw, dict) or set(raw) != _KEYS:
        raise ValueError(f"it holds exactly these keys: {', '.join(sorted(_KEYS))}")
    if not str(raw["why"] or "").strip():
        raise ValueError("why: say why these weights were chosen")
    if raw["excludes_same_practice"] not in (True, False):
        raise ValueError("excludes_same_practice: true or false")
    return Weights(
        since=since,
        points=_points(raw["points"]),
        excludes_same_practice=bool(raw["excludes_same_practice"]),
        **{name: _number(raw[name], name, *bounds) for name, bounds in _NUMBERS.items()},
    )


def _points(raw: Any) -> Mapping[Part, int]:
    if not isinstance(raw, dict) or set(raw) != set(Part):
        raise ValueError(f"points: exactly these parts: {', '.join(Part)}")
    return {part: _number(raw[part.value], f"points: {part.value}", 0, _MOST_POINTS) for part in Part}


def _number(value: Any, name: str, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ValueError(f"{name}: a whole number from {least} to {most}")
    return value
