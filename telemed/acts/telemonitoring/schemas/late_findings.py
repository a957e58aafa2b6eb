"""Late findings out."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel

from telemed.acts.telemonitoring.model.late import LateFinding
from telemed.acts.telemonitoring.schemas.alerts import PatientOfAlert
from telemed.patients.model import Patient


class LateFindingOut(BaseModel):
    """An episode known too late: `label` is that of the rule, `since` and `at` its first and last measure."""

    id: UUID
    follow_up_id: UUID
    patient: PatientOfAlert
    label: str
    since: datetime
    at: datetime
    received_at: datetime

    @classmethod
    def of(cls, one: LateFinding, patient: Patient) -> Self:
        return cls(
            id=one.id,
            follow_up_id=one.follow_up_id,
            patient=PatientOfAlert.of(patient),
            label=one.label,
            since=one.since,
            at=one.at,
            received_at=one.received_at,
        )
