"""The kinds of acts that are billed, and the parts of each: a part is what one biller claims."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from billing.facts.biller import Biller


class ActKind(StrEnum):
    TELECONSULTATION = "teleconsultation"
    TELEEXPERTISE = "teleexpertise"
    ACCOMPANIMENT = "accompaniment"
    TELEMONITORING = "telemonitoring"


class Part(StrEnum):
    """What one professional bills of an act: all of it, the opinion (requis) or the request (requérant)."""

    ACT = "act"
    OPINION = "opinion"
    REQUEST = "request"


class Facts(Protocol):
    """What every kind of facts answers. `revision` counts the closings of an act: a correction has a higher one."""

    @property
    def act_id(self) -> UUID: ...

    @property
    def revision(self) -> int: ...

    @property
    def kind(self) -> ActKind: ...

    @property
    def patient_id(self) -> UUID: ...

    @property
    def parts(self) -> tuple[Part, ...]:
        """What is billed of it, in a fixed order."""
        ...

    def biller_of(self, part: Part) -> Biller:
        """Who bills this part."""
        ...

    def day_of(self, part: Part) -> date:
        """The civil day that counts for this part, where its biller practises (traps 12, 31)."""
        ...

    def to_payload(self) -> dict[str, Any]:
        """The JSON-ready payload of the outbox event; reading it gives the same facts back."""
        ...
