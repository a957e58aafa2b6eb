"""The reports of a follow-up, and the one that is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from telemed.web.views.frame import Badge, Form, ReasonLine


@dataclass(frozen=True)
class ReportStep:
    """One report of the follow-up: of a month, or of the end."""

    label: str
    address: str
    state: Badge
    is_current: bool = False


@dataclass(frozen=True)
class SendingLine:
    """Where the report stands with one of those whom it is for; `key` names him in a form, empty: nothing to resend."""

    to: str
    state: Badge
    words: str
    at: datetime
    key: str = ""
    may_be_given: bool = False


@dataclass(frozen=True)
class SendingEvent:
    """One thing that happened on its way; `by` is who did it."""

    at: datetime
    to: str
    words: str
    by: str = ""


@dataclass(frozen=True)
class ReportPageView:
    """The reports of a follow-up, and the one that is looked at; `form` is None for who does not sign.

    `signed_at`, the addresses and what was sent are those of the version that was signed; a correction wants its
    reason.
    """

    base: str
    home: str
    patient: str
    age: int
    pathway: str
    steps: tuple[ReportStep, ...]
    title: str = ""
    form: Form | None = None
    signed_at: datetime | None = None
    version: int = 0
    pdf_address: str = ""
    cda_address: str = ""
    reasons: tuple[ReasonLine, ...] = ()
    sendings: tuple[SendingLine, ...] = ()
    history: tuple[SendingEvent, ...] = ()
    refusal: str = ""
