"""A nurse on the phone: the same questionnaires and measures keyed in, corrected, taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from aiohttp import web

from telemed.acts.telemonitoring.formats.answers import MEASURES
from telemed.acts.telemonitoring.model.care import FollowUp
from telemed.acts.telemonitoring.model.entry import Entry, EntryStatus, Given
from telemed.acts.telemonitoring.model.questionnaire import KeyedGroup, Questionnaire
from telemed.acts.telemonitoring.service.askings import Asked
from telemed.acts.telemonitoring.service.entries import FaultyAnswers, Keying, UnlikelyMeasure
from telemed.kernel.clock import civil_date
from telemed.kernel.errors import Invalid
from telemed.kernel.ids import new_id
from telemed.patients.model import Patient
from telemed.professionals.model import Professional
from telemed.web import forms, french
from telemed.web.pages.follow_up_draft import follow_up_id_of
from telemed.web.pages.follow_ups import CARER, TAB, pathway_label
from telemed.web.pages.keyed_forms import (
    ENTRY,
    asking_of,
    day_bounds_of,
    doubt_lines,
    entry_id_of,
    faults_by_field,
    field_of,
    given_of,
    given_of_entry,
    given_of_measures,
    keying_of,
    measure_fields,
    measures_as_typed,
    moment_of,
)
from telemed.web.pages.own_view import answer_lines
from telemed.web.pages.page import Pages, Visitor, Workplace, open_workplace
from telemed.web.views.frame import Badge, Form, Pager, Tone
from telemed.web.views.keying import KeyedLine, PhoneForm, PhoneFormView, PhoneQuestion, PhoneView
from telemed.web.views.own import Hidden, LinkLine

pages = Pages()
_PAGE = 20
_STATES = {
    EntryStatus.COMPLETED: Badge("Gardée"),
    EntryStatus.AMENDED: Badge("Corrigée", Tone.SOON),
    EntryStatus.ENTERED_IN_ERROR: Badge("Retirée", Tone.NOW),
}
_TYPED = ("quand", "jour", "heure", ENTRY)


@dataclass(frozen=True)
class Desk:
    """Whose follow-up it is, and where one works."""

    place: Workplace
    follow_up: FollowUp
    patient: Patient

    @property
    def base(self) -> str:
        return f"/surveillance/{self.follow_up.id}"


async def open_desk(visitor: Visitor) -> Desk:
    """The follow-up of the path. Raises NotFound."""
    follow_up_id = follow_up_id_of(visitor)
    place = await open_workplace(visitor, TAB)
    follow_up = await visitor.services.keying.follow_ups.get(visitor.known, follow_up_id)
    patient = await visitor.services.patients.get(visitor.known, follow_up.patient_id)
    return Desk(place, follow_up, patient)


@pages.get("/surveillance/{id}/saisie", CARER)
async def show_phone(visitor: Visitor) -> web.Response:
    desk, keying = await open_desk(visitor), visitor.services.keying
    asked = await keying.askings.of_follow_up(visitor.known, desk.follow_up.id)
    found = await keying.entries.page(visitor.known, desk.follow_up.id, before=visitor.cursor(), limit=_PAGE + 1)
    shown = found[:_PAGE]
    people = await keying.entries.authors(visitor.known, shown)
    asked_forms = await keying.entries.forms_of(visitor.known, desk.follow_up.id, shown)
    entries = [_keyed_line(desk, one, asked_forms[one.questionnaire], people) for one in shown]
    more = f"{desk.base}/saisie?apres={shown[-1].first_id}" if len(found) > _PAGE else ""
    expected = _expected(visitor, desk)
    groups = sorted(keying.entries.keyed.values(), key=lambda group: not group.signals & expected)
    view = PhoneView(
        patient=desk.patient.full_name,
        pathway=pathway_label(visitor, desk.follow_up),
        base=desk.base,
        phone=desk.patient.contact.phone or "",
        forms=tuple(_phone_form(desk, one) for one in asked),
        measures=tuple(LinkLine(group.label, f"{desk.base}/saisie/mesures/{group.code}") for group in groups),
        entries=tuple(entries),
        pager=Pager(more, f"{desk.base}/saisie" if visitor.cursor() else ""),
    )
    return visitor.render("professional/phone.html", desk.place.frame, view)


def _expected(visitor: Visitor, desk: Desk) -> frozenset[str]:
    """What this patient reads out himself; else what his pathway awaits: it stands first."""
    plan = desk.follow_up.plan
    pathway = visitor.services.telemonitoring.pathways[plan.pathway]
    return plan.hand_signals or frozenset(pathway.on(desk.place.frame.today).silence.signals)


def _phone_form(desk: Desk, asked: Asked) -> PhoneForm:
    if asked.is_off:
        state, detail = Badge("Pas posé"), "Vous pouvez le remplir une fois."
    elif asked.is_due:
        state, detail = Badge("Attendu", Tone.SOON), "Le patient n’y a pas répondu."
    else:
        state, detail = Badge("Répondu", Tone.FINE), "Le remplir de nouveau s’il a changé depuis."
    title, address = asked.known.questionnaire.title, f"{desk.base}/saisie/questions/{asked.known.id}"
    return PhoneForm(french.typographic(title), address, state, detail)


def _keyed_line(desk: Desk, entry: Entry, form: Questionnaire, people: Mapping[UUID, Professional]) -> KeyedLine:
    author = people.get(entry.author_id) if entry.author_id else None
    by = f"{author.full_name}, au téléphone" if author else "le patient, sur sa page"
    address = f"{desk.base}/saisie/{entry.first_id}"
    is_over = entry.status is EntryStatus.ENTERED_IN_ERROR
    return KeyedLine(
        title=french.typographic(entry.title),
        answers=answer_lines(form, entry),
        measured_at=entry.measured_at,
        by=by,
        state=_STATES[entry.status],
        is_doubtful=entry.is_doubtful,
        versions=entry.number + 1,
        correct_address="" if is_over else address,
        take_back_address="" if is_over else f"{address}/retirer",
    )


@pages.get("/surveillance/{id}/saisie/questions/{questionnaire}", CARER)
async def show_phone_questions(visitor: Visitor) -> web.Response:
    desk, form = await open_desk(visitor), await _questionnaire(visitor)
    return _show_questions(visitor, desk, form, Form({ENTRY: str(new_id())}))


@pages.post("/surveillance/{id}/saisie/questions/{questionnaire}", CARER)
async def key_phone_questions(visitor: Visitor) -> web.Response:
    desk, form = await open_desk(visitor), await _questionnaire(visitor)
    typed = await forms.typed(visitor.request)
    territory, now = desk.follow_up.plan.territory, visitor.services.clock.now()
    try:
        keying = Keying(entry_id_of(typed), moment_of(typed, territory, now))
        await visitor.services.keying.entries.answer(
            visitor.known, desk.follow_up.id, _named(visitor, "questionnaire"), given_of(form, typed), keying
        )
    except (forms.FormError, Invalid) as error:
        return _show_questions(visitor, desk, form, _refused(form, typed, error))
    return visitor.go(f"{desk.base}/saisie", flash="entry-kept")


@pages.get("/surveillance/{id}/saisie/mesures/{groupe}", CARER)
async def show_phone_measures(visitor: Visitor) -> web.Response:
    desk, group = await open_desk(visitor), _group(visitor, visitor.request.match_info["groupe"])
    return _show_measures(visitor, desk, group, Form({ENTRY: str(new_id())}))


@pages.post("/surveillance/{id}/saisie/mesures/{groupe}", CARER)
async def key_phone_measures(visitor: Visitor) -> web.Response:
    desk, group = await open_desk(visitor), _group(visitor, visitor.request.match_info["groupe"])
    typed = await forms.typed(visitor.request)
    if typed.value("geste") == "corriger":
        return _show_measures(visitor, desk, group, typed)
    territory, now = desk.follow_up.plan.territory, visitor.services.clock.now()
    try:
        keying = keying_of(typed, territory, now, is_sure=typed.value("geste") == "confirmer")
        given = given_of_measures(group, typed)
        await visitor.services.keying.entries.key(visitor.known, desk.follow_up.id, group.code, given, keying)
    except UnlikelyMeasure as error:
        return _show_measures(visitor, desk, group, typed, doubts=doubt_lines(visitor, error.doubts))
    except (forms.FormError, Invalid) as error:
        return _show_measures(visitor, desk, group, _refused_measures(group, typed, error))
    return visitor.go(f"{desk.base}/saisie", flash="entry-kept")


@pages.get("/surveillance/{id}/saisie/{saisie}", CARER)
async def show_phone_correction(visitor: Visitor) -> web.Response:
    desk = await open_desk(visitor)
    form, entry = await _to_correct(visitor, desk)
    if entry.questionnaire.startswith(MEASURES):
        group = _group_of(visitor, entry)
        return _show_measures(visitor, desk, group, Form(measures_as_typed(group, entry)), entry)
    given = given_of_entry(entry)
    values = {field_of(form, one): given[one.link_id].value for one in form.questions if one.link_id in given}
    return _show_questions(visitor, desk, form, Form(values), entry)


@pages.post("/surveillance/{id}/saisie/{saisie}", CARER)
async def correct_on_phone(visitor: Visitor) -> web.Response:
    desk = await open_desk(visitor)
    form, entry = await _to_correct(visitor, desk)
    typed = await forms.typed(visitor.request)
    group = _group_of(visitor, entry) if entry.questionnaire.startswith(MEASURES) else None
    if group is not None and typed.value("geste") == "corriger":
        return _show_measures(visitor, desk, group, typed, entry)
    given: Mapping[str, Given] = given_of_measures(group, typed) if group else given_of(form, typed)
    is_sure = typed.value("geste") == "confirmer"
    try:
        await visitor.services.keying.entries.correct(
            visitor.known, desk.follow_up.id, entry.first_id, given, is_sure=is_sure
        )
    except UnlikelyMeasure as error:
        lines = doubt_lines(visitor, error.doubts)
        return _show_measures(visitor, desk, _group_of(visitor, entry), typed, entry, doubts=lines)
    except Invalid as error:
        if group is not None:
            return _show_measures(visitor, desk, group, _refused_measures(group, typed, error), entry)
        return _show_questions(visitor, desk, form, _refused(form, typed, error), entry)
    return visitor.go(f"{desk.base}/saisie", flash="entry-corrected")


@pages.post("/surveillance/{id}/saisie/{saisie}/retirer", CARER)
async def take_back_on_phone(visitor: Visitor) -> web.Response:
    desk = await open_desk(visitor)
    await visitor.services.keying.entries.take_back(visitor.known, desk.follow_up.id, _named(visitor, "saisie"))
    return visitor.go(f"{desk.base}/saisie", flash="entry-taken-back")


async def _to_correct(visitor: Visitor, desk: Desk) -> tuple[Questionnaire, Entry]:
    first_id = _named(visitor, "saisie")
    return await visitor.services.keying.entries.form_of(visitor.known, desk.follow_up.id, first_id)


async def _questionnaire(visitor: Visitor) -> Questionnaire:
    known = await visitor.services.keying.questionnaires.get(visitor.known, _named(visitor, "questionnaire"))
    return known.questionnaire


def _named(visitor: Visitor, name: str) -> UUID:
    """An identifier of the path. Raises HTTPNotFound for what is none."""
    try:
        return UUID(visitor.request.match_info[name])
    except ValueError:
        raise web.HTTPNotFound from None


def _group(visitor: Visitor, code: str) -> KeyedGroup:
    found = visitor.services.keying.entries.keyed.get(code)
    if found is None:
        raise web.HTTPNotFound
    return found


def _group_of(visitor: Visitor, entry: Entry) -> KeyedGroup:
    return _group(visitor, entry.questionnaire.removeprefix(MEASURES).partition("|")[0])


def _refused(form: Questionnaire, typed: Form, error: Exception) -> Form:
    """The form with what is wrong, each fault at its question."""
    if isinstance(error, FaultyAnswers):
        fields = {question.link_id: field_of(form, question) for question in form.questions}
        return Form(typed.values, faults_by_field(error, fields))
    return _refused_moment(typed, error)


def _refused_measures(group: KeyedGroup, typed: Form, error: Exception) -> Form:
    if isinstance(error, FaultyAnswers):
        fields = {field.signal: f"v-{field.signal}" for field in group.fields}
        return Form(typed.values, faults_by_field(error, fields))
    return _refused_moment(typed, error)


def _refused_moment(typed: Form, error: Exception) -> Form:
    if isinstance(error, forms.FormError):
        return error.form
    return Form(typed.values, {"quand": forms.sentence(error.detail if isinstance(error, Invalid) else "")})


def _show_questions(
    visitor: Visitor, desk: Desk, form: Questionnaire, typed: Form, entry: Entry | None = None
) -> web.Response:
    named = f"questions/{visitor.request.match_info.get('questionnaire', '')}"
    view = PhoneFormView(
        patient=desk.patient.full_name,
        title=french.typographic(form.title),
        hint="Lisez chaque question au patient, dans ses mots. Les mêmes règles lisent vos réponses et les siennes.",
        action=f"{desk.base}/saisie/{entry.first_id if entry else named}",
        back=f"{desk.base}/saisie",
        questions=tuple(PhoneQuestion(asking_of(form, one), _condition(form, one.link_id)) for one in form.questions),
        form=typed,
        kept=() if entry else (Hidden(ENTRY, typed.value(ENTRY) or str(new_id())),),
        moment=entry.measured_at if entry else None,
    )
    return _render(visitor, desk, view)


def _condition(form: Questionnaire, link_id: str) -> str:
    """`Seulement si : Une partie seulement, ou Non, aucun`."""
    question = form.find(link_id)
    labels = []
    for condition in question.only_if if question else ():
        before = form.find(condition.link_id)
        option = before.find_option(condition.answer) if before else None
        labels.append(f"« {option.label} »" if option else condition.answer)
    joined = " et ".join(labels) if question and question.is_all else " ou ".join(labels)
    return french.typographic(f"Seulement si le patient a répondu {joined}") if labels else ""


def _show_measures(
    visitor: Visitor,
    desk: Desk,
    group: KeyedGroup,
    typed: Form,
    entry: Entry | None = None,
    *,
    doubts: tuple[str, ...] = (),
) -> web.Response:
    kept: tuple[Hidden, ...] = () if entry else (Hidden(ENTRY, typed.value(ENTRY) or str(new_id())),)
    if doubts:
        names = (*_TYPED, *(name for name in typed.values if name.startswith(("v-", "u-"))))
        kept = tuple(Hidden(name, typed.values[name]) for name in names if name in typed.values)
    view = PhoneFormView(
        patient=desk.patient.full_name,
        title=group.label,
        hint=french.typographic(group.hint),
        action=f"{desk.base}/saisie/{entry.first_id if entry else f'mesures/{group.code}'}",
        back=f"{desk.base}/saisie",
        fields=measure_fields(group),
        form=typed,
        kept=kept,
        doubts=doubts,
        moment=entry.measured_at if entry else None,
    )
    return _render(visitor, desk, view)


def _render(visitor: Visitor, desk: Desk, view: PhoneFormView) -> web.Response:
    first_day, last_day = day_bounds_of(civil_date(visitor.services.clock.now(), desk.follow_up.plan.territory))
    status = 422 if view.form.errors else 200
    full = replace(view, first_day=first_day, last_day=last_day)
    return visitor.render("professional/phone_form.html", desk.place.frame, full, status=status)
