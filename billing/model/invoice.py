"""What an invoice is made of: the rights of the patient, who pays which share, and the copy that is kept."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from billing.model.exchange import TransmissionMode
from telemed.kernel.identifiers import parse_matricule

_ORGANISM = re.compile(r"[0-9]{9}", re.ASCII)
_INSURER = re.compile(r"[A-Z0-9]{1,10}", re.ASCII)
_CONTRACT = re.compile(r"[A-Za-z0-9 ./-]{1,30}", re.ASCII)
HOLDER = 1
"""Rank of the insured person himself; his family has the ranks after it."""


class RightsSource(StrEnum):
    """Where the rights were read."""

    CARTE_VITALE = "carte_vitale"
    ADRI = "adri"
    ATTESTATION = "attestation"


class RightsError(ValueError):
    """Rights that cannot be: which field, and why in French."""

    def __init__(self, field_name: str, why: str) -> None:
        super().__init__(why)
        self.field_name = field_name


@dataclass(frozen=True)
class Complementary:
    """The complementary insurer, the contract, and whether it takes a DRE beside the FSE."""

    insurer: str
    contract: str = field(repr=False)
    takes_dre: bool

    def __post_init__(self) -> None:
        if not _INSURER.fullmatch(self.insurer):
            raise RightsError("complementary.insurer", "Numéro d'organisme complémentaire : 1 à 10 chiffres ou lettres")
        if not _CONTRACT.fullmatch(self.contract):
            raise RightsError("complementary.contract", "Numéro de contrat : 1 à 30 caractères sans accent")


@dataclass(frozen=True)
class Insurance:
    """The rights of a patient as one practice read them on a day: the latest reading counts.

    `nss` is the number under which he is billed, with its key and without spaces: a parent's for a child
    (`is_on_parents_number`, trap 14), never to be taken for his INS. `organism`: régime (2 digits), caisse (3),
    centre (4).
    """

    patient_id: UUID
    practice_id: UUID
    nss: str = field(repr=False)
    organism: str
    source: RightsSource
    seen_on: date
    is_on_parents_number: bool = False
    patient_rank: int = HOLDER
    complementary: Complementary | None = None

    def __post_init__(self) -> None:
        try:
            object.__setattr__(self, "nss", parse_matricule(self.nss).value)
        except ValueError as error:
            raise RightsError(
                "nss", "Numéro de sécurité sociale : 13 caractères et une clé qui lui convient"
            ) from error
        if not _ORGANISM.fullmatch(self.organism):
            raise RightsError("organism", "Organisme : régime (2 chiffres), caisse (3), centre (4)")
        if not 1 <= self.patient_rank <= 9:
            raise RightsError("patient_rank", "Rang du bénéficiaire : 1 à 9")
        if self.is_on_parents_number == (self.patient_rank == HOLDER):
            why = "Le rang 1 est celui de l'assuré ; un enfant facturé sur le numéro d'un parent en a un autre"
            raise RightsError("patient_rank", why)


@dataclass(frozen=True)
class Shares:
    """Who owes what of an amount, in cents: the compulsory insurance, the complementary one, the patient."""

    amo_cents: int
    amc_cents: int
    patient_cents: int

    @property
    def total_cents(self) -> int:
        return self.amo_cents + self.amc_cents + self.patient_cents


class EntryKind(StrEnum):
    """What moves money in the ledger."""

    CHARGE = "charge"
    REVERSAL = "reversal"
    PAYMENT = "payment"


class Owing(StrEnum):
    """Who owes it, or has paid it."""

    AMO = "amo"
    AMC = "amc"
    PATIENT = "patient"


@dataclass(frozen=True)
class Entry:
    """A line of the ledger, in signed cents: charges and repayments are positive, reversals and payments negative.

    The sum of a claim's lines is what is still owed. `key` says what justifies it: the same one is never kept twice.
    """

    claim_id: UUID
    kind: EntryKind
    owing: Owing
    cents: int
    at: datetime
    key: str


@dataclass(frozen=True)
class Invoice:
    """An FSE, or a paper sheet, of one claim. `number` counts the invoices of an issuer, without a gap.

    `fingerprint` is the digest of what it says apart from its number and its date: a correction has another (R-45).
    """

    id: UUID
    claim_id: UUID
    issuer_rpps: str
    number: int
    mode: TransmissionMode
    organism: str | None
    is_tiers_payant: bool
    shares: Shares
    made_at: datetime
    keep_until: date
    fingerprint: str
    corrects_id: UUID | None = None
