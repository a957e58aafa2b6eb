"""The life of a claim as JSON: where it stands, its steps, its money; amounts are whole cents."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from billing.facts import ActKind, Part
from billing.formats import cite
from billing.model.exchange import TransmissionMode
from billing.model.invoice import Entry, EntryKind, Invoice, Owing
from billing.model.life import Due, Happening, Stage
from billing.model.standing import Batch, ClaimLife, Planned, Standing, Step, Total
from billing.rules.transmission import Wish
from billing.schemas.texts import LegalBasis
from telemed.api.problems import ProblemReason, to_reason

Cents = Annotated[int, Field(ge=1, le=1_000_000)]
Text = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00]*$")]
Why = Annotated[Text, Field(description="Why, in the person's own words; kept sealed with the step.")]
Source = Annotated[Text, Field(description="The text that the amount rests on.")]


class StandingEntry(BaseModel):
    """Where a claim stands. `balance_cents` is what is still owed; negative, it was paid too much."""

    claim_id: UUID
    act_id: UUID
    part: Part
    practice_id: UUID
    professional_id: UUID
    patient_id: UUID
    kind: ActKind
    day: date
    code: str | None
    amount_cents: int | None
    stage: Stage
    since: datetime
    due: Due
    due_on: date | None = Field(description="The last day for what is due.")
    organism: str | None
    mode: TransmissionMode | None
    is_tiers_payant: bool | None
    charged_cents: int
    paid_cents: int
    balance_cents: int
    lot_id: UUID | None
    covered_by: UUID | None = Field(description="The invoiced entry that already claims the same.")
    reasons: list[ProblemReason]

    @classmethod
    def of(cls, standing: Standing) -> Self:
        named = {name: getattr(standing, name) for name in cls.model_fields if name != "reasons"}
        return cls(**named, reasons=[to_reason(reason) for reason in standing.reasons])


class StepEntry(BaseModel):
    """One thing that happened to a claim."""

    position: int
    happening: Happening
    stage: Stage
    at: datetime
    actor: str
    actor_id: UUID | None
    due_on: date | None
    reasons: list[ProblemReason]
    note: str | None

    @classmethod
    def of(cls, step: Step) -> Self:
        named = {name: getattr(step, name) for name in cls.model_fields if name != "reasons"}
        return cls(**named, reasons=[to_reason(reason) for reason in step.reasons])


class LedgerLine(BaseModel):
    """A line of the ledger: charges and repayments are positive, reversals and payments negative."""

    kind: EntryKind
    owing: Owing
    cents: int
    at: datetime

    @classmethod
    def of(cls, entry: Entry) -> Self:
        return cls(kind=entry.kind, owing=entry.owing, cents=entry.cents, at=entry.at)


class InvoiceEntry(BaseModel):
    """An FSE or a paper sheet, without the patient's number."""

    number: int
    mode: TransmissionMode
    organism: str | None
    is_tiers_payant: bool
    amo_cents: int
    amc_cents: int
    patient_cents: int
    made_at: datetime
    keep_until: date
    corrects_id: UUID | None

    @classmethod
    def of(cls, invoice: Invoice) -> Self:
        shares = invoice.shares
        return cls(
            number=invoice.number,
            mode=invoice.mode,
            organism=invoice.organism,
            is_tiers_payant=invoice.is_tiers_payant,
            amo_cents=shares.amo_cents,
            amc_cents=shares.amc_cents,
            patient_cents=shares.patient_cents,
            made_at=invoice.made_at,
            keep_until=invoice.keep_until,
            corrects_id=invoice.corrects_id,
        )


class ClaimLifeEntry(BaseModel):
    """Everything that happened to a claim, oldest first."""

    standing: StandingEntry
    steps: list[StepEntry]
    entries: list[LedgerLine]
    invoice: InvoiceEntry | None

    @classmethod
    def of(cls, life: ClaimLife) -> Self:
        return cls(
            standing=StandingEntry.of(life.standing),
            steps=[StepEntry.of(step) for step in life.steps],
            entries=[LedgerLine.of(entry) for entry in life.entries],
            invoice=None if life.invoice is None else InvoiceEntry.of(life.invoice),
        )


