"""An exported trace, one JSON object a line, that anyone can verify with no other means than SHA-256."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from telemed.trace.model import GENESIS, Entry, Note, Outcome, Verification, hash_entry


def verify_lines(lines: Iterable[bytes]) -> Verification:
    """Recompute the chain of an export, the oldest entry first.

    An export that does not begin at entry 1 is chained from its first line, which has to be taken on trust.
    `broken_at` is then the number of the first entry that does not fit; a line that cannot be read is one too.
    """
    previous, first, count = GENESIS, 1, 0
    for line in lines:
        count += 1
        try:
            entry, kept = _read(line)
        except (ValueError, KeyError, TypeError, AttributeError):
            return Verification(count, first + count - 1, "a line cannot be read")
        if count == 1 and entry.number > 1:
            first, previous = entry.number, kept
            continue
        if entry.number != first + count - 1:
            return Verification(count, first + count - 1, "an entry is missing")
        previous = hash_entry(entry, previous)
        if previous != kept:
            return Verification(count, entry.number, "an entry was changed")
    return Verification(count, None, head=previous.hex())


def _read(line: bytes) -> tuple[Entry, bytes]:
    raw: dict[str, Any] = orjson.loads(line)
    note = Note(
        action=raw["action"],
        actor_kind=raw["actor_kind"],
        actor_id=_id(raw["actor_id"]),
        rpps=raw["rpps"],
        patient_id=_id(raw["patient_id"]),
        resource=raw["resource"],
        purpose=raw["purpose"],
        details=raw["details"],
    )
    at, outcome = datetime.fromisoformat(raw["at"]), Outcome(raw["outcome"])
    entry = Entry(number=int(raw["number"]), at=at, note=note, outcome=outcome, code=raw["code"])
    return entry, bytes.fromhex(raw["hash"])


def _id(raw: str | None) -> UUID | None:
    return UUID(raw) if raw is not None else None
