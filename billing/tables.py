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


class YearCountRow(Table, table=True):
    """The count of one doctor's civil year, all practices together (R-15): the row that a decision on the cap locks."""

    __tablename__ = "billing_year_counts"
    __table_args__ = (
        CheckConstraint(
            "own_teleconsultations >= 0 AND own_teleconsultations <= teleconsultations", name="part_of_whole"
        ),
        CheckConstraint("teleexpertises >= 0 AND other_acts >= 0", name="not_negative"),
        CheckConstraint(
            "own_acts >= own_teleconsultations AND own_acts <= teleconsultations + teleexpertises + other_acts",
            name="own_acts",
        ),
    )

    rpps: str = Field(primary_key=True)
    year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    teleconsultations: int = 0
    own_teleconsultations: int = 0
    teleexpertises: int = 0
    other_acts: int = 0
    own_acts: int = 0


class DeclarationRow(Table, table=True):
    """What a doctor declared of a civil year; the newest of a year counts."""

    __tablename__ = "billing_declarations"
    __table_args__ = (
        Index("ix_billing_declarations_of_year", "rpps", "year", "recorded_at"),
        CheckConstraint("outside_as_of IS NULL OR outside_counts IS NOT NULL", name="outside"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    rpps: str
    year: int
    source: str
    declared_on: date
    annual_acts: int | None = None
    annual_own_acts: int | None = None
    outside_as_of: date | None = None
    outside_counts: dict[str, Any] | None = Field(
        default=None, sa_column=Column(JSON(none_as_null=True), nullable=True)
    )
    recorded_by: UUID | None = None
    recorded_at: datetime = Field(sa_type=UtcDateTime)
