"""Opens the life of each new claim, and ends that of the entry which it supersedes, in the same transaction."""

from __future__ import annotations

from types import MappingProxyType

from billing.model import Claim
from billing.model.life import INVOICED_AND_AFTER, Actor, Due, Happening, Stage, due_at, find_transition
from billing.model.standing import Standing
from billing.rules.tariff import ClaimState
from billing.rules.transmission import BilledAct, left_before_reversal
from billing.service.moving import Mover
from billing.store import BillingStore
from billing.store.life import LifeStore, opening
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Clock
from telemed.storage.uow import UnitOfWork

_OPENING = MappingProxyType(
    {
        ClaimState.PROPOSED: Stage.TO_INVOICE,
        ClaimState.TO_COMPLETE: Stage.TO_COMPLETE,
        ClaimState.NOT_BILLABLE: Stage.NOT_BILLABLE,
    }
)


class LifeKeeper:
    """Implements the port `ClaimFollower`."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock

    async def follow(self, uow: UnitOfWork, claim: Claim, former: Claim | None) -> None:
        """A new entry opens; what it supersedes is replaced, or reversed if it was invoiced.

        An entry that changes nothing of what an invoice claims opens as covered by it: the invoice stands.
        """
        store, now = LifeStore(uow.session), self._clock.now()
        holder = None if former is None else await self._settle(uow, store, claim, former)
        stage = _OPENING[claim.state] if holder is None else Stage.COVERED
        due = Due.NOTHING if holder is not None else due_at(stage)
        covered_by = None if holder is None else holder.claim_id
        standing = opening(claim, stage, due=due, at=now, covered_by=covered_by)
        await store.open(standing, at=now, actor=Actor.JOB.value, actor_id=None)

    async def _settle(self, uow: UnitOfWork, store: LifeStore, claim: Claim, former: Claim) -> Standing | None:
        """End the former entry; the standing whose invoice goes on, if the new entry claims the very same."""
        standing = await store.lock(former.id)
        if standing is None:
            return None
        holder = standing
        if standing.covered_by is not None:
            holder = await store.lock(standing.covered_by) or standing
        stands = await _claims_the_same(uow, claim, former, holder)
        mover = Mover(store, now=self._clock.now())
        if standing is not holder:
            await mover.advance(standing, Happening.SUPERSEDED, by=Actor.JOB, covered_by=None)
        if stands:
            return holder
        if holder.stage in INVOICED_AND_AFTER:
            await reverse_claim(mover, holder, by=Actor.JOB)
        elif find_transition(holder.stage, Happening.SUPERSEDED) is not None:
            await mover.advance(holder, Happening.SUPERSEDED, by=Actor.JOB)
        return None


async def _claims_the_same(uow: UnitOfWork, claim: Claim, former: Claim, holder: Standing) -> bool:
    """Does the invoice of `holder` say what the new entry claims? A rejected one says nothing worth keeping."""
    if holder.stage not in INVOICED_AND_AFTER or holder.stage is Stage.REJECTED:
        return False
    invoiced = former if former.id == holder.claim_id else await BillingStore(uow.session).find(holder.claim_id)
    return invoiced is not None and _what_is_billed(invoiced) == _what_is_billed(claim)


def _what_is_billed(claim: Claim) -> tuple[object, ...]:
    biller = claim.biller
    return BilledAct.of(claim), claim.patient_id, biller.rpps, biller.practice_id, biller.professional_id


async def reverse_claim(mover: Mover, standing: Standing, *, by: Actor | Caller, note: str | None = None) -> Standing:
    """Undo an invoiced claim: reversal entries, and what is left to do with the caisse if the invoice has gone."""
    reasons = (left_before_reversal(),) if standing.lot_id is not None else ()
    after = await mover.advance(standing, Happening.REVERSED, by=by, reasons=reasons, note=note)
    return await mover.undo(after)
