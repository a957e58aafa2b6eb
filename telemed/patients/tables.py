"""Tables of patients: traits and contact data are sealed, only blind indexes can be searched."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field

from telemed.kernel.ids import new_id
from telemed.storage.tables import Table
from telemed.storage.types import Encrypted, EncryptedJson, UtcDateTime

DIGEST = LargeBinary(32)


class PatientRow(Table, table=True):
    """A patient as known now. The status is not stored: it is derived from the axes.

    `qualified_index` repeats the matricule's index while the identity is QUAL and the record stands alone, so that
    the database itself refuses two qualified records of one person in a practice.
    """

    __tablename__ = "patients"
    __table_args__ = (
        UniqueConstraint("practice_id", "qualified_index"),
        CheckConstraint(
            "qualified_index IS NULL OR (qualified_index = matricule_index AND insi_source IS NOT NULL "
            "AND check_proof IS NOT NULL AND doubt_reason IS NULL)",
            name="qualified_has_both_axes",
        ),
        Index("ix_patients_page", "practice_id", "id"),
        Index("ix_patients_traits", "practice_id", "traits_index", "id"),
        Index("ix_patients_birth_date", "practice_id", "birth_date_index", "id"),
        Index("ix_patients_matricule", "practice_id", "matricule_index", "id"),
        Index(
            "ix_patients_merged_into",
            "merged_into",
            sqlite_where=text("merged_into IS NOT NULL"),
            postgresql_where=text("merged_into IS NOT NULL"),
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    practice_id: UUID = Field(foreign_key="practices.id")
    version: int = 1
    merged_into: UUID | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)
    traits: dict[str, Any] = Field(sa_type=EncryptedJson("patients.traits"))
    contact: dict[str, Any] = Field(sa_type=EncryptedJson("patients.contact"))
    traits_index: bytes = Field(sa_column=Column(DIGEST, nullable=False))
    birth_date_index: bytes = Field(sa_column=Column(DIGEST, nullable=False))
    matricule_oid: str | None = None
    matricule_index: bytes | None = Field(default=None, sa_column=Column(DIGEST))
    qualified_index: bytes | None = Field(default=None, sa_column=Column(DIGEST))
    insi_source: str | None = None
    insi_obtained_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    check_proof: str | None = None
    check_companion: str | None = None
    check_method: str | None = None
    checked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    checked_by: UUID | None = None
    doubt_reason: str | None = None
    doubted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    doubted_by: UUID | None = None


class PatientNameRow(Table, table=True):
    """One word under which a patient is found: the blind index of a whole name or of a part of it."""

    __tablename__ = "patient_names"
    __table_args__ = (Index("ix_patient_names_word", "practice_id", "word_index", "patient_id"),)

    patient_id: UUID = Field(primary_key=True, foreign_key="patients.id")
    word_index: bytes = Field(sa_column=Column(DIGEST, primary_key=True))
    practice_id: UUID


class IdentityVersionRow(Table, table=True):
    """One state that an identity had. A trigger refuses every update and deletion (migration 0002)."""

    __tablename__ = "patient_identity_versions"

    patient_id: UUID = Field(primary_key=True, foreign_key="patients.id")
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    change: str
    status: str
    identity: dict[str, Any] = Field(sa_type=EncryptedJson("patient_identity_versions.identity"))
    at: datetime = Field(sa_type=UtcDateTime)
    by: UUID | None = None


class AttendingDoctorRow(Table, table=True):
    """The médecin traitant from a day on; a correction is a further row. Append-only (migration 0002)."""

    __tablename__ = "patient_attending_doctors"
    __table_args__ = (Index("ix_patient_attending_doctors_patient", "patient_id", "from_on"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    patient_id: UUID = Field(foreign_key="patients.id")
    rpps: str | None = None
    name: str = Field(sa_type=Encrypted("patient_attending_doctors.name"))
    from_on: date
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID | None = None


class PatientMergeRow(Table, table=True):
    """That two records were merged, or parted again. A trigger refuses every update and deletion."""

    __tablename__ = "patient_merges"
    __table_args__ = (
        CheckConstraint("kept_id <> absorbed_id", name="two_records"),
        CheckConstraint("change IN ('merged', 'undone')", name="change"),
        Index("ix_patient_merges_kept", "kept_id", "id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    kept_id: UUID = Field(foreign_key="patients.id")
    absorbed_id: UUID = Field(foreign_key="patients.id")
    change: str
    at: datetime = Field(sa_type=UtcDateTime)
    by: UUID | None = None


class PatientDeathRow(Table, table=True):
    """That a person died, or that this was recorded wrongly. A trigger refuses every update and deletion."""

    __tablename__ = "patient_deaths"
    __table_args__ = (
        CheckConstraint("source IN ('certificate', 'civil_registry', 'facility', 'relative', 'other')", name="source"),
        CheckConstraint("(died_on IS NULL) = (source IS NULL)", name="day_and_source"),
        Index("ix_patient_deaths_patient", "patient_id", "id"),
        Index("ix_patient_deaths_day", "died_on"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    patient_id: UUID = Field(foreign_key="patients.id")
    died_on: date | None = None
    source: str | None = None
    reason: str = Field(sa_type=Encrypted("patient_deaths.reason"))
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by: UUID | None = None
