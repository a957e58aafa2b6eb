"""What the two sides of a case write to one another, and what they are told outside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from telemed.documents.model import PrescribedItem, Visibility


class MessageKind(StrEnum):
    """A word, a question of the requis that stops the clock of his side, or the answer to it."""

    WORD = "word"
    QUESTION = "question"
    INFORMATION = "information"


@dataclass(frozen=True, repr=False)
class Message:
    """One message inside a case: appended, sealed, never changed."""

    id: UUID
    case_id: UUID
    author_id: UUID
    kind: MessageKind
    at: datetime
    text: str


class CareUrgency(StrEnum):
    """How soon the requis says that the patient must be cared for."""

    NONE = "none"
    WEEKS = "weeks"
    DAYS = "days"
    IMMEDIATE = "immediate"


@dataclass(frozen=True, repr=False)
class OpinionContent:
    """An opinion: conclusion, conduct, urgency, and whether it avoided a consultation. A draft may be incomplete.

    `prescribed` and `incidents` None: not said yet; empty: “none”, said on purpose (R-9).
    """

    conclusion: str = ""
    conduct: str = ""
    urgency: CareUrgency | None = None
    avoided_consultation: bool | None = None
    prescribed: tuple[PrescribedItem, ...] | None = None
    incidents: str | None = None
    visibility: frozenset[Visibility] = frozenset()


@dataclass(frozen=True, repr=False)
class Opinion:
    """One kept revision of an opinion. A signed one has the seal of its document (a detached JWS).

    `reason` says why a signed revision replaces the one before; empty for the first.
    """

    case_id: UUID
    revision: int
    author_id: UUID
    content: OpinionContent
    at: datetime
    signature: str | None = None
    document_id: UUID | None = None
    reason: str = ""

    @property
    def is_signed(self) -> bool:
        return self.signature is not None


class NoticeKind(StrEnum):
    """What somebody is told by e-mail or SMS: never about whom or what."""

    OFFERED = "offered"
    REMINDER = "reminder"
    QUESTION = "question"
    INFORMATION = "information"
    MESSAGE = "message"
    ACCEPTED = "accepted"
    OVERTAKEN = "overtaken"
    HANDED_OVER = "handed_over"
    STILL_YOURS = "still_yours"
    WIDENED = "widened"
    QUEUED = "queued"
    REFUSED = "refused"
    LAPSED = "lapsed"
    ANSWERED = "answered"
    CORRECTED = "corrected"
    OVERDUE = "overdue"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Notice:
    """Something to tell one person; `due_at` is what he owes by then, None when he owes nothing."""

    case_id: UUID
    to: UUID
    kind: NoticeKind
    due_at: datetime | None


@dataclass(frozen=True)
class HeldNotice:
    """A notice that waits for the digest of `leaves_at`."""

    notice: Notice
    leaves_at: datetime


@dataclass(frozen=True)
class Reminder:
    """A timer of a case that fires once before its due date."""

    case_id: UUID
    fires_at: datetime
