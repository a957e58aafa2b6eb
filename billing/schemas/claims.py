"""Claims as JSON; amounts are whole cents."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from billing.facts import ActKind, Part
from billing.model import Claim
from billing.rules.tariff import ClaimState
from billing.schemas.texts import LegalBasis
from telemed.api.problems import ProblemReason, to_reason
from telemed.kernel.clock import Territory


class ClaimEntry(BaseModel):
    """What may be billed for an act, or why not. `amount_cents` is null where the amount is still to be given."""

    id: UUID
    act_id: UUID
    part: Part
    revision: int
    supersedes_id: UUID | None
    professional_id: UUID
    practice_id: UUID
    patient_id: UUID
    kind: ActKind
    day: date = Field(description="Civil day of the act where the professional practises.")
    territory: Territory
    is_own_patient: bool = Field(description="Was the professional the patient's médecin traitant that day?")
    state: ClaimState
    code: str | None
    amount_cents: int | None
    refusals: list[ProblemReason]
    missing: list[ProblemReason]
    warnings: list[ProblemReason]
    basis: list[LegalBasis]
    recorded_at: datetime

    @classmethod
    def of(cls, claim: Claim) -> Self:
        biller = claim.biller
        return cls(
            id=claim.id,
            act_id=claim.act_id,
            part=claim.part,
            revision=claim.facts.revision,
            supersedes_id=claim.supersedes_id,
            professional_id=biller.professional_id,
            practice_id=biller.practice_id,
            patient_id=claim.patient_id,
            kind=claim.facts.kind,
            day=claim.day,
            territory=biller.territory,
            is_own_patient=biller.is_for_own_patient,
            state=claim.state,
            code=claim.code,
            amount_cents=claim.amount_cents,
            refusals=[to_reason(reason) for reason in claim.refusals],
            missing=[to_reason(reason) for reason in claim.missing],
            warnings=[to_reason(reason) for reason in claim.warnings],
            basis=[LegalBasis.of(line) for line in claim.basis],
            recorded_at=claim.recorded_at,
        )
