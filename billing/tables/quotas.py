"""Tables of quotas: the persons behind several records, what each quota holds, the act that holds each place."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from billing.model.quotas import LinkCause, ReservationState
from telemed.storage.tables import Table
from telemed.storage.types import UtcDateTime

_CAUSES = ", ".join(f"'{cause}'" for cause in LinkCause)
_STATES = ", ".join(f"'{state}'" for state in ReservationState)


class QuotaLinkRow(Table, table=True):
    """Why a record is of one person with others: merged into a record, or known under a matricule that INSi verified.

    `other_id` is that record, or stands for the matricule: the first half of its blind index, which tells nothing.
    """

    __tablename__ = "billing_quota_links"
    __table_args__ = (
        CheckConstraint("other_id <> patient_id", name="another"),
        CheckConstraint(f"cause IN ({_CAUSES})", name="cause"),
        Index("ix_billing_quota_links_other", "other_id", "patient_id"),
    )

    patient_id: UUID = Field(primary_key=True)
    other_id: UUID = Field(primary_key=True)
    cause: str


class QuotaPersonRow(Table, table=True):
    """A record of a person who has several, as the links say: `person_id` is one of them, which has no row itself.

    A person with one record has no row.
    """

    __tablename__ = "billing_quota_persons"
    __table_args__ = (
        CheckConstraint("person_id <> patient_id", name="another"),
        Index("ix_billing_quota_persons_person_id", "person_id"),
    )

    patient_id: UUID = Field(primary_key=True)
    person_id: UUID


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
