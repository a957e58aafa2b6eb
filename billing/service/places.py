"""What a claim takes while it may be paid: its count under the cap, its place in a quota, the one beside an act."""

from __future__ import annotations

from billing.model import Claim
from billing.rules.judgement import judge
from billing.service.quotas import QuotaService
from billing.service.surroundings import give_back, settle
from billing.store import BillingStore, CountStore
from billing.store.life import LifeStore
from telemed.kernel.clock import Clock
from telemed.kernel.decision import ALLOWED, Decision, refuse
from telemed.law.law import Law
from telemed.storage.uow import UnitOfWork


async def find_present(uow: UnitOfWork, claim: Claim) -> Claim:
    """The entry that the invoice of this claim stands for now: itself, or the later one that it covers."""
    for entry in await BillingStore(uow.session).current_of_act(claim.act_id):
        standing = await LifeStore(uow.session).find(entry.id)
        if standing is not None and standing.covered_by == claim.id:
            return entry
    return claim


class Places:
    """Each change runs in the caller's transaction; what is given or taken already changes nothing."""

    def __init__(self, *, clock: Clock, law: Law, quotas: QuotaService) -> None:
        self._clock = clock
        self._law = law
        self._quotas = quotas

    async def leave(self, uow: UnitOfWork, claim: Claim, *, why: str) -> None:
        """The claim will not be paid: abandoned, reversed or rejected. Another act may take its place."""
        claim = await find_present(uow, claim)
        await CountStore(uow.session).take_out(claim, why=why, at=self._clock.now())
        await give_back(uow, self._quotas, claim.facts, claim.part)

    async def come_back(self, uow: UnitOfWork, claim: Claim) -> Decision:
        """The claim may be paid after all: refused where its place was taken meanwhile, and then nothing is counted."""
        claim = await find_present(uow, claim)
        law = self._law.on(claim.day)
        around = await settle(uow, self._quotas, claim.facts, claim.part, law)
        refusals = judge(claim.facts, claim.part, law, around).refusals
        if refusals:
            return refuse(*refusals)
        await CountStore(uow.session).put_back(claim)
        return ALLOWED
