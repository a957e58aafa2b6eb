"""What the accountant reads of standings and of the ledger: counted and listed, never written."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, false, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from billing.facts import ActKind, Part
from billing.formats import reasons_from_json
from billing.model.invoice import EntryKind
from billing.model.life import Stage
from billing.model.reconciliation import AccountLine, Ledger
from billing.rules.reconciliation import Sum, Tally
from billing.tables import ClaimRow, EntryRow, InvoiceRow, LotRow, StandingRow
from telemed.kernel.decision import Reason


@dataclass(frozen=True)
class Accounts:
    """Whose claims, and of which days (both included); None leaves that side open."""

    practice_id: UUID | None
    professional_id: UUID | None
    since: date | None = None
    until: date | None = None
    code: str | None = None


class AccountStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def tallies(self, accounts: Accounts) -> list[Tally]:
        """How many entries stand at each stage under each code, with their money, in one statement."""
        found = (
            select(
                col(StandingRow.stage),
                func.coalesce(col(StandingRow.code), "").label("code"),
                _is_superseded().label("is_superseded"),
                col(StandingRow.amount_cents),
                col(StandingRow.charged_cents),
                col(StandingRow.paid_cents),
            )
            .where(*_within(accounts))
            .subquery()
        )
        keys = (found.c.stage, found.c.code, found.c.is_superseded)
        sums = [
            func.coalesce(func.sum(one), 0) for one in (found.c.amount_cents, found.c.charged_cents, found.c.paid_cents)
        ]
        rows = await self._session.execute(select(*keys, func.count(), *sums).group_by(*keys))
        return [
            Tally(Stage(stage), code, bool(superseded), Sum(number, *(int(cents) for cents in money)))
            for stage, code, superseded, number, *money in rows
        ]

    async def ledger(self, accounts: Accounts) -> Ledger:
        """The same money, added again from the entries of these claims."""
        query = (
            select(col(EntryRow.kind), func.sum(col(EntryRow.cents)))
            .join(StandingRow, col(StandingRow.claim_id) == col(EntryRow.claim_id))
            .where(*_within(accounts))
            .group_by(col(EntryRow.kind))
        )
        sums = {EntryKind(kind): int(cents) for kind, cents in await self._session.execute(query)}
        return Ledger(*(sums.get(kind, 0) for kind in (EntryKind.CHARGE, EntryKind.REVERSAL, EntryKind.PAYMENT)))

    async def cashed(self, accounts: Accounts, *, start: datetime, end: datetime) -> int:
        """What was received from `start` to `end` (excluded), net of what was repaid, whatever the day of the act."""
        query = (
            select(func.coalesce(func.sum(col(EntryRow.cents)), 0))
            .join(StandingRow, col(StandingRow.claim_id) == col(EntryRow.claim_id))
            .where(col(EntryRow.kind) == EntryKind.PAYMENT.value, col(EntryRow.at) >= start, col(EntryRow.at) < end)
            .where(*_within(Accounts(accounts.practice_id, accounts.professional_id)))
        )
        return -int(await self._session.scalar(query) or 0)

    async def rejected(self, accounts: Accounts) -> list[tuple[tuple[Reason, ...], Sum]]:
        """The rejected claims: why, and their money."""
        query = select(
            col(StandingRow.reasons),
            col(StandingRow.amount_cents),
            col(StandingRow.charged_cents),
            col(StandingRow.paid_cents),
        ).where(col(StandingRow.stage) == Stage.REJECTED.value, *_within(accounts))
        return [
            (reasons_from_json(reasons), Sum(1, amount or 0, charged, paid))
            for reasons, amount, charged, paid in await self._session.execute(query)
        ]

    async def count_outstanding(self, accounts: Accounts) -> int:
        query = select(func.count()).select_from(StandingRow).where(_is_outstanding(), *_within(accounts))
        return int(await self._session.scalar(query) or 0)

    async def lines(
        self, accounts: Accounts, *, is_outstanding: bool = False, limit: int | None = None
    ) -> list[AccountLine]:
        """The claims one by one, the oldest act first."""
        query = _line_query().where(*_within(accounts)).order_by(col(StandingRow.civil_day), col(StandingRow.claim_id))
        if is_outstanding:
            query = query.where(_is_outstanding())
        if limit is not None:
            query = query.limit(limit)
        return [_to_line(*row) for row in await self._session.execute(query)]


def _within(accounts: Accounts, stages: Collection[Stage] = ()) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    if accounts.practice_id is not None:
        asked.append(col(StandingRow.practice_id) == accounts.practice_id)
    if accounts.professional_id is not None:
        asked.append(col(StandingRow.professional_id) == accounts.professional_id)
    if accounts.since is not None:
        asked.append(col(StandingRow.civil_day) >= accounts.since)
    if accounts.until is not None:
        asked.append(col(StandingRow.civil_day) <= accounts.until)
    if accounts.code is not None:
        asked.append(col(StandingRow.code) == accounts.code)
    return asked


def _is_superseded() -> ColumnElement[bool]:
    """Has another entry of the act taken the place of this one? Asked of reversed ones only, the others do not tell."""
    later = aliased(ClaimRow)
    found = select(col(later.id)).where(col(later.supersedes_id) == col(StandingRow.claim_id)).exists()
    return case((col(StandingRow.stage) == Stage.REVERSED.value, found), else_=false())


def _is_outstanding() -> ColumnElement[bool]:
    return col(StandingRow.balance_cents) != 0


def _line_query() -> Select[StandingRow, int, int, bool, datetime]:
    paid_at = (
        select(func.max(col(EntryRow.at)))
        .where(col(EntryRow.claim_id) == col(StandingRow.claim_id), col(EntryRow.kind) == EntryKind.PAYMENT.value)
        .scalar_subquery()
    )
    return (
        select(StandingRow, col(InvoiceRow.number), col(LotRow.number), _is_superseded(), paid_at)
        .outerjoin(InvoiceRow, col(InvoiceRow.id) == col(StandingRow.invoice_id))
        .outerjoin(LotRow, col(LotRow.id) == col(StandingRow.lot_id))
    )


def _to_line(
    row: StandingRow, number: int | None, lot_number: int | None, is_superseded: bool, paid_at: datetime | None
) -> AccountLine:
    return AccountLine(
        claim_id=row.claim_id,
        professional_id=row.professional_id,
        day=row.civil_day,
        kind=ActKind(row.kind),
        part=Part(row.part),
        code=row.code or "",
        stage=Stage(row.stage),
        is_superseded=bool(is_superseded),
        number=number,
        lot_number=lot_number,
        organism=row.organism or "",
        amount_cents=row.amount_cents,
        charged_cents=row.charged_cents,
        paid_cents=row.paid_cents,
        reasons=reasons_from_json(row.reasons),
        paid_at=paid_at,
    )
