"""A calendar of another program: looked at event by event, then kept as hours or leave, and undone when mistaken."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from aiohttp import web

from telemed.experts.model import Kind
from telemed.experts.model.imports import CalendarImport, ImportLine, ImportState, Meaning
from telemed.kernel.errors import Conflict, Invalid, Refused
from telemed.web import forms, roster_words
from telemed.web.pages.availability_view import BASE, render_availability, span_words
from telemed.web.pages.expertise import CARER
from telemed.web.pages.page import Pages, Visitor, Workplace, open_workplace
from telemed.web.views.frame import Choice, Form
from telemed.web.views.roster import CalendarView

pages = Pages()
_PATH = f"{BASE}/agenda"
_MOST_SHOWN = 100


@pages.post(_PATH, CARER)
async def preview_calendar(visitor: Visitor) -> web.Response:
    """Read the file; nothing is open for it yet."""
    data = await visitor.request.post()
    form, file = await forms.typed(visitor.request), data.get("agenda")
    if not isinstance(file, web.FileField) or not file.filename:
        return await render_availability(
            visitor, Form(form.values, {"agenda": "Choisissez un fichier d’agenda, .ics."}), status=422
        )
    meaning = Meaning.LEAVE if form.value("sens") == Meaning.LEAVE else Meaning.HOURS
    try:
        one = await visitor.services.experts.calendars.preview(visitor.known, file.file.read(), meaning)
    except (Invalid, Refused, Conflict) as err:
        why = next(iter(forms.refused(form, err).errors.values()))
        return await render_availability(visitor, Form(form.values, {"agenda": why}), status=422)
    return visitor.go(f"{_PATH}/{one.id}")


@pages.get(f"{_PATH}/{{id}}", CARER)
async def show_calendar(visitor: Visitor) -> web.Response:
    place = await open_workplace(visitor, "expertise/availability")
    one = await visitor.services.experts.calendars.get(visitor.known, _import_id(visitor))
    return visitor.render("professional/calendar_import.html", place.frame, _view(one, place))


@pages.post(f"{_PATH}/{{id}}/garder", CARER)
async def keep_calendar(visitor: Visitor) -> web.Response:
    """Keep what was shown; what other hours refuse by now is shown again with its reason."""
    try:
        await visitor.services.experts.calendars.keep(visitor.known, _import_id(visitor))
    except (Refused, Conflict) as err:
        place = await open_workplace(visitor, "expertise/availability")
        one = await visitor.services.experts.calendars.get(visitor.known, _import_id(visitor))
        view = replace(_view(one, place), form=forms.refused(Form(), err))
        return visitor.render("professional/calendar_import.html", place.frame, view, status=409)
    return visitor.go(BASE, flash="calendar-kept", subject=str(_import_id(visitor)))


@pages.post(f"{_PATH}/{{id}}/annuler", CARER)
async def undo_calendar(visitor: Visitor) -> web.Response:
    await visitor.services.experts.calendars.undo(visitor.known, _import_id(visitor))
    return visitor.go(BASE, flash="calendar-undone")


def _view(one: CalendarImport, place: Workplace) -> CalendarView:
    return CalendarView(
        base=f"{_PATH}/{one.id}",
        accepted=tuple(_accepted(line, place) for line in one.accepted[:_MOST_SHOWN]),
        accepted_count=len(one.accepted),
        rejected=tuple(_rejected(line) for line in one.rejected[:_MOST_SHOWN]),
        rejected_count=len(one.rejected),
        is_waiting=one.state is ImportState.PREVIEWED,
        is_kept=one.state is ImportState.KEPT,
    )


def _accepted(line: ImportLine, place: Workplace) -> str:
    """What an event becomes, in words."""
    if line.shift is not None:
        return roster_words.shift_words(line.shift, place.frame.today)
    told = [span_words(one, place) for one in line.exceptions]
    away = "Absence" if line.exceptions and line.exceptions[0].kind is Kind.LEAVE else "Présence"
    more = f" et {len(told) - 1} autres fois" if len(told) > 1 else ""
    return f"{away}\u00a0: {told[0][:1].lower()}{told[0][1:]}{more}"


def _rejected(line: ImportLine) -> Choice:
    return Choice(str(line.number), forms.sentence(line.refusal.text) if line.refusal else "")


def _import_id(visitor: Visitor) -> UUID:
    try:
        return UUID(visitor.request.match_info["id"])
    except ValueError:
        raise web.HTTPNotFound from None
