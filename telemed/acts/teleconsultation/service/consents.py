"""Consent as a teleconsultation asks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from telemed.acts.teleconsultation.model import Teleconsultation
from telemed.consent.model import ActKind, ConsentBy, ConsentChannel, ConsentDecision, ConsentFacts, ConsentRecord
from telemed.consent.rules import check_consent
from telemed.consent.service import ConsentService
from telemed.consent.store import ConsentStore
from telemed.kernel.caller import Caller
from telemed.kernel.clock import civil_date
from telemed.kernel.decision import Decision
from telemed.patients.model import Patient
from telemed.storage.uow import UnitOfWork

_MAJORITY = 18


async def consent_decision(session: AsyncSession, act: Teleconsultation, patient: Patient, at: datetime) -> Decision:
    """Is there a consent of this patient for this act at `at` (R-1)?"""
    return (await consent_decisions(session, [act], {patient.id: patient}, at))[act.id]


async def consent_decisions(
    session: AsyncSession, acts: Sequence[Teleconsultation], patients: Mapping[UUID, Patient], at: datetime
) -> dict[UUID, Decision]:
    """The same for several acts, in one statement."""
    records = await ConsentStore(session).records_of(set(patients))
    return {
        act.id: check_consent(
            ConsentFacts(
                patient_id=act.patient_id,
                act_kind=ActKind.TELECONSULTATION,
                act_id=act.id,
                records=tuple(records.get(act.patient_id, ())),
                is_minor=_is_minor(patients[act.patient_id], act, at),
            ),
            at,
        )
        for act in acts
    }


def _is_minor(patient: Patient, act: Teleconsultation, at: datetime) -> bool | None:
    return patient.identity.traits.birth_date.is_under(_MAJORITY, civil_date(at, act.territory))


async def record_consent(
    consents: ConsentService,
    uow: UnitOfWork,
    caller: Caller,
    act: Teleconsultation,
    decision: ConsentDecision,
    *,
    channel: ConsentChannel,
    by: ConsentBy,
    representative_name: str | None,
) -> ConsentRecord:
    """Append a decision about this act, on today's wording."""
    return await consents.record_in(
        uow,
        caller,
        patient_id=act.patient_id,
        act_kind=ActKind.TELECONSULTATION,
        act_id=act.id,
        decision=decision,
        channel=channel,
        by=by,
        representative_name=representative_name,
        on=civil_date(act.booked_at, act.territory),
    )
