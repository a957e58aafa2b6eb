"""The desk of billing: what waits today, and the claims of a period by stage."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from billing.model.life import BEFORE_INVOICE, Stage
from billing.model.standing import Standing
from billing.rules.reconciliation import Sum, Tally, add_up
from billing.service.access import ClaimScope, claim_scope
from billing.service.limits import find_limits
from billing.store import BillingStore
from billing.store.accounts import Accounts, AccountStore
from billing.store.desk import DeskStore
from billing.store.life import LifeStore
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Clock
from telemed.law.law import Law
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal


@dataclass(frozen=True)
class Waiting:
    """What waits for a gesture: the first of them, how many there are, and what is ready to be invoiced.

    `send_by` is, of those that are not invoiced yet, the last day to send them if they are today.
    """

    first: tuple[Standing, ...]
    number: int
    ready: Sum
    send_by: Mapping[UUID, date]


class DeskService:
    def __init__(self, *, database: Database, clock: Clock, law: Law, journal: Journal) -> None:
        self._database = database
        self._clock = clock
        self._law = law
        self._journal = journal

    async def count_waiting(self, caller: Caller) -> int:
        """How many claims wait for a gesture of the caller or of his practice. Not noted: it names nothing."""
        scope = claim_scope(caller, None)
        async with self._database.read() as session:
            store = DeskStore(session, practice_id=scope.practice_id, professional_id=scope.professional_id)
            return add_up((await store.waiting()).values()).number

    async def waiting(self, caller: Caller, *, limit: int) -> Waiting:
        """What waits, whatever its day, the gravest first."""
        async with self._database.begin() as uow:
            scope = self._open(uow, caller, "billing.list_due", None)
            store = DeskStore(uow.session, practice_id=scope.practice_id, professional_id=scope.professional_id)
            sums, first = await store.waiting(), tuple(await store.first(limit))
            to_invoice = [one.claim_id for one in first if one.stage in BEFORE_INVOICE]
            claims = await BillingStore(uow.session).find_many(to_invoice)
            return Waiting(
                first=first,
                number=add_up(sums.values()).number,
                ready=sums.get(Stage.TO_INVOICE, Sum()),
                send_by=await find_limits(uow, claims, now=self._clock.now(), law=self._law),
            )

    async def tallies(
        self, caller: Caller, *, since: date, until: date, professional_id: UUID | None = None
    ) -> list[Tally]:
        """How many claims of these days (both included) stand at each stage under each code, with their money."""
        async with self._database.begin() as uow:
            scope = self._open(uow, caller, "billing.read_totals", professional_id)
            accounts = Accounts(scope.practice_id, scope.professional_id, since, until)
            return await AccountStore(uow.session).tallies(accounts)

    async def page(
        self,
        caller: Caller,
        *,
        limit: int,
        since: date,
        until: date,
        stages: Collection[Stage] = (),
        code: str | None = None,
        after: tuple[date, UUID] | None = None,
    ) -> list[Standing]:
        """The claims of these days (both included), the latest act first."""
        async with self._database.begin() as uow:
            scope = self._open(uow, caller, "billing.list_standings", None)
            return await LifeStore(uow.session).page(
                limit=limit,
                practice_id=scope.practice_id,
                professional_id=scope.professional_id,
                stages=stages,
                since=since,
                until=until,
                code=code,
                after=after,
            )

    def _open(self, uow: UnitOfWork, caller: Caller, action: str, professional_id: UUID | None) -> ClaimScope:
        self._journal.note(uow, caller, action, purpose="billing")
        return claim_scope(caller, professional_id)
