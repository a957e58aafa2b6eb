"""A claim as its page shows it, out of the services that know a part of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TypeVar
from uuid import UUID

from billing.facts import ActKind
from billing.formats.words import act_words, organism_words
from billing.model import Claim
from billing.model.invoice import Insurance, Owing, Shares
from billing.model.life import Actor, Happening, Stage, find_transition
from billing.model.standing import ClaimLife, Planned, Standing
from billing.rules.transmission import Transmission
from telemed.kernel.caller import Caller, Role
from telemed.kernel.errors import NotFound
from telemed.kernel.money import format_euros
from telemed.web import claim_words, french
from telemed.web.claim_words import OWING
from telemed.web.pages.claim_life import life_events
from telemed.web.pages.claims import patient_name
from telemed.web.pages.page import Visitor, Workplace
from telemed.web.views.claims import ClaimView, Compared, Gestures, InsuranceCard, ReasonCard, Share
from telemed.web.views.frame import Badge, Choice, Form, Tone

T = TypeVar("T")
_READY = (Stage.TO_INVOICE, Stage.HELD)
_UNPAID = (Stage.ON_PAPER, Stage.PAPER_REQUESTED, Stage.ACKNOWLEDGED, Stage.REJECTED)
_CAP, _INSURANCE, _SHARE = "cap.held", "billing.insurance_missing", "billing.coverage_not_established"


async def claim_view(visitor: Visitor, place: Workplace, claim_id: UUID, form: Form) -> ClaimView:
    """The page of a claim, in a constant number of statements. Raises NotFound if it is not the caller's."""
    services, caller = visitor.services, visitor.known
    claim, life = await services.claims.get(caller, claim_id), await services.lives.get(caller, claim_id)
    planned = await services.invoices.plan(caller, claim_id) if life.standing.stage in _READY else None
    plan = planned.transmission if planned else None
    people = await services.patients.names(caller, [claim.patient_id])
    known = claim.patient_id in people
    insurance = await _insurance(visitor, claim)
    names = {one.id: one.full_name for one in await services.professionals.page(caller, limit=200)}
    lot = await _lot_number(visitor, life.standing)
    present = await _present_entry(visitor, claim)
    standing, is_clinical = life.standing, caller.has_role(Role.DOCTOR)
    is_consultation = claim.facts.kind is ActKind.TELECONSULTATION
    return ClaimView(
        base=f"/facturation/{claim.id}",
        act=act_words(claim.facts.kind, claim.part),
        held_on=claim.day,
        patient=patient_name(people.get(claim.patient_id)),
        patient_address=f"/patientele/{claim.patient_id}" if known else "",
        report_address=f"/consultations/{claim.act_id}/compte-rendu" if is_clinical and is_consultation else "",
        doctor=names.get(claim.biller.professional_id, f"RPPS {claim.biller.rpps}"),
        stage=claim_words.stage_badge(standing.stage),
        meaning=_meaning(standing, planned, place.frame.today),
        code=claim.code or "",
        code_label=claim_words.code_words(claim.code),
        cents=claim.amount_cents,
        shares=_shares(life, plan),
        reasons=_reasons(claim, standing, plan),
        basis=claim_words.basis_cards(claim.basis, _descriptions(visitor, claim), claim.day),
        life=life_events(life, names, lot),
        gestures=_gestures(caller, life, plan),
        insurance=_insurance_card(claim, insurance),
        form=form,
        due=_due(standing, place),
        balance_cents=standing.balance_cents if standing.invoice_id else None,
        lot=str(lot) if lot else "",
        invoice_number=str(life.invoice.number) if life.invoice else "",
        payers=tuple(Choice(owing, label) for owing, label in OWING.items()),
        superseded_address=f"/facturation/{present.id}" if present and present.id != claim.id else "",
        former_address=f"/facturation/{claim.supersedes_id}" if claim.supersedes_id else "",
    )


def _meaning(standing: Standing, planned: Planned | None, today: date) -> str:
    """Where it stands, until when it would leave, and what the patient still owes once the others have paid."""
    told = claim_words.MEANINGS[standing.stage]
    if planned is not None and planned.send_by is not None:
        return f"{told} {claim_words.sending_limit(planned.send_by, today)}"
    if standing.stage is not Stage.PAID or not standing.balance_cents:
        return told
    if standing.balance_cents < 0:
        return f"{told} Reçu en trop : {format_euros(-standing.balance_cents)}."
    return f"{told} Le patient doit encore {format_euros(standing.balance_cents)}."


async def _present_entry(visitor: Visitor, claim: Claim) -> Claim | None:
    """The entry of the same part of the act that nothing supersedes."""
    found = await visitor.services.claims.page(visitor.known, limit=5, act_id=claim.act_id)
    return next((one for one in found if one.part is claim.part), None)


async def _insurance(visitor: Visitor, claim: Claim) -> Insurance | None:
    try:
        return await visitor.services.insurances.get(visitor.known, claim.patient_id)
    except NotFound:
        return None


