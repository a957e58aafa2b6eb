"""What one does with an alert: take it, give it back, set it aside, interpret, decide, close, write a note."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

from aiohttp import web

from telemed.acts.telemonitoring.model.alert import AlertOutcome, AlertState
from telemed.acts.telemonitoring.model.triage import ActionKind
from telemed.acts.telemonitoring.service.alert_actions import ActionDraft
from telemed.kernel.errors import Conflict, Invalid, Refused
from telemed.web import forms
from telemed.web.pages.booking_form import find_channel
from telemed.web.pages.page import Pages, Visitor, open_workplace
from telemed.web.pages.surveillance import TEAM, back_address, board_query, wanted_of
from telemed.web.pages.surveillance_alert import alert_id_of, render_alert
from telemed.web.pages.surveillance_forms import (
    ActionForm,
    CloseForm,
    DecisionForm,
    InterpretationForm,
    MuteForm,
    NoteForm,
)
from telemed.web.views.frame import Form

pages = Pages()
Gesture = Callable[[Form], Awaitable[str]]
"""Does it with what was typed, and gives the flash."""


@pages.post("/surveillance/alertes/{id}/prendre", TEAM)
async def take(visitor: Visitor) -> web.Response:
    async def hold(_form: Form) -> str:
        await visitor.services.surveillance.work.take(visitor.known, alert_id_of(visitor))
        return "alert-taken"

    form = await forms.typed(visitor.request)
    return await do(visitor, hold, form=form, to=back_address(form, ""), subject=str(alert_id_of(visitor)))


@pages.post("/surveillance/alertes/{id}/rendre", TEAM)
async def release(visitor: Visitor) -> web.Response:
    """Let it go; the next page is the board that one came from, where it waits for somebody."""

    async def let_go(_form: Form) -> str:
        await visitor.services.surveillance.work.release(visitor.known, alert_id_of(visitor))
        return "alert-released"

    return await do(visitor, let_go, to=board_query(wanted_of(visitor)), subject=str(alert_id_of(visitor)))


@pages.post("/surveillance/alertes/{id}/note", TEAM)
async def write(visitor: Visitor) -> web.Response:
    async def add(form: Form) -> str:
        asked = forms.read(NoteForm, form)
        await visitor.services.surveillance.work.comment(visitor.known, alert_id_of(visitor), asked.note)
        return "alert-noted"

    return await do(visitor, add, anchor="#fil")


@pages.post("/surveillance/alertes/{id}/interpreter", TEAM)
async def interpret(visitor: Visitor) -> web.Response:
    """What it means, and at once what is done if the doctor says so."""

    async def say(form: Form) -> str:
        asked, work = forms.read(InterpretationForm, form), visitor.services.surveillance.work
        await work.interpret(visitor.known, alert_id_of(visitor), asked.interpretation)
        if not asked.decision:
            return "alert-interpreted"
        await work.decide(visitor.known, alert_id_of(visitor), asked.decision)
        return "alert-decided"

    return await do(visitor, say)


@pages.post("/surveillance/alertes/{id}/decider", TEAM)
async def decide(visitor: Visitor) -> web.Response:
    async def say(form: Form) -> str:
        asked = forms.read(DecisionForm, form)
        await visitor.services.surveillance.work.decide(visitor.known, alert_id_of(visitor), asked.decision)
        return await _book(visitor) if form.value("geste") == "teleconsultation" else "alert-decided"

    return await do(visitor, say)


@pages.post("/surveillance/alertes/{id}/agir", TEAM)
async def act(visitor: Visitor) -> web.Response:
    async def note(form: Form) -> str:
        asked = forms.read(ActionForm, form)
        draft = ActionDraft(asked.action, asked.fait)
        await visitor.services.surveillance.actions.act(visitor.known, alert_id_of(visitor), draft)
        return "alert-acted"

    return await do(visitor, note, anchor="#clore")


@pages.post("/surveillance/alertes/{id}/teleconsultation", TEAM)
async def book(visitor: Visitor) -> web.Response:
    """With the doctor who decided, at his next free time; the link leaves by what the patient has."""

    async def plan(_form: Form) -> str:
        return await _book(visitor)

    return await do(visitor, plan)


@pages.post("/surveillance/alertes/{id}/sourdine", TEAM)
async def mute(visitor: Visitor) -> web.Response:
    async def quiet(form: Form) -> str:
        asked, services = forms.read(MuteForm, form), visitor.services
        until = services.clock.now() + timedelta(days=asked.duree)
        await services.surveillance.mutes.mute(
            visitor.known,
            alert_id_of(visitor),
            until=until,
            tolerance=asked.aggravation,
            reason=asked.motif_sourdine,
        )
        return "alert-muted"

    return await do(visitor, quiet, anchor="#silence")


@pages.post("/surveillance/alertes/{id}/sourdine/{autre}/lever", TEAM)
async def lift(visitor: Visitor) -> web.Response:
    async def end(_form: Form) -> str:
        try:
            mute_id = UUID(visitor.request.match_info["autre"])
        except ValueError:
            raise web.HTTPNotFound from None
        await visitor.services.surveillance.mutes.lift(visitor.known, mute_id)
        return "alert-unmuted"

    return await do(visitor, end, anchor="#silence")


@pages.post("/surveillance/alertes/{id}/clore", TEAM)
async def close(visitor: Visitor) -> web.Response:
    """Close what is done, or set aside what is nothing for a doctor; one that nobody holds is taken on the way."""

    async def end(form: Form) -> str:
        asked, services, alert_id = forms.read(CloseForm, form), visitor.services.surveillance, alert_id_of(visitor)
        state = (await services.lists.get(visitor.known, alert_id)).line.alert.state
        if state in (AlertState.QUEUED, AlertState.NEW):
            await services.work.take(visitor.known, alert_id)
        if state in (AlertState.DECIDED, AlertState.CLOSED, AlertState.INTERPRETED):
            await services.work.close(visitor.known, alert_id, asked.issue, asked.mots)
        elif asked.issue is AlertOutcome.ACTIONABLE:
            text = "Ce qui appelle une suite s’interprète, puis se décide, avant d’être clos."
            raise forms.FormError(Form(form.values, {"issue": text}))
        else:
            await services.work.filter(visitor.known, alert_id, asked.issue, asked.mots)
        return "alert-closed"

    form = await forms.typed(visitor.request)
    return await do(visitor, end, form=form, to=back_address(form, board_query(wanted_of(visitor))))


async def _book(visitor: Visitor) -> str:
    """Book as it was decided; gives the flash."""
    services, alert_id = visitor.services.surveillance, alert_id_of(visitor)
    channel = find_channel(visitor, (await services.lists.get(visitor.known, alert_id)).line.patient)
    draft = ActionDraft(ActionKind.TELECONSULTATION, channel=channel)
    await services.actions.act(visitor.known, alert_id, draft)
    return "alert-booked" if channel else "alert-booked-silently"


async def do(
    visitor: Visitor, gesture: Gesture, *, form: Form | None = None, to: str = "", anchor: str = "", subject: str = ""
) -> web.Response:
    """Do it, and show where it led, `to` or the same alert of the same board; a refusal shows what was typed again."""
    place = await open_workplace(visitor, "surveillance")
    form = await forms.typed(visitor.request) if form is None else form
    try:
        flash = await gesture(form)
    except forms.FormError as err:
        return await render_alert(visitor, place, err.form, status=422)
    except (Invalid, Refused, Conflict) as err:
        status = 422 if isinstance(err, Invalid) else 409
        return await render_alert(visitor, place, forms.refused(form, err), status=status)
    here = board_query(wanted_of(visitor), f"/surveillance/alertes/{alert_id_of(visitor)}")
    return visitor.go(to or f"{here}{anchor}", flash=flash, subject=subject)
