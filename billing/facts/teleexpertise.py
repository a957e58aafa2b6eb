"""What billing knows of a télé-expertise: the payload of `teleexpertise.closed`, without identity or free text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from billing.facts import reading
from billing.facts.biller import Biller
from billing.facts.kinds import ActKind, Part
from billing.facts.reading import FactsError
from telemed.kernel.clock import require_aware

VERSION = 1


@dataclass(frozen=True)
class TeleexpertiseFacts:
    """One answered télé-expertise: the requis bills the opinion, the requérant his request.

    `accepted_at` None where the request was never accepted: then the requérant bills nothing. `completed_at` is the
    signature of the report: it gives the day, the tariff and the year of the quota of both (trap 12). `level` is 1 or
    2, asked for only before levels were merged; `grounds` are codes of the law for the same time. `other_codes` are
    codes billed with it, `has_overrun` a fee above the tariff: both are refused (R-23).
    """

    act_id: UUID
    revision: int
    kind: ActKind
    patient_id: UUID
    requerant: Biller
    requis: Biller
    requested_at: datetime
    accepted_at: datetime | None
    completed_at: datetime
    level: int | None = None
    grounds: tuple[str, ...] = ()
    other_codes: tuple[str, ...] = ()
    has_overrun: bool = False

    def __post_init__(self) -> None:
        start, end = require_aware(self.requested_at), require_aware(self.completed_at)
        accepted = start if self.accepted_at is None else require_aware(self.accepted_at)
        if not start <= accepted <= end:
            raise FactsError("completed_at: a request is accepted after it is made, and answered after that")
        if self.revision < 1:
            raise FactsError("revision: the first closing is 1")
        if self.level not in (None, 1, 2):
            raise FactsError("level: 1 or 2")

    @property
    def parts(self) -> tuple[Part, ...]:
        return Part.OPINION, Part.REQUEST

    def biller_of(self, part: Part) -> Biller:
        return self.requerant if part is Part.REQUEST else self.requis

    def day_of(self, part: Part) -> date:
        """The civil day of the report, where this biller practises."""
        return self.biller_of(part).civil_day(self.completed_at)

    def to_payload(self) -> dict[str, Any]:
        """The JSON-ready payload of the outbox event; `from_payload` gives the same facts back."""
        return {
            "version": VERSION,
            "act_id": str(self.act_id),
            "revision": self.revision,
            "kind": self.kind.value,
            "patient_id": str(self.patient_id),
            "requerant": self.requerant.to_payload(),
            "requis": self.requis.to_payload(),
            "requested_at": self.requested_at.isoformat(),
            "accepted_at": None if self.accepted_at is None else self.accepted_at.isoformat(),
            "completed_at": self.completed_at.isoformat(),
            "level": self.level,
            "grounds": list(self.grounds),
            "other_codes": list(self.other_codes),
            "has_overrun": self.has_overrun,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        """Read a payload strictly. Raises FactsError on another version, an unknown or missing field, a wrong value."""
        return reading.read_as(cls, payload, _READERS, version=VERSION)


_READERS: reading.Readers = {
    "act_id": reading.identifier,
    "revision": reading.whole,
    "kind": reading.only_kind(ActKind.TELEEXPERTISE),
    "patient_id": reading.identifier,
    "requerant": Biller.from_payload,
    "requis": Biller.from_payload,
    "requested_at": reading.instant,
    "accepted_at": lambda raw: None if raw is None else reading.instant(raw),
    "completed_at": reading.instant,
    "level": reading.optional_whole,
    "grounds": reading.texts,
    "other_codes": reading.texts,
    "has_overrun": reading.flag,
}
