"""What a person decides of a claim: complete, correct, give up, cancel, and the money that he sees."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from billing.model import Claim, Supplied
from billing.model.invoice import Owing
from billing.model.life import UNDONE, Happening, Stage, find_transition
from billing.model.standing import ClaimLife, Standing
from billing.rules.tariff import ClaimState
from billing.rules.transmission import corrected_already
from billing.service.access import require_claim_reader
from billing.service.following import LifeKeeper, reverse_claim
from billing.service.life import read_life
from billing.service.moving import Mover, require_own
from billing.service.places import Places, find_present
from billing.store import BillingStore, CountStore
from billing.store.invoices import InvoiceStore
from billing.store.life import LifeStore
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Clock
from telemed.kernel.errors import Conflict, Invalid, NotFound, Refused
from telemed.kernel.ids import new_id
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal

_LONGEST_TEXT = 500
_GREATEST_CENTS = 1_000_000


class ClaimDecisions:
    def __init__(
        self, *, database: Database, clock: Clock, journal: Journal, keeper: LifeKeeper, places: Places
    ) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal
        self._keeper = keeper
        self._places = places

    async def complete(self, caller: Caller, claim_id: UUID, *, amount_cents: int, source: str) -> Claim:
        """Give the amount that no text at hand fixes, with the text that it rests on: a new entry takes its place."""
        supplied = _check_supplied(amount_cents, source)
        async with self._database.begin() as uow:
            self._note(uow, caller, "billing.complete", claim_id)
            claim, standing = await open_claim(uow, caller, claim_id)
            if standing.stage is not Stage.TO_COMPLETE:
                raise Conflict("Le montant de cet acte n'est pas à compléter : rechargez la page.", code="claim.stage")
            return await self._enter_again(uow, claim, supplied)

    async def correct_rejected(
        self,
        caller: Caller,
        claim_id: UUID,
        *,
        reason: str,
        amount_cents: int | None = None,
        source: str | None = None,
    ) -> Claim:
        """Undo a rejected invoice and claim again: once, and then with something else in it (R-45).

        What the caisse refused may be an amount, given here with its text, or the rights of the patient, read again
        elsewhere. Raises Refused where the invoice was itself a correction.
        """
        note = _check_text(reason, "reason")
        async with self._database.begin() as uow:
            self._note(uow, caller, "billing.correct_rejected", claim_id)
            claim, standing = await open_claim(uow, caller, claim_id)
            invoice = await InvoiceStore(uow.session).of_claim(claim_id)
            if invoice is not None and invoice.corrects_id is not None:
                raise Refused.because(corrected_already())
            mover = Mover(LifeStore(uow.session), now=self._clock.now())
            after = await mover.advance(standing, Happening.CORRECTED, by=caller, note=note)
            await mover.undo(after)
            await self._take_place(uow, claim)
            entry = await find_present(uow, claim)
            supplied = entry.supplied
            if amount_cents is not None:
                supplied = _check_supplied(amount_cents, source or "")
            return await self._enter_again(uow, entry, supplied)

    async def abandon(self, caller: Caller, claim_id: UUID, *, reason: str) -> ClaimLife:
        """Give a claim up; it counts no more under the cap. What was charged and not paid is reversed."""
        note = _check_text(reason, "reason")
        async with self._database.begin() as uow:
            self._note(uow, caller, "billing.abandon", claim_id)
            claim, standing = await open_claim(uow, caller, claim_id)
            mover = Mover(LifeStore(uow.session), now=self._clock.now())
            after = await mover.advance(standing, Happening.ABANDONED, by=caller, note=note)
            await mover.undo(after)
            await self._places.leave(uow, claim, why="abandoned")
            return await read_life(uow, claim_id)

    async def restore(self, caller: Caller, claim_id: UUID) -> ClaimLife:
        """Take back an abandonment.

        Raises Conflict for a claim that was invoiced: giving that up reversed it; Refused where another act took its
        place in a quota meanwhile.
        """
        async with self._database.begin() as uow:
            self._note(uow, caller, "billing.restore", claim_id)
            claim, standing = await open_claim(uow, caller, claim_id)
            to = Stage.TO_COMPLETE if claim.state is ClaimState.TO_COMPLETE else Stage.TO_INVOICE
            mover = Mover(LifeStore(uow.session), now=self._clock.now())
            await mover.advance(standing, Happening.RESTORED, by=caller, due_on=claim.day, reasons=claim.missing, to=to)
            await self._take_place(uow, claim)
            return await read_life(uow, claim_id)

    async def reverse(self, caller: Caller, claim_id: UUID, *, reason: str) -> ClaimLife:
        """Cancel an invoice: reversal entries. Where it left, the reasons say what to do with the caisse."""
        note = _check_text(reason, "reason")
        async with self._database.begin() as uow:
            self._note(uow, caller, "billing.reverse", claim_id)
            claim, standing = await open_claim(uow, caller, claim_id)
            mover = Mover(LifeStore(uow.session), now=self._clock.now())
            await reverse_claim(mover, standing, by=caller, note=note)
            await self._places.leave(uow, claim, why="reversed")
            return await read_life(uow, claim_id)

    async def record_paper_sent(self, caller: Caller, claim_id: UUID) -> ClaimLife:
        """The paper duplicate has left: nothing more is sent electronically."""
        async with self._database.begin() as uow:
            self._note(uow, caller, "billing.record_paper_sent", claim_id)
            _, standing = await open_claim(uow, caller, claim_id)
            mover = Mover(LifeStore(uow.session), now=self._clock.now())
            await mover.advance(standing, Happening.PAPER_SENT, by=caller)
            return await read_life(uow, claim_id)

    async def record_payment(self, caller: Caller, claim_id: UUID, *, owing: Owing, cents: int) -> ClaimLife:
        """Money seen on the account from one of those who owe; negative, it was given back."""
        if not 0 < abs(cents) <= _GREATEST_CENTS:
            raise Invalid("Indiquez un montant différent de zéro, et de 10 000 € au plus.", field="cents")
        async with self._database.begin() as uow:
            self._note(uow, caller, "billing.record_payment", claim_id)
            _, standing = await open_claim(uow, caller, claim_id)
            if find_transition(standing.stage, Happening.PAYMENT_RECORDED) is None:
                raise Conflict("Rien n'est facturé : aucun paiement à noter.", code="claim.stage")
            mover = Mover(LifeStore(uow.session), now=self._clock.now())
            after = await mover.pay(standing, owing, cents, key=f"recorded:{new_id()}")
            await self._settle_payment(mover, after, caller)
            return await read_life(uow, claim_id)

    async def _settle_payment(self, mover: Mover, standing: Standing, caller: Caller) -> None:
        """Paid once nothing is owed any more; a part changes no stage."""
        is_whole = standing.balance_cents <= 0 and standing.stage not in UNDONE
        may_end = find_transition(standing.stage, Happening.PAYMENT_RECORDED, to=Stage.PAID) is not None
        to = Stage.PAID if is_whole and may_end else standing.stage
        await mover.advance(standing, Happening.PAYMENT_RECORDED, by=caller, to=to)

    async def _take_place(self, uow: UnitOfWork, claim: Claim) -> None:
        """Raises Refused where the place of this claim was taken since it was given back."""
        decision = await self._places.come_back(uow, claim)
        if not decision.is_allowed:
            raise Refused(decision)

    async def _enter_again(self, uow: UnitOfWork, claim: Claim, supplied: Supplied | None) -> Claim:
        """A new entry of the ledger for the same facts, with what a person supplied."""
        again = replace(
            claim,
            id=new_id(),
            supersedes_id=claim.id,
            state=ClaimState.PROPOSED,
            amount_cents=claim.amount_cents if supplied is None else supplied.amount_cents,
            missing=(),
            recorded_at=self._clock.now(),
            supplied=supplied,
        )
        BillingStore(uow.session).add(again)
        await CountStore(uow.session).replace(claim, again)
        await self._keeper.follow(uow, again, claim)
        return again

    def _note(
        self,
        uow: UnitOfWork,
        caller: Caller,
        action: str,
        claim_id: UUID | None = None,
        *,
        override_reason: str | None = None,
    ) -> None:
        resource = "" if claim_id is None else f"claim:{claim_id}"
        details = None if override_reason is None else {"reason": override_reason}
        self._journal.note(uow, caller, action, resource=resource, purpose="billing", details=details)


async def open_claim(uow: UnitOfWork, caller: Caller, claim_id: UUID) -> tuple[Claim, Standing]:
    """A claim on which the caller may act; its year's count, then its standing are locked."""
    require_claim_reader(caller)
    store = LifeStore(uow.session)
    require_own(caller, await store.find(claim_id))
    claim = await BillingStore(uow.session).find(claim_id)
    if claim is None:
        raise NotFound("Cette proposition de facturation est introuvable.")
    await CountStore(uow.session).lock(claim.biller.rpps, claim.day.year)
    return claim, require_own(caller, await store.lock(claim_id))


def _check_supplied(amount_cents: int, source: str) -> Supplied:
    """Raises Invalid on an amount that cannot be, or without the text that it rests on."""
    if not 0 < amount_cents <= _GREATEST_CENTS:
        raise Invalid("Indiquez un montant positif, de 10 000 € au plus.", field="amount_cents")
    return Supplied(amount_cents, _check_text(source, "source"))


def _check_text(text: str, field: str) -> str:
    """The text without its edges. Raises Invalid on an empty or an endless one."""
    text = text.strip()
    if not text or len(text) > _LONGEST_TEXT:
        raise Invalid(f"Écrivez une raison, de {_LONGEST_TEXT} caractères au plus.", field=field)
    return text
