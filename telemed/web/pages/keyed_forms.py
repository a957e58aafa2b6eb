"""Questionnaires and measures as fields of a form, and back: for the patient and for a nurse on the phone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from uuid import UUID

from telemed.acts.telemonitoring.formats.figures import format_measure
from telemed.acts.telemonitoring.model.entry import Answer, Entry, Given
from telemed.acts.telemonitoring.model.observation import Signal
from telemed.acts.telemonitoring.model.questionnaire import KeyedGroup, Question, QuestionKind, Questionnaire
from telemed.acts.telemonitoring.rules.surprises import Doubt, DoubtKind
from telemed.acts.telemonitoring.rules.walls import find_instant
from telemed.acts.telemonitoring.service.entries import OLDEST, FaultyAnswers, Keying
from telemed.kernel.clock import Territory
from telemed.kernel.ids import new_id
from telemed.web import forms, french
from telemed.web.pages.page import Visitor
from telemed.web.views.frame import Choice, Form
from telemed.web.views.own import Asking, Hidden, MeasureField

ENTRY = "saisie"


def field_of(form: Questionnaire, question: Question) -> str:
    """The field of a question: its place, for links may hold anything."""
    return f"r{form.questions.index(question)}"


def given_of(form: Questionnaire, typed: Form) -> dict[str, Given]:
    """What was answered so far; a field that is there and empty was passed over."""
    return {
        question.link_id: Given(typed.values[field].strip())
        for question in form.questions
        if (field := field_of(form, question)) in typed.values
    }


def given_of_entry(entry: Entry) -> dict[str, Given]:
    """The answers of an entry as they would be typed again."""
    return {answer.link_id: _typed_again(answer) for answer in entry.answers}


def _typed_again(answer: Answer) -> Given:
    if answer.value is None:
        return Given(answer.answer or "")
    number, _, unit = answer.raw.partition(" ")
    return Given(number.removesuffix(".0").replace(".", ","), unit)


def kept_fields(form: Questionnaire, given: Mapping[str, Given], entry_id: str) -> tuple[Hidden, ...]:
    """What a form carries to the next question."""
    known = ((question, given[question.link_id]) for question in form.questions if question.link_id in given)
    return (Hidden(ENTRY, entry_id), *(Hidden(field_of(form, one), answer.value) for one, answer in known))


def asking_of(form: Questionnaire, question: Question, unit: str = "") -> Asking:
    return Asking(
        field=field_of(form, question),
        text=french.typographic(question.text),
        kind={QuestionKind.CHOICE: "choice", QuestionKind.WORDS: "words"}.get(question.kind, "number"),
        help=french.typographic(question.help),
        options=tuple(Choice(option.code, french.typographic(option.label)) for option in question.options),
        unit=unit or question.unit,
        is_required=question.is_required,
    )


def measure_fields(group: KeyedGroup) -> tuple[MeasureField, ...]:
    return tuple(
        MeasureField(
            field=f"v-{field.signal}",
            label=field.label,
            units=tuple(Choice(code, words) for code, words in field.units.items()),
            unit_field=f"u-{field.signal}",
            is_required=not field.is_optional,
        )
        for field in group.fields
    )


def given_of_measures(group: KeyedGroup, typed: Form) -> dict[str, Given]:
    return {
        field.signal: Given(typed.value(f"v-{field.signal}").strip(), typed.value(f"u-{field.signal}"))
        for field in group.fields
    }


def measures_as_typed(group: KeyedGroup, entry: Entry) -> dict[str, str]:
    """The fields of a form that shows an entry again."""
    given = given_of_entry(entry)
    values: dict[str, str] = {}
    for field in group.fields:
        answer = given.get(field.signal, Given(""))
        values[f"v-{field.signal}"], values[f"u-{field.signal}"] = answer.value, answer.unit
    return values


def entry_id_of(typed: Form) -> UUID:
    """The name that the form was given when it was drawn, so that sent twice it is one entry."""
    try:
        return UUID(typed.value(ENTRY))
    except ValueError:
        return new_id()


def moment_of(typed: Form, territory: Territory, now: datetime) -> datetime | None:
    """When it was measured: None is now. Raises FormError on a day or an hour that is missing or does not exist.

    Seconds are those of the moment of typing, so that two measures of one minute stay two.
    """
    if typed.value("quand") != "avant":
        return None
    try:
        day, mark = date.fromisoformat(typed.value("jour")), time.fromisoformat(typed.value("heure"))
    except ValueError:
        raise forms.FormError(Form(typed.values, {"quand": "Dites le jour et l’heure de la mesure."})) from None
    wall = datetime.combine(day, mark.replace(second=now.second, microsecond=now.microsecond, tzinfo=None))
    return find_instant(wall, territory)


def keying_of(typed: Form, territory: Territory, now: datetime, *, is_sure: bool = False) -> Keying:
    return Keying(entry_id_of(typed), moment_of(typed, territory, now), is_sure)


def day_bounds_of(today: date) -> tuple[str, str]:
    """The days between which a measure may be dated."""
    return (today - OLDEST + timedelta(days=1)).isoformat(), today.isoformat()


def faults_by_field(error: FaultyAnswers, field: Mapping[str, str]) -> dict[str, str]:
    """Errors by field of the form, in French for people."""
    return {field.get(link, link): french.typographic(issue.text) for link, issue in error.faults.items()}


def doubt_lines(visitor: Visitor, doubts: Iterable[Doubt]) -> tuple[str, ...]:
    """What is asked again, with the numbers compared."""
    return tuple(_doubt_line(visitor.services.keying.own.signal(doubt.answer.signal), doubt) for doubt in doubts)


def _doubt_line(signal: Signal, doubt: Doubt) -> str:
    said = doubt.answer.words.replace(" ", french.FIXED)
    if doubt.kind is DoubtKind.FAR and doubt.last is not None:
        before = format_measure(signal, doubt.last)
        return french.typographic(f"{signal.label} : {said}. La dernière fois, c'était {before}.")
    return french.typographic(f"{signal.label} : {said}. Cette valeur semble impossible.")
