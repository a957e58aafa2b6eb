"""Mes disponibilités: « disponible maintenant », what one answers, hours, absences, and where one is told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime, time
from typing import Annotated, Literal
from urllib.parse import urlencode
from uuid import UUID

from aiohttp import web
from pydantic import Field

from telemed.acts.teleexpertise.model import Contact, QuietHours
from telemed.experts.model import (
    AnswerChannel,
    Kind,
    ProfileDraft,
    Shift,
    ShiftDraft,
    parse_language,
)
from telemed.kernel.clock import day_bounds
from telemed.kernel.errors import Conflict, Invalid, Refused
from telemed.kernel.period import Interval
from telemed.patients.model import parse_email, parse_phone
from telemed.web import forms, roster_words
from telemed.web.pages.availability_view import BASE, MOST, render_availability
from telemed.web.pages.expertise import CARER
from telemed.web.pages.page import Pages, Visitor, open_workplace
from telemed.web.views.frame import Form

pages = Pages()
_FIELDS = {
    "department": "departement",
    "capacity_per_day": "capacite",
    "skills": "competences",
    "first_on": "premier_jour",
    "minutes": "fin",
    "rule": "jours",
    "ends_at": "dernier",
}
Gesture = Callable[[Form], Awaitable[web.Response]]


class ProfileForm(forms.FormModel):
    ouvert: str = ""
    capacite: Annotated[int | None, forms.EMPTY_IS_NONE, Field(ge=1, le=200)] = None
    auto: str = ""
    direct: str = ""
    competences: str = ""
    mots: Annotated[str, Field(max_length=1_000)] = ""
    langues: Annotated[str, Field(max_length=100)] = "fr"
    departement: Annotated[str, Field(max_length=3)] = ""


class HoursForm(forms.FormModel):
    jours: str = ""
    debut: time
    fin: time
    premier_jour: date
    rythme: Literal["1", "2", "0"] = "1"
    ligne: Annotated[UUID | None, forms.EMPTY_IS_NONE] = None


class AwayForm(forms.FormModel):
    premier: date
    dernier: date


@pages.get(BASE, CARER)
async def show_availability(visitor: Visitor) -> web.Response:
    return await render_availability(visitor, Form())


@pages.post(f"{BASE}/maintenant", CARER)
async def announce(visitor: Visitor) -> web.Response:
    """Be there for some minutes from now, or no longer."""
    minutes = (await forms.typed(visitor.request)).value("minutes")
    presence = visitor.services.experts.presence
    if minutes.isdecimal() and int(minutes) > 0:
        await presence.announce(visitor.known, int(minutes))
        return visitor.go(BASE, flash="present")
    await presence.leave(visitor.known)
    return visitor.go(BASE, flash="absent-now")


@pages.post(f"{BASE}/profil", CARER)
async def save_profile(visitor: Visitor) -> web.Response:
    async def save(form: Form) -> web.Response:
        await visitor.services.experts.profiles.save(visitor.known, _read_profile(form))
        return visitor.go(BASE, flash="saved")

    return await _do(visitor, save)


@pages.post(f"{BASE}/horaires", CARER)
async def add_hours(visitor: Visitor) -> web.Response:
    async def add(form: Form) -> web.Response:
        asked = forms.read(HoursForm, form)
        await visitor.services.experts.hours.add_shift(visitor.known, read_hours(asked), line_id=asked.ligne)
        return visitor.go(BASE, flash="hours-added")

    return await _do(visitor, add)


@pages.post(f"{BASE}/horaires/retablir", CARER)
async def restore_hours(visitor: Visitor) -> web.Response:
    """Bring back hours just removed: the address says what they were."""
    query = visitor.request.query

    async def add(_form: Form) -> web.Response:
        try:
            line = query.get("ligne")
            draft = ShiftDraft(
                date.fromisoformat(query["premier_jour"]),
                int(query["debut"]),
                int(query["minutes"]),
                query["regle"],
                query["zone"],
                frozenset(date.fromisoformat(one) for one in query["sauf"].split(",") if one),
            )
            line_id = UUID(line) if line else None
        except (KeyError, ValueError):
            raise Invalid("Ces horaires ne sont pas lisibles.") from None
        await visitor.services.experts.hours.add_shift(visitor.known, draft, line_id=line_id)
        return visitor.go(BASE, flash="hours-added")

    return await _do(visitor, add)


@pages.post(f"{BASE}/horaires/{{id}}/retirer", CARER)
async def remove_hours(visitor: Visitor) -> web.Response:
    """Take hours away; the next page offers them back."""
    hours, shift_id = visitor.services.experts.hours, _id_of(visitor)
    found = next((one for one in await hours.shifts(visitor.known, after=None, limit=MOST) if one.id == shift_id), None)
    await hours.remove_shift(visitor.known, shift_id)
    return visitor.go(f"{BASE}?{_memory_of(found)}" if found else BASE)


@pages.post(f"{BASE}/absences", CARER)
async def add_leave(visitor: Visitor) -> web.Response:
    async def add(form: Form) -> web.Response:
        asked, place = forms.read(AwayForm, form), await open_workplace(visitor, "expertise/availability")
        if asked.dernier < asked.premier:
            raise Invalid("Le dernier jour vient après le premier.", field="dernier")
        start, end = (day_bounds(day, place.practice.territory) for day in (asked.premier, asked.dernier))
        await visitor.services.experts.hours.add_exception(visitor.known, Kind.LEAVE, Interval(start[0], end[1]))
        return visitor.go(BASE, flash="leave-added")

    return await _do(visitor, add)


@pages.post(f"{BASE}/absences/{{id}}/retirer", CARER)
async def remove_leave(visitor: Visitor) -> web.Response:
    return await _remove_exception(visitor, Kind.LEAVE)


@pages.post(f"{BASE}/ajouts/{{id}}/retirer", CARER)
async def remove_extra(visitor: Visitor) -> web.Response:
    return await _remove_exception(visitor, Kind.EXTRA)


@pages.post(f"{BASE}/exceptions/retablir", CARER)
async def restore_exception(visitor: Visitor) -> web.Response:
    """Bring back an absence or extra hours just removed: the address says what they were."""
    query = visitor.request.query

    async def add(_form: Form) -> web.Response:
        kind, interval, line_id = _read_memory(
            query.get("genre", ""), query.get("du", ""), query.get("au", ""), query.get("ligne", "")
        )
        await visitor.services.experts.hours.add_exception(visitor.known, kind, interval, line_id=line_id)
        return visitor.go(BASE, flash="leave-added" if kind is Kind.LEAVE else "hours-added")

    return await _do(visitor, add)


@pages.post(f"{BASE}/prevenir", CARER)
async def save_contact(visitor: Visitor) -> web.Response:
    async def save(form: Form) -> web.Response:
        place, answers = await open_workplace(visitor, "expertise/availability"), forms.Answers(form)
        phone = answers.optional("telephone", lambda text: parse_phone(text, place.practice.territory))
        email = answers.optional("courriel", parse_email)
        start = answers.optional("calme_de", time.fromisoformat)
        end = answers.optional("calme_a", time.fromisoformat)
        digest = answers.optional("recapitulatif", time.fromisoformat)
        if (start is None) != (end is None) or (start is not None and start == end):
            answers.add("calme_a", "Donnez un début et une fin différents.")
        answers.check()
        quiet = QuietHours(start, end) if start is not None and end is not None else None
        contact = Contact(phone, email, quiet, digest, holds_urgent=bool(form.value("urgent_aussi")))
        await visitor.services.expertise.notices.set_contact(visitor.known, contact)
        return visitor.go(BASE, flash="saved")

    return await _do(visitor, save)


async def _do(visitor: Visitor, gesture: Gesture) -> web.Response:
    form = await forms.typed(visitor.request)
    try:
        return await gesture(form)
    except forms.FormError as err:
        return await render_availability(visitor, err.form, status=422)
    except (Invalid, Refused, Conflict) as err:
        return await render_availability(
            visitor, forms.refused(form, err, _FIELDS), status=422 if isinstance(err, Invalid) else 409
        )


async def _remove_exception(visitor: Visitor, kind: Kind) -> web.Response:
    hours, exception_id = visitor.services.experts.hours, _id_of(visitor)
    found = await hours.exceptions(visitor.known, kind, after=None, limit=MOST)
    one = next((one for one in found if one.id == exception_id), None)
    await hours.remove_exception(visitor.known, kind, exception_id)
    if one is None:
        return visitor.go(BASE)
    memory = {
        "retire": "absence" if kind is Kind.LEAVE else "ajout",
        "genre": kind.value,
        "du": one.interval.start.isoformat(),
        "au": one.interval.end.isoformat(),
        "ligne": str(one.line_id or ""),
    }
    return visitor.go(f"{BASE}?{urlencode(memory)}")


def _memory_of(shift: Shift) -> str:
    """Hours as an address can say them, to be brought back."""
    return urlencode(
        {
            "retire": "horaires",
            "premier_jour": shift.first_on.isoformat(),
            "debut": shift.start_minute,
            "minutes": shift.minutes,
            "regle": shift.rule,
            "zone": shift.zone,
            "sauf": ",".join(day.isoformat() for day in sorted(shift.except_on)),
            "ligne": str(shift.line_id or ""),
        }
    )


def _read_memory(kind: str, start: str, end: str, line: str) -> tuple[Kind, Interval, UUID | None]:
    try:
        return (
            Kind(kind),
            Interval(datetime.fromisoformat(start), datetime.fromisoformat(end)),
            UUID(line) if line else None,
        )
    except ValueError:
        raise Invalid("Ces horaires ne sont pas lisibles.") from None


def _read_profile(form: Form) -> ProfileDraft:
    asked, answers = forms.read(ProfileForm, form), forms.Answers(form)
    languages = answers.read(
        "langues", lambda text: tuple(parse_language(one) for one in _split(text)) or ("fr",), asked.langues
    )
    answers.check()
    return ProfileDraft(
        department=asked.departement,
        skills=tuple(_split(asked.competences)),
        words=tuple(one[:60] for one in _split(asked.mots)[:20]),
        languages=languages or ("fr",),
        is_open=bool(asked.ouvert),
        capacity_per_day=asked.capacite,
        auto_accept=bool(asked.auto),
        channels=frozenset({AnswerChannel.WRITTEN} | ({AnswerChannel.LIVE} if asked.direct else set())),
    )


def _split(text: str) -> list[str]:
    return [part for part in (one.strip() for one in text.replace(";", ",").split(",")) if part]


def read_hours(asked: HoursForm) -> ShiftDraft:
    """The shift of a form; it ends the next day when its end is not after its start. Raises FormError."""
    start, end = (clock.hour * 60 + clock.minute for clock in (asked.debut, asked.fin))
    days = [code for code, _ in roster_words.DAYS if code in asked.jours.split(",")]
    rule = ""
    if asked.rythme != "0":
        days = days or [roster_words.DAYS[asked.premier_jour.weekday()][0]]
        rule = f"FREQ=WEEKLY;BYDAY={','.join(days)}" + (";INTERVAL=2" if asked.rythme == "2" else "")
    return ShiftDraft(asked.premier_jour, start, (end - start) % (24 * 60) or 24 * 60, rule)


def _id_of(visitor: Visitor) -> UUID:
    try:
        return UUID(visitor.request.match_info["id"])
    except ValueError:
        raise web.HTTPNotFound from None
