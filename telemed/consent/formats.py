"""The dated words of consent: what the name of a file says, and which text is in force on a day. Pure.

A text once shown is never edited: a change is a new file under a new date. `wording/published.yaml` holds the
hash of each published text, and a test compares them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from telemed.consent.model import ActKind

_FILE_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})\.([a-z_]+)\.fr\.md", re.ASCII)


@dataclass(frozen=True)
class Wording:
    """One published text: Markdown, in force from `version` (a civil day, included) until the next one."""

    act_kind: ActKind
    version: date
    text: str = field(repr=False)
    sha256: str


def read_wording(name: str, content: bytes) -> Wording:
    """The wording in a file. Raises ValueError when the name says neither day nor act."""
    match = _FILE_NAME.fullmatch(name)
    if not match:
        raise ValueError(f"{name}: a wording is named <day>.<act>.fr.md")
    return Wording(
        act_kind=ActKind(match[2]),
        version=date.fromisoformat(match[1]),
        text=content.decode("utf-8"),
        sha256=hashlib.sha256(content).hexdigest(),
    )


class Wordings:
    """Every published text of every act."""

    def __init__(self, wordings: Iterable[Wording]) -> None:
        self._wordings = tuple(sorted(wordings, key=lambda wording: wording.version))

    def __iter__(self) -> Iterator[Wording]:
        return iter(self._wordings)

    def on(self, day: date, act_kind: ActKind) -> Wording:
        """The text in force on `day`. Raises LookupError if none is yet: nothing is shown by default."""
        in_force = [wording for wording in self._wordings if wording.act_kind is act_kind and wording.version <= day]
        if not in_force:
            raise LookupError(f"no wording of {act_kind} is in force on {day}")
        return in_force[-1]

    def find(self, act_kind: ActKind, sha256: str) -> Wording | None:
        """The very text that a record refers to."""
        return next((w for w in self._wordings if w.act_kind is act_kind and w.sha256 == sha256), None)
