"""Questions to billing and their answer as JSON; amounts are whole cents."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from billing.facts import MedecinTraitant, Part, Reimbursement, Sector, Setting
from billing.formats import cite
from billing.model.preview import (
    AccompanimentQuestion,
    Answer,
    Colleague,
    Question,
    TeleconsultationQuestion,
    TeleexpertiseQuestion,
)
from billing.rules.quota import QuotaScope, QuotaStanding
from billing.rules.tariff import ClaimState, Quote
from billing.schemas.asking import Asking, Codes
from billing.schemas.preview_months import AskTelemonitoring
from billing.schemas.texts import LegalBasis
from telemed.api.problems import ProblemReason, to_reason

Rpps = Annotated[str, Field(pattern=r"^[0-9]{11}$")]
Profession = Annotated[str, Field(pattern=r"^[0-9]{2}$", description="TRE_G15 code: 10 doctor, 50 midwife, 60 nurse…")]
Cents = Annotated[int, Field(ge=0, le=10_000_00)]


class ReimbursementAnswer(BaseModel):
    """Whether the conditions of the act's reimbursement are met, and by which exception."""

    model_config = ConfigDict(extra="forbid")

    is_met: bool | None = None
    exceptions: Codes = Field(default_factory=list)


class AskTeleconsultation(Asking):
    kind: Literal["teleconsultation"]
    started_at: AwareDatetime
    is_video_established: bool = True
    has_overrun: bool = False
    fee_cents: Cents | None = None
    is_tiers_payant: bool = False
    is_urgent: bool = False
    reimbursement: ReimbursementAnswer = Field(default_factory=ReimbursementAnswer)
    medecin_traitant: MedecinTraitant | None = Field(default=None, description="Null: as the patient's record says.")

    def to_question(self) -> Question:
        return TeleconsultationQuestion(
            self.professional_id,
            self.patient_id,
            self.act_id,
            started_at=self.started_at,
            is_video_established=self.is_video_established,
            has_overrun=self.has_overrun,
            fee_cents=self.fee_cents,
            is_tiers_payant=self.is_tiers_payant,
            is_urgent=self.is_urgent,
            reimbursement=Reimbursement(self.reimbursement.is_met, tuple(self.reimbursement.exceptions)),
            medecin_traitant=self.medecin_traitant,
        )


class OtherSide(BaseModel):
    """The colleague of a télé-expertise."""

    model_config = ConfigDict(extra="forbid")

    rpps: Rpps
    profession: Profession
    sector: Sector = Sector.SECTOR_1


class AskTeleexpertise(Asking):
    kind: Literal["teleexpertise"]
    side: Literal["requis", "requerant"] = Field(description="On which side the professional stands.")
    colleague: OtherSide
    requested_at: AwareDatetime
    accepted_at: AwareDatetime | None = None
    completed_at: AwareDatetime
    level: Literal[1, 2] | None = Field(default=None, description="Only for acts before the single level.")
    grounds: Codes = Field(default_factory=list)
    other_codes: Codes = Field(default_factory=list)
    has_overrun: bool = False

    def to_question(self) -> Question:
        return TeleexpertiseQuestion(
            self.professional_id,
            self.patient_id,
            self.act_id,
            side=Part.OPINION if self.side == "requis" else Part.REQUEST,
            colleague=Colleague(self.colleague.rpps, self.colleague.profession, self.colleague.sector),
            requested_at=self.requested_at,
            accepted_at=self.accepted_at,
            completed_at=self.completed_at,
            level=self.level,
            grounds=tuple(self.grounds),
            other_codes=tuple(self.other_codes),
            has_overrun=self.has_overrun,
        )


