"""A claim as it is kept: what was judged, under which texts, and what it replaced."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from billing.facts import ActFacts, ActKind
from billing.rules.cap import Counts
from billing.rules.tariff import ClaimState
from telemed.kernel.decision import Reason
from telemed.law.parameter import Reference


@dataclass(frozen=True)
class BasisLine:
    """A legal value that a claim was judged under, as it stood then: a later review of the law changes nothing here."""

    name: str
    text: str
    since: date
    territory: str | None
    certainty: str
    references: tuple[Reference, ...]


@dataclass(frozen=True)
class Claim:
    """An entry of the ledger, never changed: a correction is a new entry that supersedes it."""

    id: UUID
    supersedes_id: UUID | None
    facts: ActFacts
    state: ClaimState
    code: str | None
    amount_cents: int | None
    refusals: tuple[Reason, ...]
    missing: tuple[Reason, ...]
    warnings: tuple[Reason, ...]
    basis: tuple[BasisLine, ...]
    recorded_at: datetime

    @property
    def counts(self) -> Counts:
        """What this claim adds to the year's counts: nothing if it is not billable."""
        if self.state is ClaimState.NOT_BILLABLE or self.facts.kind is not ActKind.TELECONSULTATION:
            return Counts()
        return Counts.of_teleconsultations(1, own=int(self.facts.is_for_own_patient))
