"""Rendez-vous: a day's list, a new one, an arrival, and the life of one appointment and its link."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from aiohttp import web
from pydantic import Field

from telemed.acts.teleconsultation.model import State
from telemed.acts.teleconsultation.service.booking import BookingRequest
from telemed.acts.teleconsultation.service.overview import ActView
from telemed.api.auth import only
from telemed.kernel.caller import Role
from telemed.kernel.clock import Territory, day_bounds, is_ambiguous, parse_instant, resolve_local
from telemed.kernel.errors import Conflict, DomainError, Invalid, Refused
from telemed.kernel.messages import Channel
from telemed.kernel.period import Interval
from telemed.web import forms, words
from telemed.web.pages.booking_form import show_form, show_new
from telemed.web.pages.link_card import link_card
from telemed.web.pages.page import Pages, Visitor, Workplace, open_workplace
from telemed.web.pages.today import act_id_of, minutes_of
from telemed.web.views.booking import BookingLine, BookingsView, BookingView
from telemed.web.views.frame import Form

pages = Pages()
_CARING = only(Role.DOCTOR, Role.SECRETARY)
_PAGE = 50
_FIELDS = {"channel": "canal", "slot": "heure", "professional_id": "medecin", "patient_id": "patient"}


class ArrivalForm(forms.FormModel):
    patient: UUID
    medecin: UUID
    motif: str = ""
    canal: str = "aucun"
    soins_urgents: str = ""
    motif_plafond: Annotated[str, Field(max_length=300)] = ""


class SlotForm(forms.FormModel):
    jour: date
    heure: time
    minutes: int = 15
    saison: str = ""


class BookingForm(ArrivalForm, SlotForm):
    pass


@pages.get("/rendez-vous", _CARING)
async def list_bookings(visitor: Visitor) -> web.Response:
    place = await open_workplace(visitor, "bookings")
    day = _day_asked(visitor, place)
    start, end = day_bounds(day, place.practice.territory)
    after = _cursor(visitor)
    found = await visitor.services.overview.page(visitor.known, limit=_PAGE + 1, start=start, end=end, after=after)
    view = BookingsView(
        day=day,
        lines=tuple(_line(place, one) for one in found[:_PAGE] if one.act.slot),
        previous_address=f"/rendez-vous?jour={day - timedelta(days=1)}",
        next_address=f"/rendez-vous?jour={day + timedelta(days=1)}",
        today_address="/rendez-vous",
        next_page=_next_page(day, found),
    )
    return visitor.render("professional/bookings.html", place.frame, view)


@pages.get("/rendez-vous/nouveau", _CARING)
async def show_new_booking(visitor: Visitor) -> web.Response:
    return await show_new(visitor, is_arrival=False)


@pages.get("/arrivees/nouvelle", _CARING)
async def show_arrival(visitor: Visitor) -> web.Response:
    return await show_new(visitor, is_arrival=True)


@pages.post("/rendez-vous", _CARING)
async def book(visitor: Visitor) -> web.Response:
    """Take the time that was chosen; a refusal shows the form again as it was."""
    place = await open_workplace(visitor, "bookings")
    form = await forms.typed(visitor.request)
    try:
        asked = forms.read(BookingForm, form)
        slot = read_slot(asked, place.practice.territory)
        request = _request(asked, slot)
        booked = await visitor.services.bookings.book(visitor.known, request)
    except forms.FormError as err:
        return await show_form(visitor, place, err.form, is_arrival=False, status=422)
    except (Invalid, Refused, Conflict) as err:
        return await show_form(visitor, place, _refused(form, err), is_arrival=False, status=_status(err))
    return visitor.go(f"/rendez-vous/{booked.act.id}", flash="booked" if request.channel else "booked-silently")


@pages.post("/arrivees", _CARING)
async def take_arrival(visitor: Visitor) -> web.Response:
    """Put a patient without an appointment in the doctor's queue."""
    place = await open_workplace(visitor, "bookings")
    form = await forms.typed(visitor.request)
    try:
        asked = forms.read(ArrivalForm, form)
        request = _request(asked, None)
        booked = await visitor.services.bookings.book(visitor.known, request)
    except forms.FormError as err:
        return await show_form(visitor, place, err.form, is_arrival=True, status=422)
    except (Invalid, Refused, Conflict) as err:
        return await show_form(visitor, place, _refused(form, err), is_arrival=True, status=_status(err))
    return visitor.go(f"/rendez-vous/{booked.act.id}", flash="queued" if request.channel else "queued-silently")


