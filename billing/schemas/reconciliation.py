"""The accounts of a period as JSON; amounts are whole cents."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from billing.facts import ActKind, Part
from billing.model.life import Stage
from billing.model.reconciliation import AccountLine, Ledger, Reconciliation
from billing.rules.reconciliation import Place, Sum


class AccountSum(BaseModel):
    """Some acts and their money. `charged_cents` is net of reversals, `paid_cents` of what was repaid."""

    number: int
    amount_cents: int = Field(description="As judged, or as supplied with its text.")
    charged_cents: int
    paid_cents: int
    due_cents: int = Field(description="Charged and not paid; negative where too much was paid.")

    @classmethod
    def of(cls, one: Sum) -> Self:
        return cls(
            number=one.number,
            amount_cents=one.amount_cents,
            charged_cents=one.charged_cents,
            paid_cents=one.paid_cents,
            due_cents=one.due_cents,
        )


class LedgerSums(BaseModel):
    """The entries of the ledger added again, signed: their sum is what remains due."""

    charges_cents: int
    reversals_cents: int
    payments_cents: int
    due_cents: int

    @classmethod
    def of(cls, ledger: Ledger) -> Self:
        return cls(
            charges_cents=ledger.charges_cents,
            reversals_cents=ledger.reversals_cents,
            payments_cents=ledger.payments_cents,
            due_cents=ledger.due_cents,
        )


class RejectionMotive(BaseModel):
    """Why caisses rejected, and how much."""

    why: str
    sum: AccountSum


class OutstandingClaim(BaseModel):
    """An invoiced act that is not settled."""

    claim_id: UUID
    day: date
    kind: ActKind
    part: Part
    code: str
    stage: Stage
    invoice_number: int | None
    organism: str
    due_cents: int

    @classmethod
    def of(cls, line: AccountLine) -> Self:
        return cls(
            claim_id=line.claim_id,
            day=line.day,
            kind=line.kind,
            part=line.part,
            code=line.code,
            stage=line.stage,
            invoice_number=line.number,
            organism=line.organism,
            due_cents=line.due_cents,
        )


class ReconciliationReport(BaseModel):
    """The accounts of the acts done from `since` to `until`, both included; no patient is in it.

    Each act is in one place; the sum by place and the sum by code are `acts`. Invoices that a correction replaced
    are under `undone`: they hold money, and no act.
    """

    since: date
    until: date
    professional_id: UUID | None
    made_at: datetime
    acts: AccountSum
    places: dict[Place, AccountSum]
    codes: dict[str, AccountSum]
    ledger: LedgerSums
    adds_up: bool = Field(description="Do the standings say what the ledger says, to the cent?")
    cashed_cents: int = Field(description="Received between these days, whatever the day of the act.")
    rejections: list[RejectionMotive]
    outstanding: list[OutstandingClaim]
    outstanding_number: int

    @classmethod
    def of(cls, accounts: Reconciliation) -> Self:
        return cls(
            since=accounts.since,
            until=accounts.until,
            professional_id=accounts.professional_id,
            made_at=accounts.made_at,
            acts=AccountSum.of(accounts.totals.acts),
            places={place: AccountSum.of(one) for place, one in accounts.totals.places.items()},
            codes={code: AccountSum.of(one) for code, one in accounts.totals.codes},
            ledger=LedgerSums.of(accounts.ledger),
            adds_up=accounts.adds_up,
            cashed_cents=accounts.cashed_cents,
            rejections=[RejectionMotive(why=one.text, sum=AccountSum.of(one.sum)) for one in accounts.rejections],
            outstanding=[OutstandingClaim.of(line) for line in accounts.outstanding],
            outstanding_number=accounts.outstanding_number,
        )
