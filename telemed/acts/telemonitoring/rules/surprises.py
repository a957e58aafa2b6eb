"""Which numbers are asked for again before they are kept: a slip of the finger, never a clinical limit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from telemed.acts.telemonitoring.model.entry import Answer
from telemed.acts.telemonitoring.model.questionnaire import KeyedField


class DoubtKind(StrEnum):
    """No living body shows it, or it is far from the last one."""

    IMPLAUSIBLE = "implausible"
    FAR = "far"


@dataclass(frozen=True, repr=False)
class Doubt:
    """`last` is the value that it is far from, in millionths of the signal's unit."""

    kind: DoubtKind
    answer: Answer
    last: int | None = None


def find_doubts(answers: Iterable[Answer], fields: Mapping[str, KeyedField], last: Mapping[str, int]) -> list[Doubt]:
    """In the order of the answers. A difference of exactly the percentage is no doubt."""
    found = []
    for answer in answers:
        percent, before = fields[answer.signal].surprise_percent, last.get(answer.signal)
        if answer.quarantine is not None:
            found.append(Doubt(DoubtKind.IMPLAUSIBLE, answer))
        elif percent is not None and before and _is_far(answer.value, before, percent):
            found.append(Doubt(DoubtKind.FAR, answer, before))
    return found


def _is_far(value: int | None, before: int, percent: int) -> bool:
    return value is not None and abs(value - before) * 100 > percent * abs(before)