@pages.get("/rendez-vous/{id}", _CARING)
async def show_booking(visitor: Visitor) -> web.Response:
    place = await open_workplace(visitor, "bookings")
    return await _show_booking(visitor, place, None)


@pages.post("/rendez-vous/{id}/deplacer", _CARING)
async def move(visitor: Visitor) -> web.Response:
    place = await open_workplace(visitor, "bookings")
    form = await forms.typed(visitor.request)
    try:
        asked = forms.read(SlotForm, form)
        slot = read_slot(asked, place.practice.territory)
        await visitor.services.bookings.move(visitor.known, act_id_of(visitor), slot)
    except forms.FormError as err:
        return await _show_booking(visitor, place, err.form, status=422)
    except (Invalid, Refused, Conflict) as err:
        return await _show_booking(visitor, place, forms.refused(form, err, _FIELDS), status=_status(err))
    return visitor.go(f"/rendez-vous/{act_id_of(visitor)}", flash="moved")


@pages.post("/rendez-vous/{id}/annuler", _CARING)
async def cancel(visitor: Visitor) -> web.Response:
    act = await visitor.services.bookings.cancel(visitor.known, act_id_of(visitor))
    return visitor.go(f"/rendez-vous/{act.id}", flash="cancelled", subject=str(act.id))


@pages.post("/rendez-vous/{id}/retablir", _CARING)
async def restore(visitor: Visitor) -> web.Response:
    act = await visitor.services.bookings.restore(visitor.known, act_id_of(visitor))
    return visitor.go(f"/rendez-vous/{act.id}", flash="restored")


@pages.post("/rendez-vous/{id}/absent", _CARING)
async def mark_absent(visitor: Visitor) -> web.Response:
    act = await visitor.services.bookings.mark_absent(visitor.known, act_id_of(visitor))
    return visitor.go(f"/rendez-vous/{act.id}", flash="absent")


@pages.post("/rendez-vous/{id}/lien", _CARING)
async def send_link(visitor: Visitor) -> web.Response:
    form = await forms.typed(visitor.request)
    channel = Channel.EMAIL if form.value("canal") == "email" else Channel.SMS
    await visitor.services.links.send(visitor.known, act_id_of(visitor), channel)
    return visitor.go(f"/rendez-vous/{act_id_of(visitor)}", flash="link-sent")


@pages.post("/rendez-vous/{id}/lien/revoquer", _CARING)
async def revoke_links(visitor: Visitor) -> web.Response:
    await visitor.services.links.revoke(visitor.known, act_id_of(visitor))
    return visitor.go(f"/rendez-vous/{act_id_of(visitor)}", flash="links-revoked")


def read_slot(asked: SlotForm, territory: Territory) -> Interval:
    """The instants of a wall time. Raises Invalid in the hour that the clock skips, or shows twice without a word."""
    wall = datetime.combine(asked.jour, asked.heure)
    if is_ambiguous(wall, territory):
        if asked.saison not in ("ete", "hiver"):
            raise Invalid(
                "Cette nuit-là, cette heure existe deux fois : choisissez l’heure d’été ou d’hiver.", field="saison"
            )
        wall = wall.replace(fold=0 if asked.saison == "ete" else 1)
    try:
        start = resolve_local(wall, territory)
    except ValueError:
        raise Invalid("Cette heure n’existe pas cette nuit-là : l’horloge avance d’une heure.", field="heure") from None
    if asked.minutes not in range(5, 121):
        raise Invalid("La durée va de 5 à 120 minutes.", field="minutes")
    return Interval(start, start + timedelta(minutes=asked.minutes))


