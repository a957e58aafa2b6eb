"""The doctor's call: let in, check, note, finish. What is typed beside the video saves itself."""

from __future__ import annotations

from aiohttp import web

from telemed.acts.teleconsultation.model import FinishReason, IdentityMethod, PlaceKind, State
from telemed.acts.teleconsultation.service.overview import ActView
from telemed.api.auth import only
from telemed.consent.model import ConsentBy, ConsentDecision
from telemed.kernel.caller import Role
from telemed.kernel.decision import Decision
from telemed.kernel.errors import Conflict, Invalid, Refused
from telemed.web import forms, french, words
from telemed.web.pages.page import RENDERING, Pages, Visitor, Workplace, open_workplace
from telemed.web.pages.today import act_id_of
from telemed.web.views.frame import Badge, Form, ReasonLine, Tone
from telemed.web.views.visit import CallView, ConsentCard, EmergencyCard
from telemed.web.wording import read_blocks

pages = Pages()
_DOCTOR = only(Role.DOCTOR)
_OVER = frozenset({State.FINISHED, State.CLOSED})
_GONE = frozenset({State.CANCELLED, State.NO_SHOW})


class ChecklistForm(forms.FormModel):
    traits: str = ""
    controle: IdentityMethod = IdentityMethod.TRAITS_STATED


class PlaceForm(forms.FormModel):
    endroit: PlaceKind = PlaceKind.HOME
    lieu: forms.Filled
    telephone: forms.Filled


class FinishForm(forms.FormModel):
    issue: FinishReason = FinishReason.COMPLETED


@pages.get("/consultations/{id}", _DOCTOR)
async def show_call(visitor: Visitor) -> web.Response:
    return await _show_call(visitor)


@pages.post("/consultations/{id}/admettre", _DOCTOR)
async def admit(visitor: Visitor) -> web.Response:
    """One click into the call; what is missing is listed there."""
    try:
        await visitor.services.calls.admit(visitor.known, act_id_of(visitor))
    except (Refused, Conflict):
        return visitor.go(_address(visitor))
    return visitor.go(_address(visitor))


@pages.post("/consultations/{id}/identite", _DOCTOR)
async def save_checklist(visitor: Visitor) -> web.Response:
    """All five traits ticked confirm the identity for this call."""
    asked = forms.read(ChecklistForm, await forms.typed(visitor.request))
    one = await visitor.services.overview.get(visitor.known, act_id_of(visitor))
    ticked = set(asked.traits.split(","))
    if ticked >= {trait.name for trait in words.traits(one.patient)}:
        await visitor.services.calls.check_identity(visitor.known, act_id_of(visitor), asked.controle)
        await visitor.services.calls.confirm_traits(visitor.known, act_id_of(visitor))
    return await _saved(visitor)


@pages.post("/consultations/{id}/lieu", _DOCTOR)
async def save_place(visitor: Visitor) -> web.Response:
    form = await forms.typed(visitor.request)
    try:
        asked = forms.read(PlaceForm, form)
        await visitor.services.calls.note_place(
            visitor.known, act_id_of(visitor), asked.endroit, asked.lieu, asked.telephone
        )
    except forms.FormError as err:
        return await _not_saved(visitor, err.form)
    except Invalid as err:
        return await _not_saved(visitor, forms.refused(form, err, {"description": "lieu", "phone": "telephone"}))
    return await _saved(visitor)


@pages.post("/consultations/{id}/accord", _DOCTOR)
async def record_consent(visitor: Visitor) -> web.Response:
    """The patient's answer, given aloud."""
    form = await forms.typed(visitor.request)
    is_given = form.value("reponse") == "oui"
    by = ConsentBy.LEGAL_REPRESENTATIVE if form.value("representant").strip() else ConsentBy.PATIENT
    await visitor.services.calls.record_oral_consent(
        visitor.known,
        act_id_of(visitor),
        ConsentDecision.GIVEN if is_given else ConsentDecision.REFUSED,
        by=by,
        representative_name=form.value("representant").strip() or None,
    )
    return visitor.go(_address(visitor), flash="consent-recorded")


@pages.post("/consultations/{id}/notes", _DOCTOR)
async def save_notes(visitor: Visitor) -> web.Response:
    form = await forms.typed(visitor.request)
    await visitor.services.calls.save_notes(visitor.known, act_id_of(visitor), form.value("notes")[:20_000])
    return await _saved(visitor)


@pages.post("/consultations/{id}/terminer", _DOCTOR)
async def finish(visitor: Visitor) -> web.Response:
    """End the call on both sides; twice is once."""
    asked = forms.read(FinishForm, await forms.typed(visitor.request))
    try:
        await visitor.services.calls.finish(visitor.known, act_id_of(visitor), asked.issue)
    except Conflict:
        return visitor.go(_address(visitor))
    return visitor.go(f"{_address(visitor)}/compte-rendu")


