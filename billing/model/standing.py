"""Where a claim stands after it was judged, and everything that happened to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from billing.facts import ActKind, Part
from billing.model.exchange import TransmissionMode
from billing.model.invoice import Entry, Invoice
from billing.model.life import Due, Happening, Stage
from billing.rules.transmission import Transmission
from telemed.kernel.clock import Territory
from telemed.kernel.decision import Reason


@dataclass(frozen=True)
class Step:
    """One thing that happened to a claim, by whom, with its reasons; `note` is what a person wrote."""

    claim_id: UUID
    position: int
    happening: Happening
    stage: Stage
    at: datetime
    actor: str
    actor_id: UUID | None
    due_on: date | None
    lot_id: UUID | None
    reasons: tuple[Reason, ...]
    note: str | None


@dataclass(frozen=True)
class Standing:
    """Where a claim stands now. `due_on` is the last day for what is `due`; amounts are in cents.

    `balance_cents` is what is still owed: negative, it was paid too much. `covered_by` is the invoiced entry that
    already claims the same, where a correction of the act changed nothing of it.
    """

    claim_id: UUID
    act_id: UUID
    part: Part
    practice_id: UUID
    professional_id: UUID
    rpps: str
    patient_id: UUID
    territory: Territory
    kind: ActKind
    day: date
    code: str | None
    amount_cents: int | None
    stage: Stage
    position: int
    since: datetime
    due: Due
    due_on: date | None
    organism: str | None
    mode: TransmissionMode | None
    is_tiers_payant: bool | None
    charged_cents: int
    paid_cents: int
    balance_cents: int
    invoice_id: UUID | None
    lot_id: UUID | None
    covered_by: UUID | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class ClaimLife:
    """Everything that happened to a claim, oldest first."""

    standing: Standing
    steps: tuple[Step, ...]
    entries: tuple[Entry, ...]
    invoice: Invoice | None


@dataclass(frozen=True)
class Total:
    """How many claims, and their sums in cents."""

    count: int
    amount_cents: int
    charged_cents: int
    paid_cents: int
    balance_cents: int


@dataclass(frozen=True)
class Planned:
    """How a claim would be invoiced now, and the last day on which that invoice would leave in time; None on paper."""

    transmission: Transmission
    send_by: date | None


@dataclass(frozen=True)
class Batch:
    """What came of invoicing all that was ready: the invoiced claims, and why the others are held."""

    invoiced: tuple[UUID, ...]
    held: dict[UUID, tuple[Reason, ...]]
