"""Domain events: facts that already happened, kept by the outbox and delivered at least once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


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
