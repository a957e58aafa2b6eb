"""Reads the life of claims: where each stands, what is due, what was done with it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

from billing.model.life import Stage
from billing.model.standing import ClaimLife, Standing, Total
from billing.service.access import claim_scope, may_read_claim, require_claim_reader
from billing.store import BillingStore
from billing.store.invoices import InvoiceStore
from billing.store.life import LifeStore
from telemed.kernel.caller import Caller
from telemed.kernel.errors import NotFound
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal


class LifeService:
    def __init__(self, *, database: Database, journal: Journal) -> None:
        self._database = database
        self._journal = journal

    async def get(self, caller: Caller, claim_id: UUID) -> ClaimLife:
        """Everything that happened to a claim. Raises NotFound if absent or not the caller's."""
        async with self._database.begin() as uow:
            self._note(uow, caller, "billing.read_life", claim_id)
            require_claim_reader(caller)
            claim = await BillingStore(uow.session).find(claim_id)
            if claim is None or not may_read_claim(caller, claim):
                raise NotFound("Cette proposition de facturation est introuvable.")
            return await read_life(uow, claim_id)

    async def page(
        self,
        caller: Caller,
        *,
        limit: int,
        stages: Collection[Stage] = (),
        professional_id: UUID | None = None,
        since: date | None = None,
        until: date | None = None,
        after: tuple[date, UUID] | None = None,
    ) -> list[Standing]:
        """Standings of the days from `since` to `until` (included), the latest act first.

        The doctor's own, or those of the caller's practice; replaced entries only where `stages` asks for them.
        """
        async with self._database.begin() as uow:
            self._note(uow, caller, "billing.list_standings")
            scope = claim_scope(caller, professional_id)
            return await LifeStore(uow.session).page(
                limit=limit,
                practice_id=scope.practice_id,
                professional_id=scope.professional_id,
                stages=stages,
                since=since,
                until=until,
                after=after,
            )

    async def due(
        self,
        caller: Caller,
        *,
        until: date,
        limit: int,
        professional_id: UUID | None = None,
        after: tuple[date, UUID] | None = None,
    ) -> list[Standing]:
        """What is due up to `until` (included), the most urgent first."""
        async with self._database.begin() as uow:
            self._note(uow, caller, "billing.list_due")
            scope = claim_scope(caller, professional_id)
            return await LifeStore(uow.session).due(
                limit=limit,
                practice_id=scope.practice_id,
                professional_id=scope.professional_id,
                until=until,
                after=after,
            )

    async def totals(
        self,
        caller: Caller,
        *,
        professional_id: UUID | None = None,
        since: date | None = None,
        until: date | None = None,
    ) -> dict[Stage, Total]:
        """How many claims stand at each stage, and their sums; a stage without any is absent."""
        async with self._database.begin() as uow:
            self._note(uow, caller, "billing.read_totals")
            scope = claim_scope(caller, professional_id)
            return await LifeStore(uow.session).totals(
                practice_id=scope.practice_id, professional_id=scope.professional_id, since=since, until=until
            )

    def _note(self, uow: UnitOfWork, caller: Caller, action: str, claim_id: UUID | None = None) -> None:
        resource = "" if claim_id is None else f"claim:{claim_id}"
        self._journal.note(uow, caller, action, resource=resource, purpose="billing")


async def read_life(uow: UnitOfWork, claim_id: UUID) -> ClaimLife:
    """The life of a claim as the open transaction sees it. Raises NotFound where it has none."""
    store = LifeStore(uow.session)
    standing = await store.find(claim_id)
    if standing is None:
        raise NotFound("Cette proposition de facturation est introuvable.")
    steps, entries = await store.steps(claim_id), await store.entries(claim_id)
    invoice = await InvoiceStore(uow.session).of_claim(claim_id)
    return ClaimLife(standing, tuple(steps), tuple(entries), invoice)
