"""The patient's journey: link, birth date, identity and place, consent, devices, waiting room, call, end."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from aiohttp import web

from telemed.acts.teleconsultation.model import PlaceKind, Readiness, State, TraitsAnswer
from telemed.acts.teleconsultation.rules.visit import VisitStep
from telemed.acts.teleconsultation.service.visit import Visit
from telemed.api.auth import PATIENT, PUBLIC, find_caller
from telemed.consent.model import ConsentBy, ConsentDecision
from telemed.kernel.caller import Caller
from telemed.kernel.errors import Conflict, Invalid, TooMany, Unauthenticated
from telemed.web import forms, french
from telemed.web.pages.page import VISIT_COOKIE, Pages, Visitor
from telemed.web.pages.visit_steps import (
    iso_date,
    show_birth_date,
    show_closed,
    show_consent_form,
    show_end_page,
    show_identity_form,
    step_address,
    visit_frame,
    waiting_view,
)
from telemed.web.views.frame import Form, Step
from telemed.web.views.patient_journey import (
    CameraView,
    PatientCallView,
)

pages = Pages()
LINK_COOKIE = "telemed_link"
_LINK_LASTS = timedelta(hours=1)
UNKNOWN = (
    "Il a expiré, ou un lien plus récent l’a remplacé.",
    "Cherchez le dernier message reçu, ou demandez un nouveau lien.",
)
LOCKED = (
    "La date de naissance a été mal entrée cinq fois : le lien est bloqué, pour protéger votre consultation.",
    "Demandez un nouveau lien : il vous redonne cinq essais. Vous pouvez aussi appeler le cabinet.",
)


class PlaceForm(forms.FormModel):
    traits: TraitsAnswer
    endroit: PlaceKind
    lieu: forms.Filled
    telephone: forms.Filled


class DeviceForm(forms.FormModel):
    camera: Readiness = Readiness.UNKNOWN
    micro: Readiness = Readiness.UNKNOWN
    reseau: Readiness = Readiness.UNKNOWN


@pages.get("/v/{token}", PUBLIC)
async def open_link(visitor: Visitor) -> web.Response:
    """The link itself: its secret moves into a cookie at once, and leaves the address."""
    response = visitor.go("/visite/naissance")
    visitor.set_cookie(response, LINK_COOKIE, visitor.request.match_info["token"][:200], _LINK_LASTS)
    response.del_cookie(VISIT_COOKIE, path="/")
    return response


@pages.get("/visite/naissance", PUBLIC)
async def ask_birth_date(visitor: Visitor) -> web.Response:
    if LINK_COOKIE not in visitor.request.cookies:
        return show_closed(visitor, UNKNOWN, status=404, may_ask=False)
    return show_birth_date(visitor, Form())


@pages.post("/visite/naissance", PUBLIC)
async def try_birth_date(visitor: Visitor) -> web.Response:
    """The second factor. Five tries; what is wrong with the link itself reads the same for every cause."""
    form = await forms.typed(visitor.request)
    typed = iso_date(form)
    if typed is None:
        error = {"naissance": "Cette date n’existe pas : vérifiez le jour, le mois et l’année."}
        return show_birth_date(visitor, Form(form.values, error), status=422)
    try:
        opened = await visitor.services.links.open(visitor.request.cookies.get(LINK_COOKIE, ""), typed)
    except Unauthenticated:
        return show_closed(visitor, UNKNOWN, status=404)
    except TooMany:
        return show_closed(visitor, LOCKED, status=429)
    except Invalid as err:
        return show_birth_date(visitor, Form(form.values, {"naissance": forms.sentence(err.detail)}), status=422)
    response = visitor.go("/visite")
    lasts = opened.expires_at - visitor.services.clock.now()
    visitor.set_cookie(response, VISIT_COOKIE, opened.token, lasts)
    return response


@pages.post("/visite/nouveau-lien", PUBLIC)
async def ask_new_link(visitor: Visitor) -> web.Response:
    """Ask for a new link; the answer is the same whatever was found."""
    await visitor.services.links.ask_again(visitor.request.cookies.get(LINK_COOKIE, ""))
    return show_closed(visitor, UNKNOWN, was_asked=True)


@pages.get("/visite", PUBLIC)
async def go_to_step(visitor: Visitor) -> web.Response:
    """Wherever the patient is: the next thing to do."""
    visit = await _visit(visitor)
    return visitor.go(step_address(visit)) if visit else visitor.go("/visite/naissance")


@pages.get("/visite/identite", PUBLIC)
async def show_identity(visitor: Visitor) -> web.Response:
    visit = await _visit(visitor)
    if visit is None:
        return visitor.go("/visite/naissance")
    place = visit.act.place
    phone = place.phone if place else visit.patient.contact.phone or ""
    values = {
        "telephone": french.format_phone(phone).replace("\u00a0", " "),
        "lieu": place.description if place else "",
        "endroit": place.kind if place else PlaceKind.HOME,
    }
    return show_identity_form(visitor, visit, Form(values))


@pages.post("/visite/identite", PATIENT)
async def save_identity(visitor: Visitor) -> web.Response:
    visits, caller = visitor.services.visits, visitor.known
    form = await forms.typed(visitor.request)
    try:
        asked = forms.read(PlaceForm, form)
        await visits.give_place(caller, asked.endroit, asked.lieu, asked.telephone)
        await visits.confirm_traits(caller, asked.traits)
    except forms.FormError as err:
        return show_identity_form(visitor, await visits.view(caller), err.form, status=422)
    except Invalid as err:
        wrong = forms.refused(form, err, {"description": "lieu", "phone": "telephone"})
        return show_identity_form(visitor, await visits.view(caller), wrong, status=422)
    return visitor.go("/visite")


@pages.get("/visite/accord", PUBLIC)
async def show_consent(visitor: Visitor) -> web.Response:
    visit = await _visit(visitor)
    return show_consent_form(visitor, visit, Form()) if visit else visitor.go("/visite/naissance")


@pages.post("/visite/accord", PATIENT)
async def decide_consent(visitor: Visitor) -> web.Response:
    """Given or refused, by the patient or by the person who answers for a child."""
    form = await forms.typed(visitor.request)
    is_given = form.value("reponse") == "oui"
    by = ConsentBy.LEGAL_REPRESENTATIVE if form.value("qui") == "representant" else ConsentBy.PATIENT
    try:
        await visitor.services.visits.decide_consent(
            visitor.known,
            ConsentDecision.GIVEN if is_given else ConsentDecision.REFUSED,
            by=by,
            representative_name=form.value("representant") or None,
            wording_sha256=form.value("empreinte"),
        )
    except (Invalid, Conflict) as err:
        visit = await visitor.services.visits.view(visitor.known)
        wrong = forms.refused(form, err, {"representative_name": "representant"})
        return show_consent_form(visitor, visit, wrong, status=422)
    if not is_given:
        visit = await visitor.services.visits.view(visitor.known)
        return show_consent_form(visitor, visit, Form(), was_refused=True)
    return visitor.go("/visite")


@pages.post("/visite/accord/retirer", PATIENT)
async def withdraw_consent(visitor: Visitor) -> web.Response:
    visits = visitor.services.visits
    wording = visitor.services.consents.wording()
    await visits.decide_consent(visitor.known, ConsentDecision.WITHDRAWN, wording_sha256=wording.sha256)
    visit = await visits.view(visitor.known)
    if visit.step is VisitStep.END:
        return show_end_page(visitor, visit, has_withdrawn=True)
    return show_consent_form(visitor, visit, Form(), was_refused=True)


@pages.get("/visite/camera", PUBLIC)
async def show_camera(visitor: Visitor) -> web.Response:
    visit = await _visit(visitor)
    if visit is None or not visit.has_consented:
        return visitor.go("/visite")
    return visitor.render("patient/camera.html", visit_frame(visitor, visit, Step.CAMERA), CameraView())


@pages.post("/visite/camera", PATIENT)
async def save_devices(visitor: Visitor) -> web.Response:
    asked = forms.read(DeviceForm, await forms.typed(visitor.request))
    await visitor.services.visits.report_devices(visitor.known, asked.camera, asked.micro, asked.reseau)
    return visitor.go("/visite")


@pages.get("/visite/attente", PUBLIC)
async def show_waiting(visitor: Visitor) -> web.Response:
    """The waiting room; entering it is arriving."""
    visit = await _visit(visitor)
    if visit is None or visit.step not in (VisitStep.WAITING, VisitStep.CALL):
        return visitor.go("/visite")
    caller = await _patient(visitor)
    if caller is not None and visit.act.state in (State.BOOKED, State.NO_SHOW):
        await visitor.services.visits.arrive(caller)
        visit = await visitor.services.visits.view(caller)
    view = waiting_view(visit)
    return visitor.render("patient/waiting.html", visit_frame(visitor, visit, Step.WAITING), view)


@pages.get("/visite/attente/fil", PATIENT)
async def follow_waiting(visitor: Visitor) -> web.Response:
    """The place in the queue alone; 304 while it stands."""
    visit = await visitor.services.visits.view(visitor.known)
    view, frame = waiting_view(visit), visit_frame(visitor, visit, Step.WAITING)
    etag = f'"{hashlib.sha256(repr(view).encode()).hexdigest()[:16]}"'
    where = "admitted" if visit.step is VisitStep.CALL else "waiting" if visit.step is VisitStep.WAITING else "over"
    headers = {"ETag": etag, "X-Visit": where, "Cache-Control": "no-store"}
    if visitor.request.headers.get("If-None-Match") == etag:
        return web.Response(status=304, headers=headers)
    return visitor.fragment("fragments/waiting.html", frame, view, headers=headers)


@pages.get("/visite/appel", PUBLIC)
async def show_call(visitor: Visitor) -> web.Response:
    visit = await _visit(visitor)
    if visit is None or visit.step is not VisitStep.CALL:
        return visitor.go("/visite")
    view = PatientCallView(
        doctor=visit.professional.full_name,
        patient=visit.patient.given_name,
        token_address="/visit/room-token",  # noqa: S106 - an address
        end_address="/visite/fin",
        waiting_address="/visite/attente",
        practice_phone=visit.practice.phone or "",
    )
    return visitor.render("patient/call.html", visit_frame(visitor, visit, Step.CALL), view)


@pages.get("/visite/fin", PUBLIC)
async def show_end(visitor: Visitor) -> web.Response:
    visit = await _visit(visitor)
    if visit is None or visit.step not in (VisitStep.END, VisitStep.CALL, VisitStep.CANCELLED):
        return visitor.go("/visite")
    if visit.step is VisitStep.CANCELLED:
        why = ("Ce rendez-vous a été annulé.", "Appelez le cabinet pour en prendre un autre.")
        return show_closed(visitor, why, may_ask=False)
    return show_end_page(visitor, visit)


async def _visit(visitor: Visitor) -> Visit | None:
    """The visit of this browser; None when its link opens nothing."""
    caller = await _patient(visitor)
    if caller is None:
        return None
    try:
        return await visitor.services.visits.view(caller)
    except Unauthenticated:
        return None


async def _patient(visitor: Visitor) -> Caller | None:
    return await find_caller(visitor.request, VISIT_COOKIE)
