"""What goes to a caisse and what comes back: lots of feuilles de soins électroniques, ARL and RSP (R-43…R-47).

Every class checks its own fields and raises ValueError naming the field, so that what was built can be written down.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from telemed.kernel.clock import require_aware
from telemed.kernel.identifiers import nir_key

MAX_FSES_PER_LOT = 500
MAX_NUMBER = 999_999_999
MAX_CENTS = 99_999_999
MAX_QUANTITY = 99
MAX_REASONS = 20
MAX_REASON_LENGTH = 200

_RPPS = re.compile(r"[0-9]{11}", re.ASCII)
_PRESCRIPTEUR = re.compile(r"[0-9]{9}|[0-9]{11}", re.ASCII)
_ORGANISM = re.compile(r"[0-9]{9}", re.ASCII)
_CODE = re.compile(r"[A-Z0-9]{2,7}", re.ASCII)
_NSS = re.compile(r"[1-9][0-9]{4}(?:[0-9]{2}|2[AB])[0-9]{8}", re.ASCII)
_INSURER = re.compile(r"[A-Z0-9]{1,10}", re.ASCII)
_CONTRACT = re.compile(r"[A-Za-z0-9 ./-]{1,30}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_REASON_CODE = re.compile(r"[A-Z0-9_]{1,30}", re.ASCII)


class TransmissionMode(StrEnum):
    """How an invoice reaches the caisse (R-47). A paper sheet is posted: it is never in a lot."""

    SESAM_VITALE = "sesam_vitale"
    SESAM_SANS_VITALE = "sesam_sans_vitale"
    DEGRADED = "degraded"
    PAPER_SHEET = "paper_sheet"


class Payer(StrEnum):
    """Who answers with an RSP: the compulsory insurance for an FSE, the complementary one for its DRE."""

    AMO = "amo"
    AMC = "amc"


@dataclass(frozen=True)
class FseRecord:
    """One feuille de soins électronique: one code of one act.

    `number` counts the FSEs of an issuer. `amount_cents` is all that is charged; of it the caisse owes `amo_cents`,
    the complementary insurer `amc_cents`, the patient the rest. `prescripteur` is the requérant (TE2) or the
    téléconsultant (TLS, TLL, TLD, TLM). `insured_nss` has its key and is the parent's for a child, who then has
    another `patient_rank` than 1. `executed_on` is the civil day of the act, `made_at` when the FSE was made.
    """

    number: int
    code: str
    quantity: int
    amount_cents: int
    amo_cents: int
    amc_cents: int
    is_tiers_payant: bool
    mode: TransmissionMode
    executed_on: date
    made_at: datetime
    insured_nss: str = field(repr=False)
    patient_rank: int = 1
    prescripteur: str | None = None

    def __post_init__(self) -> None:
        _check_whole("number", self.number, 1, MAX_NUMBER)
        _check_shape("code", self.code, _CODE)
        _check_whole("quantity", self.quantity, 1, MAX_QUANTITY)
        for name in ("amount_cents", "amo_cents", "amc_cents"):
            _check_whole(name, getattr(self, name), 0, MAX_CENTS)
        if self.amo_cents + self.amc_cents > self.amount_cents:
            raise ValueError("amo_cents: the shares are more than the amount")
        if self.mode is TransmissionMode.PAPER_SHEET:
            raise ValueError("mode: a paper sheet is not in a lot")
        _check_instant("made_at", self.made_at)
        _check_shape("insured_nss", self.insured_nss, _NSS)
        if nir_key(self.insured_nss[:13]) != self.insured_nss[13:]:
            raise ValueError("insured_nss: the key does not fit the number")
        _check_whole("patient_rank", self.patient_rank, 1, 9)
        if self.prescripteur is not None:
            _check_shape("prescripteur", self.prescripteur, _PRESCRIPTEUR)


@dataclass(frozen=True)
class DreRecord:
    """A demande de remboursement électronique: the complementary insurer's share of the FSE of that number."""

    fse_number: int
    insurer: str
    contract: str = field(repr=False)
    amount_cents: int

    def __post_init__(self) -> None:
        _check_whole("fse_number", self.fse_number, 1, MAX_NUMBER)
        _check_shape("insurer", self.insurer, _INSURER)
        _check_shape("contract", self.contract, _CONTRACT)
        _check_whole("amount_cents", self.amount_cents, 1, MAX_CENTS)


