"""The trace as JSON."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from telemed.trace.model import Entry, Outcome


class TraceEntry(BaseModel):
    """One access or decision: who, what, on which resource, why, and what came of it.

    `hash` chains it to the entry before: SHA-256 over that one's hash and this entry as canonical JSON, in hexadecimal.
    """

    number: int
    at: datetime
    action: str
    actor_kind: str
    actor_id: UUID | None
    rpps: str | None
    patient_id: UUID | None
    resource: str
    purpose: str
    outcome: Outcome
    code: str
    details: dict[str, str | int | bool | None]
    hash: str

    @classmethod
    def of(cls, entry: Entry) -> TraceEntry:
        note = entry.note
        return cls(
            number=entry.number,
            at=entry.at,
            action=note.action,
            actor_kind=note.actor_kind,
            actor_id=note.actor_id,
            rpps=note.rpps,
            patient_id=note.patient_id,
            resource=note.resource,
            purpose=note.purpose,
            outcome=entry.outcome,
            code=entry.code,
            details=dict(note.details),
            hash=entry.hash.hex(),
        )


class TraceVerification(BaseModel):
    """Verdict on the chain; `broken_at` is the number of the first entry that does not fit."""

    entries: int
    is_intact: bool
    broken_at: int | None
    reason: str
