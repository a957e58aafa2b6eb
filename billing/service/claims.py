"""Propose a claim from a closed act, correct it, read it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from billing.facts import Facts, Part, read_facts
from billing.formats import cite
from billing.model import Claim
from billing.ports import ClaimFollower
from billing.rules.judgement import judge
from billing.rules.tariff import ClaimState
from billing.service.access import claim_scope, may_read_claim, require_claim_reader
from billing.service.quotas import QuotaService
from billing.service.surroundings import settle
from billing.store import BillingStore, CountStore
from telemed.kernel.caller import SYSTEM, Caller
from telemed.kernel.clock import Clock
from telemed.kernel.errors import NotFound
from telemed.kernel.events import Event
from telemed.kernel.ids import new_id
from telemed.law.law import Law
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal


class ClaimService:
    """`followers` learn of every new entry in the transaction that makes it: what happens to a claim afterwards."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        law: Law,
        journal: Journal,
        quotas: QuotaService,
        followers: Sequence[ClaimFollower] = (),
    ) -> None:
        self._database = database
        self._clock = clock
        self._law = law
        self._journal = journal
        self._quotas = quotas
        self._followers = followers

    async def receive(self, event: Event) -> None:
        """Subscriber of the events that end an act. Raises FactsError on a payload that it cannot read."""
        await self.propose_all(read_facts(event.payload))

    async def propose(self, facts: Facts) -> Claim:
        """The claim of an act that has one part; of the first one otherwise."""
        return (await self.propose_all(facts))[0]

    async def propose_all(self, facts: Facts) -> tuple[Claim, ...]:
        """The claims of an act, one a part, made once: the same facts again, or older ones, change nothing.

        A later revision of the facts is a new entry that supersedes the former; quotas and the year's counts follow
        in the same transaction, under the lock of the rows that own them.
        """
        async with self._database.begin() as uow:
            return await self.propose_within(uow, facts)

    async def propose_within(self, uow: UnitOfWork, facts: Facts) -> tuple[Claim, ...]:
        """The same, in the transaction of another use case."""
        self._note_proposal(uow, facts)
        former = await self._lock_former(uow, facts)
        return tuple([await self._propose_part(uow, facts, part, former.get(part)) for part in facts.parts])

    async def _record(self, uow: UnitOfWork, claim: Claim, former: Claim | None) -> None:
        """Add an entry, which supersedes `former`: counts and followers are told in the same transaction."""
        BillingStore(uow.session).add(claim)
        await CountStore(uow.session).replace(former, claim)
        for follower in self._followers:
            await follower.follow(uow, claim, former)

    async def _lock_former(self, uow: UnitOfWork, facts: Facts) -> dict[Part, Claim]:
        """The present claims of the act, once the counts that they and the new ones belong to are locked, in order."""
        store = BillingStore(uow.session)
        present = await store.current_of_act(facts.act_id)
        owners = {(facts.biller_of(part).rpps, facts.day_of(part).year) for part in facts.parts}
        for rpps, year in sorted(owners | {(one.biller.rpps, one.day.year) for one in present}):
            await CountStore(uow.session).lock(rpps, year)
        return {claim.part: claim for claim in await store.current_of_act(facts.act_id)}

    async def _propose_part(self, uow: UnitOfWork, facts: Facts, part: Part, former: Claim | None) -> Claim:
        if former is not None and former.facts.revision >= facts.revision:
            return former
        claim = await self._judge(uow, facts, part, former)
        await self._record(uow, claim, former)
        return claim

    def _note_proposal(self, uow: UnitOfWork, facts: Facts) -> None:
        self._journal.note(
            uow,
            SYSTEM,
            "billing.propose",
            patient_id=facts.patient_id,
            resource=f"{facts.kind}:{facts.act_id}",
            purpose="billing",
            details={"revision": facts.revision},
        )

    async def page(
        self,
        caller: Caller,
        *,
        limit: int,
        professional_id: UUID | None = None,
        act_id: UUID | None = None,
        year: int | None = None,
        state: ClaimState | None = None,
        after: tuple[date, UUID] | None = None,
    ) -> list[Claim]:
        """Present claims, the latest act first: the doctor's own, or those of the caller's practice."""
        async with self._database.begin() as uow:
            self._journal.note(uow, caller, "billing.list_claims", purpose="billing")
            require_claim_reader(caller)
            scope = claim_scope(caller, professional_id)
            return await BillingStore(uow.session).page(
                limit=limit,
                professional_id=scope.professional_id,
                practice_id=scope.practice_id,
                act_id=act_id,
                year=year,
                state=state,
                after=after,
            )

    async def get(self, caller: Caller, claim_id: UUID) -> Claim:
        """One entry, also a superseded one. Raises NotFound if absent or not the caller's."""
        async with self._database.begin() as uow:
            self._journal.note(uow, caller, "billing.read_claim", resource=f"claim:{claim_id}", purpose="billing")
            require_claim_reader(caller)
            claim = await BillingStore(uow.session).find(claim_id)
            if claim is None or not may_read_claim(caller, claim):
                raise NotFound("Cette proposition de facturation est introuvable.")
            return claim

    async def find_of_act(self, caller: Caller, act_id: UUID) -> Claim | None:
        """The present claim of an act; None while none was proposed, and for an act that is not the caller's."""
        async with self._database.begin() as uow:
            self._journal.note(
                uow, caller, "billing.read_claim", resource=f"teleconsultation:{act_id}", purpose="billing"
            )
            require_claim_reader(caller)
            claim = await BillingStore(uow.session).find_current(act_id)
            return claim if claim is not None and may_read_claim(caller, claim) else None

    async def _judge(self, uow: UnitOfWork, facts: Facts, part: Part, former: Claim | None) -> Claim:
        law = self._law.on(facts.day_of(part))
        quote = judge(facts, part, law, await settle(uow, self._quotas, facts, part, law))
        return Claim(
            id=new_id(),
            supersedes_id=None if former is None else former.id,
            facts=facts,
            part=part,
            state=quote.state,
            code=quote.code,
            amount_cents=quote.amount_cents,
            refusals=quote.refusals,
            missing=quote.missing,
            warnings=quote.warnings,
            basis=tuple(cite(value) for value in quote.basis),
            recorded_at=self._clock.now(),
        )
