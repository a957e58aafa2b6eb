"""Quotas counted again from the places of the acts, by person, and compared with what is billed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from billing.facts import Part
from billing.model.life import INVOICED_AND_AFTER, Stage
from billing.rules.tariff import ClaimState
from billing.store.quotas import QuotaStore
from billing.tables import QuotaReservationRow
from tests.integration.billing.year.recount import Ledger, is_counted

LIMIT = 4
"""TE2 and RQD a civil year, for one patient and one biller (R-18, R-19)."""
Key = tuple[UUID, str, str, int]


@dataclass
class QuotaBook:
    """Who is who, and how much of each quota was taken after the step before: a merge alone may add up above four."""

    merged: dict[UUID, UUID] = field(default_factory=dict)
    taken: Counter[Key] = field(default_factory=Counter)

    def person_of(self, record: UUID) -> UUID:
        while record in self.merged:
            record = self.merged[record]
        return record

    def merge(self, *, kept: UUID, absorbed: UUID) -> None:
        self.merged[absorbed] = kept
        self._add_up()

    def part(self, absorbed: UUID) -> None:
        """The places of each are not told apart here: what both held bounds each."""
        kept = self.person_of(absorbed)
        del self.merged[absorbed]
        for (person, code, rpps, year), number in list(self.taken.items()):
            if person == kept:
                self.taken[absorbed, code, rpps, year] = number

    def _add_up(self) -> None:
        taken: Counter[Key] = Counter()
        for (person, code, rpps, year), number in self.taken.items():
            taken[self.person_of(person), code, rpps, year] += number
        self.taken = taken


async def check_quotas(session: AsyncSession, held: Ledger, book: QuotaBook, *, open_acts: set[UUID]) -> None:
    """The counters are those of the acts' places; no quota grows above four; a place is consumed by what is billed."""
    store = QuotaStore(session)
    assert await store.counters() == await store.recount()
    rows = list(await session.scalars(select(QuotaReservationRow)))
    taken = Counter(
        (book.person_of(row.patient_id), row.code, row.rpps, row.year)
        for row in rows
        if row.state in ("reserved", "consumed")
    )
    for key, number in taken.items():
        assert number <= max(LIMIT, book.taken[key]), key
    book.taken = taken
    assert {row.act_id for row in rows if row.state == "reserved"} <= open_acts
    assert {row.state for row in rows if row.act_id in open_acts} <= {"reserved", "exhausted"}
    consumed = {(row.act_id, row.code) for row in rows if row.state == "consumed"}
    billed = _billed(held)
    assert consumed <= billed.keys()
    assert all("billing.quota_exhausted" in billed[one] for one in billed.keys() - consumed)
    for claim in held.claims:
        if claim.state is ClaimState.NOT_BILLABLE:
            assert Stage(held.standings[claim.id].stage) not in INVOICED_AND_AFTER


def _billed(held: Ledger) -> dict[tuple[UUID, str], set[str]]:
    """The parts of télé-expertises that count, with why each is looked at: neither given up, nor undone, nor rejected.

    One that the caisse rejected and paid after all counts without a place where that was taken meanwhile, and says so.
    """
    return {
        (claim.act_id, claim.code or ""): {reason["code"] for reason in held.standings[claim.id].reasons}
        for claim in held.present
        if claim.part in (Part.OPINION, Part.REQUEST) and is_counted(claim, held)
    }
