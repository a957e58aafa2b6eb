"""FHIR R4 Questionnaire: ours are written in it, and a practice imports its own; what is not understood is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import msgspec

from telemed.acts.telemonitoring.formats.faults import find_place
from telemed.acts.telemonitoring.formats.fhir.questionnaire_parts import (
    AnswerOption,
    EnableWhen,
    Item,
    QuestionnaireResource,
)
from telemed.acts.telemonitoring.formats.fhir.values import UCUM, name_answer
from telemed.acts.telemonitoring.model.observation import Catalogue, Signal, SignalKind
from telemed.acts.telemonitoring.model.questionnaire import (
    Advice,
    Condition,
    Option,
    Question,
    QuestionKind,
    Questionnaire,
)
from telemed.acts.telemonitoring.model.receipt import Issue, IssueKind, Unreadable

ADVICE = "urn:x-telemed:advice"
EVERY_DAYS = "urn:x-telemed:every-days"
PATHWAY = "urn:x-telemed:pathway"
UNIT = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
MAX_QUESTIONS = 60
MAX_DEPTH = 5
MAX_EVERY_DAYS = 31
_MOST_OPTIONS = 30
_LONGEST = 1_000
_KINDS = {
    "choice": QuestionKind.CHOICE,
    "boolean": QuestionKind.CHOICE,
    "quantity": QuestionKind.QUANTITY,
    "decimal": QuestionKind.QUANTITY,
    "integer": QuestionKind.COUNT,
    "string": QuestionKind.WORDS,
    "text": QuestionKind.WORDS,
}
_SIGNALS = {
    QuestionKind.CHOICE: SignalKind.ANSWER,
    QuestionKind.WORDS: SignalKind.ANSWER,
    QuestionKind.QUANTITY: SignalKind.QUANTITY,
    QuestionKind.COUNT: SignalKind.COUNT,
}
_YES_NO = (Option("true", "Oui"), Option("false", "Non"))


class Read(NamedTuple):
    """A questionnaire, or all that is wrong with it."""

    questionnaire: Questionnaire | None
    issues: tuple[Issue, ...] = ()


_DECODER = msgspec.json.Decoder(QuestionnaireResource)


def read_questionnaire(content: bytes, catalogue: Catalogue) -> Read:
    """The questions in order, groups laid flat. A question without a code of the catalogue is `question_…`.

    Every fault of every question is told. Nothing is dropped in silence but texts shown alone, which become the help of
    the question that follows.
    """
    try:
        resource = _DECODER.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        text = "Ce n'est pas un Questionnaire FHIR R4 lisible."
        return Read(None, (Unreadable(IssueKind.STRUCTURE, "message.structure", text, _place(error)).issue,))
    issues = [error.issue for error in _headline(resource)]
    questions: list[Question] = []
    for question in _questions(resource, catalogue):
        if isinstance(question, Unreadable):
            issues.append(question.issue)
        else:
            questions.append(question)
    issues += [error.issue for error in _unanswerable(questions)] if not issues else []
    return Read(None, tuple(issues)) if issues else Read(_questionnaire(resource, tuple(questions)))


def _questionnaire(resource: QuestionnaireResource, questions: tuple[Question, ...]) -> Questionnaire:
    every = next((one.value_integer for one in resource.extension if one.url == EVERY_DAYS), None)
    concepts = [one.value_codeable_concept for one in resource.use_context if one.value_codeable_concept]
    pathways = {one.code for concept in concepts for one in concept.coding if one.system == PATHWAY and one.code}
    return Questionnaire(
        url=resource.url,
        version=resource.version,
        title=resource.title,
        questions=questions,
        pathways=frozenset(pathways),
        every_days=every or 1,
        purpose=resource.purpose,
    )


def _headline(resource: QuestionnaireResource) -> Iterator[Unreadable]:
    if not re.fullmatch(r"[a-z][a-z0-9+.-]*:[!-{}~]{1,250}", resource.url):
        yield _refuse("questionnaire.url", "Un questionnaire a une adresse qui le nomme (url).", "Questionnaire.url")
    if not re.fullmatch(r"[A-Za-z0-9.-]{1,40}", resource.version):
        text = "Une version s'écrit en lettres, chiffres, points et tirets."
        yield _refuse("questionnaire.version", text, "Questionnaire.version")
    if not _is_line(resource.title):
        yield _refuse("questionnaire.title", "Un questionnaire a un titre (200 caractères).", "Questionnaire.title")
    if resource.modifier_extension or resource.implicit_rules:
        text = "Une extension qui change le sens n'est pas comprise."
        yield _refuse("questionnaire.modifier", text, "Questionnaire.modifierExtension")
    every = next((one.value_integer for one in resource.extension if one.url == EVERY_DAYS), 1)
    if every is None or not 1 <= every <= MAX_EVERY_DAYS:
        text = f"Un questionnaire se pose tous les 1 à {MAX_EVERY_DAYS} jours."
        yield _refuse("questionnaire.every_days", text, "Questionnaire.extension")


def _unanswerable(questions: list[Question]) -> Iterator[Unreadable]:
    """What can be told only of all the questions together."""
    if not 1 <= len(questions) <= MAX_QUESTIONS:
        text = f"Un questionnaire a de 1 à {MAX_QUESTIONS} questions."
        yield _refuse("questionnaire.length", text, "Questionnaire.item")
    for what, names in (
        ("linkId", [question.link_id for question in questions]),
        ("code", [question.signal for question in questions]),
    ):
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            text = f"Deux questions ont le même {what} : {', '.join(sorted(twice))}."
            yield _refuse("questionnaire.twice", text, f"Questionnaire.item.{what}")
    before: dict[str, Question] = {}
    for question in questions:
        for condition in question.only_if:
            asked = before.get(condition.link_id)
            if asked is None or asked.find_option(condition.answer) is None:
                text = "Une condition porte sur une réponse possible d'une question à choix posée avant."
                yield _refuse("questionnaire.condition", text, f"Questionnaire.item[{question.link_id}].enableWhen")
        before[question.link_id] = question


def _questions(resource: QuestionnaireResource, catalogue: Catalogue) -> Iterator[Question | Unreadable]:
    yield from _walk(resource.item, "Questionnaire", _Gate(), _Reader(resource.name, catalogue), depth=1)


class _Reader(NamedTuple):
    """What every item is read with."""

    name: str
    catalogue: Catalogue


class _Gate(NamedTuple):
    """When the questions of a group are asked: if any condition holds, or all of them."""

    when: tuple[EnableWhen, ...] = ()
    is_all: bool = False


def _walk(
    items: tuple[Item, ...], place: str, within: _Gate, reader: _Reader, *, depth: int
) -> Iterator[Question | Unreadable]:
    words = ""
    for position, item in enumerate(items):
        spot = f"{place}.item[{position}]"
        if depth > MAX_DEPTH:
            yield _refuse("questionnaire.depth", f"Au plus {MAX_DEPTH} niveaux de groupes.", spot)
        elif item.type == "display":
            words = f"{words} {item.text}".strip()
        elif item.type == "group":
            if within.when and item.enable_when:
                yield _refuse("questionnaire.condition", "Une condition ne s'ajoute pas à celle de son groupe.", spot)
            gate = within if within.when else _gate(item)
            yield from _walk(item.item, spot, gate, reader, depth=depth + 1)
        else:
            try:
                yield _question(item, spot, within, reader, words)
            except Unreadable as error:
                yield error
            words = ""


def _question(item: Item, place: str, within: _Gate, reader: _Reader, words: str) -> Question:
    kind = _KINDS.get(item.type)
    if kind is None or item.repeats or item.answer_value_set is not None or item.modifier_extension:
        text = "Types pris : choice (avec answerOption), boolean, quantity, integer, string et text, sans répétition."
        raise _refuse("questionnaire.type", text, place)
    if not 0 < len(item.text) <= _LONGEST or not 0 < len(item.link_id) <= 100:
        raise _refuse("questionnaire.text", f"Une question a un linkId et un texte ({_LONGEST} caractères).", place)
    if any(one.type != "display" for one in item.item) or (within.when and item.enable_when):
        raise _refuse("questionnaire.nested", "Une question n'en contient pas d'autre : utilisez enableWhen.", place)
    signal = _signal(item, kind, reader, place)
    help_text = " ".join(filter(None, (words, *(one.text for one in item.item))))
    gate = within if within.when else _gate(item)
    return Question(
        link_id=item.link_id,
        text=item.text,
        kind=kind,
        signal=signal.name,
        options=_options(item, place) if kind is QuestionKind.CHOICE else (),
        unit=_unit(item, signal, place) if kind is QuestionKind.QUANTITY else "",
        help=help_text[:_LONGEST],
        is_required=item.required,
        only_if=tuple(_condition(one, place) for one in gate.when),
        is_all=gate.is_all,
    )


def _gate(item: Item) -> _Gate:
    return _Gate(item.enable_when, item.enable_behavior == "all")


def _signal(item: Item, kind: QuestionKind, reader: _Reader, place: str) -> Signal:
    """The signal of a code, or one named after the questionnaire and the question."""
    known = (reader.catalogue.find_coded(one.system or "", one.code or "") for one in item.code)
    signal = next((one for one in known if one is not None), None)
    if signal is None and _SIGNALS[kind] is SignalKind.ANSWER:
        slug = re.sub(r"[^a-z0-9]+", "_", f"{reader.name}_{item.link_id}".lower()).strip("_")
        signal = reader.catalogue.find(f"question_{slug}")
    if signal is None or signal.kind is not _SIGNALS[kind]:
        text = (
            "Un nombre porte le code d'une mesure du catalogue ; une question sans code connu a un linkId court, "
            "et le questionnaire un nom (name), en lettres et chiffres."
        )
        raise Unreadable(IssueKind.CODE_INVALID, "questionnaire.code", text, f"{place}.code")
    return signal


def _options(item: Item, place: str) -> tuple[Option, ...]:
    if item.type == "boolean":
        return _YES_NO
    options = tuple(_option(one, f"{place}.answerOption") for one in item.answer_option)
    codes = [option.code for option in options]
    if not 2 <= len(options) <= _MOST_OPTIONS or len(set(codes)) < len(codes):
        text = f"Une question à choix a de 2 à {_MOST_OPTIONS} réponses, toutes différentes."
        raise _refuse("questionnaire.options", text, place)
    return options


def _option(option: AnswerOption, place: str) -> Option:
    coding = option.value_coding
    if coding is not None and coding.code:
        code, label = name_answer(coding.system, coding.code), coding.display or coding.code
    else:
        label = option.value_string or ("" if option.value_integer is None else str(option.value_integer))
        code = label
    if not _is_line(code) or not _is_line(label):
        raise _refuse("questionnaire.options", "Une réponse a un code et un texte (200 caractères).", place)
    advice = next((one.value_code for one in option.extension if one.url == ADVICE), None)
    if advice is not None and advice not in frozenset(Advice):
        raise _refuse("questionnaire.advice", f"Un conseil est {' ou '.join(Advice)}.", place)
    return Option(code, label, None if advice is None else Advice(advice))


def _is_line(text: str) -> bool:
    return 0 < len(text) <= 200 and text.isprintable()


def _condition(when: EnableWhen, place: str) -> Condition:
    if when.answer_coding is not None and when.answer_coding.code:
        answer = name_answer(when.answer_coding.system, when.answer_coding.code)
    elif when.answer_boolean is not None:
        answer = "true" if when.answer_boolean else "false"
    else:
        answer = when.answer_string or ""
    if when.operator != "=" or not answer:
        text = "Une condition compare (=) avec la réponse à une question à choix."
        raise _refuse("questionnaire.condition", text, f"{place}.enableWhen")
    return Condition(when.question, answer)


def _unit(item: Item, signal: Signal, place: str) -> str:
    """The unit asked for, that of the signal if none is."""
    unit = next((one.value_coding for one in item.extension if one.url == UNIT and one.value_coding), None)
    known: Mapping[str, object] = signal.conversions or {}
    code = signal.unit if unit is None else (unit.code or "")
    if code not in known or (unit is not None and unit.system not in (None, UCUM)):
        text = f"Cette unité ne se convertit pas en {signal.unit}."
        raise Unreadable(IssueKind.CODE_INVALID, "unit.unknown", text, f"{place}.extension")
    return code


def _place(error: Exception) -> str:
    return f"Questionnaire{find_place(error)}"


def _refuse(code: str, text: str, place: str) -> Unreadable:
    return Unreadable(IssueKind.BUSINESS_RULE, code, text, place)
