"""Measures that the patient keys in, what he noted, and its correction."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web

from telemed.acts.telemonitoring.formats.answers import MEASURES
from telemed.acts.telemonitoring.model.entry import Entry, EntryStatus
from telemed.acts.telemonitoring.model.hands import Hand
from telemed.acts.telemonitoring.model.questionnaire import KeyedGroup
from telemed.acts.telemonitoring.service.entries import PATIENT_CORRECTS, FaultyAnswers, UnlikelyMeasure
from telemed.acts.telemonitoring.service.own_page import OwnPage
from telemed.api.auth import FOLLOWED
from telemed.kernel.clock import civil_date
from telemed.kernel.errors import Conflict, Invalid, NotFound
from telemed.kernel.ids import new_id
from telemed.web import forms, french
from telemed.web.pages.keyed_forms import (
    ENTRY,
    day_bounds_of,
    doubt_lines,
    faults_by_field,
    given_of_measures,
    keying_of,
    measure_fields,
    measures_as_typed,
)
from telemed.web.pages.own_questions import entry_questionnaire
from telemed.web.pages.own_view import advice_of, answer_lines, local_parts, reading_of, task_frame
from telemed.web.pages.page import Pages, Visitor
from telemed.web.views.frame import Form
from telemed.web.views.own import EntryView, Hidden, MeasureView

pages = Pages()
_KEPT = ("quand", "jour", "heure", ENTRY)


@pages.get("/suivi/mesures/{groupe}", FOLLOWED)
async def show_own_measure(visitor: Visitor) -> web.Response:
    page = await visitor.services.keying.own.view(visitor.known)
    day, hour = local_parts(visitor.services.clock.now(), page)
    return _show(visitor, page, _group(visitor), Form({"jour": day, "heure": hour, ENTRY: str(new_id())}))


@pages.post("/suivi/mesures/{groupe}", FOLLOWED)
async def key_own_measure(visitor: Visitor) -> web.Response:
    """Note it; what is unlikely is asked once more, and kept when its author says that it is so."""
    page, group = await visitor.services.keying.own.view(visitor.known), _group(visitor)
    typed = await forms.typed(visitor.request)
    if typed.value("geste") == "corriger":
        return _show(visitor, page, group, typed)
    now, territory = visitor.services.clock.now(), page.follow_up.plan.territory
    try:
        keying = keying_of(typed, territory, now, is_sure=typed.value("geste") == "confirmer")
        entry = await visitor.services.keying.entries.key(
            visitor.known, page.follow_up.id, group.code, given_of_measures(group, typed), keying
        )
    except (forms.FormError, FaultyAnswers, UnlikelyMeasure, Invalid) as error:
        return _show_again(visitor, page, group, typed, error)
    return visitor.go(f"/suivi/saisies/{entry.first_id}?merci")


@pages.get("/suivi/saisies/{id}", FOLLOWED)
async def show_own_entry(visitor: Visitor) -> web.Response:
    """What was noted; just after it was sent, when the team will read it."""
    page, first_id = await visitor.services.keying.own.view(visitor.known), entry_questionnaire(visitor)
    entry = await _entry(visitor, page, first_id)
    is_measure = entry.questionnaire.startswith(MEASURES)
    forms_known = await visitor.services.keying.entries.forms_of(visitor.known, page.follow_up.id, [entry])
    form = forms_known[entry.questionnaire]
    chosen = ((answer.link_id, answer.answer or "") for answer in entry.answers)
    may_correct = _may_correct(visitor, entry)
    view = EntryView(
        title=french.typographic(entry.title),
        moment=entry.measured_at,
        answers=answer_lines(form, entry),
        advice=() if is_measure or entry.status is EntryStatus.ENTERED_IN_ERROR else advice_of(form, chosen),
        reading=reading_of(page),
        was_sent="merci" in visitor.request.query,
        is_taken_back=entry.status is EntryStatus.ENTERED_IN_ERROR,
        is_doubtful=entry.is_doubtful,
        correct_address=f"/suivi/saisies/{first_id}/{'mesures' if is_measure else 'reponses'}" if may_correct else "",
        take_back_address=f"/suivi/saisies/{first_id}/retirer" if may_correct else "",
    )
    return visitor.render("patient/own_entry.html", task_frame(visitor, page), view)


@pages.get("/suivi/saisies/{id}/mesures", FOLLOWED)
async def show_own_measure_again(visitor: Visitor) -> web.Response:
    page, first_id = await visitor.services.keying.own.view(visitor.known), entry_questionnaire(visitor)
    _, entry = await visitor.services.keying.entries.form_of(visitor.known, page.follow_up.id, first_id)
    group = _group_of(visitor, entry)
    return _show(visitor, page, group, Form(measures_as_typed(group, entry)), entry)


@pages.post("/suivi/saisies/{id}/mesures", FOLLOWED)
async def correct_own_measure(visitor: Visitor) -> web.Response:
    page, first_id = await visitor.services.keying.own.view(visitor.known), entry_questionnaire(visitor)
    _, entry = await visitor.services.keying.entries.form_of(visitor.known, page.follow_up.id, first_id)
    group, typed = _group_of(visitor, entry), await forms.typed(visitor.request)
    if typed.value("geste") == "corriger":
        return _show(visitor, page, group, typed, entry)
    try:
        await visitor.services.keying.entries.correct(
            visitor.known,
            page.follow_up.id,
            first_id,
            given_of_measures(group, typed),
            is_sure=typed.value("geste") == "confirmer",
        )
    except (FaultyAnswers, UnlikelyMeasure) as error:
        return _show_again(visitor, page, group, typed, error, entry)
    return visitor.go(f"/suivi/saisies/{first_id}?merci")


@pages.post("/suivi/saisies/{id}/retirer", FOLLOWED)
async def take_own_entry_back(visitor: Visitor) -> web.Response:
    page, first_id = await visitor.services.keying.own.view(visitor.known), entry_questionnaire(visitor)
    await visitor.services.keying.entries.take_back(visitor.known, page.follow_up.id, first_id)
    return visitor.go(f"/suivi/saisies/{first_id}")


async def _entry(visitor: Visitor, page: OwnPage, first_id: UUID) -> Entry:
    """The version that stands of an entry of this very follow-up. Raises NotFound."""
    last = (await visitor.services.keying.entries.versions(visitor.known, first_id))[-1]
    if last.follow_up_id != page.follow_up.id:
        raise NotFound("Cette saisie n'existe pas.")
    return last


def _may_correct(visitor: Visitor, entry: Entry) -> bool:
    is_own = entry.hand is Hand.PATIENT and entry.author_id is None
    is_fresh = visitor.services.clock.now() - entry.received_at <= PATIENT_CORRECTS
    return is_own and is_fresh and entry.status is not EntryStatus.ENTERED_IN_ERROR


def _group(visitor: Visitor) -> KeyedGroup:
    found = visitor.services.keying.entries.keyed.get(visitor.request.match_info["groupe"])
    if found is None:
        raise web.HTTPNotFound
    return found


def _group_of(visitor: Visitor, entry: Entry) -> KeyedGroup:
    """The group that an entry of measures is of. Raises HTTPNotFound for a questionnaire."""
    code = entry.questionnaire.removeprefix(MEASURES).partition("|")[0]
    found = visitor.services.keying.entries.keyed.get(code)
    if found is None:
        raise web.HTTPNotFound
    return found


def _show_again(
    visitor: Visitor,
    page: OwnPage,
    group: KeyedGroup,
    typed: Form,
    error: Exception,
    entry: Entry | None = None,
) -> web.Response:
    """The form with what is wrong, or the question whether it is really so."""
    if isinstance(error, UnlikelyMeasure):
        kept = tuple(
            Hidden(name, value)
            for name, value in typed.values.items()
            if name in _KEPT or name.startswith(("v-", "u-"))
        )
        return _render(visitor, page, group, typed, entry, kept=kept, doubts=doubt_lines(visitor, error.doubts))
    if isinstance(error, FaultyAnswers):
        fields = {field.signal: f"v-{field.signal}" for field in group.fields}
        return _show(visitor, page, group, Form(typed.values, faults_by_field(error, fields)), entry)
    if isinstance(error, forms.FormError):
        return _show(visitor, page, group, error.form, entry)
    detail = error.detail if isinstance(error, (Invalid, Conflict)) else ""
    return _show(visitor, page, group, Form(typed.values, {"quand": forms.sentence(detail)}), entry)


def _show(visitor: Visitor, page: OwnPage, group: KeyedGroup, form: Form, entry: Entry | None = None) -> web.Response:
    kept = () if entry is not None else (Hidden(ENTRY, form.value(ENTRY) or str(new_id())),)
    return _render(visitor, page, group, form, entry, kept=kept)


def _render(
    visitor: Visitor,
    page: OwnPage,
    group: KeyedGroup,
    form: Form,
    entry: Entry | None,
    *,
    kept: tuple[Hidden, ...],
    doubts: tuple[str, ...] = (),
) -> web.Response:
    first_day, last_day = day_bounds_of(civil_date(visitor.services.clock.now(), page.follow_up.plan.territory))
    view = MeasureView(
        title=group.label,
        question=french.typographic(group.question),
        hint=french.typographic(group.hint),
        action=f"/suivi/saisies/{entry.first_id}/mesures" if entry else f"/suivi/mesures/{group.code}",
        fields=measure_fields(group),
        form=form,
        kept=kept,
        doubts=doubts,
        moment=entry.measured_at if entry else None,
        first_day=first_day,
        last_day=last_day,
    )
    status = 422 if form.errors else 200
    return visitor.render("patient/own_measure.html", task_frame(visitor, page), view, status=status)
