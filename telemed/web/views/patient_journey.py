"""The patient's five steps, one question a page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from telemed.web.views.frame import NOTHING_TYPED, Choice, Form
from telemed.web.views.visit import Trait
from telemed.web.wording import Block


@dataclass(frozen=True)
class BirthDateView:
    """The second factor of the link; an error says how many tries are left."""

    form: Form = NOTHING_TYPED
    action: str = "/visite/naissance"
    why: str = "Elle protège votre consultation\u00a0: votre lien seul ne suffit pas."
    whose: str = "Date de naissance de la personne qui consulte"
    hint: str = "Entrez la date de la personne qui consulte\u00a0: pour un enfant, la sienne et non la vôtre."


@dataclass(frozen=True)
class LinkClosedView:
    """A link that opens nothing any more; never says whose it was."""

    why: str
    what_to_do: str
    may_ask: bool = True
    was_asked: bool = False
    action: str = "/visite/nouveau-lien"
    asked_text: str = (
        "Si un rendez-vous correspond, un nouveau lien vient de partir vers le téléphone ou l’adresse que votre "
        "médecin connaît. Il arrive en une à deux minutes."
    )
    address_text: str = "Il est envoyé au numéro ou à l’adresse donnés lors de la prise de rendez-vous."


@dataclass(frozen=True)
class IdentityView:
    """The five traits to confirm, where the patient is, and a phone number."""

    planned_at: datetime | None
    traits: tuple[Trait, ...]
    places: tuple[Choice, ...]
    form: Form


@dataclass(frozen=True)
class ConsentView:
    """The dated wording, paragraph by paragraph."""

    blocks: tuple[Block, ...]
    version: date
    fingerprint: str
    form: Form = NOTHING_TYPED
    may_be_minor: bool = False
    was_refused: bool = False


@dataclass(frozen=True)
class CameraView:
    """The check of the devices; nothing is known before it is made."""


@dataclass(frozen=True)
class WaitingView:
    """The waiting room. `position` 1 is next; `expected_minutes` is None when nothing can be said."""

    doctor: str
    position: int | None
    expected_minutes: int | None
    planned_at: datetime | None
    since: datetime
    poll_address: str
    call_address: str
    token_address: str
    is_admitted: bool = False


@dataclass(frozen=True)
class PatientCallView:
    """The patient's side of the call."""

    doctor: str
    patient: str
    token_address: str
    end_address: str
    waiting_address: str
    practice_phone: str = ""


@dataclass(frozen=True)
class EndView:
    """After the call: what follows."""

    doctor: str
    ended_at: datetime | None
    is_over: bool
    next_steps: tuple[str, ...]
    return_address: str = ""
    withdrawal_text: str = ""
    may_withdraw: bool = False
