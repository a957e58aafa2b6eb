"""What one does in a case: take it, ask, refuse, write, answer; inform, offer again, withdraw, acknowledge."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Literal
from uuid import UUID

from aiohttp import web
from pydantic import Field

from telemed.acts.teleexpertise.model import EndReason, RefusalReason
from telemed.kernel.errors import Conflict, DomainError, Invalid, Refused
from telemed.web import forms
from telemed.web.pages.expertise import CARER
from telemed.web.pages.expertise_case import case_id_of, render_case
from telemed.web.pages.expertise_people import chosen_ids, read_target
from telemed.web.pages.opinion_form import read_opinion
from telemed.web.pages.page import Pages, Visitor, open_workplace
from telemed.web.views.frame import Form

pages = Pages()
Words = Annotated[str, Field(min_length=1, max_length=8_000)]
Gesture = Callable[[Form], Awaitable[str]]
"""Does it with what was typed, and gives the flash."""


class QuestionForm(forms.FormModel):
    precision: Words


class InformationForm(forms.FormModel):
    information: Words


class MessageForm(forms.FormModel):
    message: Words


class RefusalForm(forms.FormModel):
    motif_refus: RefusalReason
    mots_refus: Annotated[str, Field(max_length=2_000)] = ""


class CorrectionForm(forms.FormModel):
    raison: Annotated[str, Field(min_length=1, max_length=500)]


class WithdrawalForm(forms.FormModel):
    motif_retrait: Literal[EndReason.NO_LONGER_NEEDED, EndReason.SEEN_ELSEWHERE, EndReason.MISTAKE, EndReason.OTHER]


@pages.post("/avis/{id}/accepter", CARER)
async def accept(visitor: Visitor) -> web.Response:
    """Take the case; a quota that is full is told, and stops nothing."""

    async def take(_form: Form) -> str:
        accepted = await visitor.services.expertise.answers.accept(visitor.known, case_id_of(visitor))
        return "case-accepted-unpaid" if accepted.decision.warnings else "case-accepted"

    return await _do(visitor, take, anchor="#reponse")


@pages.post("/avis/{id}/precision", CARER)
async def ask(visitor: Visitor) -> web.Response:
    async def send(form: Form) -> str:
        asked = forms.read(QuestionForm, form)
        await visitor.services.expertise.answers.ask(visitor.known, case_id_of(visitor), asked.precision)
        return "case-question-sent"

    return await _do(visitor, send)


@pages.post("/avis/{id}/refuser", CARER)
async def refuse(visitor: Visitor) -> web.Response:
    """Decline; the case leaves one's hands, so the next page is the desk."""

    async def decline(form: Form) -> str:
        asked = forms.read(RefusalForm, form)
        await visitor.services.expertise.answers.refuse(
            visitor.known, case_id_of(visitor), asked.motif_refus, asked.mots_refus
        )
        return "case-refused"

    return await _do(visitor, decline, to="/avis")


@pages.post("/avis/{id}/information", CARER)
async def inform(visitor: Visitor) -> web.Response:
    async def send(form: Form) -> str:
        asked = forms.read(InformationForm, form)
        await visitor.services.expertise.requests.inform(visitor.known, case_id_of(visitor), asked.information)
        return "case-informed"

    return await _do(visitor, send)


@pages.post("/avis/{id}/message", CARER)
async def write(visitor: Visitor) -> web.Response:
    async def send(form: Form) -> str:
        asked = forms.read(MessageForm, form)
        await visitor.services.expertise.messages.write(visitor.known, case_id_of(visitor), asked.message)
        return "case-message-sent"

    return await _do(visitor, send, anchor="#echanges")


@pages.post("/avis/{id}/confrere", CARER)
async def offer(visitor: Visitor) -> web.Response:
    """Ask another colleague; the search button of the same form only looks for one."""
    form = await forms.typed(visitor.request)
    if form.value("geste") == "chercher":
        return await render_case(visitor, await open_workplace(visitor, "expertise"), form, is_search=True)

    async def send(form: Form) -> str:
        target = read_target(form, (await open_workplace(visitor, "expertise")).practice.territory)
        if target is None:
            raise forms.FormError(Form(form.values, {"confrere": "Choisissez à qui demander."}))
        await visitor.services.expertise.requests.offer(visitor.known, case_id_of(visitor), target)
        return "case-offered"

    return await _do(visitor, send, form=form)


@pages.post("/avis/{id}/passer", CARER)
async def hand_over(visitor: Visitor) -> web.Response:
    """Propose an accepted case to a colleague; it stays one's own until he takes it."""
    form = await forms.typed(visitor.request)
    if form.value("geste") == "chercher":
        return await render_case(visitor, await open_workplace(visitor, "expertise"), form, is_search=True)

    async def propose(form: Form) -> str:
        chosen = chosen_ids(form)
        if len(chosen) != 1:
            raise forms.FormError(Form(form.values, {"confrere": "Choisissez un confrère."}))
        await visitor.services.expertise.answers.hand_over(visitor.known, case_id_of(visitor), chosen[0])
        return "case-passed"

    return await _do(visitor, propose, form=form)


