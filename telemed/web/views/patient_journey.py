"""The patient's five steps, one question a page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from telemed.web.views.frame import NOTHING_TYPED, Choice, Form
from telemed.web.views.visit import Trait


@dataclass(frozen=True)
class BirthDateView:
    """The second factor of the link. `tries_left` is None until one was wrong."""

    form: Form = NOTHING_TYPED
    tries_left: int | None = None


@dataclass(frozen=True)
class LinkClosedView:
    """A link that opens nothing any more; never says whose it was."""

    why: str
    what_to_do: str
    may_ask: bool = True
    form: Form = NOTHING_TYPED
    was_asked: bool = False


@dataclass(frozen=True)
class IdentityView:
    """The five traits to confirm, where the patient is, and a phone number."""

    first_name: str
    planned_at: datetime | None
    traits: tuple[Trait, ...]
    places: tuple[Choice, ...]
    form: Form


@dataclass(frozen=True)
class ConsentView:
    """The dated wording, paragraph by paragraph."""

    paragraphs: tuple[str, ...]
    version: str
    form: Form = NOTHING_TYPED
    was_refused: bool = False


@dataclass(frozen=True)
class CameraView:
    """The check of the devices; `next_address` goes to the waiting room."""

    next_address: str
    report_address: str = ""
    echo_address: str = ""


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
    version: str = ""
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
