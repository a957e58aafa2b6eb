"""A patient: identity, names of daily life, contact data, and the attending doctor day by day."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import phonenumbers

from telemed.kernel.clock import Territory
from telemed.patients.model.identity import Identity
from telemed.patients.model.traits import UsedNames

_REGIONS = {
    Territory.METROPOLE: "FR",
    Territory.GUADELOUPE: "GP",
    Territory.MARTINIQUE: "MQ",
    Territory.GUYANE: "GF",
    Territory.LA_REUNION: "RE",
    Territory.MAYOTTE: "YT",
}
# Numbers that the Arcep keeps for fiction; they belong to nobody, and phonenumbers calls them invalid.
_FICTION = re.compile(r"\+33(?:19900|26191|35301|46571|53649|63998)\d{4}", re.ASCII)
_EMAIL_SHAPE = re.compile(r"[^\s@\"(),:;<>\[\\\]]{1,64}@(?:[a-z0-9-]{1,63}\.)+[a-z][a-z0-9-]{1,62}", re.IGNORECASE)


def parse_phone(text: str, territory: Territory = Territory.METROPOLE) -> str:
    """A telephone number as E.164, read as dialled in `territory`, then in the other ones.

    Raises ValueError with a French reason.
    """
    first = _REGIONS[territory]
    for region in (first, *(r for r in _REGIONS.values() if r != first)):
        try:
            number = phonenumbers.parse(text, region)
        except phonenumbers.NumberParseException:
            continue
        written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        if phonenumbers.is_valid_number(number) or _FICTION.fullmatch(written):
            return written
    raise ValueError("ce numéro de téléphone n'est pas attribuable")


def parse_email(text: str) -> str:
    """An e-mail address, trimmed. Raises ValueError with a French reason."""
    address = text.strip()
    if len(address) > 254 or not _EMAIL_SHAPE.fullmatch(address):
        raise ValueError("cette adresse électronique n'est pas valable")
    return address


@dataclass(frozen=True)
class Address:
    """A postal address. `country` is ISO 3166-1 alpha-2."""

    lines: tuple[str, ...] = field(default=(), repr=False)
    postal_code: str | None = field(default=None, repr=False)
    city: str | None = field(default=None, repr=False)
    country: str = "FR"


@dataclass(frozen=True)
class Contact:
    """How the patient is reached: E.164 number, e-mail, address; each may be unknown."""

    phone: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    address: Address | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Patient:
    """A person cared for by a practice. `version` grows with every change: a writer says which one he read.

    `merged_into` is the record that took this one in: it is shown no more, and what was done under it stays its own.
    """

    id: UUID
    practice_id: UUID
    identity: Identity = field(repr=False)
    used: UsedNames = field(repr=False)
    contact: Contact = field(repr=False)
    created_at: datetime
    version: int = 1
    merged_into: UUID | None = None

    @property
    def family_name(self) -> str:
        """The family name of daily life, in capitals as French screens write it."""
        return (self.used.family or self.identity.traits.birth_name).upper()

    @property
    def given_name(self) -> str:
        """The given name of daily life, such as `Jeanne` or `Jean-Pierre`."""
        return self.used.given or _as_written(self.identity.traits.first_given_name)

    @property
    def full_name(self) -> str:
        """`LEROY Jeanne`."""
        return f"{self.family_name} {self.given_name}"


def _as_written(name: str) -> str:
    return re.sub(r"[A-Z]+", lambda word: word[0].capitalize(), name)


@dataclass(frozen=True)
class AttendingDoctor:
    """The médecin traitant from a civil day on, until the next entry; `rpps` None says that there is none."""

    from_on: date
    recorded_at: datetime
    rpps: str | None = None
    name: str = field(default="", repr=False)


def attending_doctor_on(history: Iterable[AttendingDoctor], day: date) -> AttendingDoctor | None:
    """The entry in force on `day` (R-17): the latest start, and of two with one start the later recorded.

    None when nothing is known for that day, which is not the same as an entry without a doctor.
    """
    in_force = [entry for entry in history if entry.from_on <= day]
    return max(in_force, key=lambda entry: (entry.from_on, entry.recorded_at), default=None)


def is_attending_doctor(history: Iterable[AttendingDoctor], rpps: str, day: date) -> bool | None:
    """Is this doctor the patient's médecin traitant on `day`? None when it is not known."""
    entry = attending_doctor_on(history, day)
    return None if entry is None else entry.rpps == rpps


class Resemblance(StrEnum):
    """How two records resemble each other. Twins share four traits: they are never one (trap 13)."""

    SAME_MATRICULE = "same_matricule"
    SAME_TRAITS = "same_traits"
    SAME_NAME_AND_DATE = "same_name_and_date"


@dataclass(frozen=True)
class PossibleDuplicate:
    """Another record of the practice that a person should look at; nothing is merged by itself."""

    patient_id: UUID
    resemblance: Resemblance


class MergeChange(StrEnum):
    """What happened to two records."""

    MERGED = "merged"
    UNDONE = "undone"


@dataclass(frozen=True)
class Merge:
    """One line of the history of merges, never changed: who took one record into another, or parted them again."""

    id: UUID
    kept_id: UUID
    absorbed_id: UUID
    change: MergeChange
    at: datetime
    by: UUID | None
