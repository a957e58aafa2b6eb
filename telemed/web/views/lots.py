"""Envois: the lots, what the caisses answered, what was set aside; and one lot with its life and its claims."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from telemed.web.views.claims import LifeEvent
from telemed.web.views.frame import Badge, Tone


@dataclass(frozen=True)
class StageMark:
    """Where a lot stands: a word with its icon."""

    label: str
    icon: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True)
class Awaited:
    """What is due of a lot, and how near its last day is; no limit where nothing is."""

    text: str
    limit: Badge | None = None


@dataclass(frozen=True)
class LotLine:
    """One lot of the list. `digest` is the beginning of its SHA-256."""

    address: str
    number: int
    organism: str
    invoices: int
    cents: int
    digest: str
    made_at: datetime
    stage: StageMark
    awaited: Awaited
    arl_at: datetime | None = None
    doctor: str = ""


@dataclass(frozen=True)
class AsideLine:
    """A return that changed nothing: what it says, what to do; `detail` is for who looks after the installation."""

    title: str
    received_at: datetime
    says: tuple[str, ...]
    todo: str
    detail: str = ""
    lot_address: str = ""
    claim_address: str = ""
    reference: str = ""


@dataclass(frozen=True)
class LotsView:
    """The page Envois. `has_caisse` is false where no caisse is configured: lots wait."""

    aside: tuple[AsideLine, ...]
    lines: tuple[LotLine, ...]
    has_caisse: bool = True
    opens_claims: bool = True
    next_page: str = ""
    first_page: str = ""
    aside_next: str = ""
    aside_first: str = ""


@dataclass(frozen=True)
class LotClaimLine:
    """One FSE of a lot. `patient` and `address` are empty for whom claims are not opened."""

    number: int
    held_on: date
    code: str
    cents: int | None
    stage: Badge
    patient: str = ""
    address: str = ""


@dataclass(frozen=True)
class LotView:
    """One lot. `purged_at` says when its content was forgotten, `keep_until` until when it must be there."""

    number: int
    organism: str
    invoices: int
    cents: int
    digest: str
    made_at: datetime
    stage: StageMark
    awaited: Awaited
    issuer: str
    keep_until: date
    life: tuple[LifeEvent, ...]
    claims: tuple[LotClaimLine, ...]
    arl_at: datetime | None = None
    purged_at: datetime | None = None
    has_more_returns: bool = False
    next_page: str = ""
    first_page: str = ""