@pages.post("/avis/{id}/prendre", CARER)
async def pick(visitor: Visitor) -> web.Response:
    """Take what waits for one's line; one accepts it once it was read."""
    case_id = case_id_of(visitor)
    await visitor.services.expertise.answers.pick(visitor.known, case_id)
    return visitor.go(f"/avis/{case_id}", flash="case-picked")


@pages.post("/avis/{id}/retirer", CARER)
async def withdraw(visitor: Visitor) -> web.Response:
    async def take_back(form: Form) -> str:
        asked = forms.read(WithdrawalForm, form)
        await visitor.services.expertise.requests.withdraw(visitor.known, case_id_of(visitor), asked.motif_retrait)
        return "case-withdrawn"

    return await _do(visitor, take_back, subject=str(case_id_of(visitor)))


@pages.post("/avis/{id}/clore", CARER)
async def close(visitor: Visitor) -> web.Response:
    async def acknowledge(_form: Form) -> str:
        await visitor.services.expertise.requests.close(visitor.known, case_id_of(visitor))
        return "case-closed"

    return await _do(visitor, acknowledge)


@pages.post("/avis/{id}/reponse", CARER)
async def save_opinion(visitor: Visitor) -> web.Response:
    """Keep the draft of the opinion; a script is told the new revision."""
    form = await forms.typed(visitor.request)
    if visitor.wants_json:
        return await _save_quietly(visitor, form)

    async def keep(form: Form) -> str:
        await _save(visitor, form)
        return "saved"

    return await _do(visitor, keep, form=form, anchor="#reponse")


@pages.post("/avis/{id}/reponse/modele", CARER)
async def use_template(visitor: Visitor) -> web.Response:
    """Keep what is written with a template after it: nothing that was typed is replaced."""

    async def add(form: Form) -> str:
        try:
            template_id = UUID(form.value("modele"))
        except ValueError:
            raise forms.FormError(Form(form.values, {"modele": "Choisissez un modèle."})) from None
        content = (await visitor.services.expertise.templates.get(visitor.known, template_id)).content
        added = {
            "conclusion": _joined(form.value("conclusion"), content.conclusion),
            "conduite": _joined(form.value("conduite"), content.conduct),
        }
        await _save(visitor, Form(form.values | added))
        return "template-used"

    return await _do(visitor, add, anchor="#reponse")


@pages.post("/avis/{id}/reponse/signer", CARER)
async def sign_opinion(visitor: Visitor) -> web.Response:
    """Keep, then sign exactly what was kept."""

    async def sign(form: Form) -> str:
        revision = await _save(visitor, form)
        await visitor.services.expertise.opinions.sign(visitor.known, case_id_of(visitor), revision=revision)
        return "case-answered"

    return await _do(visitor, sign)


@pages.post("/avis/{id}/reponse/corriger", CARER)
async def correct_opinion(visitor: Visitor) -> web.Response:
    """Replace the signed opinion by a new version, with its reason."""

    async def correct(form: Form) -> str:
        content, revision = read_opinion(form)
        reason = forms.read(CorrectionForm, form).raison
        await visitor.services.expertise.opinions.correct(
            visitor.known, case_id_of(visitor), content, revision=revision, reason=reason
        )
        return "case-corrected"

    return await _do(visitor, correct)


async def _do(
    visitor: Visitor, gesture: Gesture, *, form: Form | None = None, to: str = "", anchor: str = "", subject: str = ""
) -> web.Response:
    """Do it, and show where it led; a refusal shows the page again with what was typed."""
    place = await open_workplace(visitor, "expertise")
    form = await forms.typed(visitor.request) if form is None else form
    try:
        flash = await gesture(form)
    except forms.FormError as err:
        return await render_case(visitor, place, err.form, status=422)
    except (Invalid, Refused, Conflict) as err:
        return await render_case(visitor, place, _again(form, err), status=422 if isinstance(err, Invalid) else 409)
    return visitor.go(to or f"/avis/{case_id_of(visitor)}{anchor}", flash=flash, subject=subject)


def _again(form: Form, error: DomainError) -> Form:
    """The form with the refusal; the revision typed on is dropped, so that the next save starts from the kept one."""
    shown = forms.refused(form, error)
    return Form({name: text for name, text in shown.values.items() if name != "revision"}, shown.errors)


async def _save(visitor: Visitor, form: Form) -> int:
    """Keep the draft; gives its revision."""
    (content, revision), opinions = read_opinion(form), visitor.services.expertise.opinions
    return (await opinions.save(visitor.known, case_id_of(visitor), content, revision=revision)).revision


async def _save_quietly(visitor: Visitor, form: Form) -> web.Response:
    try:
        return web.json_response({"revision": await _save(visitor, form)})
    except forms.FormError as err:
        return web.json_response({"errors": err.form.errors}, status=422)
    except (Invalid, Refused, Conflict) as err:
        return web.json_response({"errors": forms.refused(form, err).errors}, status=409)


def _joined(typed: str, added: str) -> str:
    return "\n".join(part for part in (typed.rstrip(), added.strip()) if part)
