"""Tables of what happens to claims: steps and ledger lines are only ever added, standings follow them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Column, Index, UniqueConstraint, text
from sqlmodel import Field

from billing.facts import Part
from billing.model.exchange import TransmissionMode
from billing.model.invoice import EntryKind, Owing
from billing.model.life import IN_A_LOT, INVOICED_AND_AFTER, Due, Happening, Stage
from telemed.kernel.ids import new_id
from telemed.storage.tables import Table
from telemed.storage.types import Encrypted, UtcDateTime


def listed(values: Any) -> str:
    """Enum values as a list in SQL, always in the same order."""
    return ", ".join(f"'{value}'" for value in sorted(values))


_LIVE = f"stage IN ({listed(INVOICED_AND_AFTER)})"


class StepRow(Table, table=True):
    """One thing that happened to a claim, numbered from 1 without a gap. `note` is what a person wrote, sealed."""

    __tablename__ = "billing_steps"
    __table_args__ = (
        CheckConstraint("position >= 1", name="position"),
        CheckConstraint(f"stage IN ({listed(Stage)})", name="stage"),
        CheckConstraint(f"happening IN ({listed(Happening)})", name="happening"),
        CheckConstraint("(position = 1) = (happening = 'opened')", name="opened_first"),
    )

    claim_id: UUID = Field(primary_key=True, foreign_key="billing_claims.id")
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    happening: str
    stage: str
    at: datetime = Field(sa_type=UtcDateTime)
    actor: str
    actor_id: UUID | None = None
    due_on: date | None = None
    lot_id: UUID | None = None
    reasons: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    note: str | None = Field(default=None, sa_type=Encrypted("billing_steps.note"))


class StandingRow(Table, table=True):
    """Where a claim stands after its last step, with what lists ask for; the row that a step locks.

    At most one entry of a part of an act is invoiced and not undone: nothing is invoiced twice.
    """

    __tablename__ = "billing_standings"
    __table_args__ = (
        Index(
            "uq_billing_standings_one_invoiced",
            "act_id",
            "part",
            unique=True,
            sqlite_where=text(_LIVE),
            postgresql_where=text(_LIVE),
        ),
        Index("ix_billing_standings_of_practice", "practice_id", "stage", "civil_day", "claim_id"),
        Index("ix_billing_standings_of_professional", "professional_id", "stage", "civil_day", "claim_id"),
        Index("ix_billing_standings_days_of_practice", "practice_id", "civil_day", "claim_id"),
        Index("ix_billing_standings_days_of_professional", "professional_id", "civil_day", "claim_id"),
        Index("ix_billing_standings_due_of_practice", "practice_id", "due_on", "claim_id"),
        Index("ix_billing_standings_due_of_professional", "professional_id", "due_on", "claim_id"),
        Index("ix_billing_standings_to_lot", "stage", "rpps", "practice_id", "organism", "claim_id"),
        Index("ix_billing_standings_of_lot", "lot_id"),
        CheckConstraint(f"stage IN ({listed(Stage)})", name="stage"),
        CheckConstraint(f"due IN ({listed(Due)})", name="due"),
        CheckConstraint(f"part IN ({listed(Part)})", name="part"),
        CheckConstraint(f"stage NOT IN ({listed(INVOICED_AND_AFTER)}) OR invoice_id IS NOT NULL", name="invoiced"),
        CheckConstraint(f"stage NOT IN ({listed(IN_A_LOT)}) OR lot_id IS NOT NULL", name="in_a_lot"),
        CheckConstraint("(stage = 'covered') = (covered_by IS NOT NULL)", name="covered"),
        CheckConstraint("balance_cents = charged_cents - paid_cents", name="balance"),
    )

    claim_id: UUID = Field(primary_key=True, foreign_key="billing_claims.id")
    act_id: UUID
    part: str
    practice_id: UUID
    professional_id: UUID
    rpps: str
    patient_id: UUID
    territory: str
    kind: str
    civil_day: date
    code: str | None = None
    amount_cents: int | None = None
    stage: str
    position: int = 1
    since: datetime = Field(sa_type=UtcDateTime)
    due: str = Due.NOTHING.value
    due_on: date | None = None
    organism: str | None = None
    mode: str | None = None
    is_tiers_payant: bool | None = None
    charged_cents: int = 0
    paid_cents: int = 0
    balance_cents: int = 0
    invoice_id: UUID | None = None
    lot_id: UUID | None = None
    covered_by: UUID | None = Field(default=None, foreign_key="billing_claims.id")
    reasons: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))


class EntryRow(Table, table=True):
    """A line of the ledger, in signed cents. `key` says what justifies it: the same one is refused twice."""

    __tablename__ = "billing_entries"
    __table_args__ = (
        UniqueConstraint("claim_id", "key"),
        Index("ix_billing_entries_day", "at", "id"),
        CheckConstraint(f"kind IN ({listed(EntryKind)})", name="kind"),
        CheckConstraint(f"owing IN ({listed(Owing)})", name="owing"),
        CheckConstraint("cents <> 0", name="something"),
        CheckConstraint("kind <> 'charge' OR cents > 0", name="charge"),
        CheckConstraint("kind <> 'reversal' OR cents < 0", name="reversal"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    claim_id: UUID = Field(foreign_key="billing_claims.id")
    kind: str
    owing: str
    cents: int
    at: datetime = Field(sa_type=UtcDateTime)
    key: str


class InvoiceRow(Table, table=True):
    """An FSE or a paper sheet; the copy is sealed, and purged after its time while its digest and number stay.

    A correction names the rejected invoice, which was none itself, and says something else (R-45).
    """

    __tablename__ = "billing_invoices"
    __table_args__ = (
        UniqueConstraint("claim_id"),
        UniqueConstraint("issuer_rpps", "number"),
        UniqueConstraint("corrects_id"),
        UniqueConstraint("id", "fingerprint", "corrections", name="uq_billing_invoices_what_it_says"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint(f"mode IN ({listed(TransmissionMode)})", name="mode"),
        CheckConstraint("amo_cents >= 0 AND amc_cents >= 0 AND patient_cents >= 0", name="shares"),
        CheckConstraint("(content IS NULL) = (purged_at IS NOT NULL)", name="kept"),
        CheckConstraint("mode = 'paper_sheet' OR organism IS NOT NULL", name="addressed"),
        CheckConstraint("(corrects_id IS NULL) = (corrections = 0)", name="corrections"),
        CheckConstraint("corrections IN (0, 1)", name="corrected_once"),
        CheckConstraint("corrects_fingerprint IS NULL OR corrects_fingerprint <> fingerprint", name="never_unchanged"),
        CheckConstraint("(corrects_id IS NULL) = (corrects_fingerprint IS NULL)", name="corrects"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    claim_id: UUID = Field(foreign_key="billing_claims.id")
    issuer_rpps: str
    number: int
    mode: str
    organism: str | None = None
    is_tiers_payant: bool
    amo_cents: int
    amc_cents: int
    patient_cents: int
    made_at: datetime = Field(sa_type=UtcDateTime)
    keep_until: date = Field(index=True)
    fingerprint: str
    corrections: int = 0
    corrects_id: UUID | None = Field(default=None, foreign_key="billing_invoices.id")
    corrects_fingerprint: str | None = None
    content: str | None = Field(default=None, sa_type=Encrypted("billing_invoices.content"))
    purged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class InsuranceRow(Table, table=True):
    """The rights of a patient as a practice read them; the latest counts, the others are kept."""

    __tablename__ = "billing_insurances"
    __table_args__ = (
        Index("ix_billing_insurances_of_patient", "practice_id", "patient_id", "id"),
        CheckConstraint("is_on_parents_number = (patient_rank > 1)", name="rank"),
        CheckConstraint("(insurer IS NULL) = (contract IS NULL)", name="complementary"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    practice_id: UUID
    patient_id: UUID
    nss: str = Field(sa_type=Encrypted("billing_insurances.nss"))
    organism: str
    source: str
    seen_on: date
    is_on_parents_number: bool
    patient_rank: int
    insurer: str | None = None
    contract: str | None = Field(default=None, sa_type=Encrypted("billing_insurances.contract"))
    takes_dre: bool = False
    recorded_by: UUID | None = None
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class CalendarRow(Table, table=True):
    """The zone of public holidays that a practice says is its own; the latest counts."""

    __tablename__ = "billing_calendars"
    __table_args__ = (Index("ix_billing_calendars_of_practice", "practice_id", "id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    practice_id: UUID
    zone: str
    recorded_by: UUID | None = None
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class SequenceRow(Table, table=True):
    """The last number given in a series of one issuer; taken under its lock, so that a series has no gap."""

    __tablename__ = "billing_sequences"
    __table_args__ = (CheckConstraint("last >= 0", name="last"),)

    series: str = Field(primary_key=True)
    issuer_rpps: str = Field(primary_key=True)
    last: int = 0
