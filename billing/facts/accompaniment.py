"""What billing knows of a professional beside the patient: the payload of `accompaniment.done`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from billing.facts import reading
from billing.facts.biller import Biller
from billing.facts.kinds import ActKind, Part
from billing.facts.reading import FactsError
from telemed.kernel.clock import require_aware

VERSION = 1


class Setting(StrEnum):
    """Where and how the professional stood beside the patient; each has its code (R-48)."""

    PLANNED_CARE = "planned_care"
    DEDICATED_PLACE = "dedicated_place"
    HOME = "home"
    PHARMACY = "pharmacy"


@dataclass(frozen=True)
class LinkedTeleconsultation:
    """The téléconsultation that was accompanied; `rpps` is the doctor's, who goes into « prescripteur »."""

    act_id: UUID
    patient_id: UUID
    rpps: str
    started_at: datetime
    is_video_established: bool

    def to_payload(self) -> dict[str, Any]:
        return {
            "act_id": str(self.act_id),
            "patient_id": str(self.patient_id),
            "rpps": self.rpps,
            "started_at": self.started_at.isoformat(),
            "is_video_established": self.is_video_established,
        }

    @classmethod
    def from_payload(cls, raw: Mapping[str, Any]) -> Self:
        return cls(**reading.read_part(raw, _TELECONSULTATION_READERS, "teleconsultation"))


@dataclass(frozen=True)
class AccompanimentFacts:
    """One professional beside the patient during one téléconsultation. `uses_smartphone`: as the video equipment."""

    act_id: UUID
    revision: int
    kind: ActKind
    patient_id: UUID
    biller: Biller
    setting: Setting
    teleconsultation: LinkedTeleconsultation
    done_at: datetime
    uses_smartphone: bool = False

    def __post_init__(self) -> None:
        require_aware(self.done_at)
        if self.revision < 1:
            raise FactsError("revision: the first closing is 1")

    @property
    def parts(self) -> tuple[Part, ...]:
        return (Part.ACT,)

    def biller_of(self, _part: Part) -> Biller:
        return self.biller

    def day_of(self, _part: Part) -> date:
        return self.biller.civil_day(self.done_at)

    def to_payload(self) -> dict[str, Any]:
        """The JSON-ready payload of the outbox event; `from_payload` gives the same facts back."""
        return {
            "version": VERSION,
            "act_id": str(self.act_id),
            "revision": self.revision,
            "kind": self.kind.value,
            "patient_id": str(self.patient_id),
            "biller": self.biller.to_payload(),
            "setting": self.setting.value,
            "teleconsultation": self.teleconsultation.to_payload(),
            "done_at": self.done_at.isoformat(),
            "uses_smartphone": self.uses_smartphone,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        """Read a payload strictly. Raises FactsError on another version, an unknown or missing field, a wrong value."""
        return reading.read_as(cls, payload, _READERS, version=VERSION)


_TELECONSULTATION_READERS: reading.Readers = {
    "act_id": reading.identifier,
    "patient_id": reading.identifier,
    "rpps": reading.text,
    "started_at": reading.instant,
    "is_video_established": reading.flag,
}
_READERS: reading.Readers = {
    "act_id": reading.identifier,
    "revision": reading.whole,
    "kind": reading.only_kind(ActKind.ACCOMPANIMENT),
    "patient_id": reading.identifier,
    "biller": Biller.from_payload,
    "setting": Setting,
    "teleconsultation": LinkedTeleconsultation.from_payload,
    "done_at": reading.instant,
    "uses_smartphone": reading.flag,
}
