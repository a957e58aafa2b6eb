"""A follow-up that has started, made through the services: for every test that watches somebody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from telemed.acts.telemonitoring.model.care import FollowUp
from telemed.acts.telemonitoring.service.follow_ups import PlanDraft, PrescriptionDraft
from telemed.acts.telemonitoring.service.thresholds import LimitDraft
from telemed.app import Services
from telemed.consent.model import ActKind, ConsentDecision
from telemed.kernel.caller import Caller
from telemed.kernel.clock import civil_date
from telemed.kernel.period import add_months
from telemed.patients.model import Patient

PATHWAY = "insuffisance_cardiaque"
CONSENTS = (ActKind.TELEMONITORING, ActKind.TELEMONITORING_USAGE)


def make_limit(
    value: int | None = 80_000_000, *, name: str = "weight_high", signal: str = "weight", unit: str = "kg"
) -> LimitDraft:
    return LimitDraft(name, signal, unit, value)


def make_prescription(first_day: date, *, months: int = 12, is_qualified: bool = True) -> PrescriptionDraft:
    last_day = add_months(first_day, months) - timedelta(days=1)
    return PrescriptionDraft("Dr Anne Petit", "10100000016", None, is_qualified, first_day, first_day, last_day)


async def give_consents(
    services: Services,
    caller: Caller,
    follow_up: FollowUp,
    *,
    kinds: Iterable[ActKind] = CONSENTS,
    decision: ConsentDecision = ConsentDecision.GIVEN,
) -> None:
    """What the patient says aloud, of both consents."""
    for kind in kinds:
        await services.consents.record_oral(
            caller, patient_id=follow_up.patient_id, act_kind=kind, act_id=follow_up.id, decision=decision
        )


async def make_draft_follow_up(
    services: Services,
    doctor: Caller,
    patient: Patient,
    *,
    pathway: str = PATHWAY,
    signals: Iterable[str] = (),
    months: int = 12,
) -> FollowUp:
    """A draft with its prescription and consents: ready to start, if its signals are enough."""
    care = services.telemonitoring.care
    wanted = frozenset(signals) or services.telemonitoring.pathways[pathway].versions[-1].silence.signals
    plan = PlanDraft(pathway, hand_signals=wanted, dmn="CORDIVA", exploitant="Exploitant Santé")
    draft = await care.follow_ups.create(doctor, patient.id, plan)
    today = civil_date(services.clock.now(), draft.plan.territory)
    await care.follow_ups.prescribe(doctor, draft.id, make_prescription(today, months=months))
    await give_consents(services, doctor, draft)
    return await care.follow_ups.get(doctor, draft.id)


async def make_follow_up(
    services: Services,
    doctor: Caller,
    patient: Patient,
    *,
    pathway: str = PATHWAY,
    signals: Iterable[str] = (),
    limits: Sequence[LimitDraft] = (),
    months: int = 12,
) -> FollowUp:
    """A follow-up that starts now, prescribed for some months, with limits if wanted; its signals are keyed by hand."""
    draft = await make_draft_follow_up(services, doctor, patient, pathway=pathway, signals=signals, months=months)
    care = services.telemonitoring.care
    await care.follow_ups.start(doctor, draft.id)
    if limits:
        await care.thresholds.set(doctor, draft.id, limits, reason="Poids de sortie")
    return await care.follow_ups.get(doctor, draft.id)
