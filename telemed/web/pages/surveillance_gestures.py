"""What one does with an alert: take it, give it back, set it aside, interpret, decide, close, write a note."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from aiohttp import web
from pydantic import Field

from telemed.acts.telemonitoring.model.alert import AlertOutcome, AlertState
from telemed.kernel.errors import Conflict, Invalid, Refused
from telemed.web import forms
from telemed.web.pages.page import Pages, Visitor, open_workplace
from telemed.web.pages.surveillance import TEAM, board_address
from telemed.web.pages.surveillance_alert import alert_id_of, render_alert
from telemed.web.views.frame import Form

pages = Pages()
Words = Annotated[str, Field(min_length=1, max_length=4_000)]
Gesture = Callable[[Form], Awaitable[str]]
"""Does it with what was typed, and gives the flash."""


class NoteForm(forms.FormModel):
    note: Words


class InterpretationForm(forms.FormModel):
    interpretation: Words
    decision: Annotated[str, Field(max_length=4_000)] = ""


class DecisionForm(forms.FormModel):
    decision: Words


class CloseForm(forms.FormModel):
    issue: AlertOutcome
    mots: Words


@pages.post("/surveillance/alertes/{id}/prendre", TEAM)
async def take(visitor: Visitor) -> web.Response:
    async def hold(_form: Form) -> str:
        await visitor.services.surveillance.work.take(visitor.known, alert_id_of(visitor))
        return "alert-taken"

    return await do(visitor, hold, subject=str(alert_id_of(visitor)))


@pages.post("/surveillance/alertes/{id}/rendre", TEAM)
async def release(visitor: Visitor) -> web.Response:
    """Let it go; the next page is the board, where it waits for somebody."""

    async def let_go(_form: Form) -> str:
        await visitor.services.surveillance.work.release(visitor.known, alert_id_of(visitor))
        return "alert-released"

    return await do(visitor, let_go, to="/surveillance", subject=str(alert_id_of(visitor)))


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
        return "alert-decided"

    return await do(visitor, say)


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
    return await do(visitor, end, form=form, to=board_address(form.value("retour")))


async def do(
    visitor: Visitor, gesture: Gesture, *, form: Form | None = None, to: str = "", anchor: str = "", subject: str = ""
) -> web.Response:
    """Do it, and show where it led; a refusal shows the page again with what was typed."""
    place = await open_workplace(visitor, "surveillance")
    form = await forms.typed(visitor.request) if form is None else form
    try:
        flash = await gesture(form)
    except forms.FormError as err:
        return await render_alert(visitor, place, err.form, status=422)
    except (Invalid, Refused, Conflict) as err:
        status = 422 if isinstance(err, Invalid) else 409
        return await render_alert(visitor, place, forms.refused(form, err), status=status)
    return visitor.go(to or f"/surveillance/alertes/{alert_id_of(visitor)}{anchor}", flash=flash, subject=subject)
