"""Tables of billing. Triggers refuse every update and deletion of claims and declarations (migration 0002)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Column, Index, UniqueConstraint, text
from sqlmodel import Field

from billing.facts import ActKind, Part
from billing.rules.tariff import ClaimState
from telemed.kernel.ids import new_id
from telemed.storage.tables import Table
from telemed.storage.types import UtcDateTime

_STATES, _PARTS, _KINDS = (", ".join(f"'{one}'" for one in values) for values in (ClaimState, Part, ActKind))


class ClaimRow(Table, table=True):
    """One entry of the ledger; the present claim of a part of an act is the one that nothing supersedes."""

    __tablename__ = "billing_claims"
    __table_args__ = (
        UniqueConstraint("supersedes_id"),
        Index(
            "uq_billing_claims_first_of_part",
            "act_id",
            "part",
            unique=True,
            sqlite_where=text("supersedes_id IS NULL"),
            postgresql_where=text("supersedes_id IS NULL"),
        ),
        Index("ix_billing_claims_of_professional", "professional_id", "civil_day", "id"),
        Index("ix_billing_claims_of_doctor", "rpps", "civil_day", "id"),
        Index("ix_billing_claims_of_practice", "practice_id", "civil_day", "id"),
        Index("ix_billing_claims_of_professional_by_state", "professional_id", "state", "civil_day", "id"),
        Index("ix_billing_claims_of_practice_by_state", "practice_id", "state", "civil_day", "id"),
        Index("ix_billing_claims_of_patient", "patient_id", "rpps", "civil_day"),
        CheckConstraint(f"state IN ({_STATES})", name="state"),
        CheckConstraint(f"part IN ({_PARTS})", name="part"),
        CheckConstraint(f"kind IN ({_KINDS})", name="kind"),
        CheckConstraint("state <> 'proposed' OR (code IS NOT NULL AND amount_cents IS NOT NULL)", name="whole"),
        CheckConstraint("amount_cents IS NULL OR amount_cents >= 0", name="amount"),
        CheckConstraint("(supplied_cents IS NULL) = (supplied_source IS NULL)", name="supplied"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    act_id: UUID
    part: str
    revision: int
    supersedes_id: UUID | None = Field(default=None, foreign_key="billing_claims.id")
    professional_id: UUID
    rpps: str
    practice_id: UUID
    patient_id: UUID
    kind: str
    civil_day: date
    civil_year: int
    is_own_patient: bool
    state: str
    code: str | None = None
    amount_cents: int | None = None
    facts: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    refusals: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    missing: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    warnings: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    basis: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    supplied_cents: int | None = None
    supplied_source: str | None = None
    recorded_at: datetime = Field(sa_type=UtcDateTime)
