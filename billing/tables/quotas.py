"""Tables of quotas: the persons behind merged records, what each quota holds, the act that holds each place."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from billing.model.quotas import ReservationState
from telemed.storage.tables import Table
from telemed.storage.types import UtcDateTime

_STATES = ", ".join(f"'{state}'" for state in ReservationState)


class QuotaPersonRow(Table, table=True):
    """A record merged into another: its acts are counted in the quotas of that person. Alone, a record has no row.

    `merged_into` is the record that this one was merged into; several merges in a row make a chain, and `person_id`
    is its end.
    """

    __tablename__ = "billing_quota_persons"
    __table_args__ = (
        CheckConstraint("person_id <> patient_id AND merged_into <> patient_id", name="another"),
        Index("ix_billing_quota_persons_person_id", "person_id"),
        Index("ix_billing_quota_persons_merged_into", "merged_into"),
    )

    patient_id: UUID = Field(primary_key=True)
    person_id: UUID
    merged_into: UUID


class QuotaCounterRow(Table, table=True):
    """How many places the acts of one record take: the count that a decision compares with the limit, never a COUNT.

    A person who has several records, and the stricter reading, take the sum of a few rows.
    """

    __tablename__ = "billing_quota_counters"
    __table_args__ = (
        CheckConstraint("reserved >= 0", name="reserved"),
        CheckConstraint("consumed >= 0", name="consumed"),
    )

    patient_id: UUID = Field(primary_key=True)
    code: str = Field(primary_key=True)
    year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    rpps: str = Field(primary_key=True)
    reserved: int
    consumed: int


class QuotaReservationRow(Table, table=True):
    """The place of one act under one code, and what became of it; `why` says why it was given back."""

    __tablename__ = "billing_quota_reservations"
    __table_args__ = (CheckConstraint(f"state IN ({_STATES})", name="state"),)

    act_id: UUID = Field(primary_key=True)
    code: str = Field(primary_key=True)
    rpps: str
    patient_id: UUID
    year: int
    state: str
    why: str | None = None
    changed_at: datetime = Field(sa_type=UtcDateTime)