async def _show_booking(visitor: Visitor, place: Workplace, form: Form | None, *, status: int = 200) -> web.Response:
    one = await visitor.services.overview.get(visitor.known, act_id_of(visitor))
    act, is_own = one.act, one.act.professional_id == visitor.known.id
    can_open = is_own and visitor.known.has_role(Role.DOCTOR) and act.state not in (State.CANCELLED, State.NO_SHOW)
    view = BookingView(
        act_id=str(act.id),
        planned_at=act.slot.start if act.slot else None,
        minutes=minutes_of(one),
        patient=one.patient.full_name,
        age=words.age(one.patient.identity.traits.birth_date, place.frame.today),
        patient_address=f"/patientele/{one.patient.id}",
        phone=one.patient.contact.phone or "",
        email=one.patient.contact.email or "",
        channels=tuple(channel.value for channel in Channel if channel in visitor.services.links.channels),
        doctor=one.professional.full_name,
        state=words.state(act.state),
        link=link_card(one),
        move_form=form or _present_slot(one, place),
        may_move=act.state is State.BOOKED and act.slot is not None,
        may_cancel=act.state in (State.BOOKED, State.WAITING),
        is_cancelled=act.state is State.CANCELLED,
        may_mark_absent=act.state is State.BOOKED and act.slot is not None and act.slot.start < place.frame.now,
        asks_season=form is not None and ("saison" in form.errors or bool(form.value("saison"))),
        call_address=_act_address(one) if can_open else "",
    )
    return visitor.render("professional/booking.html", place.frame, view, status=status)


def _act_address(one: ActView) -> str:
    is_over = one.act.state in (State.FINISHED, State.CLOSED)
    return f"/consultations/{one.act.id}" + ("/compte-rendu" if is_over else "")


def _present_slot(one: ActView, place: Workplace) -> Form:
    slot = one.act.slot
    if slot is None:
        return Form()
    wall = slot.start.astimezone(place.practice.territory.zone)
    return Form({"jour": wall.date().isoformat(), "heure": wall.strftime("%H:%M"), "minutes": str(minutes_of(one))})


def _line(place: Workplace, one: ActView) -> BookingLine:
    if one.act.slot is None:
        raise LookupError("a line of this list has a time")
    return BookingLine(
        address=f"/rendez-vous/{one.act.id}",
        planned_at=one.act.slot.start,
        minutes=minutes_of(one),
        patient=one.patient.full_name,
        age=words.age(one.patient.identity.traits.birth_date, place.frame.today),
        doctor=one.professional.full_name,
        state=words.state(one.act.state),
        link=words.link(one.deliveries),
    )


def _day_asked(visitor: Visitor, place: Workplace) -> date:
    try:
        return date.fromisoformat(visitor.request.query.get("jour", ""))
    except ValueError:
        return place.frame.today


def _cursor(visitor: Visitor) -> tuple[datetime, UUID] | None:
    at, _, name = visitor.request.query.get("apres", "").partition("~")
    try:
        return parse_instant(at), UUID(name)
    except ValueError:
        return None


def _next_page(day: date, found: list[ActView]) -> str:
    if len(found) <= _PAGE:
        return ""
    last = found[_PAGE - 1].act
    at = last.slot.start if last.slot else last.booked_at
    return "/rendez-vous?" + urlencode({"jour": day.isoformat(), "apres": f"{at.isoformat()}~{last.id}"})


def _request(asked: ArrivalForm, slot: Interval | None) -> BookingRequest:
    return BookingRequest(
        asked.medecin,
        asked.patient,
        slot,
        asked.motif,
        _channel(asked.canal),
        is_urgent=bool(asked.soins_urgents),
        cap_override=asked.motif_plafond,
    )


def _channel(text: str) -> Channel | None:
    return {"sms": Channel.SMS, "email": Channel.EMAIL}.get(text)


def _refused(form: Form, error: DomainError) -> Form:
    """The form with the refusal; what the cap holds is told beside the two answers that let it through."""
    shown = forms.refused(form, error, _FIELDS)
    if isinstance(error, Refused) and error.decision.refusals[0].code == "cap.held":
        return Form(shown.values, {"soins_urgents": shown.errors[""]})
    return shown


def _status(error: DomainError) -> int:
    return 422 if isinstance(error, Invalid) else 409