@dataclass(frozen=True)
class LotContent:
    """The FSEs of a lot, at least one, in rising order of number, and the DREs that leave beside them, likewise."""

    fses: tuple[FseRecord, ...]
    dres: tuple[DreRecord, ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= len(self.fses) <= MAX_FSES_PER_LOT:
            raise ValueError(f"fses: a lot holds 1 to {MAX_FSES_PER_LOT}")
        _check_rising("fses", [one.number for one in self.fses])
        _check_rising("dres", [one.fse_number for one in self.dres])
        shares = {one.number: one.amc_cents for one in self.fses}
        for dre in self.dres:
            if dre.fse_number not in shares:
                raise ValueError(f"dres: no FSE {dre.fse_number} in the lot")
            if dre.amount_cents != shares[dre.fse_number]:
                raise ValueError(f"dres: another share than that of FSE {dre.fse_number}")

    @property
    def total_cents(self) -> int:
        return sum(one.amount_cents for one in self.fses)


@dataclass(frozen=True)
class Lot:
    """FSEs of one issuer for one organism. `number` counts the lots of this issuer, whatever the organism.

    `organism`: régime (2 digits), caisse (3), centre (4).
    """

    number: int
    issuer_rpps: str
    organism: str
    made_at: datetime
    content: LotContent

    def __post_init__(self) -> None:
        _check_whole("number", self.number, 1, MAX_NUMBER)
        _check_shape("issuer_rpps", self.issuer_rpps, _RPPS)
        _check_shape("organism", self.organism, _ORGANISM)
        _check_instant("made_at", self.made_at)


@dataclass(frozen=True)
class SealedLot(Lot):
    """A lot that never changes again: the hexadecimal `sha256` that names it, and the detached JWS of its bytes."""

    sha256: str
    signature: str = field(repr=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_shape("sha256", self.sha256, _SHA256)

    @property
    def reference(self) -> LotReference:
        return LotReference(self.issuer_rpps, self.organism, self.number, self.sha256)


@dataclass(frozen=True)
class LotReference:
    """Which lot a return speaks of: all four must be those of a lot that was sent, else it is another's."""

    issuer_rpps: str
    organism: str
    number: int
    sha256: str

    def __post_init__(self) -> None:
        _check_shape("issuer_rpps", self.issuer_rpps, _RPPS)
        _check_shape("organism", self.organism, _ORGANISM)
        _check_whole("number", self.number, 1, MAX_NUMBER)
        _check_shape("sha256", self.sha256, _SHA256)


@dataclass(frozen=True)
class ReturnReason:
    """Why a caisse refuses: its code, and a text for people."""

    code: str
    text: str

    def __post_init__(self) -> None:
        _check_shape("reason code", self.code, _REASON_CODE)
        is_clean = self.text == unicodedata.normalize("NFC", self.text).strip() and self.text.isprintable()
        if not is_clean or "|" in self.text or not 1 <= len(self.text) <= MAX_REASON_LENGTH:
            raise ValueError("reason text: one line of text without |")


@dataclass(frozen=True)
class Arl:
    """Accusé de réception logique: the lot was taken, or refused whole for `reasons`."""

    lot: LotReference
    issued_at: datetime
    reasons: tuple[ReturnReason, ...] = ()

    def __post_init__(self) -> None:
        _check_instant("issued_at", self.issued_at)
        if len(self.reasons) > MAX_REASONS:
            raise ValueError(f"reasons: at most {MAX_REASONS}")

    @property
    def is_positive(self) -> bool:
        return not self.reasons


@dataclass(frozen=True)
class Rsp:
    """Retour de paiement of one FSE in tiers payant: `amount_cents` paid by `payer`, or nothing for `reason`."""

    lot: LotReference
    issued_at: datetime
    fse_number: int
    payer: Payer
    amount_cents: int
    reason: ReturnReason | None = None

    def __post_init__(self) -> None:
        _check_instant("issued_at", self.issued_at)
        _check_whole("fse_number", self.fse_number, 1, MAX_NUMBER)
        _check_whole("amount_cents", self.amount_cents, 0, MAX_CENTS)
        if (self.reason is None) == (self.amount_cents == 0):
            raise ValueError("amount_cents: paid more than nothing, or nothing and a reason")

    @property
    def is_paid(self) -> bool:
        return self.reason is None


@dataclass(frozen=True)
class Unreadable:
    """A message of the caisse that does not read; `problem` says where, never what was there."""

    problem: str


@dataclass(frozen=True)
class Return:
    """One message of the caisse. `id` is unique and is the cursor: the same one may come again (at least once)."""

    id: str
    content: Arl | Rsp | Unreadable


@dataclass(frozen=True)
class TransportReceipt:
    """The caisse has the bytes of this very lot on its disk; only an ARL says what it thinks of them."""

    lot: LotReference
    received_at: datetime
    was_known: bool


def _check_whole(name: str, value: int, least: int, most: int) -> None:
    if isinstance(value, bool) or not least <= value <= most:
        raise ValueError(f"{name}: {least} to {most}")


def _check_shape(name: str, value: str, shape: re.Pattern[str]) -> None:
    if not shape.fullmatch(value):
        raise ValueError(f"{name}: not of the expected shape")


def _check_instant(name: str, instant: datetime) -> None:
    if require_aware(instant).utcoffset() != timedelta(0):
        raise ValueError(f"{name}: an instant in UTC")


def _check_rising(name: str, numbers: list[int]) -> None:
    if any(one >= following for one, following in pairwise(numbers)):
        raise ValueError(f"{name}: each number once, in rising order")
