"""Invoices what is proposed: one claim or all that is ready; what holds one is kept with it and said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from billing.facts import ActFacts
from billing.model import Claim
from billing.model.exchange import TransmissionMode
from billing.model.invoice import Invoice, Owing
from billing.model.life import Happening, Stage
from billing.model.standing import Batch, ClaimLife, Planned, Standing
from billing.ports import CapCheck
from billing.rules.deadlines import transmit_by
from billing.rules.transmission import BilledAct, Wish, plan_transmission
from billing.service.access import BILLERS, PROFESSIONALS, claim_scope, may_read_claim, require_claim_reader
from billing.service.decisions import ClaimDecisions, open_claim
from billing.service.drafting import rights_of, write_invoice, zone_of
from billing.service.following import LifeKeeper
from billing.service.life import read_life
from billing.service.limits import find_limits
from billing.service.moving import DIRECT_PAYMENT, Mover
from billing.service.places import Places
from billing.store import BillingStore
from billing.store.invoices import InvoiceStore
from billing.store.life import LifeStore
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Clock
from telemed.kernel.decision import ALLOWED, Decision, Reason
from telemed.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from telemed.law.law import Law
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal

URGENCY = "urgence"
_READY = (Stage.TO_INVOICE, Stage.HELD)


class InvoiceService(ClaimDecisions):
    """Invoicing, beside the other decisions on a claim."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        law: Law,
        journal: Journal,
        keeper: LifeKeeper,
        places: Places,
        check_cap: CapCheck,
    ) -> None:
        super().__init__(database=database, clock=clock, journal=journal, keeper=keeper, places=places)
        self._law = law
        self._check_cap = check_cap

    async def plan(self, caller: Caller, claim_id: UUID, *, wish: Wish | None = None) -> Planned:
        """How a claim would be invoiced now: mode, shares, limit, what is missing, the texts. Changes nothing."""
        async with self._database.begin() as uow:
            self._note(uow, caller, "billing.plan_invoice", claim_id)
            require_claim_reader(caller)
            claim = await BillingStore(uow.session).find(claim_id)
            if claim is None or not may_read_claim(caller, claim):
                raise NotFound("Cette proposition de facturation est introuvable.")
            insurance = await InvoiceStore(uow.session).find_insurance(claim.biller.practice_id, claim.patient_id)
            plan = plan_transmission(BilledAct.of(claim), rights_of(insurance), self._law.on(claim.day), wish)
            limits = await find_limits(uow, [claim], now=self._clock.now(), law=self._law)
            return Planned(plan, None if plan.mode is TransmissionMode.PAPER_SHEET else limits[claim_id])

    async def invoice(
        self, caller: Caller, claim_id: UUID, *, override_reason: str | None = None, wish: Wish | None = None
    ) -> ClaimLife:
        """Invoice a claim. Raises Refused: the claim is then held, with the reasons kept.

        `override_reason` invoices in spite of the cap; the trace keeps it, and the step, sealed.
        """
        wish = _check_wish(wish or Wish())
        try:
            async with self._database.begin() as uow:
                self._note(uow, caller, "billing.invoice", claim_id, override_reason=override_reason)
                return await self._invoice(uow, caller, claim_id, override_reason, wish)
        except Refused as refusal:
            await self._hold(caller, claim_id, refusal.decision.refusals)
            raise

    async def invoice_ready(self, caller: Caller) -> Batch:
        """Invoice all that the caller may and that nothing holds, the oldest act first; one transaction each."""
        invoiced: list[UUID] = []
        held: dict[UUID, tuple[Reason, ...]] = {}
        for claim_id in await self._find_ready(caller):
            try:
                await self.invoice(caller, claim_id)
            except Refused as refusal:
                held[claim_id] = refusal.decision.refusals
            except Conflict:
                continue
            else:
                invoiced.append(claim_id)
        return Batch(tuple(invoiced), held)

    async def _invoice(
        self, uow: UnitOfWork, caller: Caller, claim_id: UUID, override_reason: str | None, wish: Wish
    ) -> ClaimLife:
        claim, standing = await open_claim(uow, caller, claim_id)
        if standing.stage not in _READY and standing.stage not in (Stage.TO_COMPLETE, Stage.NOT_BILLABLE):
            raise Conflict("Cet acte est déjà facturé ou remplacé : rechargez la page.", code="claim.stage")
        store, now = InvoiceStore(uow.session), self._clock.now()
        insurance = await store.find_insurance(claim.biller.practice_id, claim.patient_id)
        plan = plan_transmission(BilledAct.of(claim), rights_of(insurance), self._law.on(claim.day), wish)
        decision = Decision(plan.refusals, plan.warnings) & await self._check(uow, claim, override_reason)
        if plan.terms is None or not decision.is_allowed:
            raise Refused(decision)
        if plan.mode is TransmissionMode.PAPER_SHEET:
            insurance = None
        keyring = self._database.keyring
        invoice = await write_invoice(uow, claim, plan.terms, insurance, law=self._law, keyring=keyring, now=now)
        mover = Mover(LifeStore(uow.session), now=now)
        note = "\n".join(text for text in (override_reason, wish.amo_source) if text) or None
        await self._enter(uow, mover, standing, claim, invoice, by=caller, warnings=decision.warnings, note=note)
        return await read_life(uow, claim_id)

    async def _enter(
        self,
        uow: UnitOfWork,
        mover: Mover,
        standing: Standing,
        claim: Claim,
        invoice: Invoice,
        *,
        by: Caller,
        warnings: Sequence[Reason],
        note: str | None,
    ) -> None:
        """The step, and what each owes. An FSE in direct payment states that the patient has paid."""
        is_on_paper = invoice.mode is TransmissionMode.PAPER_SHEET
        made_on = claim.biller.civil_day(invoice.made_at)
        deadline = transmit_by(
            made_on,
            is_tiers_payant=invoice.is_tiers_payant,
            zone=await zone_of(uow, claim),
            law=self._law.on(made_on),
        )
        after = await mover.advance(
            standing,
            Happening.PUT_ON_PAPER if is_on_paper else Happening.INVOICED,
            by=by,
            due_on=deadline.due_on,
            reasons=warnings,
            note=note,
            invoice_id=invoice.id,
            organism=invoice.organism,
            mode=invoice.mode,
            is_tiers_payant=invoice.is_tiers_payant,
        )
        shares = invoice.shares
        owing = {Owing.AMO: shares.amo_cents, Owing.AMC: shares.amc_cents, Owing.PATIENT: shares.patient_cents}
        after = await mover.charge(after, owing)
        if not invoice.is_tiers_payant and shares.patient_cents:
            await mover.pay(after, Owing.PATIENT, shares.patient_cents, key=DIRECT_PAYMENT)

    async def _check(self, uow: UnitOfWork, claim: Claim, override_reason: str | None) -> Decision:
        """The cap, which concerns téléconsultations only; urgent care is never held."""
        facts, biller = claim.facts, claim.biller
        if not isinstance(facts, ActFacts):
            return ALLOWED
        return await self._check_cap(
            uow.session,
            rpps=biller.rpps,
            specialty=biller.specialty,
            territory=biller.territory,
            day=claim.day,
            is_own_patient=biller.is_for_own_patient,
            is_urgent=URGENCY in facts.reimbursement.exceptions,
            override_reason=override_reason,
        )

    async def _hold(self, caller: Caller, claim_id: UUID, reasons: tuple[Reason, ...]) -> None:
        """Keep why a claim is not invoiced; nothing new is kept where the reasons are the same."""
        async with self._database.begin() as uow:
            standing = await LifeStore(uow.session).lock(claim_id)
            if standing is None or standing.stage not in _READY:
                return
            if standing.stage is Stage.HELD and standing.reasons == reasons:
                return
            mover = Mover(LifeStore(uow.session), now=self._clock.now())
            await mover.advance(standing, Happening.HELD, by=caller, due_on=standing.day, reasons=reasons)

    async def _find_ready(self, caller: Caller) -> list[UUID]:
        async with self._database.begin() as uow:
            self._note(uow, caller, "billing.invoice_ready")
            if not caller.has_role(*BILLERS):
                raise Forbidden("La facturation revient à qui facture et à son secrétariat.")
            scope = claim_scope(caller, caller.id if caller.has_role(*PROFESSIONALS) else None)
            return await LifeStore(uow.session).ready(
                practice_id=scope.practice_id, professional_id=scope.professional_id, stages=_READY
            )


def _check_wish(wish: Wish) -> Wish:
    """Raises Invalid on a share without the text that it rests on."""
    if wish.amo_cents is not None and not wish.amo_source.strip():
        raise Invalid("Indiquez le texte sur lequel cette part repose.", field="amo_source")
    return replace(wish, amo_source=wish.amo_source.strip())
