"""A questionnaire on the patient's page: one question a page, then all the answers before they leave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from aiohttp import web

from telemed.acts.telemonitoring.formats.answers import read_answers
from telemed.acts.telemonitoring.model.entry import Given
from telemed.acts.telemonitoring.model.questionnaire import Question, QuestionKind, Questionnaire
from telemed.acts.telemonitoring.rules.questions import find_asked, find_next
from telemed.acts.telemonitoring.service.entries import FaultyAnswers, Keying
from telemed.acts.telemonitoring.service.own_page import OwnPage
from telemed.api.auth import FOLLOWED
from telemed.kernel.ids import new_id
from telemed.web import forms, french
from telemed.web.pages.keyed_forms import (
    ENTRY,
    asking_of,
    entry_id_of,
    field_of,
    given_of,
    given_of_entry,
    kept_fields,
)
from telemed.web.pages.own_view import advice_of, task_frame
from telemed.web.pages.page import Pages, Visitor
from telemed.web.views.frame import NOTHING_TYPED, Form
from telemed.web.views.own import AnswerLine, QuestionView

pages = Pages()


@dataclass(frozen=True)
class Walk:
    """Where somebody is in a questionnaire. `corrects` is the entry whose answers are being changed."""

    page: OwnPage
    form: Questionnaire
    action: str
    entry_id: str
    given: Mapping[str, Given]
    corrects: UUID | None = None


@pages.get("/suivi/questions/{id}", FOLLOWED)
async def show_own_questionnaire(visitor: Visitor) -> web.Response:
    page = await visitor.services.keying.own.view(visitor.known)
    form, action = asked_form(visitor, page)
    return _show(visitor, Walk(page, form, action, str(new_id()), {}))


@pages.post("/suivi/questions/{id}", FOLLOWED)
async def answer_own_questionnaire(visitor: Visitor) -> web.Response:
    """One step: the next question, the one before, or all the answers to the team."""
    page = await visitor.services.keying.own.view(visitor.known)
    form, action = asked_form(visitor, page)
    typed = await forms.typed(visitor.request)
    walk = Walk(page, form, action, typed.value(ENTRY), given_of(form, typed))
    if typed.value("geste") != "envoyer":
        return _step(visitor, walk, typed)
    try:
        entry = await visitor.services.keying.entries.answer(
            visitor.known, page.follow_up.id, entry_questionnaire(visitor), walk.given, Keying(entry_id_of(typed))
        )
    except FaultyAnswers:
        return _show(visitor, walk)
    return visitor.go(f"/suivi/saisies/{entry.first_id}?merci")


@pages.get("/suivi/saisies/{id}/reponses", FOLLOWED)
async def show_own_correction(visitor: Visitor) -> web.Response:
    """The answers of an entry, to change some of them."""
    return _show(visitor, await _correction(visitor, None))


@pages.post("/suivi/saisies/{id}/reponses", FOLLOWED)
async def correct_own_answers(visitor: Visitor) -> web.Response:
    typed = await forms.typed(visitor.request)
    walk = await _correction(visitor, typed)
    if typed.value("geste") != "envoyer":
        return _step(visitor, walk, typed)
    first_id = entry_questionnaire(visitor)
    try:
        await visitor.services.keying.entries.correct(visitor.known, walk.page.follow_up.id, first_id, walk.given)
    except FaultyAnswers:
        return _show(visitor, walk)
    return visitor.go(f"/suivi/saisies/{first_id}?merci")


async def _correction(visitor: Visitor, typed: Form | None) -> Walk:
    page, first_id = await visitor.services.keying.own.view(visitor.known), entry_questionnaire(visitor)
    form, entry = await visitor.services.keying.entries.form_of(visitor.known, page.follow_up.id, first_id)
    given = given_of_entry(entry) if typed is None else given_of(form, typed)
    return Walk(page, form, f"/suivi/saisies/{first_id}/reponses", str(first_id), given, first_id)


def entry_questionnaire(visitor: Visitor) -> UUID:
    """The identifier in the path. Raises HTTPNotFound for what is none."""
    try:
        return UUID(visitor.request.match_info["id"])
    except ValueError:
        raise web.HTTPNotFound from None


def asked_form(visitor: Visitor, page: OwnPage) -> tuple[Questionnaire, str]:
    """The questionnaire of the path, if it is asked of this patient. Raises HTTPNotFound."""
    wanted = entry_questionnaire(visitor)
    found = next((one.known.questionnaire for one in page.asked if one.known.id == wanted), None)
    if found is None:
        raise web.HTTPNotFound
    return found, f"/suivi/questions/{wanted}"


def _step(visitor: Visitor, walk: Walk, typed: Form) -> web.Response:
    """Another question, with what was answered kept; what cannot be read is asked again."""
    by_field = {field_of(walk.form, question): question for question in walk.form.questions}
    posed = by_field.get(typed.value("posee"))
    if (changed := by_field.get(typed.value("modifier"))) is not None:
        return _ask_again(visitor, walk, changed)
    if typed.value("geste") == "retour":
        return _ask_again(visitor, walk, _before(walk, posed))
    if posed is None:
        return _show(visitor, walk)
    # A button of choice that was left alone sends nothing: the question was seen, and is answered by nothing.
    given = {posed.link_id: Given(""), **walk.given}
    fault = read_answers([posed], given, visitor.services.keying.catalogue).faults.get(posed.link_id)
    if fault is not None and (posed.is_required or given[posed.link_id].value):
        error = {field_of(walk.form, posed): french.typographic(fault.text)}
        return _show(visitor, _without(walk, posed), posed, Form(typed.values, error))
    return _show(visitor, Walk(walk.page, walk.form, walk.action, walk.entry_id, given, walk.corrects))


def _before(walk: Walk, posed: Question | None) -> Question:
    """The question before one, among those that are asked; the first has none before it."""
    asked = list(find_asked(walk.form, walk.given))
    place = asked.index(posed) if posed in asked else len(asked)
    return asked[max(place - 1, 0)]


def _ask_again(visitor: Visitor, walk: Walk, question: Question) -> web.Response:
    values = {field_of(walk.form, question): walk.given.get(question.link_id, Given("")).value}
    return _show(visitor, _without(walk, question), question, Form(values))


def _without(walk: Walk, question: Question) -> Walk:
    rest = {link: answer for link, answer in walk.given.items() if link != question.link_id}
    return Walk(walk.page, walk.form, walk.action, walk.entry_id, rest, walk.corrects)


def _show(visitor: Visitor, walk: Walk, question: Question | None = None, form: Form = NOTHING_TYPED) -> web.Response:
    """A question, or all the answers once each was given."""
    question = question or find_next(walk.form, walk.given)
    asked = list(find_asked(walk.form, walk.given))
    number = asked.index(question) + 1 if question in asked else len(asked)
    view = QuestionView(
        title=french.typographic(walk.form.title),
        action=walk.action,
        number=number,
        asking=asking_of(walk.form, question) if question else None,
        kept=kept_fields(walk.form, walk.given, walk.entry_id),
        advice=advice_of(walk.form, ((link, answer.value) for link, answer in walk.given.items())),
        answers=() if question else tuple(_answer_line(walk, one) for one in asked),
        may_go_back=question is not None and number > 1,
        is_correction=walk.corrects is not None,
        form=form,
    )
    status = 422 if form.errors else 200
    return visitor.render("patient/own_question.html", task_frame(visitor, walk.page), view, status=status)


def _answer_line(walk: Walk, question: Question) -> AnswerLine:
    value = walk.given[question.link_id].value
    option = question.find_option(value) if question.kind is QuestionKind.CHOICE else None
    said = option.label if option else value or "Pas de réponse"
    return AnswerLine(french.typographic(question.text), french.typographic(said), field_of(walk.form, question))
