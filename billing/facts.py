"""What billing knows of an act: the payload of `teleconsultation.closed`, without identity traits or free text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from telemed.kernel.clock import Territory, civil_date, require_aware

VERSION = 1
DOCTOR = "10"
"""Profession code of a doctor (TRE_G15)."""


class FactsError(ValueError):
    """A payload that is not the facts of an act: which field, and what was expected."""


class ActKind(StrEnum):
    TELECONSULTATION = "teleconsultation"


class Sector(StrEnum):
    """Conventional sector of the professional at the date of the act."""

    SECTOR_1 = "sector_1"
    SECTOR_2_OPTAM = "sector_2_optam"
    SECTOR_2 = "sector_2"
    NOT_CONVENTIONED = "not_conventioned"


class MedecinTraitant(StrEnum):
    """Who was the patient's médecin traitant on the day of the act (R-17); unknown is not none."""

    SELF = "self"
    OTHER = "other"
    NONE = "none"
    UNKNOWN = "unknown"


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
        version = payload.get("version")
        if version != VERSION:
            raise FactsError(f"version: {VERSION} is read here, not {version!r}")
        _check_keys(payload, _FIELDS, "")
        try:
            return cls(**{name: read(payload[name]) for name, read in _READERS.items()})
        except (TypeError, ValueError, KeyError) as error:
            raise FactsError(f"unreadable facts: {error}") from error


def _check_keys(raw: object, expected: frozenset[str], place: str) -> None:
    if not isinstance(raw, Mapping):
        raise FactsError(f"{place or 'the payload'} is not an object")
    if raw.keys() != expected:
        raise FactsError(f"unknown or missing fields: {sorted(place + name for name in raw.keys() ^ expected)}")


def _text(raw: object) -> str:
    if not isinstance(raw, str) or not raw:
        raise FactsError(f"a text is expected, not {raw!r}")
    return raw


def _optional_text(raw: object) -> str:
    """Empty where it is not recorded: then no tariff is established, and the act is not lost."""
    return "" if raw is None or raw == "" else _text(raw)


def _flag(raw: object) -> bool:
    if not isinstance(raw, bool):
        raise FactsError(f"true or false is expected, not {raw!r}")
    return raw


def _whole(raw: object) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int):
        raise FactsError(f"a whole number is expected, not {raw!r}")
    return raw


def _instant(raw: object) -> datetime:
    return require_aware(datetime.fromisoformat(_text(raw)))


def _uuid(raw: object) -> UUID:
    return UUID(_text(raw))


def _optional_cents(raw: object) -> int | None:
    return None if raw is None else _whole(raw)


def _reimbursement(raw: Mapping[str, Any]) -> Reimbursement:
    _check_keys(raw, frozenset({"is_met", "exceptions"}), "reimbursement.")
    is_met = None if raw["is_met"] is None else _flag(raw["is_met"])
    return Reimbursement(is_met, tuple(_text(one) for one in raw["exceptions"]))


def _companions(raw: object) -> tuple[Companion, ...]:
    if not isinstance(raw, list):
        raise FactsError("companions is a list")
    for one in raw:
        _check_keys(one, frozenset({"profession", "rpps"}), "companions.")
    return tuple(
        Companion(_text(one["profession"]), None if one["rpps"] is None else _text(one["rpps"])) for one in raw
    )


_READERS: dict[str, Any] = {
    "act_id": _uuid,
    "revision": _whole,
    "kind": ActKind,
    "professional_id": _uuid,
    "rpps": _text,
    "profession": _text,
    "specialty": _optional_text,
    "sector": Sector,
    "has_overrun": _flag,
    "practice_id": _uuid,
    "territory": Territory,
    "patient_id": _uuid,
    "medecin_traitant": MedecinTraitant,
    "started_at": _instant,
    "ended_at": _instant,
    "is_video_established": _flag,
    "is_tiers_payant": _flag,
    "fee_cents": _optional_cents,
    "reimbursement": _reimbursement,
    "companions": _companions,
}
_FIELDS = frozenset(_READERS) | {"version"}
