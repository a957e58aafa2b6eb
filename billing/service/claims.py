"""Propose a claim from a closed act, correct it, read it."""

from __future__ import annotations

from datetime import date
from types import MappingProxyType
from uuid import UUID

from billing.facts import ActFacts, ActKind
from billing.formats import cite
from billing.model import Claim
from billing.rules.tariff import ClaimState, quote_teleconsultation
from billing.service.access import claim_scope, may_read_claim, require_claim_reader
from billing.store import BillingStore
from telemed.kernel.caller import SYSTEM, Caller
from telemed.kernel.clock import Clock
from telemed.kernel.errors import NotFound
from telemed.kernel.events import Event
from telemed.kernel.ids import new_id
from telemed.law.law import Law
from telemed.storage.engine import Database
from telemed.trace.service import Journal

_QUOTES = MappingProxyType({ActKind.TELECONSULTATION: quote_teleconsultation})


class ClaimService:
    def __init__(self, *, database: Database, clock: Clock, law: Law, journal: Journal) -> None:
        self._database = database
        self._clock = clock
        self._law = law
        self._journal = journal

    async def receive(self, event: Event) -> None:
        """Subscriber of `teleconsultation.closed`. Raises FactsError on a payload that it cannot read."""
        await self.propose(ActFacts.from_payload(event.payload))

    async def propose(self, facts: ActFacts) -> Claim:
        """The claim of an act, made once: the same facts again, or older ones, change nothing.

        A later revision of the facts is a new entry that supersedes the former; the year's counts follow in the
        same transaction, under the lock of the row that owns them.
        """
        async with self._database.begin() as uow:
            self._journal.note(
                uow,
                SYSTEM,
                "billing.propose",
                patient_id=facts.patient_id,
                resource=f"teleconsultation:{facts.act_id}",
                purpose="billing",
                details={"revision": facts.revision},
            )
            store = BillingStore(uow.session)
            await store.lock_counts(facts.rpps, facts.day.year)
            former = await store.find_current(facts.act_id)
            if former is not None and former.facts.revision >= facts.revision:
                return former
            claim = self._judge(facts, former)
            store.add(claim)
            await self._count(store, claim, former)
            return claim

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

    def _judge(self, facts: ActFacts, former: Claim | None) -> Claim:
        quote = _QUOTES[facts.kind](facts, self._law.on(facts.day))
        return Claim(
            id=new_id(),
            supersedes_id=None if former is None else former.id,
            facts=facts,
            state=quote.state,
            code=quote.code,
            amount_cents=quote.amount_cents,
            refusals=quote.refusals,
            missing=quote.missing,
            warnings=quote.warnings,
            basis=tuple(cite(value) for value in quote.basis),
            recorded_at=self._clock.now(),
        )

    @staticmethod
    async def _count(store: BillingStore, claim: Claim, former: Claim | None) -> None:
        """Take the former claim out of its year and put the new one into its own."""
        for counted, sign in ((former, -1), (claim, 1)):
            if counted is not None:
                facts = counted.facts
                await store.shift_counts(facts.rpps, facts.day.year, counted.counts, sign=sign)
