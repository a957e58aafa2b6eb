"""The accounts of a period: read, and exported for the accountant."""

from __future__ import annotations

import asyncio
from datetime import date
from uuid import UUID

from billing.formats.statement import statement_csv, statement_page
from billing.model.reconciliation import MAX_DAYS, AccountLine, Heading, Reconciliation
from billing.ports import Headings, StatementRenderer
from billing.rules.reconciliation import Sum, group_rejections, reconcile
from billing.service.access import claim_scope
from billing.store.accounts import Accounts, AccountStore
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Clock, day_bounds
from telemed.kernel.decision import Reason
from telemed.kernel.errors import Invalid
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal

MOST_OUTSTANDING = 200


class ReconciliationService:
    def __init__(
        self, *, database: Database, clock: Clock, journal: Journal, headings: Headings, renderer: StatementRenderer
    ) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal
        self._headings = headings
        self._renderer = renderer

    async def read(
        self, caller: Caller, *, since: date, until: date, professional_id: UUID | None = None
    ) -> Reconciliation:
        """The accounts of the acts done from `since` to `until`, both included; a doctor's own, or the practice's.

        Raises Invalid on a period that is upside down or longer than a year and a day, NotFound for a professional
        who is not the caller's.
        """
        _check_period(since, until)
        heading = await self._headings.find(caller, professional_id)
        return await self._read(caller, heading, since, until, professional_id)

    async def csv(self, caller: Caller, *, since: date, until: date, professional_id: UUID | None = None) -> bytes:
        """Every claim of the period, one a line, for a spreadsheet. Raises as `read`."""
        _check_period(since, until)
        heading = await self._headings.find(caller, professional_id)
        async with self._database.begin() as uow:
            self._note(uow, caller, "billing.export_accounts", since, until)
            lines: list[AccountLine] = await AccountStore(uow.session).lines(
                _accounts(caller, since, until, professional_id)
            )
        return await asyncio.to_thread(statement_csv, lines, heading.territory)

    async def pdf(self, caller: Caller, *, since: date, until: date, professional_id: UUID | None = None) -> bytes:
        """The accounts as a PDF/A to print. Raises as `read`."""
        _check_period(since, until)
        heading = await self._headings.find(caller, professional_id)
        accounts = await self._read(caller, heading, since, until, professional_id)
        return await self._renderer.render(statement_page(accounts, heading))

    async def _read(
        self, caller: Caller, heading: Heading, since: date, until: date, professional_id: UUID | None
    ) -> Reconciliation:
        start, end = day_bounds(since, heading.territory)[0], day_bounds(until, heading.territory)[1]
        async with self._database.begin() as uow:
            self._note(uow, caller, "billing.reconcile", since, until)
            store, asked = AccountStore(uow.session), _accounts(caller, since, until, professional_id)
            return Reconciliation(
                since=since,
                until=until,
                professional_id=professional_id,
                totals=reconcile(await store.tallies(asked)),
                ledger=await store.ledger(asked),
                rejections=group_rejections(_motives(await store.rejected(asked))),
                outstanding=tuple(await store.lines(asked, is_outstanding=True, limit=MOST_OUTSTANDING)),
                outstanding_number=await store.count_outstanding(asked),
                cashed_cents=await store.cashed(asked, start=start, end=end),
                made_at=self._clock.now(),
            )

    def _note(self, uow: UnitOfWork, caller: Caller, action: str, since: date, until: date) -> None:
        details = {"since": since.isoformat(), "until": until.isoformat()}
        self._journal.note(uow, caller, action, resource="billing:accounts", purpose="billing", details=details)


def _accounts(caller: Caller, since: date, until: date, professional_id: UUID | None) -> Accounts:
    scope = claim_scope(caller, professional_id)
    return Accounts(scope.practice_id, scope.professional_id, since, until)


def _motives(rejected: list[tuple[tuple[Reason, ...], Sum]]) -> list[tuple[str, Sum]]:
    return [(" ".join(reason.text for reason in reasons), total) for reasons, total in rejected]


def _check_period(since: date, until: date) -> None:
    if until < since:
        raise Invalid("La période finit avant de commencer : échangez les deux dates.", field="until")
    if (until - since).days >= MAX_DAYS:
        raise Invalid("Choisissez une période d'un an au plus.", field="until")
