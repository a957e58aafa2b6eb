"""Papers of the practice without which no month is billed, and the hours in which its team looks."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Annotated
from uuid import UUID

from aiohttp import web
from pydantic import Field

from telemed.acts.telemonitoring.model.care import HoursSetting, Paper, PaperKind, Week
from telemed.acts.telemonitoring.model.pathway import Pathway
from telemed.acts.telemonitoring.model.rights import RIGHTS, Right
from telemed.acts.telemonitoring.service.practices import PaperDraft
from telemed.api.auth import only
from telemed.kernel.clock import Territory
from telemed.kernel.errors import Conflict, Invalid, Refused
from telemed.kernel.period import DayRange
from telemed.law.calendar import CalendarZone
from telemed.web import forms, french
from telemed.web.pages.page import Pages, Visitor, open_workplace
from telemed.web.views.frame import Badge, Choice, Form, Tone
from telemed.web.views.monitoring_practice import MonitoringPracticeView, PaperLine

pages = Pages()
BASE = "/surveillance/cabinet"
MANAGER = only(*RIGHTS[Right.MANAGE])
_TAB = "surveillance/practice"
_KINDS = {
    PaperKind.ARS_DECLARATION: "Déclaration à l’ARS",
    PaperKind.CONVENTION: "Convention avec l’exploitant",
    PaperKind.DMN_LISTING: "Inscription du dispositif",
}
_CALENDARS = (
    Choice(CalendarZone.ALSACE_MOSELLE.value, "Alsace-Moselle, avec le vendredi saint"),
    Choice(CalendarZone.ALSACE_MOSELLE_WITHOUT_TEMPLE.value, "Alsace-Moselle, sans le vendredi saint"),
)
_DAYS = ("Lundi", "Mardi", "Mercredi", "Jeudi", "Vendredi", "Samedi", "Dimanche")
_SPAN = re.compile(r"(\d{1,2})\s*[h:]\s*(\d{2})?\s*[-–à]\s*(\d{1,2})\s*[h:]\s*(\d{2})?")


class PaperForm(forms.FormModel):
    nature: PaperKind
    activite: Annotated[str | None, forms.EMPTY_IS_NONE] = None
    nom: Annotated[str, Field(min_length=1, max_length=200)]
    debut: date
    fin: Annotated[date | None, forms.EMPTY_IS_NONE] = None


@pages.get(BASE, MANAGER)
async def show_practice(visitor: Visitor) -> web.Response:
    return await _show(visitor, Form(), None)


@pages.post(f"{BASE}/pieces", MANAGER)
async def add_paper(visitor: Visitor) -> web.Response:
    form = await forms.typed(visitor.request)
    try:
        await visitor.services.telemonitoring.practices.add_paper(visitor.known, read_paper(form))
    except forms.FormError as err:
        return await _show(visitor, err.form, None, status=422)
    except (Invalid, Refused, Conflict) as err:
        return await _show(visitor, forms.refused(form, err, {"activity": "activite"}), None, status=422)
    return visitor.go(BASE, flash="saved")


@pages.post(f"{BASE}/pieces/{{id}}/annuler", MANAGER)
async def cancel_paper(visitor: Visitor) -> web.Response:
    try:
        paper_id = UUID(visitor.request.match_info["id"])
    except ValueError:
        raise web.HTTPNotFound from None
    await visitor.services.telemonitoring.practices.cancel_paper(visitor.known, paper_id)
    return visitor.go(BASE, flash="saved")


@pages.post(f"{BASE}/horaires", MANAGER)
async def set_hours(visitor: Visitor) -> web.Response:
    form = await forms.typed(visitor.request)
    try:
        week, calendar = read_week(form), read_calendar(form)
        await visitor.services.telemonitoring.practices.set_hours(visitor.known, week, calendar)
    except forms.FormError as err:
        return await _show(visitor, Form(), err.form, status=422)
    except (Invalid, Refused, Conflict) as err:
        return await _show(visitor, Form(), forms.refused(form, err, {"calendar": "feries"}), status=422)
    return visitor.go(BASE, flash="saved")


def read_paper(form: Form) -> PaperDraft:
    """The paper as typed. Raises FormError."""
    asked, answers = forms.read(PaperForm, form), forms.Answers(form)
    if asked.fin is not None and asked.fin < asked.debut:
        answers.add("fin", "Une pièce se termine après son premier jour.")
    answers.check()
    return PaperDraft(asked.nature, asked.activite, asked.nom, DayRange(asked.debut, asked.fin))


def read_week(form: Form) -> Week:
    """The hours of each day as typed: `9h-12h, 14h-18h30`. Raises FormError."""
    answers, week = forms.Answers(form), {}
    for number in range(len(_DAYS)):
        week[number] = answers.optional(f"jour_{number}", _parse_day) or ()
    answers.check()
    return week


def read_calendar(form: Form) -> CalendarZone | None:
    """Whose holidays are days off; None: those of the territory. Raises FormError."""
    answers = forms.Answers(form)
    calendar = answers.optional("feries", _parse_calendar)
    answers.check()
    return calendar


def _parse_calendar(text: str) -> CalendarZone:
    if text not in {choice.value for choice in _CALENDARS}:
        raise ValueError("ce calendrier n'existe pas")
    return CalendarZone(text)


def _parse_day(text: str) -> tuple[tuple[time, time], ...]:
    spans = []
    for part in text.split(","):
        found = _SPAN.fullmatch(part.strip())
        if found is None:
            raise ValueError("des heures comme 9h-12h, 14h-18h30 sont attendues")
        hours = [int(one or 0) for one in found.groups()]
        if max(hours[0], hours[2]) > 23 or max(hours[1], hours[3]) > 59:
            raise ValueError("cette heure n'existe pas")
        spans.append((time(hours[0], hours[1]), time(hours[2], hours[3])))
    return tuple(spans)


async def _show(visitor: Visitor, form: Form, hours_form: Form | None, *, status: int = 200) -> web.Response:
    place, telemonitoring = await open_workplace(visitor, _TAB), visitor.services.telemonitoring
    papers = await telemonitoring.practices.papers(visitor.known, limit=100)
    hours = await telemonitoring.practices.hours(visitor.known)
    activities = {one.activity: _activity(one) for one in telemonitoring.pathways.values()}
    view = MonitoringPracticeView(
        form=form,
        papers=tuple(_line(one, activities, place.frame.today) for one in papers),
        kinds=tuple(Choice(kind.value, label) for kind, label in _KINDS.items()),
        activities=tuple(Choice(code, label) for code, label in sorted(activities.items(), key=lambda one: one[1])),
        hours_form=hours_form or _hours_form(hours),
        days=tuple(
            Choice(f"jour_{number}", name, "Comme 9h-12h, 14h-18h." if number == 0 else "Vide : personne.")
            for number, name in enumerate(_DAYS)
        ),
        calendars=_CALENDARS if place.practice.territory is Territory.METROPOLE else (),
        is_usual=hours.set_by is None,
    )
    return visitor.render("professional/monitoring_practice.html", place.frame, view, status=status)


def _activity(pathway: Pathway) -> str:
    """What several pathways of one activity share of their names."""
    return french.typographic(pathway.label.partition(" : ")[0])


def _line(one: Paper, activities: dict[str, str], today: date) -> PaperLine:
    if one.cancelled_at is not None:
        state = Badge("Annulée")
    elif one.days.covers(today, today):
        state = Badge("En cours", Tone.FINE)
    else:
        state = Badge("À venir" if one.days.first_day > today else "Échue", Tone.SOON)
    return PaperLine(
        what=_KINDS[one.kind],
        name=one.name,
        whose=activities.get(one.activity, one.activity) if one.activity else "Toutes les activités",
        first_day=one.days.first_day,
        last_day=one.days.last_day,
        state=state,
        cancel_address="" if one.cancelled_at else f"{BASE}/pieces/{one.id}/annuler",
    )


def _hours_form(hours: HoursSetting) -> Form:
    def said(mark: time) -> str:
        return f"{mark.hour}h{mark.minute:02d}" if mark.minute else f"{mark.hour}h"

    week = {
        f"jour_{number}": ", ".join(f"{said(start)}-{said(end)}" for start, end in hours.week.get(number, ()))
        for number in range(len(_DAYS))
    }
    return Form(week | {"feries": hours.calendar.value if hours.calendar else ""})
