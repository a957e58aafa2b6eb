"""Reads the cases that a lawyer wrote: strictly, so that a slip of the pen fails instead of passing unseen."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent
_KEYS = {"name", "text", "day", "facts", "decision"}


@dataclass(frozen=True)
class Case:
    """`name` says the rule in French, `text` where it comes from; facts and decision are those of its folder."""

    kind: str
    name: str
    text: str
    day: Any
    facts: dict[str, Any]
    decision: dict[str, Any]

    def __str__(self) -> str:
        """The name without accents: pytest escapes the others, and twice where it runs twice in one process."""
        plain = unicodedata.normalize("NFKD", self.name.replace("€", "EUR").replace("’", "'").replace("œ", "oe"))
        return plain.encode("ascii", "ignore").decode()


def read_cases(kind: str) -> list[Case]:
    """Every case of the folder `tests/law/<kind>`."""
    return [case for path in sorted((FOLDER / kind).rglob("*.yaml")) for case in _read_file(kind, path)]


def read_yaml(path: Path) -> Any:
    """With libyaml where PyYAML has it: ten times quicker, over hundreds of cases."""
    return yaml.load(path.read_text("utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506


def _read_file(kind: str, path: Path) -> Iterator[Case]:
    for raw in read_yaml(path):
        if raw.keys() != _KEYS:
            raise ValueError(f"{path.name}: {raw.get('name')}: unknown or missing {sorted(raw.keys() ^ _KEYS)}")
        yield Case(kind=kind, **raw)


def take(given: dict[str, Any], **allowed: Any) -> dict[str, Any]:
    """The given values over the defaults. Raises ValueError on a name that the rule does not know."""
    unknown = given.keys() - allowed.keys()
    if unknown:
        raise ValueError(f"unknown: {sorted(unknown)}")
    return allowed | given
