"""What billing knows of a téléconsultation: the payload of `teleconsultation.closed`, without identity or free text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from billing.facts import reading
from billing.facts.biller import BILLER_READERS, Biller, MedecinTraitant, Sector
from billing.facts.kinds import ActKind, Part
from billing.facts.reading import FactsError
from telemed.kernel.clock import Territory, civil_date, require_aware

VERSION = 1


@dataclass(frozen=True)
class Companion:
    """A health professional beside the patient: profession code (TRE_G15) and RPPS where there is one."""

    profession: str
    rpps: str | None = None


@dataclass(frozen=True)
class Reimbursement:
    """What the act's own rule found (R-28): None where it was not assessed; exceptions are codes of the law."""

    is_met: bool | None = None
    exceptions: tuple[str, ...] = ()


@dataclass(frozen=True)
class ActFacts:
    """One closed act. `revision` counts the closings of this act: a correction has a higher one.

    `specialty` is a CI-SIS code (`G15_10/SM54`) or empty, `fee_cents` what the doctor asks for, `territory`
    that of the place of practice: it gives the civil day (trap 31) and the tariff (trap 33). Instants are aware.
    """

    act_id: UUID
    revision: int
    kind: ActKind
    professional_id: UUID
    rpps: str
    profession: str
    specialty: str
    sector: Sector
    has_overrun: bool
    practice_id: UUID
    territory: Territory
    patient_id: UUID
    medecin_traitant: MedecinTraitant
    started_at: datetime
    ended_at: datetime
    is_video_established: bool
    is_tiers_payant: bool = False
    fee_cents: int | None = None
    reimbursement: Reimbursement = Reimbursement()
    companions: tuple[Companion, ...] = ()

    def __post_init__(self) -> None:
        if require_aware(self.ended_at) < require_aware(self.started_at):
            raise FactsError("ended_at: an act ends after it starts")
        if self.revision < 1:
            raise FactsError("revision: the first closing is 1")
        if self.fee_cents is not None and self.fee_cents < 0:
            raise FactsError("fee_cents: not negative")

    @property
    def day(self) -> date:
        """The civil day of the act: that on which it started, where the professional practises."""
        return civil_date(self.started_at, self.territory)

    @property
    def is_for_own_patient(self) -> bool:
        """Does it stay out of regime B's numerator? Only where the professional is known to be the MT that day."""
        return self.medecin_traitant is MedecinTraitant.SELF

    @property
    def parts(self) -> tuple[Part, ...]:
        return (Part.ACT,)

    def biller_of(self, _part: Part) -> Biller:
        """The doctor, as he stood to the patient that day."""
        return Biller(
            professional_id=self.professional_id,
            rpps=self.rpps,
            profession=self.profession,
            specialty=self.specialty,
            sector=self.sector,
            practice_id=self.practice_id,
            territory=self.territory,
            medecin_traitant=self.medecin_traitant,
        )

    def day_of(self, _part: Part) -> date:
        return self.day

    def to_payload(self) -> dict[str, Any]:
        """The JSON-ready payload of the outbox event; `from_payload` gives the same facts back."""
        return {
            "version": VERSION,
            "act_id": str(self.act_id),
            "revision": self.revision,
            "kind": self.kind.value,
            "professional_id": str(self.professional_id),
            "rpps": self.rpps,
            "profession": self.profession,
            "specialty": self.specialty,
            "sector": self.sector.value,
            "has_overrun": self.has_overrun,
            "practice_id": str(self.practice_id),
            "territory": self.territory.value,
            "patient_id": str(self.patient_id),
            "medecin_traitant": self.medecin_traitant.value,
            "started_at": self.started_at.isoformat(),
            "ended_at": self.ended_at.isoformat(),
            "is_video_established": self.is_video_established,
            "is_tiers_payant": self.is_tiers_payant,
            "fee_cents": self.fee_cents,
            "reimbursement": {
                "is_met": self.reimbursement.is_met,
                "exceptions": list(self.reimbursement.exceptions),
            },
            "companions": [{"profession": one.profession, "rpps": one.rpps} for one in self.companions],
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        """Read a payload strictly. Raises FactsError on another version, an unknown or missing field, a wrong value."""
        return reading.read_as(cls, payload, _READERS, version=VERSION)


def _reimbursement(raw: Mapping[str, Any]) -> Reimbursement:
    reading.check_keys(raw, frozenset({"is_met", "exceptions"}), "reimbursement.")
    is_met = None if raw["is_met"] is None else reading.flag(raw["is_met"])
    return Reimbursement(is_met, tuple(reading.text(one) for one in raw["exceptions"]))


def _companions(raw: object) -> tuple[Companion, ...]:
    if not isinstance(raw, list):
        raise FactsError("companions is a list")
    for one in raw:
        reading.check_keys(one, frozenset({"profession", "rpps"}), "companions.")
    return tuple(
        Companion(reading.text(one["profession"]), None if one["rpps"] is None else reading.text(one["rpps"]))
        for one in raw
    )


_READERS: reading.Readers = {
    "act_id": reading.identifier,
    "revision": reading.whole,
    "kind": reading.only_kind(ActKind.TELECONSULTATION),
    **BILLER_READERS,
    "has_overrun": reading.flag,
    "patient_id": reading.identifier,
    "started_at": reading.instant,
    "ended_at": reading.instant,
    "is_video_established": reading.flag,
    "is_tiers_payant": reading.flag,
    "fee_cents": reading.optional_whole,
    "reimbursement": _reimbursement,
    "companions": _companions,
}
