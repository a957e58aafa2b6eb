"""Mes disponibilités drawn: what one answers, hours in words, and the days that they open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import urlencode
from uuid import UUID

from aiohttp import web

from telemed.acts.teleexpertise.model import Contact
from telemed.experts.model import AnswerChannel, HoursException, Kind, Opening, Profile, Shift, Skill
from telemed.experts.service.hours import joined
from telemed.kernel.clock import civil_date, day_bounds
from telemed.kernel.errors import Refused
from telemed.web import french, roster_words
from telemed.web.pages.page import Visitor, Workplace, open_workplace
from telemed.web.views.frame import Choice, Flash, Form, Tone, Undo
from telemed.web.views.roster import AvailabilityView, HoursLine, OpenDay, PresenceCard

BASE = "/avis/disponibilites"
MOST = 200
_DAYS_SHOWN = 14


async def render_availability(visitor: Visitor, form: Form, *, status: int = 200) -> web.Response:
    place = await open_workplace(visitor, "expertise/availability")
    view = await _view(visitor, place, form)
    frame = replace(place.frame, flash=_removed_flash(visitor))
    return visitor.render("professional/availability.html", frame, view, status=status)


async def _view(visitor: Visitor, place: Workplace, form: Form) -> AvailabilityView:
    services, caller = visitor.services.experts, visitor.known
    notice_form = await _notice_form(visitor, form)
    try:
        profile = await services.profiles.own(caller)
    except Refused:
        return AvailabilityView(False, "", PresenceCard(None), form, form, form, notice_form)
    presence = await services.presence.find(caller)
    lines = {
        one.line.id: one.line.name
        for one in await services.lines.page(caller, after=None, limit=MOST)
        if one.membership and one.membership.joined_at and not one.line.is_closed
    }
    today = place.frame.today
    shifts = await services.hours.shifts(caller, after=None, limit=MOST)
    return AvailabilityView(
        may_answer=True,
        specialty=place.person.specialty.label if place.person.specialty else "",
        presence=PresenceCard(presence.until if presence else None),
        profile_form=_profile_form(profile, form),
        hours_form=Form({"premier_jour": today.isoformat(), "rythme": "1"} | form.values, form.errors),
        away_form=form,
        notice_form=notice_form,
        skills=_skills(services.profiles.skills.skills.values(), profile),
        lines=tuple(Choice(str(key), name) for key, name in lines.items()),
        shifts=tuple(_shift_line(one, lines, today) for one in shifts),
        absences=await _exceptions(visitor, place, Kind.LEAVE),
        extras=await _exceptions(visitor, place, Kind.EXTRA),
        days=_days(joined(await services.hours.openings(caller, _DAYS_SHOWN)), lines, place),
        is_open=profile.is_open,
    )


def _skills(known: Iterable[Skill], profile: Profile) -> tuple[Choice, ...]:
    """The skills of one's specialty, those of all, and those already chosen."""
    code, chosen = profile.abilities.specialty_code, profile.abilities.skills
    return tuple(
        Choice(one.code, french.typographic(one.label))
        for one in known
        if not one.specialties or code in one.specialties or one.code in chosen
    )


def _profile_form(profile: Profile, form: Form) -> Form:
    kept = {
        "ouvert": "oui" if profile.is_open else "",
        "capacite": str(profile.capacity_per_day or ""),
        "auto": "oui" if profile.auto_accept else "",
        "direct": "oui" if AnswerChannel.LIVE in profile.channels else "",
        "competences": ",".join(profile.abilities.skills),
        "mots": ", ".join(profile.abilities.words),
        "langues": ", ".join(profile.abilities.languages),
        "departement": profile.place.department,
    }
    return Form(kept | form.values, form.errors)


async def _notice_form(visitor: Visitor, form: Form) -> Form:
    contact: Contact = await visitor.services.expertise.notices.contact(visitor.known)
    phone = french.format_phone(contact.phone).replace(french.FIXED, " ") if contact.phone else ""
    quiet = contact.quiet
    kept = {
        "telephone": phone,
        "courriel": contact.email or "",
        "calme_de": f"{quiet.start:%H:%M}" if quiet else "",
        "calme_a": f"{quiet.end:%H:%M}" if quiet else "",
        "recapitulatif": f"{contact.digest_at:%H:%M}" if contact.digest_at else "",
        "urgent_aussi": "oui" if contact.holds_urgent else "",
    }
    return Form(kept | form.values, form.errors)


def _shift_line(shift: Shift, lines: dict[UUID, str], today: date) -> HoursLine:
    note = f"pour {lines.get(shift.line_id, 'une ligne')}" if shift.line_id else ""
    return HoursLine(roster_words.shift_words(shift, today), note, f"{BASE}/horaires/{shift.id}/retirer")


async def _exceptions(visitor: Visitor, place: Workplace, kind: Kind) -> tuple[HoursLine, ...]:
    """What is not over yet."""
    found = await visitor.services.experts.hours.exceptions(visitor.known, kind, after=None, limit=MOST)
    path = "absences" if kind is Kind.LEAVE else "ajouts"
    return tuple(
        HoursLine(span_words(one, place), "", f"{BASE}/{path}/{one.id}/retirer")
        for one in found
        if one.interval.end > place.frame.now
    )


def span_words(one: HoursException, place: Workplace) -> str:
    """`Du lundi 3 août au vendredi 7 août` for whole days, else both instants."""
    territory, today = place.practice.territory, place.frame.today
    first, last = one.interval.start, one.interval.end
    if (
        first == day_bounds(civil_date(first, territory), territory)[0]
        and last == day_bounds(civil_date(last, territory), territory)[0]
    ):
        days = civil_date(first, territory), civil_date(last - timedelta(seconds=1), territory)
        if days[0] == days[1]:
            return french.format_day(days[0], today).capitalize()
        return f"Du {french.format_day(days[0], today)} au {french.format_day(days[1], today)}"
    told = (french.format_moment(instant, territory.zone, today) for instant in (first, last))
    return "Du {} au {}".format(*told)


def _days(openings: Iterable[Opening], lines: dict[UUID, str], place: Workplace) -> tuple[OpenDay, ...]:
    """The days that are open, each with its spans."""
    zone = place.practice.territory.zone
    days: dict[date, list[str]] = {}
    for one in openings:
        start, end = (instant.astimezone(zone) for instant in (one.interval.start, one.interval.end))
        span = f"{french.format_hour(start, zone)} – {french.format_hour(end, zone)}"
        days.setdefault(start.date(), []).append(f"{span} ({lines[one.line_id]})" if one.line_id in lines else span)
    return tuple(OpenDay(day, tuple(spans)) for day, spans in sorted(days.items()))


def _removed_flash(visitor: Visitor) -> Flash | None:
    """What was just removed, and the form that brings it back."""
    query = visitor.request.query
    match query.get("retire"):
        case "horaires":
            text, action = "Horaires retirés.", f"{BASE}/horaires/retablir"
        case "absence":
            text, action = "Absence retirée.", f"{BASE}/exceptions/retablir"
        case "ajout":
            text, action = "Plage retirée.", f"{BASE}/exceptions/retablir"
        case _:
            return None
    return Flash(text, Tone.SOON, Undo(f"{action}?{urlencode(dict(query))}", "Rétablir"))
