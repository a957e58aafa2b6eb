"""Tables of the exchange with the caisses: sealed lots, each attempt to send them, and what came back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from billing.model.life import IN_A_LOT, Stage
from billing.model.lot import AttemptOutcome, ReturnKind, ReturnState
from billing.tables.life import listed
from telemed.kernel.ids import new_id
from telemed.storage.tables import Table
from telemed.storage.types import EncryptedBytes, EncryptedJson, UtcDateTime


class LotRow(Table, table=True):
    """A sealed lot: its very bytes, until the copy has had its time; the digest and the signature stay."""

    __tablename__ = "billing_lots"
    __table_args__ = (
        UniqueConstraint("issuer_rpps", "number"),
        Index("ix_billing_lots_of_practice", "practice_id", "id"),
        Index("ix_billing_lots_of_professional", "professional_id", "id"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("(content IS NULL) = (purged_at IS NOT NULL)", name="kept"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    issuer_rpps: str
    number: int
    organism: str
    practice_id: UUID
    professional_id: UUID
    zone: str
    fse_count: int
    total_cents: int
    made_at: datetime = Field(sa_type=UtcDateTime)
    sha256: str
    signature: str
    content: bytes | None = Field(default=None, sa_type=EncryptedBytes("billing_lots.content"))
    purged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class LotItemRow(Table, table=True):
    """An FSE in its lot: in no other, ever."""

    __tablename__ = "billing_lot_items"
    __table_args__ = (UniqueConstraint("invoice_id"), UniqueConstraint("claim_id"))

    lot_id: UUID = Field(primary_key=True, foreign_key="billing_lots.id")
    fse_number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    invoice_id: UUID = Field(foreign_key="billing_invoices.id")
    claim_id: UUID = Field(foreign_key="billing_claims.id")


class LotStandingRow(Table, table=True):
    """Where a lot stands, and its timer: at `next_at` a sweep looks at it again. None: nothing more will happen."""

    __tablename__ = "billing_lot_standings"
    __table_args__ = (
        Index("ix_billing_lot_standings_timer", "next_at"),
        Index("ix_billing_lot_standings_keep", "keep_until"),
        CheckConstraint(f"stage IN ({listed({*IN_A_LOT, Stage.ACKNOWLEDGED})})", name="stage"),
    )

    lot_id: UUID = Field(primary_key=True, foreign_key="billing_lots.id")
    stage: str
    since: datetime = Field(sa_type=UtcDateTime)
    due_on: date | None = None
    next_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    tries: int = 0
    keep_until: date


class AttemptRow(Table, table=True):
    """One attempt to send a lot, committed before the call. Only the first is as new: no lot is sent so twice.

    Its outcome is added once; an attempt without one was cut by a crash, and what came of it is not known.
    """

    __tablename__ = "billing_lot_attempts"
    __table_args__ = (
        UniqueConstraint("lot_id", "number"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("is_retransmission = (number > 1)", name="new_once"),
        CheckConstraint("(ended_at IS NULL) = (outcome IS NULL)", name="ended"),
        CheckConstraint(f"outcome IS NULL OR outcome IN ({listed(AttemptOutcome)})", name="outcome"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    lot_id: UUID = Field(foreign_key="billing_lots.id")
    number: int
    is_retransmission: bool
    started_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    outcome: str | None = None


class ReturnRow(Table, table=True):
    """A message of the caisse, kept once: the same id, or the same content, changes nothing."""

    __tablename__ = "billing_returns"
    __table_args__ = (
        UniqueConstraint("return_id"),
        UniqueConstraint("content_sha256"),
        Index("ix_billing_returns_of_lot", "lot_id", "id"),
        Index("ix_billing_returns_of_practice", "practice_id", "state", "id"),
        CheckConstraint(f"kind IN ({listed(ReturnKind)})", name="kind"),
        CheckConstraint(f"state IN ({listed(ReturnState)})", name="state"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    return_id: str
    content_sha256: str
    kind: str
    state: str
    lot_id: UUID | None = Field(default=None, foreign_key="billing_lots.id")
    claim_id: UUID | None = Field(default=None, foreign_key="billing_claims.id")
    practice_id: UUID | None = None
    content: dict[str, Any] = Field(sa_type=EncryptedJson("billing_returns.content"))
    received_at: datetime = Field(sa_type=UtcDateTime)


class CursorRow(Table, table=True):
    """How far the returns of the caisse were read."""

    __tablename__ = "billing_cursors"

    name: str = Field(primary_key=True)
    value: str
