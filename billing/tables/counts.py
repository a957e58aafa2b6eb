"""Maintained counts of acts: by civil year, which a decision on the cap locks, and by day, for its curve."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from telemed.storage.tables import Table
from telemed.storage.types import UtcDateTime


def _checks() -> tuple[CheckConstraint, ...]:
    """No number is negative, and a part is not more than its whole."""
    return (
        CheckConstraint(
            "own_teleconsultations >= 0 AND own_teleconsultations <= teleconsultations", name="part_of_whole"
        ),
        CheckConstraint("teleexpertises >= 0 AND other_acts >= 0", name="not_negative"),
        CheckConstraint(
            "own_acts >= own_teleconsultations AND own_acts <= teleconsultations + teleexpertises + other_acts",
            name="own_acts",
        ),
    )


class YearCountRow(Table, table=True):
    """The count of one doctor's civil year, all practices together (R-15): the row that a decision on the cap locks."""

    __tablename__ = "billing_year_counts"
    __table_args__ = _checks()

    rpps: str = Field(primary_key=True)
    year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    teleconsultations: int = 0
    own_teleconsultations: int = 0
    teleexpertises: int = 0
    other_acts: int = 0
    own_acts: int = 0


class DayCountRow(Table, table=True):
    """The same count of one civil day: those of a year always add up to the year's."""

    __tablename__ = "billing_day_counts"
    __table_args__ = _checks()

    rpps: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    teleconsultations: int = 0
    own_teleconsultations: int = 0
    teleexpertises: int = 0
    other_acts: int = 0
    own_acts: int = 0


class UncountedRow(Table, table=True):
    """A claim that is present and billable, and yet out of the counts: rejected for good, reversed, abandoned."""

    __tablename__ = "billing_uncounted_claims"

    claim_id: UUID = Field(primary_key=True, foreign_key="billing_claims.id")
    why: str
    since: datetime = Field(sa_type=UtcDateTime)
