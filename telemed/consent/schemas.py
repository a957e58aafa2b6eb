"""Consents as JSON."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from telemed.consent.formats import Wording
from telemed.consent.model import ActKind, ConsentBy, ConsentChannel, ConsentDecision, ConsentRecord


class OralConsentIn(BaseModel):
    """What a patient said aloud about one act, after having heard the words in force."""

    model_config = ConfigDict(extra="forbid")

    patient_id: UUID
    act_kind: ActKind = ActKind.TELECONSULTATION
    act_id: UUID
    decision: ConsentDecision
    by: ConsentBy = ConsentBy.PATIENT
    representative_name: Annotated[str, Field(max_length=100)] | None = None


class ConsentOut(BaseModel):
    """One decision; `wording_sha256` finds the very words that were shown or read."""

    id: UUID
    patient_id: UUID
    act_kind: ActKind
    act_id: UUID
    decision: ConsentDecision
    channel: ConsentChannel
    by: ConsentBy
    representative_name: str | None
    at: datetime
    wording_version: date
    wording_sha256: str
    recorded_by: UUID | None

    @classmethod
    def of(cls, record: ConsentRecord) -> Self:
        return cls(
            id=record.id,
            patient_id=record.patient_id,
            act_kind=record.act_kind,
            act_id=record.act_id,
            decision=record.decision,
            channel=record.channel,
            by=record.by,
            representative_name=record.representative_name,
            at=record.at,
            wording_version=record.wording_version,
            wording_sha256=record.wording_sha256,
            recorded_by=record.recorded_by,
        )


class PublishedWording(BaseModel):
    """Published words, in Markdown, in force from `version` on."""

    act_kind: ActKind
    version: date
    sha256: str
    text: str

    @classmethod
    def of(cls, wording: Wording) -> Self:
        return cls(act_kind=wording.act_kind, version=wording.version, sha256=wording.sha256, text=wording.text)