@pages.post("/consultations/{id}/reprendre", _DOCTOR)
async def resume(visitor: Visitor) -> web.Response:
    """Take the call up again, within ten minutes."""
    await visitor.services.calls.resume(visitor.known, act_id_of(visitor))
    return visitor.go(_address(visitor))


def _address(visitor: Visitor) -> str:
    return f"/consultations/{act_id_of(visitor)}"


async def _show_call(visitor: Visitor, form: Form | None = None, *, status: int = 200) -> web.Response:
    place = await open_workplace(visitor, "today")
    one = await visitor.services.overview.get(visitor.known, act_id_of(visitor))
    if one.act.state in _OVER:
        return visitor.go(f"{_address(visitor)}/compte-rendu")
    if one.act.state in _GONE:
        return visitor.go(f"/rendez-vous/{one.act.id}")
    decision = await visitor.services.calls.readiness(visitor.known, one.act.id)
    view = await _view(visitor, place, one, decision, form)
    return visitor.render("professional/call.html", place.frame, view, status=status)


async def _view(visitor: Visitor, place: Workplace, one: ActView, decision: Decision, form: Form | None) -> CallView:
    act, base = one.act, f"/consultations/{one.act.id}"
    is_confirmed = act.identity_check is not None
    method = act.identity_check.method if act.identity_check else IdentityMethod.TRAITS_STATED
    return CallView(
        act_id=str(act.id),
        patient=one.patient.full_name,
        age=words.age(one.patient.identity.traits.birth_date, place.frame.today),
        state=words.state(act.state),
        is_admitted=act.state is State.IN_CALL,
        status=words.status_card(one.patient.identity),
        traits=words.traits(one.patient, is_confirmed=is_confirmed),
        document_choices=words.IDENTITY_METHODS,
        checklist_form=Form({"controle": method.value}),
        place_form=form or _place_form(one),
        emergency=EmergencyCard(
            location=act.place.description if act.place else "",
            phone=act.place.phone if act.place else one.patient.contact.phone or "",
            told_at=act.place.confirmed_at if act.place else None,
        ),
        consent=_consent(visitor, one, place),
        blockers=_blockers(decision) if act.state is not State.IN_CALL else (),
        notes=act.notes,
        token_address=f"/teleconsultations/{act.id}/room-token",
        admit_address=f"{base}/admettre",
        checklist_address=f"{base}/identite",
        location_address=f"{base}/lieu",
        consent_address=f"{base}/accord",
        notes_address=f"{base}/notes",
        finish_address=f"{base}/terminer",
        report_address=f"{base}/compte-rendu",
        finish_reasons=words.FINISH_REASONS,
        places=words.PLACES,
        patient_file=f"/patientele/{one.patient.id}",
        reason=act.motive,
        started_at=act.started_at,
    )


def _place_form(one: ActView) -> Form:
    place, phone = one.act.place, one.patient.contact.phone or ""
    values = {"endroit": place.kind if place else PlaceKind.HOME, "lieu": place.description if place else ""}
    return Form(values | {"telephone": french.format_phone(place.phone if place else phone).replace("\u00a0", " ")})


def _consent(visitor: Visitor, one: ActView, place: Workplace) -> ConsentCard:
    if one.has_consent:
        return ConsentCard(Badge("Donné", Tone.FINE))
    wording = visitor.services.consents.wording()
    born = one.patient.identity.traits.birth_date
    return ConsentCard(
        Badge("Manquant", Tone.NOW),
        blocks=read_blocks(wording.text),
        may_record_orally=True,
        may_be_minor=born.is_under(18, place.frame.today) is not False,
    )


def _blockers(decision: Decision) -> tuple[ReasonLine, ...]:
    return (
        *(forms.reason_line(reason, Tone.SOON) for reason in decision.refusals),
        *(forms.reason_line(reason, Tone.PLAIN) for reason in decision.warnings),
    )


async def _saved(visitor: Visitor) -> web.Response:
    """For a script: what the page must now show; for a form: the page."""
    if not visitor.wants_json:
        return visitor.go(_address(visitor), flash="saved")
    place = await open_workplace(visitor, "today")
    one = await visitor.services.overview.get(visitor.known, act_id_of(visitor))
    decision = await visitor.services.calls.readiness(visitor.known, one.act.id)
    blockers = _blockers(decision) if one.act.state is not State.IN_CALL else ()
    html = visitor.request.app[RENDERING].render("fragments/blockers.html", place.frame, view={"blockers": blockers})
    return web.json_response({"blockers": html})


async def _not_saved(visitor: Visitor, form: Form) -> web.Response:
    if visitor.wants_json:
        return web.json_response({"errors": form.errors}, status=422)
    return await _show_call(visitor, form, status=422)
