"""What the accounts of a period say: figures, ledger, what remains due, and the lines behind them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from billing.facts import ActKind, Part
from billing.model.life import Stage
from billing.rules.reconciliation import Motive, Place, Totals, find_place
from telemed.kernel.clock import Territory
from telemed.kernel.decision import Reason

MAX_DAYS = 366


@dataclass(frozen=True)
class Ledger:
    """The entries of the claims of a period, by kind, in signed cents: reversals and payments are negative."""

    charges_cents: int = 0
    reversals_cents: int = 0
    payments_cents: int = 0

    @property
    def due_cents(self) -> int:
        return self.charges_cents + self.reversals_cents + self.payments_cents


@dataclass(frozen=True)
class AccountLine:
    """One claim as the accountant reads it: by its invoice number, never by its patient.

    `paid_at` is the last payment; `number` is None before an invoice is made, `lot_number` before it is in a lot.
    """

    claim_id: UUID
    professional_id: UUID
    day: date
    kind: ActKind
    part: Part
    code: str
    stage: Stage
    is_superseded: bool
    number: int | None
    lot_number: int | None
    organism: str
    amount_cents: int | None
    charged_cents: int
    paid_cents: int
    reasons: tuple[Reason, ...]
    paid_at: datetime | None

    @property
    def place(self) -> Place | None:
        return find_place(self.stage, is_superseded=self.is_superseded)

    @property
    def due_cents(self) -> int:
        return self.charged_cents - self.paid_cents

    @property
    def why(self) -> str:
        """Why it stands there: what the rules or the caisse said."""
        return " ".join(reason.text for reason in self.reasons)


@dataclass(frozen=True)
class Reconciliation:
    """The accounts of the acts done from `since` to `until`, both included.

    `cashed_cents` is what was received between these days, whatever the day of the act. `outstanding` are the
    invoiced acts that are not settled, the oldest first, at most as many as were asked for.
    """

    since: date
    until: date
    professional_id: UUID | None
    totals: Totals
    ledger: Ledger
    rejections: tuple[Motive, ...]
    outstanding: tuple[AccountLine, ...]
    outstanding_number: int
    cashed_cents: int
    made_at: datetime

    @property
    def adds_up(self) -> bool:
        """Do the standings say, to the cent, what the ledger says when it is added again?"""
        money = self.totals.money
        ledger = self.ledger
        return (
            money.charged_cents == ledger.charges_cents + ledger.reversals_cents
            and money.paid_cents == -ledger.payments_cents
        )


@dataclass(frozen=True)
class Heading:
    """Whose accounts: the practice and its territory, and the professional or all of them."""

    practice: str
    address: str
    professional: str
    qualification: str
    territory: Territory
