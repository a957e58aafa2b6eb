"""The patient's pages drawn: each shows one step, and never whose link it is before the birth date is known."""

from __future__ import annotations

from aiohttp import web

from telemed.acts.teleconsultation.model import State
from telemed.acts.teleconsultation.rules.visit import VisitStep
from telemed.acts.teleconsultation.service.visit import Visit
from telemed.web import french, words
from telemed.web.pages.page import Visitor
from telemed.web.views.frame import DoctorCard, Form, PatientFrame, Step
from telemed.web.views.patient_journey import (
    BirthDateView,
    ConsentView,
    EndView,
    IdentityView,
    LinkClosedView,
    WaitingView,
)
from telemed.web.wording import read_blocks

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


def step_address(visit: Visit) -> str:
    """The page of the next thing to do, in the order of the step line: identity first, then consent."""
    is_open = visit.act.state in (State.BOOKED, State.WAITING, State.NO_SHOW)
    if is_open and (visit.act.place is None or visit.act.traits_confirmation is None):
        return _STEPS["identity"]
    return _STEPS.get(visit.step.value, _STEPS["end"])


def visit_frame(visitor: Visitor, visit: Visit, step: Step | None) -> PatientFrame:
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


def show_birth_date(visitor: Visitor, form: Form, *, status: int = 200) -> web.Response:
    view = BirthDateView(form)
    return visitor.render("patient/birth_date.html", _stranger(visitor, Step.IDENTITY), view, status=status)


def show_closed(
    visitor: Visitor, why: tuple[str, str], *, status: int = 200, may_ask: bool = True, was_asked: bool = False
) -> web.Response:
    view = LinkClosedView(french.typographic(why[0]), french.typographic(why[1]), may_ask=may_ask, was_asked=was_asked)
    return visitor.render("patient/link_closed.html", _stranger(visitor), view, status=status)


def show_identity_form(visitor: Visitor, visit: Visit, form: Form, *, status: int = 200) -> web.Response:
    slot = visit.act.slot
    view = IdentityView(slot.start if slot else None, words.traits(visit.patient), words.PLACES, form)
    return visitor.render("patient/identity.html", visit_frame(visitor, visit, Step.IDENTITY), view, status=status)


def show_consent_form(
    visitor: Visitor, visit: Visit, form: Form, *, was_refused: bool = False, status: int = 200
) -> web.Response:
    frame = visit_frame(visitor, visit, Step.CONSENT)
    wording = visitor.services.consents.wording()
    may_be_minor = visit.patient.identity.traits.birth_date.is_under(18, frame.today) is not False
    view = ConsentView(read_blocks(wording.text), wording.version, wording.sha256, form, may_be_minor, was_refused)
    return visitor.render("patient/consent.html", frame, view, status=status)


def waiting_view(visit: Visit) -> WaitingView:
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


def show_end_page(visitor: Visitor, visit: Visit, *, has_withdrawn: bool = False) -> web.Response:
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
    return visitor.render("patient/end.html", visit_frame(visitor, visit, None), view)


def iso_date(form: Form) -> str | None:
    """`1955-03-03` from the three fields; None for what is no date at all."""
    parts = [form.value(f"naissance_{part}").strip() for part in ("annee", "mois", "jour")]
    if not all(part.isdecimal() and part.isascii() for part in parts) or len(parts[0]) != 4:
        return None
    if not (1 <= int(parts[1]) <= 12 and 1 <= int(parts[2]) <= 31):
        return None
    return f"{parts[0]}-{int(parts[1]):02d}-{int(parts[2]):02d}"