async def _lot_number(visitor: Visitor, standing: Standing) -> int | None:
    if standing.lot_id is None:
        return None
    return (await visitor.services.lots.get(visitor.known, standing.lot_id)).lot.number


def _descriptions(visitor: Visitor, claim: Claim) -> Mapping[str, str]:
    known = visitor.services.law.parameters
    return {one.name: known[one.name].description for one in claim.basis if one.name in known}


def _shares(life: ClaimLife, plan: Transmission | None) -> tuple[Share, ...]:
    """Who owes what: of the invoice once there is one, before it of what would leave."""
    shares: Shares | None = life.invoice.shares if life.invoice else (plan.shares if plan else None)
    if shares is None:
        return ()
    is_direct = not (life.invoice.is_tiers_payant if life.invoice else plan is not None and plan.is_tiers_payant)
    note = "paiement direct : sa caisse le rembourse" if is_direct else ""
    owed = (
        Share(OWING[Owing.AMO], shares.amo_cents),
        Share(OWING[Owing.AMC], shares.amc_cents),
        Share(OWING[Owing.PATIENT], shares.patient_cents, note),
    )
    return tuple(share for share in owed if share.cents)


def _reasons(claim: Claim, standing: Standing, plan: Transmission | None) -> tuple[ReasonCard, ...]:
    """Everything said for and against: the judgement, what holds it now, what the caisse answered."""
    mild = _once((*claim.missing, *claim.warnings, *(plan.warnings if plan else ())))
    grave = _once((*claim.refusals, *standing.reasons, *(plan.refusals if plan else ())))
    return (
        *claim_words.reason_cards([one for one in grave if one not in mild], Tone.NOW),
        *claim_words.reason_cards(mild, Tone.SOON),
    )


def _once(found: tuple[T, ...]) -> tuple[T, ...]:
    kept: list[T] = []
    for one in found:
        if one not in kept:
            kept.append(one)
    return tuple(kept)


def _gestures(caller: Caller, life: ClaimLife, plan: Transmission | None) -> Gestures:
    standing = life.standing
    held = {reason.code for reason in standing.reasons} | {reason.code for reason in (plan.refusals if plan else ())}

    def may(happening: Happening) -> bool:
        found = find_transition(standing.stage, happening)
        return found is not None and not found.actors.isdisjoint(_actors(caller, standing))

    may_invoice = may(Happening.INVOICED)
    return Gestures(
        may_invoice=may_invoice,
        must_override=may_invoice and _CAP in held,
        must_share=may_invoice and _SHARE in held,
        must_insure=may_invoice and _INSURANCE in held,
        may_complete=standing.stage is Stage.TO_COMPLETE and bool(_actors(caller, standing)),
        may_correct=may(Happening.CORRECTED) and (life.invoice is None or life.invoice.corrects_id is None),
        may_abandon=may(Happening.ABANDONED),
        may_restore=may(Happening.RESTORED) and standing.invoice_id is None,
        may_reverse=may(Happening.REVERSED),
        may_send_paper=may(Happening.PAPER_SENT),
        may_pay=may(Happening.PAYMENT_RECORDED) and (standing.stage in _UNPAID or standing.balance_cents != 0),
    )


def _actors(caller: Caller, standing: Standing) -> frozenset[Actor]:
    """As whom the one who looks may act on it."""
    if caller.has_role(Role.DOCTOR) and caller.id == standing.professional_id:
        return frozenset({Actor.DOCTOR})
    is_office = caller.has_role(Role.SECRETARY) and caller.practice_id == standing.practice_id
    return frozenset({Actor.SECRETARY}) if is_office else frozenset()


def _insurance_card(claim: Claim, insurance: Insurance | None) -> InsuranceCard:
    address = f"/patientele/{claim.patient_id}/assurance?retour=/facturation/{claim.id}"
    if insurance is None:
        return InsuranceCard(Badge("À renseigner", Tone.SOON), (), address)
    source = next(choice.label for choice in claim_words.RIGHTS if choice.value == insurance.source)
    lines = [
        Compared(
            "NSS" + (" d’un parent" if insurance.is_on_parents_number else ""), claim_words.masked_nss(insurance.nss)
        ),
        Compared("Organisme", organism_words(insurance.organism)),
        Compared("Source", f"{source}, vue le {french.format_date(insurance.seen_on)}"),
    ]
    if insurance.complementary:
        lines.append(Compared("Complémentaire", insurance.complementary.insurer))
    return InsuranceCard(Badge("Connue", Tone.FINE), tuple(lines), address)


def _due(standing: Standing, place: Workplace) -> Badge | None:
    """The last day for what is due, where a text gives one."""
    if standing.due_on is None or standing.stage in (Stage.TO_INVOICE, Stage.TO_COMPLETE, Stage.HELD, Stage.REJECTED):
        return None
    return claim_words.limit_badge(standing.due_on, place.frame.today)
