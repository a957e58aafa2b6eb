"""Quotas as JSON."""

from __future__ import annotations

from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from billing.formats import cite
from billing.rules.quota import QuotaScope, QuotaStanding
from billing.schemas.texts import LegalBasis


class QuotaEntry(BaseModel):
    """One code: how often it may be billed in the year for this patient, and what is taken of it."""

    code: str
    limit: int
    reserved: int = Field(description="Requests accepted and not yet answered.")
    consumed: int = Field(description="Acts done and billed.")
    left: int = Field(description="0 also where a merge of two records brought the count above the limit.")
    basis: LegalBasis

    @classmethod
    def of(cls, standing: QuotaStanding) -> Self:
        return cls(
            code=standing.quota.code,
            limit=standing.limit,
            reserved=standing.reserved,
            consumed=standing.consumed,
            left=standing.left,
            basis=LegalBasis.of(cite(standing.law)),
        )


class PatientQuotas(BaseModel):
    """The quotas of a civil year; none for a year in which no text had any. `scope`: whose acts are counted."""

    patient_id: UUID
    year: int
    scope: QuotaScope
    quotas: list[QuotaEntry]

    @classmethod
    def of(cls, patient_id: UUID, year: int, scope: QuotaScope, standings: tuple[QuotaStanding, ...]) -> Self:
        return cls(patient_id=patient_id, year=year, scope=scope, quotas=[QuotaEntry.of(one) for one in standings])
