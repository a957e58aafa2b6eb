"""The booking form: for whom, with whom, when, and how the link leaves."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from aiohttp import web

from telemed.kernel.caller import Role
from telemed.kernel.errors import DomainError
from telemed.kernel.messages import Channel
from telemed.patients.model import Patient
from telemed.web import french, words
from telemed.web.pages.page import Visitor, Workplace, open_workplace
from telemed.web.pages.patient_search import find_patients, patient_label
from telemed.web.views.booking import BookingFormView
from telemed.web.views.frame import Choice, Form

_LENGTHS = (10, 15, 20, 30, 45)
_CHANNELS = {
    Channel.SMS: Choice("sms", "SMS", "Au numéro de la fiche du patient."),
    Channel.EMAIL: Choice("email", "Courriel", "À l’adresse de la fiche du patient."),
}
_NO_CHANNEL = Choice("aucun", "Ne rien envoyer", "Vous pourrez l’envoyer plus tard.")


async def show_new(visitor: Visitor, *, is_arrival: bool) -> web.Response:
    place = await open_workplace(visitor, "bookings")
    query = visitor.request.query
    values = {name: query[name] for name in ("q", "patient", "jour", "medecin") if name in query}
    values.setdefault("jour", place.frame.today.isoformat())
    values.setdefault("minutes", "15")
    return await show_form(visitor, place, Form(values), is_arrival=is_arrival)


async def show_form(
    visitor: Visitor, place: Workplace, form: Form, *, is_arrival: bool, status: int = 200
) -> web.Response:
    """Ask for whom first; then the form, with the patient's own contact data chosen beforehand."""
    base = "/arrivees/nouvelle" if is_arrival else "/rendez-vous/nouveau"
    patient = await _chosen(visitor, form)
    values = dict(form.values)
    matches: tuple[Choice, ...] = ()
    if patient is not None:
        values.setdefault("canal", find_channel(visitor, patient) or _NO_CHANNEL.value)
    elif form.value("q"):
        found = await find_patients(visitor, form.value("q"))
        matches = tuple(
            Choice(f"{base}?{_query(form, one)}", one.full_name, words.birth(one.identity.traits.birth_date))
            for one in found
        )
    view = BookingFormView(
        form=Form(values, form.errors),
        doctors=await doctor_choices(visitor, place),
        channels=(*(_CHANNELS[one] for one in Channel if one in visitor.services.links.channels), _NO_CHANNEL),
        durations=tuple(Choice(str(length), f"{length} minutes") for length in _LENGTHS),
        matches=matches,
        patient=patient_label(patient) if patient else "",
        is_arrival=is_arrival,
        asks_override="soins_urgents" in form.errors
        or bool(form.value("soins_urgents") or form.value("motif_plafond")),
        asks_season="saison" in form.errors or bool(form.value("saison")),
        free=await _free(visitor, place, form) if patient and not is_arrival else (),
    )
    return visitor.render("professional/booking_form.html", place.frame, view, status=status)


def find_channel(visitor: Visitor, patient: Patient) -> Channel | None:
    """The first configured channel by which this patient can be reached."""
    reachable = {Channel.SMS: patient.contact.phone, Channel.EMAIL: patient.contact.email}
    return next((one for one in Channel if one in visitor.services.links.channels and reachable[one]), None)


def _query(form: Form, patient: Patient) -> str:
    kept = {"patient": str(patient.id)} | {name: form.value(name) for name in ("jour", "medecin") if form.value(name)}
    return urlencode(kept)


async def _chosen(visitor: Visitor, form: Form) -> Patient | None:
    try:
        patient_id = UUID(form.value("patient"))
    except ValueError:
        return None
    return await visitor.services.patients.get(visitor.known, patient_id)


async def doctor_choices(visitor: Visitor, place: Workplace) -> tuple[Choice, ...]:
    """Whom one may book for: oneself, or every doctor of the practice for a secretary."""
    if not visitor.known.has_role(Role.SECRETARY):
        return (Choice(str(place.person.id), place.person.full_name),)
    people = await visitor.services.professionals.page(visitor.known, limit=100)
    return tuple(
        Choice(str(one.id), f"{one.full_name}{f', {one.specialty.label.lower()}' if one.specialty else ''}")
        for one in people
        if Role.DOCTOR in one.roles and not one.is_suspended
    )


async def _free(visitor: Visitor, place: Workplace, form: Form) -> tuple[str, ...]:
    """The free times of the chosen doctor on the chosen day, as the wall clock shows them."""
    try:
        day, doctor = date.fromisoformat(form.value("jour")), UUID(form.value("medecin") or str(place.person.id))
        slots = await visitor.services.bookings.slots(visitor.known, doctor, day, 1)
    except (ValueError, DomainError):
        return ()
    return tuple(french.format_clock(slot.start, place.practice.territory.zone) for slot in slots)
