"""Domain events: facts that already happened, delivered at least once; and what open pages are told of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Event:
    """A fact of the past.

    `name` is `<slice>.<what happened>`, such as `teleconsultation.closed`; `payload` is JSON-ready and holds
    identifiers and facts, never identity traits or free text. `key` deduplicates: one event is kept per key.
    """

    name: str
    key: str
    occurred_at: datetime
    payload: Mapping[str, Any]


@dataclass(frozen=True)
class LiveEvent:
    """Something that one person's open pages are told at once.

    `kind` is `<what>.<changed>`, such as `case.changed`; `subject` names the thing. Nothing else travels: the page asks
    for the rest under its own rights.
    """

    audience: UUID
    kind: str
    subject: UUID | None
    at: datetime
