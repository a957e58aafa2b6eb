"""What is kept, counted again from nothing: claims, ledger, standings, lots and quotas must agree with it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from billing.facts import ActFacts, Part
from billing.model import Claim
from billing.model.life import (
    INVOICED_AND_AFTER,
    TRANSITIONS,
    UNDONE,
    Due,
    Happening,
    Stage,
)
from billing.rules.cap import Counts
from billing.rules.tariff import ClaimState
from billing.store import CountStore
from billing.store.claims import to_claim
from billing.tables import (
    ClaimRow,
    EntryRow,
    InvoiceRow,
    LotItemRow,
    LotRow,
    LotStandingRow,
    StandingRow,
    StepRow,
)

_MOVES = {(source, one.happening, one.target or source) for one in TRANSITIONS for source in one.sources}
_OUT = {*UNDONE, Stage.ABANDONED, Stage.REJECTED}
_ENDS_OF_A_LOT = {Stage.ACKNOWLEDGED, Stage.PAPER_REQUESTED}
_WAITING_IN_A_LOT = {Stage.LOTTED, Stage.TRANSMITTED, Stage.REFUSED, Stage.SILENT, Stage.RETRANSMITTED}


@dataclass
class Ledger:
    """Everything that billing holds, read at once."""

    claims: list[Claim]
    standings: dict[UUID, StandingRow]
    steps: dict[UUID, list[StepRow]]
    entries: dict[UUID, list[EntryRow]]
    invoices: list[InvoiceRow]
    lots: dict[UUID, LotRow]
    items: list[LotItemRow]
    lot_standings: dict[UUID, LotStandingRow]

    @property
    def present(self) -> list[Claim]:
        """The claims that no later entry supersedes."""
        former = {claim.supersedes_id for claim in self.claims}
        return [claim for claim in self.claims if claim.id not in former]


async def read_ledger(session: AsyncSession) -> Ledger:
    async def every(table: Any) -> list[Any]:
        return list(await session.scalars(select(table)))

    steps: dict[UUID, list[StepRow]] = defaultdict(list)
    entries: dict[UUID, list[EntryRow]] = defaultdict(list)
    for step in sorted(await every(StepRow), key=lambda row: row.position):
        steps[step.claim_id].append(step)
    for entry in await every(EntryRow):
        entries[entry.claim_id].append(entry)
    return Ledger(
        claims=[to_claim(row) for row in await every(ClaimRow)],
        standings={row.claim_id: row for row in await every(StandingRow)},
        steps=steps,
        entries=entries,
        invoices=await every(InvoiceRow),
        lots={row.id: row for row in await every(LotRow)},
        items=await every(LotItemRow),
        lot_standings={row.lot_id: row for row in await every(LotStandingRow)},
    )


def check_ledger(held: Ledger) -> None:
    """Every sentence about money and stages that holds after any step."""
    for claim_id, standing in held.standings.items():
        check_steps(standing, held.steps[claim_id])
        check_money(standing, held.entries[claim_id])
    check_nothing_is_invoiced_twice(held)
    check_numbers(held)
    check_lots(held)


def check_steps(standing: StandingRow, steps: list[StepRow]) -> None:
    """The standing is where the steps lead, each of them by the table."""
    assert [step.position for step in steps] == list(range(1, len(steps) + 1))
    assert steps[0].happening == Happening.OPENED.value
    for before, after in pairwise(steps):
        assert (Stage(before.stage), Happening(after.happening), Stage(after.stage)) in _MOVES
    assert (standing.stage, standing.position) == (steps[-1].stage, len(steps))


def check_money(standing: StandingRow, entries: list[EntryRow]) -> None:
    """The sums of a standing are those of its lines; what is undone is owed by nobody any more."""
    charged = sum(one.cents for one in entries if one.kind != "payment")
    paid = -sum(one.cents for one in entries if one.kind == "payment")
    assert (standing.charged_cents, standing.paid_cents) == (charged, paid)
    assert standing.balance_cents == charged - paid
    if Stage(standing.stage) in UNDONE:
        assert charged == 0
    if Stage(standing.stage) in {*UNDONE, Stage.PAID}:
        assert (standing.due == Due.REPAYMENT.value) == (standing.balance_cents < 0)
        assert (standing.due_on is not None) == (standing.balance_cents < 0)
    if Stage(standing.stage) in INVOICED_AND_AFTER:
        assert charged == standing.amount_cents


def check_nothing_is_invoiced_twice(held: Ledger) -> None:
    live = Counter((row.act_id, row.part) for row in held.standings.values() if Stage(row.stage) in INVOICED_AND_AFTER)
    assert not [act for act, number in live.items() if number > 1]
    assert max(Counter(one.claim_id for one in held.invoices).values(), default=0) <= 1
    assert max(Counter(one.invoice_id for one in held.items).values(), default=0) <= 1
    invoiced = {one.claim_id for one in held.invoices}
    for claim_id, row in held.standings.items():
        assert (row.invoice_id is not None) == (claim_id in invoiced)
        assert Stage(row.stage) not in INVOICED_AND_AFTER or claim_id in invoiced


def check_numbers(held: Ledger) -> None:
    """FSEs and lots of an issuer are numbered from 1 without a gap."""
    for rows in (
        _numbers((one.issuer_rpps, one.number) for one in held.invoices),
        _numbers((one.issuer_rpps, one.number) for one in held.lots.values()),
    ):
        for numbers in rows.values():
            assert sorted(numbers) == list(range(1, len(numbers) + 1))


def check_lots(held: Ledger) -> None:
    """A lot holds the invoices of one issuer for one organism; it is over, or something is due of it on a day."""
    invoices = {one.id: one for one in held.invoices}
    for item in held.items:
        lot, invoice = held.lots[item.lot_id], invoices[item.invoice_id]
        assert (lot.issuer_rpps, lot.organism) == (invoice.issuer_rpps, invoice.organism)
        assert held.standings[item.claim_id].lot_id == item.lot_id
    for lot_id, standing in held.lot_standings.items():
        stage = Stage(standing.stage)
        assert stage in _ENDS_OF_A_LOT or (standing.due_on is not None and standing.next_at is not None)
        assert sum(item.lot_id == lot_id for item in held.items) == held.lots[lot_id].fse_count
    for row in held.standings.values():
        if Stage(row.stage) in _WAITING_IN_A_LOT:
            assert row.due != Due.NOTHING.value
            assert row.due_on is not None


async def check_counts(session: AsyncSession, held: Ledger) -> dict[tuple[str, int], Counts]:
    """The maintained counts of every doctor and year are those of the present claims, weighed one by one."""
    store, found = CountStore(session), {}
    for rpps, year in sorted({(one.biller.rpps, one.day.year) for one in held.claims}):
        counts, days = await store.of_year(rpps, year), await store.by_day(rpps, year)
        assert days == await store.recount(rpps, year)
        assert counts == sum(days.values(), start=Counts())
        assert counts == weigh_year(held, rpps, year)
        found[rpps, year] = counts
    return found


def weigh_year(held: Ledger, rpps: str, year: int) -> Counts:
    """The acts of one professional in a civil year, from his present claims alone."""
    his = [one for one in held.present if (one.biller.rpps, one.day.year) == (rpps, year) and is_counted(one, held)]
    return sum((_weigh(claim) for claim in his), start=Counts())


def is_counted(claim: Claim, held: Ledger) -> bool:
    """Billable, and neither given up, nor undone, nor rejected: by itself or through the invoice that covers it."""
    standing = held.standings[claim.id]
    holder = standing if standing.covered_by is None else held.standings[standing.covered_by]
    return claim.state is not ClaimState.NOT_BILLABLE and Stage(holder.stage) not in _OUT


def _weigh(claim: Claim) -> Counts:
    own = int(claim.biller.is_for_own_patient)
    if isinstance(claim.facts, ActFacts):
        return Counts.of_teleconsultations(1, own=own)
    if claim.part is Part.OPINION:
        return Counts(teleexpertises=1, own_acts=own)
    return Counts(other_acts=1, own_acts=own) if claim.part is Part.REQUEST else Counts()


def _numbers(pairs: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for issuer, number in pairs:
        found[issuer].append(number)
    return found
