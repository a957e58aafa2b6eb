"""One claim: what is owed and why, its life, and the gestures on it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

from aiohttp import web
from pydantic import Field

from billing.model.invoice import Owing
from billing.rules.transmission import Wish
from telemed.kernel.errors import Conflict, Invalid, Refused
from telemed.web import forms
from telemed.web.pages.claim_view import claim_view
from telemed.web.pages.claims import CARING
from telemed.web.pages.page import Pages, Visitor, open_workplace
from telemed.web.views.frame import Form

pages = Pages()
_PATH = "/facturation/{id}"
_FIELDS = {
    "amount_cents": "montant",
    "source": "source",
    "amo_source": "texte_part",
    "cents": "encaisse",
    "reason": "motif",
}
Gesture = Callable[[Visitor, UUID, Form], Awaitable[web.Response]]


class CompleteForm(forms.FormModel):
    montant: forms.Filled
    source: Annotated[str, Field(min_length=1, max_length=300)]


class PaymentForm(forms.FormModel):
    encaisse: forms.Filled
    payeur: Owing


@pages.get(_PATH, CARING)
async def show_claim(visitor: Visitor) -> web.Response:
    return await _show(visitor, _claim_id(visitor), Form())


async def _show(visitor: Visitor, claim_id: UUID, form: Form, *, status: int = 200) -> web.Response:
    place = await open_workplace(visitor, "billing")
    view = await claim_view(visitor, place, claim_id, form)
    return visitor.render("professional/claim.html", place.frame, view, status=status)


def gesture(name: str) -> Callable[[Gesture], Gesture]:
    """A form on a claim: what is wrong is shown on the same page, with what was typed."""

    def add(act: Gesture) -> Gesture:
        async def answer(visitor: Visitor) -> web.Response:
            claim_id, form = _claim_id(visitor), await forms.typed(visitor.request)
            try:
                return await act(visitor, claim_id, form)
            except forms.FormError as err:
                return await _show(visitor, claim_id, err.form, status=422)
            except Invalid as err:
                return await _show(visitor, claim_id, forms.refused(form, err, _FIELDS), status=422)
            except (Refused, Conflict) as err:
                return await _show(visitor, claim_id, forms.refused(form, err), status=409)

        pages.post(f"{_PATH}/{name}", CARING)(answer)
        return act

    return add


@gesture("facturer")
async def invoice(visitor: Visitor, claim_id: UUID, form: Form) -> web.Response:
    """Invoice it, past the cap with a reason, on paper, or with the share of the compulsory insurance."""
    answers = forms.Answers(form)
    share = answers.optional("part_amo", forms.parse_cents)
    answers.check()
    wish = Wish(bool(form.value("papier")), share, form.value("texte_part"))
    reason = form.value("motif_plafond").strip() or None
    await visitor.services.invoices.invoice(visitor.known, claim_id, override_reason=reason, wish=wish)
    return visitor.go(f"/facturation/{claim_id}", flash="invoiced")


@gesture("completer")
async def complete(visitor: Visitor, claim_id: UUID, form: Form) -> web.Response:
    """Give the amount that no text fixes, with the text that it rests on; the entry that takes over is shown."""
    asked, answers = forms.read(CompleteForm, form), forms.Answers(form)
    cents = answers.read("montant", forms.parse_cents, asked.montant)
    answers.check()
    made = await visitor.services.invoices.complete(
        visitor.known, claim_id, amount_cents=cents or 0, source=asked.source
    )
    return visitor.go(f"/facturation/{made.id}", flash="claim-completed")


@gesture("corriger")
async def correct(visitor: Visitor, claim_id: UUID, form: Form) -> web.Response:
    reason = _reason(form, "correction")
    made = await visitor.services.invoices.correct_rejected(visitor.known, claim_id, reason=reason)
    return visitor.go(f"/facturation/{made.id}", flash="claim-corrected")


@gesture("renoncer")
async def abandon(visitor: Visitor, claim_id: UUID, form: Form) -> web.Response:
    reason = _reason(form, "motif_abandon")
    life = await visitor.services.invoices.abandon(visitor.known, claim_id, reason=reason)
    may_undo = life.standing.invoice_id is None
    flash = "claim-abandoned" if may_undo else "claim-abandoned-for-good"
    return visitor.go(f"/facturation/{claim_id}", flash=flash, subject=str(claim_id) if may_undo else "")


@gesture("reprendre")
async def restore(visitor: Visitor, claim_id: UUID, _form: Form) -> web.Response:
    life = await visitor.services.invoices.restore(visitor.known, claim_id)
    return visitor.go(f"/facturation/{life.standing.claim_id}", flash="claim-restored")


@gesture("annuler")
async def reverse(visitor: Visitor, claim_id: UUID, form: Form) -> web.Response:
    await visitor.services.invoices.reverse(visitor.known, claim_id, reason=_reason(form, "motif_annulation"))
    return visitor.go(f"/facturation/{claim_id}", flash="claim-reversed")


@gesture("papier")
async def send_paper(visitor: Visitor, claim_id: UUID, _form: Form) -> web.Response:
    await visitor.services.invoices.record_paper_sent(visitor.known, claim_id)
    return visitor.go(f"/facturation/{claim_id}", flash="paper-sent")


@gesture("paiement")
async def record_payment(visitor: Visitor, claim_id: UUID, form: Form) -> web.Response:
    asked, answers = forms.read(PaymentForm, form), forms.Answers(form)
    cents = answers.read("encaisse", _signed_cents, asked.encaisse)
    answers.check()
    await visitor.services.invoices.record_payment(visitor.known, claim_id, owing=asked.payeur, cents=cents or 0)
    return visitor.go(f"/facturation/{claim_id}", flash="payment-recorded")


def _signed_cents(text: str) -> int:
    given_back = text.lstrip().startswith(("-", "−"))
    cents = forms.parse_cents(text.lstrip(" -−"))
    return -cents if given_back else cents


def _reason(form: Form, field: str) -> str:
    """Why, in the person's words. Raises FormError when nothing is written."""
    text = form.value(field).strip()
    if not text:
        raise forms.FormError(Form(form.values, {field: "Écrivez pourquoi, en quelques mots."}))
    return text


def _claim_id(visitor: Visitor) -> UUID:
    try:
        return UUID(visitor.request.match_info["id"])
    except ValueError:
        raise web.HTTPNotFound from None