class InvoicePlan(BaseModel):
    """How a claim would be invoiced now; `refusals` say what holds it."""

    mode: TransmissionMode | None
    is_tiers_payant: bool
    amo_cents: int | None
    amc_cents: int | None
    patient_cents: int | None
    prescripteur: str | None
    has_dre: bool
    refusals: list[ProblemReason]
    warnings: list[ProblemReason]
    basis: list[LegalBasis]
    send_by: date | None = Field(description="The last day to send it if it is invoiced today; null on paper.")

    @classmethod
    def of(cls, planned: Planned) -> Self:
        plan, shares = planned.transmission, planned.transmission.shares
        return cls(
            mode=plan.mode,
            is_tiers_payant=plan.is_tiers_payant,
            amo_cents=None if shares is None else shares.amo_cents,
            amc_cents=None if shares is None else shares.amc_cents,
            patient_cents=None if shares is None else shares.patient_cents,
            prescripteur=plan.prescripteur,
            has_dre=plan.has_dre,
            refusals=[to_reason(reason) for reason in plan.refusals],
            warnings=[to_reason(reason) for reason in plan.warnings],
            basis=[LegalBasis.of(cite(value)) for value in plan.basis],
            send_by=planned.send_by,
        )


class InvoiceRequest(BaseModel):
    """How to invoice: usually nothing to say."""

    model_config = ConfigDict(extra="forbid")

    override_reason: Text | None = Field(default=None, description="Why to invoice in spite of the yearly cap.")
    is_on_paper: bool = Field(default=False, description="A paper sheet, where no right of the patient is known.")
    amo_cents: Annotated[int, Field(ge=0, le=1_000_000)] | None = Field(
        default=None, description="The compulsory share in tiers payant, where no text at hand gives the rate."
    )
    amo_source: Text | None = Field(default=None, description="The text that this share rests on.")

    def to_wish(self) -> Wish:
        return Wish(self.is_on_paper, self.amo_cents, self.amo_source or "")


class Completion(BaseModel):
    """The amount that no text at hand fixes."""

    model_config = ConfigDict(extra="forbid")

    amount_cents: Cents
    source: Source


class Correction(BaseModel):
    """What is corrected of a rejected invoice; without an amount, the rights of the patient were read again."""

    model_config = ConfigDict(extra="forbid")

    reason: Why
    amount_cents: Cents | None = None
    source: Source | None = None


class Reasoned(BaseModel):
    """A decision that needs its reason."""

    model_config = ConfigDict(extra="forbid")

    reason: Why


class PaymentSeen(BaseModel):
    """Money seen on the account; negative, it was given back."""

    model_config = ConfigDict(extra="forbid")

    owing: Owing
    cents: Annotated[int, Field(ge=-1_000_000, le=1_000_000)]


class HeldClaim(BaseModel):
    """A claim that was not invoiced, and why."""

    claim_id: UUID
    reasons: list[ProblemReason]


class BatchResult(BaseModel):
    """What came of invoicing all that was ready."""

    invoiced: list[UUID]
    held: list[HeldClaim]

    @classmethod
    def of(cls, batch: Batch) -> Self:
        held = [
            HeldClaim(claim_id=claim_id, reasons=[to_reason(reason) for reason in reasons])
            for claim_id, reasons in batch.held.items()
        ]
        return cls(invoiced=list(batch.invoiced), held=held)


class StageTotal(BaseModel):
    """The claims at one stage, and their sums."""

    stage: Stage
    count: int
    amount_cents: int
    charged_cents: int
    paid_cents: int
    balance_cents: int

    @classmethod
    def of(cls, stage: Stage, total: Total) -> Self:
        return cls(stage=stage, **{name: getattr(total, name) for name in Total.__dataclass_fields__})


class StageTotals(BaseModel):
    """The totals of each stage that has claims."""

    totals: list[StageTotal]
