"""From what was typed to answers, and from answers to observations: the same for a patient, a nurse and an API."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from telemed.acts.telemonitoring.formats.measures import Measure, keep_words, measure_count, measure_quantity
from telemed.acts.telemonitoring.formats.measures import read_number as read_any_number
from telemed.acts.telemonitoring.model.arrival import Arrival
from telemed.acts.telemonitoring.model.entry import Answer, Entry, EntryStatus, Given
from telemed.acts.telemonitoring.model.hands import hand_of
from telemed.acts.telemonitoring.model.observation import Catalogue, Observation, ObservationStatus, Signal
from telemed.acts.telemonitoring.model.questionnaire import KeyedGroup, Question, QuestionKind, Questionnaire
from telemed.acts.telemonitoring.model.receipt import Issue, IssueKind, Unreadable

MEASURES = "urn:x-telemed:measures:"
_UNIT_WORDS = {"mm[Hg]": "mmHg", "Cel": "°C", "[iU]": "unités", "/min": "/min", "mL/min/{1.73_m2}": "mL/min/1,73 m²"}


@dataclass(frozen=True)
class ReadAnswers:
    """The answers, and what is wrong by `link_id`; nothing is kept where something is."""

    answers: tuple[Answer, ...]
    faults: Mapping[str, Issue]


def as_questionnaire(group: KeyedGroup) -> Questionnaire:
    """Measures to key in, as questions: their link is their signal, the first unit the usual one."""
    questions = tuple(
        Question(
            link_id=field.signal,
            text=field.label,
            kind=QuestionKind.QUANTITY,
            signal=field.signal,
            unit=next(iter(field.units)),
            is_required=not field.is_optional,
        )
        for field in group.fields
    )
    return Questionnaire(f"{MEASURES}{group.code}", "1", group.label, questions, purpose=group.hint)


def read_answers(asked: Iterable[Question], given: Mapping[str, Given], catalogue: Catalogue) -> ReadAnswers:
    """Every answer to the questions that are asked; the others are left. Nothing at all is a fault of the first one."""
    answers, faults = [], {}
    first = ""
    for question in asked:
        first = first or question.link_id
        typed = given.get(question.link_id, Given(""))
        try:
            if typed.value.strip():
                answers.append(_read(question, typed, catalogue))
        except Unreadable as error:
            faults[question.link_id] = error.issue
        if question.is_required and not typed.value.strip():
            faults[question.link_id] = _missing(
                "answer.missing", "Cette question attend une réponse.", question.link_id
            )
    if not answers and not faults:
        faults[first] = _missing("answer.none", "Rien n'est rempli.", first)
    return ReadAnswers(tuple(answers), faults)


def _missing(code: str, text: str, place: str) -> Issue:
    return Unreadable(IssueKind.REQUIRED, code, text, place).issue


def _read(question: Question, typed: Given, catalogue: Catalogue) -> Answer:
    signal = catalogue.find(question.signal)
    if signal is None:
        raise Unreadable(IssueKind.CODE_INVALID, "code.missing", "Ce signal n'est pas au catalogue.", question.link_id)
    if question.kind is QuestionKind.CHOICE:
        option = question.find_option(typed.value)
        if option is None:
            text = "Choisissez une des réponses proposées."
            raise Unreadable(IssueKind.VALUE, "answer.unknown", text, question.link_id)
        return Answer(question.link_id, signal.name, option.label, answer=option.code)
    if question.kind is QuestionKind.WORDS:
        words = keep_words(typed.value.strip(), question.link_id) or ""
        if "\x00" in words:
            raise Unreadable(IssueKind.VALUE, "answer.unknown", "Cette réponse n'est pas lisible.", question.link_id)
        return Answer(question.link_id, signal.name, words, answer=words)
    return _number(question, typed, signal)


def _number(question: Question, typed: Given, signal: Signal) -> Answer:
    place, unit = question.link_id, typed.unit or question.unit
    number = read_typed_number(typed.value, place)
    measure: Measure = (
        measure_quantity(signal, number, unit, place) if signal.unit else measure_count(signal, number, place)
    )
    words = f"{write_number(number)} {_UNIT_WORDS.get(unit, unit)}".strip()
    return Answer(place, signal.name, words, value=measure.value, raw=measure.raw, quarantine=measure.quarantine)


def read_typed_number(text: str, place: str) -> float:
    """`72,4`, `72.4`, `1 200`: spaces between thousands are those of a French keyboard. Raises Unreadable."""
    return read_any_number("".join(text.split()), place)


def write_number(number: float) -> str:
    """A number as it was typed, with a decimal comma: `72,4`, `72`."""
    return f"{number:.6f}".rstrip("0").rstrip(".").replace(".", ",") if abs(number) < 1e15 else f"{number:g}"


def arrivals_of(entry: Entry, before: Sequence[Answer], catalogue: Catalogue) -> list[Arrival]:
    """What the rules are to read of an entry; `before` are the answers of the version that it replaces, if any.

    An answer that a correction leaves out is taken back.
    """
    status = ObservationStatus.FINAL if entry.number == 0 else ObservationStatus.AMENDED
    is_taken_back = entry.status is EntryStatus.ENTERED_IN_ERROR
    standing = () if is_taken_back else entry.answers
    signals = {answer.signal for answer in standing}
    gone = [answer for answer in before if answer.signal not in signals]
    device = hand_of(entry.follow_up_id, entry.hand)
    pairs = [*_with(standing, status), *_with(gone, ObservationStatus.ENTERED_IN_ERROR)]
    return [
        Arrival(
            entry.follow_up_id,
            device,
            entry.id,
            entry.received_at,
            _observation(answer, of, entry.measured_at, catalogue),
        )
        for answer, of in pairs
    ]


def _with(answers: Iterable[Answer], status: ObservationStatus) -> Iterator[tuple[Answer, ObservationStatus]]:
    return ((answer, status) for answer in answers)


def _observation(answer: Answer, status: ObservationStatus, at: datetime, catalogue: Catalogue) -> Observation:
    signal = catalogue.find(answer.signal)
    if signal is None:
        raise LookupError("an answer was read with the catalogue")
    coding = signal.codings[0]
    return Observation(
        device="",
        subject="",
        code=f"{coding.system}|{coding.code}",
        component="",
        measured_at=at,
        status=status,
        signal=signal.name,
        value=answer.value,
        answer=answer.answer,
        raw=answer.raw,
        quarantine=answer.quarantine,
    )
