"""What a device, a patient or a nurse sends: one measure at one instant, and the signals that we know how to read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import msgspec

from telemed.acts.telemonitoring.model.units import MILLION, Conversion

QUESTION_SYSTEM = "urn:x-telemed:question"
_QUESTION = re.compile(r"question_[a-z0-9_]{1,51}")


class SignalKind(StrEnum):
    """How a signal is said: a measure with a unit, a whole number, one answer out of a list, or words."""

    QUANTITY = "quantity"
    COUNT = "count"
    ANSWER = "answer"


class ObservationStatus(StrEnum):
    """Where an observation stands, in FHIR's words; `entered-in-error` takes the measure back."""

    PRELIMINARY = "preliminary"
    FINAL = "final"
    AMENDED = "amended"
    CORRECTED = "corrected"
    ENTERED_IN_ERROR = "entered-in-error"


class Precision(StrEnum):
    """Is the instant of a measure known, or only its civil day?"""

    INSTANT = "instant"
    DAY = "day"


class Comparator(StrEnum):
    """A device that can only say that the value lies beyond what it measures (`HI` and `LO` of a glucose meter)."""

    BELOW = "<"
    AT_MOST = "<="
    AT_LEAST = ">="
    ABOVE = ">"


class Quarantine(StrEnum):
    """Why an observation is set aside for a person to look at: it is kept and seen, and no rule reads it.

    `conflict`: the same device says another value for the same instant, and does not say that it corrects the first.
    """

    IMPLAUSIBLE = "implausible"
    CONFLICT = "conflict"


@dataclass(frozen=True)
class Coding:
    """A code in its system, both as a standard writes them."""

    system: str
    code: str


@dataclass(frozen=True)
class Signal:
    """Something that a follow-up watches. `low` and `high`, both included, bound what a living person may show.

    `unit` is the UCUM unit in which it is kept, empty for an answer; bounds are in millionths of it. `conversions`
    hold every unit that is read. `words` are those of its answers, by code.
    """

    name: str
    label: str
    kind: SignalKind
    codings: tuple[Coding, ...]
    unit: str = ""
    low: int | None = None
    high: int | None = None
    conversions: Mapping[str, Conversion] | None = None
    words: Mapping[str, str] | None = None

    def say(self, answer: str) -> str:
        """An answer in the words in which people chose it; as it is, where it has none."""
        return (self.words or {}).get(answer, answer)

    def is_plausible(self, millionths: int) -> bool:
        """Could it be measured on a living person? Bounds are technical, never clinical thresholds."""
        return (self.low is None or millionths >= self.low) and (self.high is None or millionths <= self.high)


class Catalogue:
    """The signals by name and by code, and the codes of panels, whose components are signals.

    `question_…` is the answer to a question that a practice wrote: such names are signals without being listed.
    """

    def __init__(self, signals: tuple[Signal, ...], panels: frozenset[Coding]) -> None:
        self._by_name = {signal.name: signal for signal in signals}
        self._by_code = {(one.system, one.code): signal for signal in signals for one in signal.codings}
        self._panels = frozenset((one.system, one.code) for one in panels)

    def with_words(self, words: Mapping[str, Mapping[str, str]]) -> Catalogue:
        """The same, its answers in words: by signal, then by code."""
        signals = tuple(replace(one, words=words.get(one.name)) for one in self)
        return Catalogue(signals, frozenset(Coding(system, code) for system, code in self._panels))

    def with_questions(self, asked: Mapping[str, tuple[str, Mapping[str, str]]]) -> Catalogue:
        """The same, with questions that a practice wrote: by signal, their text and their answers in words."""
        found = ((_find_question(name), text, words) for name, (text, words) in asked.items())
        signals = tuple(replace(one, label=text, words=words) for one, text, words in found if one is not None)
        return Catalogue((*self, *signals), frozenset(Coding(system, code) for system, code in self._panels))

    def __iter__(self) -> Iterator[Signal]:
        return iter(self._by_name.values())

    def find(self, name: str) -> Signal | None:
        return self._by_name.get(name) or _find_question(name)

    def find_coded(self, system: str, code: str) -> Signal | None:
        if system == QUESTION_SYSTEM:
            return _find_question(code)
        return self._by_code.get((system, code))

    def is_panel(self, system: str, code: str) -> bool:
        return (system, code) in self._panels


def _find_question(name: str) -> Signal | None:
    if not _QUESTION.fullmatch(name):
        return None
    return Signal(name, "Question du cabinet", SignalKind.ANSWER, (Coding(QUESTION_SYSTEM, name),))


class Observation(msgspec.Struct, frozen=True, gc=False):
    """One measure, or one answer; two with the same `key` are the same one, however they were sent.

    `code` is `system|code` as it was sent; `component` is that of a part of a panel, else empty. `signal` is our name
    for it, None where the catalogue has none: kept and shown as it came, and no rule reads it. `value` is in millionths
    of the signal's unit; `answer` is a code or words. Neither: the device said that it had no measure (`absent` why).
    `measured_at` is the device's clock, the end of a period; `started_at` its start. `raw` is what was sent.

    A Struct and no dataclass: a thousand of them are made for every batch.
    """

    device: str
    subject: str
    code: str
    component: str
    measured_at: datetime
    status: ObservationStatus = ObservationStatus.FINAL
    signal: str | None = None
    value: int | None = None
    answer: str | None = None
    absent: str | None = None
    comparator: Comparator | None = None
    started_at: datetime | None = None
    precision: Precision = Precision.INSTANT
    raw: str = ""
    quarantine: Quarantine | None = None

    def __repr__(self) -> str:
        return f"<Observation {self.signal or self.code}>"  # never its value, nor whose it is

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("signal", self.signal or self.code)]

    @property
    def key(self) -> tuple[str, str, datetime, str]:
        """Device, what, when, which part: a signal of ours is its own name whatever code it came under."""
        if self.signal is not None:
            return (self.device, self.signal, self.measured_at, "")
        return (self.device, self.code, self.measured_at, self.component)

    @property
    def number(self) -> Decimal | None:
        """The value in the signal's unit."""
        return None if self.value is None else Decimal(self.value) / MILLION

    @property
    def counts(self) -> bool:
        """May a rule read it? Not what is taken back, set aside, unknown to the catalogue or without value."""
        has_value = self.value is not None or self.answer is not None
        is_taken_back = self.status is ObservationStatus.ENTERED_IN_ERROR
        return has_value and self.signal is not None and self.quarantine is None and not is_taken_back
