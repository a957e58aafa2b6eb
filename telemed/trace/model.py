"""Entries of the trace and the hash that chains them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

import orjson

GENESIS = bytes(32)


class Outcome(StrEnum):
    """What came of it: done, or refused with the code of the error."""

    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True)
class Note:
    """What a use case says of itself: an action on a resource, for a purpose. Details hold no identity trait."""

    action: str
    actor_kind: str
    actor_id: UUID | None
    rpps: str | None
    patient_id: UUID | None = None
    resource: str = ""
    purpose: str = "care"
    details: Mapping[str, str | int | bool | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Entry:
    """A note as it was kept: numbered from 1 without a gap, dated, with its outcome; `hash` is the one stored."""

    number: int
    at: datetime
    note: Note
    outcome: Outcome
    code: str = ""
    hash: bytes = b""


@dataclass(frozen=True)
class Verification:
    """`entries` were read, to the hash `head`; `broken_at` is the number of the first that does not fit, or None."""

    entries: int
    broken_at: int | None
    reason: str = ""
    head: str = ""

    @property
    def is_intact(self) -> bool:
        return self.broken_at is None


def hash_entry(entry: Entry, previous: bytes) -> bytes:
    """SHA-256 over the previous hash and the entry as canonical JSON (sorted keys, UTC, microseconds)."""
    note = entry.note
    body = {
        "action": note.action,
        "actor_id": str(note.actor_id) if note.actor_id else None,
        "actor_kind": note.actor_kind,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "code": entry.code,
        "details": dict(note.details),
        "number": entry.number,
        "outcome": entry.outcome.value,
        "patient_id": str(note.patient_id) if note.patient_id else None,
        "purpose": note.purpose,
        "resource": note.resource,
        "rpps": note.rpps,
    }
    return hashlib.sha256(previous + orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).digest()
