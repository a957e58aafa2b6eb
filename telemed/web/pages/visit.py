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
from telemed.web import forms, french, words
from telemed.web.pages.page import VISIT_COOKIE, Pages, Visitor
from telemed.web.views.frame import DoctorCard, Form, PatientFrame, Step
from telemed.web.views.patient_journey import (
    BirthDateView,
    CameraView,
    ConsentView,
    EndView,
    IdentityView,
    LinkClosedView,
    PatientCallView,
    WaitingView,
)
from telemed.web.wording import read_blocks

pages = Pages()
LINK_COOKIE = "telemed_link"
_LINK_LASTS = timedelta(hours=1)
_UNKNOWN = (
    "Il a expiré, ou un lien plus récent l’a remplacé.",
    "Cherchez le dernier message reçu, ou demandez un nouveau lien.",
)
_LOCKED = (
    "La date de naissance a été mal entrée cinq fois : le lien est bloqué, pour protéger votre consultation.",
    "Demandez un nouveau lien : il vous redonne cinq essais. Vous pouvez aussi appeler le cabinet.",
)
_STEPS = {
    "identity": "/visite/identite",
    "consent": "/visite/accord",
    "devices": "/visite/camera",
    "waiting": "/visite/attente",
    "call": "/visite/appel",
    "end": "/visite/fin",
}
_NEXT_STEPS = (
    "Votre médecin rédige et signe le compte rendu.",
    "Il le garde dans votre dossier ; vous pouvez lui en demander une copie à tout moment.",
    "S’il vous a prescrit quelque chose, il vous a dit comment le recevoir.",
)
_WITHDRAWAL = (
    "Vous pouvez retirer votre accord à la téléconsultation, sans donner de raison. Ce qui a été fait reste fait."
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
        return _show_closed(visitor, _UNKNOWN, status=404, may_ask=False)
    return _show_birth_date(visitor, Form())


@pages.post("/visite/naissance", PUBLIC)
async def try_birth_date(visitor: Visitor) -> web.Response:
    """The second factor. Five tries; what is wrong with the link itself reads the same for every cause."""
    form = await forms.typed(visitor.request)
    typed = _iso_date(form)
    if typed is None:
        error = {"naissance": "Cette date n’existe pas : vérifiez le jour, le mois et l’année."}
        return _show_birth_date(visitor, Form(form.values, error), status=422)
    try:
        opened = await visitor.services.links.open(visitor.request.cookies.get(LINK_COOKIE, ""), typed)
    except Unauthenticated:
        return _show_closed(visitor, _UNKNOWN, status=404)
    except TooMany:
        return _show_closed(visitor, _LOCKED, status=429)
    except Invalid as err:
        return _show_birth_date(visitor, Form(form.values, {"naissance": forms.sentence(err.detail)}), status=422)
    response = visitor.go("/visite")
    lasts = opened.expires_at - visitor.services.clock.now()
    visitor.set_cookie(response, VISIT_COOKIE, opened.token, lasts)
    return response


@pages.post("/visite/nouveau-lien", PUBLIC)
async def ask_new_link(visitor: Visitor) -> web.Response:
    """Ask for a new link; the answer is the same whatever was found."""
    await visitor.services.links.ask_again(visitor.request.cookies.get(LINK_COOKIE, ""))
    return _show_closed(visitor, _UNKNOWN, was_asked=True)


@pages.get("/visite", PUBLIC)
async def go_to_step(visitor: Visitor) -> web.Response:
    """Wherever the patient is: the next thing to do."""
    visit = await _visit(visitor)
    return visitor.go(_address(visit)) if visit else visitor.go("/visite/naissance")


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
    return _show_identity(visitor, visit, Form(values))


@pages.post("/visite/identite", PATIENT)
async def save_identity(visitor: Visitor) -> web.Response:
    visits, caller = visitor.services.visits, visitor.known
    form = await forms.typed(visitor.request)
    try:
        asked = forms.read(PlaceForm, form)
        await visits.give_place(caller, asked.endroit, asked.lieu, asked.telephone)
        await visits.confirm_traits(caller, asked.traits)
    except forms.FormError as err:
        return _show_identity(visitor, await visits.view(caller), err.form, status=422)
    except Invalid as err:
        wrong = forms.refused(form, err, {"description": "lieu", "phone": "telephone"})
        return _show_identity(visitor, await visits.view(caller), wrong, status=422)
    return visitor.go("/visite")


@pages.get("/visite/accord", PUBLIC)
async def show_consent(visitor: Visitor) -> web.Response:
    visit = await _visit(visitor)
    return _show_consent(visitor, visit, Form()) if visit else visitor.go("/visite/naissance")


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
        return _show_consent(visitor, visit, wrong, status=422)
    if not is_given:
        visit = await visitor.services.visits.view(visitor.known)
        return _show_consent(visitor, visit, Form(), was_refused=True)
    return visitor.go("/visite")


@pages.post("/visite/accord/retirer", PATIENT)
async def withdraw_consent(visitor: Visitor) -> web.Response:
    visits = visitor.services.visits
    wording = visitor.services.consents.wording()
    await visits.decide_consent(visitor.known, ConsentDecision.WITHDRAWN, wording_sha256=wording.sha256)
    visit = await visits.view(visitor.known)
    if visit.step is VisitStep.END:
        return _show_end(visitor, visit, has_withdrawn=True)
    return _show_consent(visitor, visit, Form(), was_refused=True)


@pages.get("/visite/camera", PUBLIC)
async def show_camera(visitor: Visitor) -> web.Response:
    visit = await _visit(visitor)
    if visit is None or not visit.has_consented:
        return visitor.go("/visite")
    return visitor.render("patient/camera.html", _frame(visitor, visit, Step.CAMERA), CameraView())


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
    view = _waiting(visit)
    return visitor.render("patient/waiting.html", _frame(visitor, visit, Step.WAITING), view)


@pages.get("/visite/attente/fil", PATIENT)
async def follow_waiting(visitor: Visitor) -> web.Response:
    """The place in the queue alone; 304 while it stands."""
    visit = await visitor.services.visits.view(visitor.known)
    view, frame = _waiting(visit), _frame(visitor, visit, Step.WAITING)
    minute = int(frame.now.timestamp()) // 60
    etag = f'"{hashlib.sha256(f"{view!r}{minute}".encode()).hexdigest()[:16]}"'
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
    return visitor.render("patient/call.html", _frame(visitor, visit, Step.CALL), view)


@pages.get("/visite/fin", PUBLIC)
async def show_end(visitor: Visitor) -> web.Response:
    visit = await _visit(visitor)
    if visit is None or visit.step not in (VisitStep.END, VisitStep.CALL, VisitStep.CANCELLED):
        return visitor.go("/visite")
    if visit.step is VisitStep.CANCELLED:
        why = ("Ce rendez-vous a été annulé.", "Appelez le cabinet pour en prendre un autre.")
        return _show_closed(visitor, why, may_ask=False)
    return _show_end(visitor, visit)


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


def _address(visit: Visit) -> str:
    """The page of the next thing to do, in the order of the step line: identity first, then consent."""
    is_open = visit.act.state in (State.BOOKED, State.WAITING, State.NO_SHOW)
    if is_open and (visit.act.place is None or visit.act.traits_confirmation is None):
        return _STEPS["identity"]
    return _STEPS.get(visit.step.value, _STEPS["end"])


def _frame(visitor: Visitor, visit: Visit, step: Step | None) -> PatientFrame:
    person, practice = visit.professional, visit.practice
    city = practice.address.city
    return PatientFrame(
        now=visitor.services.clock.now(),
        territory=visit.act.territory,
        step=step,
        doctor=DoctorCard(
            name=person.full_name,
            specialty=person.specialty.label if person.specialty else "Médecine",
            rpps=person.rpps or "",
            practice=f"{practice.name}, {city}" if city else practice.name,
        ),
        practice_phone=practice.phone or "",
    )


def _stranger(visitor: Visitor, step: Step | None = None) -> PatientFrame:
    """The frame of a page that must not tell whose link it is."""
    return PatientFrame(now=visitor.services.clock.now(), step=step)


def _show_birth_date(visitor: Visitor, form: Form, *, status: int = 200) -> web.Response:
    view = BirthDateView(form)
    return visitor.render("patient/birth_date.html", _stranger(visitor, Step.IDENTITY), view, status=status)


def _show_closed(
    visitor: Visitor, why: tuple[str, str], *, status: int = 200, may_ask: bool = True, was_asked: bool = False
) -> web.Response:
    view = LinkClosedView(french.typographic(why[0]), french.typographic(why[1]), may_ask=may_ask, was_asked=was_asked)
    return visitor.render("patient/link_closed.html", _stranger(visitor), view, status=status)


def _show_identity(visitor: Visitor, visit: Visit, form: Form, *, status: int = 200) -> web.Response:
    slot = visit.act.slot
    view = IdentityView(slot.start if slot else None, words.traits(visit.patient), words.PLACES, form)
    return visitor.render("patient/identity.html", _frame(visitor, visit, Step.IDENTITY), view, status=status)


def _show_consent(
    visitor: Visitor, visit: Visit, form: Form, *, was_refused: bool = False, status: int = 200
) -> web.Response:
    frame = _frame(visitor, visit, Step.CONSENT)
    wording = visitor.services.consents.wording()
    may_be_minor = visit.patient.identity.traits.birth_date.is_under(18, frame.today) is not False
    view = ConsentView(read_blocks(wording.text), wording.version, wording.sha256, form, may_be_minor, was_refused)
    return visitor.render("patient/consent.html", frame, view, status=status)


def _waiting(visit: Visit) -> WaitingView:
    act, wait = visit.act, visit.wait
    return WaitingView(
        doctor=visit.professional.full_name,
        position=wait.position if wait else None,
        expected_minutes=int(wait.expected.total_seconds() // 60) if wait else None,
        planned_at=act.slot.start if act.slot else None,
        since=act.arrived_at or act.booked_at,
        poll_address="/visite/attente/fil",
        call_address="/visite/appel",
        token_address="/visit/room-token",  # noqa: S106 - an address
        is_admitted=visit.step is VisitStep.CALL,
    )


def _show_end(visitor: Visitor, visit: Visit, *, has_withdrawn: bool = False) -> web.Response:
    is_over = visit.step is VisitStep.END
    view = EndView(
        doctor=visit.professional.full_name,
        ended_at=visit.act.finished_at,
        is_over=is_over,
        next_steps=tuple(map(french.typographic, _NEXT_STEPS)) if is_over else (),
        return_address="" if is_over else "/visite/appel",
        withdrawal_text="Votre accord est retiré." if has_withdrawn else _WITHDRAWAL,
        may_withdraw=visit.has_consented and not has_withdrawn,
    )
    return visitor.render("patient/end.html", _frame(visitor, visit, None), view)


def _iso_date(form: Form) -> str | None:
    """`1955-03-03` from the three fields; None for what is no date at all."""
    parts = [form.value(f"naissance_{part}").strip() for part in ("annee", "mois", "jour")]
    if not all(part.isdecimal() and part.isascii() for part in parts) or len(parts[0]) != 4:
        return None
    if not (1 <= int(parts[1]) <= 12 and 1 <= int(parts[2]) <= 31):
        return None
    return f"{parts[0]}-{int(parts[1]):02d}-{int(parts[2]):02d}"
