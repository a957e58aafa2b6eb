"""The quality of alerts out."""

from __future__ import annotations

from typing import Self
from uuid import UUID

from pydantic import BaseModel

from telemed.acts.telemonitoring.model.quality import Quality
from telemed.api.pagination import Page
from telemed.patients.model import Patient


class QualityOut(BaseModel):
    """One cause or one patient. Minutes run from when the team could look to the close."""

    cause: str | None
    patient_id: UUID | None
    label: str
    fired: int
    actionable: int
    false: int
    technical: int
    still_open: int
    repeats: int
    silences: int
    muted: int
    mute_percent: int
    actionable_percent: int | None
    median_minutes: int | None
    p90_minutes: int | None

    @classmethod
    def of(cls, line: Quality, patient: Patient | None) -> Self:
        return cls(
            cause=None if patient or not line.key else line.key,
            patient_id=patient.id if patient else None,
            label=patient.full_name if patient else line.label,
            fired=line.fired,
            actionable=line.actionable,
            false=line.false,
            technical=line.technical,
            still_open=line.still_open,
            repeats=line.repeats,
            silences=line.silences,
            muted=line.muted,
            mute_percent=line.mute_percent,
            actionable_percent=line.actionable_percent,
            median_minutes=line.median_minutes,
            p90_minutes=line.p90_minutes,
        )


class QualityPageOut(Page[QualityOut]):
    """What fired most comes first; `total` is all of the practice."""

    total: QualityOut
