"""Puis-je facturer ? The facts of an act, done or not, and what the rules of its day answer."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from aiohttp import web

from billing.facts import ActKind
from billing.formats import cite
from billing.model.preview import Answer as BillingAnswer
from billing.rules.tariff import ClaimState, Quote
from telemed.kernel.caller import Role
from telemed.kernel.errors import Invalid, Refused
from telemed.kernel.money import format_euros
from telemed.web import claim_words, forms
from telemed.web.pages.claims import CARING
from telemed.web.pages.page import Pages, Visitor, Workplace, open_workplace
from telemed.web.pages.simulation_forms import ACTS, Asker, fields_of, read_question, starting_values
from telemed.web.views.claims import BasisCard, Compared
from telemed.web.views.frame import Badge, Choice, Form, Tone
from telemed.web.views.simulation import Answer, SimulationView

pages = Pages()
_PATH = "/facturation/simulation"
_VERDICTS = {
    ClaimState.PROPOSED: Badge("Facturable", Tone.FINE),
    ClaimState.TO_COMPLETE: Badge("À compléter", Tone.SOON),
    ClaimState.NOT_BILLABLE: Badge("Non facturable", Tone.NOW),
}


_TO_CHECK = "L’exploitant le facture, jamais le médecin ; aucun texte réuni ici n’en donne le montant."


@pages.get(_PATH, CARING)
async def show_simulation(visitor: Visitor) -> web.Response:
    place = await open_workplace(visitor, "billing/simulation")
    act = _act(visitor.request.query.get("acte", ""))
    values = starting_values(act, place.frame.today) | {"patient": visitor.request.query.get("patient", "")}
    return await _show(visitor, place, act, Form(values))


@pages.post(_PATH, CARING)
async def answer_question(visitor: Visitor) -> web.Response:
    """What the rules say; nothing is kept but the trace that it was asked."""
    place = await open_workplace(visitor, "billing/simulation")
    form = await forms.typed(visitor.request)
    act = _act(form.value("acte"))
    try:
        question = read_question(act, form, _asker(visitor, place, form))
        answer = await visitor.services.preview.answer(visitor.known, question)
    except forms.FormError as err:
        return await _show(visitor, place, act, err.form, status=422)
    except (Invalid, Refused) as err:
        return await _show(visitor, place, act, forms.refused(form, err), status=422)
    answers = (_answer(visitor, answer), *_technical(visitor, answer))
    return await _show(visitor, place, act, form, *answers)


async def _show(
    visitor: Visitor, place: Workplace, act: ActKind, form: Form, *answers: Answer, status: int = 200
) -> web.Response:
    patient_id = _identifier(form.value("patient"))
    people = await visitor.services.patients.names(visitor.known, [patient_id]) if patient_id else {}
    view = SimulationView(
        act=act.value,
        acts=ACTS,
        form=form,
        fields=fields_of(act),
        answers=answers,
        professionals=await _professionals(visitor),
        patient=people[patient_id].full_name if patient_id in people else "",
        patient_id=str(patient_id) if patient_id in people else "",
    )
    return visitor.render("professional/simulation.html", place.frame, view, status=status)


async def _professionals(visitor: Visitor) -> tuple[Choice, ...]:
    """For whom the office asks; a doctor asks for himself."""
    if visitor.known.has_role(Role.DOCTOR):
        return ()
    people = await visitor.services.professionals.page(visitor.known, limit=200)
    return tuple(Choice(str(one.id), one.full_name) for one in people if one.rpps)


def _asker(visitor: Visitor, place: Workplace, form: Form) -> Asker:
    """Raises FormError where the office names nobody."""
    whose = place.person.id
    if not visitor.known.has_role(Role.DOCTOR):
        chosen = _identifier(form.value("professionnel"))
        if chosen is None:
            raise forms.FormError(Form(form.values, {"professionnel": "Choisissez qui facture."}))
        whose = chosen
    return Asker(whose, _identifier(form.value("patient")), place.practice.territory)


def _answer(visitor: Visitor, answer: BillingAnswer) -> Answer:
    quote, cap = answer.quote, answer.cap
    return Answer(
        verdict=_VERDICTS[quote.state],
        sentence=_sentence(answer),
        code=quote.code or "",
        code_label=claim_words.code_words(quote.code),
        cents=quote.amount_cents,
        reasons=(
            *claim_words.reason_cards((*quote.refusals, *(cap.refusals if cap else ())), Tone.NOW),
            *claim_words.reason_cards((*quote.missing, *quote.warnings, *(cap.warnings if cap else ())), Tone.SOON),
        ),
        basis=_basis(visitor, quote, answer.day),
        numbers=_numbers(answer),
    )


def _technical(visitor: Visitor, answer: BillingAnswer) -> tuple[Answer, ...]:
    """What the exploitant bills beside a month of télésurveillance, for a practice that checks it."""
    quote = answer.technical
    if quote is None:
        return ()
    is_known = quote.amount_cents is not None
    return (
        Answer(
            title="Forfait technique de l’exploitant",
            verdict=Badge("Connu", Tone.FINE) if is_known else Badge("Montant à vérifier", Tone.SOON),
            sentence="L’exploitant du dispositif le facture, jamais le médecin." if is_known else _TO_CHECK,
            code=quote.code or "",
            code_label="",
            cents=quote.amount_cents,
            reasons=claim_words.reason_cards((*quote.missing, *quote.warnings), Tone.SOON),
            basis=_basis(visitor, quote, answer.day),
        ),
    )


def _basis(visitor: Visitor, quote: Quote, day: date) -> tuple[BasisCard, ...]:
    known, basis = visitor.services.law.parameters, tuple(cite(value) for value in quote.basis)
    described = {one.name: known[one.name].description for one in basis if one.name in known}
    return claim_words.basis_cards(basis, described, day)


def _sentence(answer: BillingAnswer) -> str:
    quote, held = answer.quote, answer.cap is not None and not answer.cap.is_allowed
    if quote.state is ClaimState.NOT_BILLABLE:
        return "Non : l’acte peut se faire, il ne se facture pas. Voici pourquoi."
    if quote.state is ClaimState.TO_COMPLETE:
        return f"Oui, sous le code {quote.code}, mais le montant est à donner : aucun texte réuni ici ne le fixe."
    amount = format_euros(quote.amount_cents or 0)
    if held:
        return f"Les règles de l’acte donnent {quote.code}, {amount} ; le plafond de l’année le retient."
    return f"Oui : {quote.code}, {amount}" + (", avec une réserve." if quote.warnings else ".")


def _numbers(answer: BillingAnswer) -> tuple[Compared, ...]:
    quota = answer.quota
    if quota is None:
        return tuple(
            Compared(f"Facture {number}", ", ".join(f"mois {month}" for month in months))
            for number, months in enumerate(answer.invoices, start=1)
        )
    return (
        Compared("Quota de l’année", str(quota.limit)),
        Compared("Déjà faites", str(quota.consumed)),
        Compared("Réservées", str(quota.reserved)),
        Compared("Reste", str(quota.left)),
    )


def _act(text: str) -> ActKind:
    """The kind asked about; a téléconsultation for one that has no form."""
    return ActKind(text) if text in {choice.value for choice in ACTS} else ActKind.TELECONSULTATION


def _identifier(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
