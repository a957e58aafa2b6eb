"""A claim as it is kept: what was judged, under which texts, and what it replaced."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from billing.facts import ActKind, Biller, Facts, Part
from billing.rules.cap import NONE, Counts
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
class Supplied:
    """An amount that a person gave where no text at hand fixes it, and the text that he says it rests on."""

    amount_cents: int
    source: str


@dataclass(frozen=True)
class Claim:
    """An entry of the ledger, never changed: a correction is a new entry that supersedes it.

    It claims one part of an act for one biller. Entries of the same revision differ by what a person supplied.
    """

    id: UUID
    supersedes_id: UUID | None
    facts: Facts
    part: Part
    state: ClaimState
    code: str | None
    amount_cents: int | None
    refusals: tuple[Reason, ...]
    missing: tuple[Reason, ...]
    warnings: tuple[Reason, ...]
    basis: tuple[BasisLine, ...]
    recorded_at: datetime
    supplied: Supplied | None = None

    @property
    def act_id(self) -> UUID:
        return self.facts.act_id

    @property
    def patient_id(self) -> UUID:
        return self.facts.patient_id

    @property
    def biller(self) -> Biller:
        return self.facts.biller_of(self.part)

    @property
    def day(self) -> date:
        """The civil day that counts, where the biller practises."""
        return self.facts.day_of(self.part)

    @property
    def counts(self) -> Counts:
        """What this claim adds to its biller's year: nothing if it is not billable.

        A télé-expertise is the requis's remote act; the requérant's request is an act, not a remote one.
        """
        if self.state is ClaimState.NOT_BILLABLE:
            return NONE
        own = int(self.biller.is_for_own_patient)
        if self.facts.kind is ActKind.TELECONSULTATION:
            return Counts.of_teleconsultations(1, own=own)
        if self.part is Part.OPINION:
            return Counts(teleexpertises=1, own_acts=own)
        return Counts(other_acts=1, own_acts=own) if self.part is Part.REQUEST else NONE
