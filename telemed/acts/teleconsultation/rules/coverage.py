"""Guard-rails of the report: sick leave (R-27) and criteria of reimbursement (R-28), under the law of the day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from telemed.acts.teleconsultation.model import Coverage, LeaveAnswer
from telemed.acts.teleconsultation.rules.reimbursement import (
    Assessment,
    ReimbursementFacts,
    assess_reimbursement,
)
from telemed.acts.teleconsultation.rules.sick_leave import (
    LIMIT,
    Leave,
    Prescriber,
    SickLeaveFacts,
    check_sick_leave,
    is_prolongation,
)
from telemed.kernel.decision import ALLOWED, Decision
from telemed.law.parameter import LawOfDay


@dataclass(frozen=True)
class CoverageContext:
    """What the rules know beside what the doctor states; `is_own_patient` None: the médecin traitant is not known."""

    specialty: str
    patient_born_on: date
    is_own_patient: bool | None


def judge_coverage(coverage: Coverage | None, context: CoverageContext, law: LawOfDay) -> Assessment | None:
    """Would the act be reimbursed? None until the doctor has stated the criteria."""
    if coverage is None:
        return None
    return assess_reimbursement(
        ReimbursementFacts(
            specialty=context.specialty,
            patient_born_on=context.patient_born_on,
            follows_pathway=coverage.follows_pathway or context.is_own_patient is True,
            is_within_territory=coverage.is_within_territory,
            alternates=coverage.alternates,
            invoked=coverage.invoked,
        ),
        law,
    )


def judge_leave(leave: LeaveAnswer | None, context: CoverageContext, law: LawOfDay) -> Decision:
    """May this sick leave be prescribed at a distance?"""
    if leave is None:
        return ALLOWED
    return check_sick_leave(leave_facts(leave, context), law)


def leave_facts(leave: LeaveAnswer, context: CoverageContext) -> SickLeaveFacts:
    """The answers of the form as the rule reads them."""
    ongoing = None
    if leave.ongoing_first_day is not None and leave.ongoing_last_day is not None:
        ongoing = Leave(leave.ongoing_first_day, leave.ongoing_last_day)
    return SickLeaveFacts(
        leave=Leave(leave.first_day, leave.last_day),
        prescriber=Prescriber.MEDECIN_TRAITANT if context.is_own_patient else Prescriber.OTHER,
        ongoing=ongoing,
        is_impossibility_justified=bool(leave.justification.strip()),
    )


def extends_a_leave(leave: LeaveAnswer, context: CoverageContext) -> bool:
    return is_prolongation(leave_facts(leave, context))


def leave_limit_text(law: LawOfDay) -> str:
    """The guard-rail as its author reads it before he prescribes; empty before the text was in force."""
    limit = law.find(LIMIT)
    if limit is None:
        return ""
    return (
        f"En téléconsultation, un arrêt de travail ne peut dépasser {limit.text}, renouvellement compris, sauf s'il "
        "est prescrit par le médecin traitant ou la sage-femme référente, ou si le patient justifie ne pas pouvoir "
        "consulter en présence pour une prolongation (art. L. 6316-1 CSP)."
    )