class AskAccompaniment(Asking):
    kind: Literal["accompaniment"]
    setting: Setting
    done_at: AwareDatetime
    teleconsultation_id: UUID | None = None
    teleconsultation_at: AwareDatetime
    doctor_rpps: Rpps
    is_video_established: bool = True
    uses_smartphone: bool = False

    def to_question(self) -> Question:
        return AccompanimentQuestion(
            self.professional_id,
            self.patient_id,
            self.act_id,
            setting=self.setting,
            done_at=self.done_at,
            teleconsultation_id=self.teleconsultation_id,
            teleconsultation_at=self.teleconsultation_at,
            doctor_rpps=self.doctor_rpps,
            is_video_established=self.is_video_established,
            uses_smartphone=self.uses_smartphone,
        )


Ask = Annotated[
    AskTeleconsultation | AskTeleexpertise | AskAccompaniment | AskTelemonitoring, Field(discriminator="kind")
]


class QuotaLeft(BaseModel):
    """What is taken of the yearly quota that this act takes from, this act left out."""

    code: str
    year: int
    scope: QuotaScope
    limit: int
    reserved: int
    consumed: int
    left: int

    @classmethod
    def of(cls, standing: QuotaStanding) -> Self:
        return cls(
            code=standing.quota.code,
            year=standing.year,
            scope=standing.scope,
            limit=standing.limit,
            reserved=standing.reserved,
            consumed=standing.consumed,
            left=standing.left,
        )


class CapAnswer(BaseModel):
    """Whether the yearly cap holds the conventioned invoice, and what it says."""

    is_held: bool
    refusals: list[ProblemReason]
    warnings: list[ProblemReason]


class TechnicalForfait(BaseModel):
    """What the exploitant who lends the device bills beside a month; null where no text at hand gives it."""

    code: str | None
    amount_cents: int | None
    missing: list[ProblemReason]
    warnings: list[ProblemReason]
    basis: list[LegalBasis]

    @classmethod
    def of(cls, quote: Quote) -> Self:
        return cls(
            code=quote.code,
            amount_cents=quote.amount_cents,
            missing=[to_reason(one) for one in quote.missing],
            warnings=[to_reason(one) for one in quote.warnings],
            basis=[LegalBasis.of(cite(value)) for value in quote.basis],
        )


class PreviewAnswer(BaseModel):
    """What may be billed under the law of `day`: nothing if `state` is `not_billable`, with every reason why.

    Of télésurveillance only: `technical`, and `invoices`, the months that may leave together in one invoice each.
    """

    state: ClaimState
    code: str | None
    amount_cents: int | None
    day: date
    refusals: list[ProblemReason]
    missing: list[ProblemReason]
    warnings: list[ProblemReason]
    basis: list[LegalBasis]
    quota: QuotaLeft | None
    cap: CapAnswer | None
    technical: TechnicalForfait | None
    invoices: list[list[int]]

    @classmethod
    def of(cls, answer: Answer) -> Self:
        quote, cap = answer.quote, answer.cap
        return cls(
            state=quote.state,
            code=quote.code,
            amount_cents=quote.amount_cents,
            day=answer.day,
            refusals=[to_reason(one) for one in quote.refusals],
            missing=[to_reason(one) for one in quote.missing],
            warnings=[to_reason(one) for one in quote.warnings],
            basis=[LegalBasis.of(cite(value)) for value in quote.basis],
            quota=None if answer.quota is None else QuotaLeft.of(answer.quota),
            cap=None
            if cap is None
            else CapAnswer(
                is_held=not cap.is_allowed,
                refusals=[to_reason(one) for one in cap.refusals],
                warnings=[to_reason(one) for one in cap.warnings],
            ),
            technical=None if answer.technical is None else TechnicalForfait.of(answer.technical),
            invoices=[list(months) for months in answer.invoices],
        )


class AccompanimentDeclaration(BaseModel):
    """Who stood beside the patient, where, and when."""

    model_config = ConfigDict(extra="forbid")

    teleconsultation_id: UUID
    professional_id: UUID
    setting: Setting
    done_at: AwareDatetime
    uses_smartphone: bool = False
