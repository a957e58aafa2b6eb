"""The rights of a patient and the calendar of a practice as JSON."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from billing.model.invoice import HOLDER, Complementary, Insurance, RightsSource
from telemed.law.calendar import CalendarZone

_NOBODY = UUID(int=0)


class ComplementaryInsurer(BaseModel):
    """The complementary insurer, and whether it takes a DRE beside the FSE."""

    model_config = ConfigDict(extra="forbid")

    insurer: Annotated[str, Field(min_length=1, max_length=10, pattern=r"^[A-Z0-9]+$")]
    contract: Annotated[str, Field(min_length=1, max_length=30, pattern=r"^[A-Za-z0-9 ./-]+$")]
    takes_dre: bool


class PatientInsurance(BaseModel):
    """The rights of a patient as they were read. For a child, the number is a parent's and the rank is not 1."""

    model_config = ConfigDict(extra="forbid")

    nss: Annotated[str, Field(min_length=15, max_length=15, pattern=r"^[0-9AB]+$", description="With its key.")]
    organism: Annotated[str, Field(pattern=r"^[0-9]{9}$", description="Régime (2 digits), caisse (3), centre (4).")]
    source: RightsSource
    seen_on: Annotated[date, Field(ge=date(2018, 1, 1), le=date(2100, 12, 31))]
    is_on_parents_number: bool = False
    patient_rank: Annotated[int, Field(ge=1, le=9)] = HOLDER
    complementary: ComplementaryInsurer | None = None

    @model_validator(mode="after")
    def check_rights(self) -> Self:
        self.to_insurance(_NOBODY, _NOBODY)
        return self

    def to_insurance(self, patient_id: UUID, practice_id: UUID) -> Insurance:
        """Raises RightsError, a ValueError, on rights that cannot be."""
        other = self.complementary
        return Insurance(
            patient_id=patient_id,
            practice_id=practice_id,
            nss=self.nss,
            organism=self.organism,
            source=self.source,
            seen_on=self.seen_on,
            is_on_parents_number=self.is_on_parents_number,
            patient_rank=self.patient_rank,
            complementary=None if other is None else Complementary(other.insurer, other.contract, other.takes_dre),
        )

    @classmethod
    def of(cls, insurance: Insurance) -> Self:
        other = insurance.complementary
        return cls(
            nss=insurance.nss,
            organism=insurance.organism,
            source=insurance.source,
            seen_on=insurance.seen_on,
            is_on_parents_number=insurance.is_on_parents_number,
            patient_rank=insurance.patient_rank,
            complementary=None
            if other is None
            else ComplementaryInsurer(insurer=other.insurer, contract=other.contract, takes_dre=other.takes_dre),
        )


class PracticeCalendar(BaseModel):
    """Which public holidays the practice has; null: those of its territory."""

    model_config = ConfigDict(extra="forbid")

    zone: CalendarZone | None


class CalendarChoice(BaseModel):
    """The public holidays that the practice says are its own."""

    model_config = ConfigDict(extra="forbid")

    zone: CalendarZone
