"""What may be asked of a patient, on his page or on the phone: questions, and measures to key in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import NAMESPACE_URL, UUID, uuid5


class QuestionKind(StrEnum):
    """How a question is answered: one of its options, a number with a unit, a whole number, or words."""

    CHOICE = "choice"
    QUANTITY = "quantity"
    COUNT = "count"
    WORDS = "words"


class Advice(StrEnum):
    """What whoever gives an answer is told at once, whatever the hour: nobody may be reading."""

    CALL_15 = "call-15"
    CALL_TEAM = "call-team"


@dataclass(frozen=True)
class Option:
    """An answer that may be chosen. `code` is what rules read; `label` what people do."""

    code: str
    label: str
    advice: Advice | None = None


@dataclass(frozen=True)
class Condition:
    """An earlier question was answered so."""

    link_id: str
    answer: str


@dataclass(frozen=True)
class Question:
    """One question; its answer is a value of `signal`. It is asked if any of `only_if` holds, or all with `is_all`."""

    link_id: str
    text: str
    kind: QuestionKind
    signal: str
    options: tuple[Option, ...] = ()
    unit: str = ""
    help: str = ""
    is_required: bool = True
    only_if: tuple[Condition, ...] = ()
    is_all: bool = False

    def find_option(self, code: str) -> Option | None:
        return next((option for option in self.options if option.code == code), None)


@dataclass(frozen=True)
class Questionnaire:
    """A version of a questionnaire: `url` and `version` name it. `every_days` is how often it is asked by default."""

    url: str
    version: str
    title: str
    questions: tuple[Question, ...]
    pathways: frozenset[str] = frozenset()
    every_days: int = 1
    purpose: str = ""

    @property
    def canonical(self) -> str:
        """Its name in FHIR: `url|version`."""
        return f"{self.url}|{self.version}"

    @property
    def id(self) -> UUID:
        """Always the same for one name."""
        return uuid5(NAMESPACE_URL, self.canonical)

    @property
    def words(self) -> dict[str, dict[str, str]]:
        """The words of its answers, by signal and by code."""
        return {one.signal: {option.code: option.label for option in one.options} for one in self.questions}

    def find(self, link_id: str) -> Question | None:
        return next((question for question in self.questions if question.link_id == link_id), None)


@dataclass(frozen=True)
class KeyedField:
    """A number of a screen: `units` are those it may be read in, UCUM code to the words that people see."""

    signal: str
    label: str
    units: Mapping[str, str]
    is_optional: bool = False
    surprise_percent: int | None = None


@dataclass(frozen=True)
class KeyedGroup:
    """Numbers that are read together, such as both of a blood pressure."""

    code: str
    label: str
    question: str
    hint: str
    fields: tuple[KeyedField, ...]

    @property
    def signals(self) -> frozenset[str]:
        return frozenset(field.signal for field in self.fields)
