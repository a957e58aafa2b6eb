"""Files of acts done elsewhere (triggers refuse every change), and what each civil year's statements come to."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from billing.rules.outside import ActivityKind
from telemed.kernel.ids import new_id
from telemed.storage.tables import Table
from telemed.storage.types import UtcDateTime

_KINDS = ", ".join(repr(kind.value) for kind in ActivityKind)


class ActivityImportRow(Table, table=True):
    """A file that was confirmed, or the withdrawal of one."""

    __tablename__ = "billing_activity_imports"
    __table_args__ = (
        UniqueConstraint("withdraws_id"),
        Index("ix_billing_activity_imports_of_year", "rpps", "year", "recorded_at", "id"),
        CheckConstraint("last_day >= first_day", name="days"),
        CheckConstraint("accepted >= 0 AND rejected >= 0", name="lines"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    rpps: str
    year: int
    first_day: date
    last_day: date
    source: str
    sha256: str
    accepted: int
    rejected: int
    withdraws_id: UUID | None = Field(default=None, foreign_key="billing_activity_imports.id")
    recorded_by: UUID | None = None
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class ActivityLineRow(Table, table=True):
    """An accepted line of a file."""

    __tablename__ = "billing_activity_lines"
    __table_args__ = (
        CheckConstraint("number >= 0 AND (own IS NULL OR (own >= 0 AND own <= number))", name="numbers"),
        CheckConstraint(f"kind IN ({_KINDS})", name="kind"),
    )

    import_id: UUID = Field(primary_key=True, foreign_key="billing_activity_imports.id")
    line: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    day: date
    kind: str
    number: int
    own: int | None = None
    place: str = ""


class YearStatementRow(Table, table=True):
    """What the declarations and files of a civil year come to: maintained with them, so that a decision reads one row.

    `outside_as_of` null: what was done elsewhere is not known. `own_acts` null: not known for own patients.
    """

    __tablename__ = "billing_year_statements"
    __table_args__ = (
        CheckConstraint("(annual_acts IS NULL) = (annual_source IS NULL)", name="volume"),
        CheckConstraint(
            "own_teleconsultations >= 0 AND own_teleconsultations <= teleconsultations", name="part_of_whole"
        ),
        CheckConstraint("teleexpertises >= 0 AND other_acts >= 0", name="not_negative"),
    )

    rpps: str = Field(primary_key=True)
    year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    annual_acts: int | None = None
    annual_own_acts: int | None = None
    annual_source: str | None = None
    annual_declared_on: date | None = None
    outside_as_of: date | None = None
    outside_source: str = ""
    teleconsultations: int = 0
    own_teleconsultations: int = 0
    teleexpertises: int = 0
    other_acts: int = 0
    own_acts: int | None = 0
