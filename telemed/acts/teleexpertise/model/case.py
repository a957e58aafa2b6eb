"""A case: who asks whom about which patient, what, until when; its offers and its history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from telemed.acts.teleexpertise.model.states import Actor, Owner, State, Step
from telemed.kernel.clock import Territory


class Urgency(StrEnum):
    """How soon the answer is needed; none is later than the delay of the law (R-24)."""

    HOURS = "hours"
    TWO_DAYS = "48_hours"
    WEEK = "7_days"


@dataclass(frozen=True)
class Pace:
    """The service's own delays for an urgency; the law only fixes the longest.

    `answer` is None where the law's delay holds. `offer`: how long a colleague may keep an offer; `grace`: how long
    an overdue case still waits before it expires. Of the cascade, `stage`: how long a territory is searched, and a
    line that does not say it itself; `turn`: how long each of those found keeps the offer; `look`: how often a line
    without anybody on duty is looked at again; `at_once`: how many are asked at the same time.
    """

    answer: timedelta | None
    offer: timedelta
    grace: timedelta
    stage: timedelta
    turn: timedelta
    look: timedelta
    at_once: int


_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
PACES: Mapping[Urgency, Pace] = MappingProxyType(
    {
        Urgency.HOURS: Pace(4 * _HOUR, 30 * _MINUTE, 2 * _HOUR, _HOUR, 10 * _MINUTE, 5 * _MINUTE, 3),
        Urgency.TWO_DAYS: Pace(48 * _HOUR, 12 * _HOUR, 12 * _HOUR, 12 * _HOUR, 2 * _HOUR, _HOUR, 1),
        Urgency.WEEK: Pace(None, 48 * _HOUR, 48 * _HOUR, 48 * _HOUR, 12 * _HOUR, 6 * _HOUR, 1),
    }
)
DRAFT_LIFE = timedelta(days=7)
READING_LIFE = timedelta(days=7)


class CareSetting(StrEnum):
    """Where the patient is cared for."""

    PRACTICE = "practice"
    HOME = "home"
    CARE_HOME = "care_home"
    HOSPITAL = "hospital"
    PHARMACY = "pharmacy"
    PRISON = "prison"
    OTHER = "other"


@dataclass(frozen=True, repr=False)
class Administrative:
    """The administrative data of a request; the patient's identity and médecin traitant are in the record."""

    setting: CareSetting = CareSetting.PRACTICE
    has_long_term_illness: bool | None = None
    remarks: str = ""


@dataclass(frozen=True, repr=False)
class Medical:
    """The medical data of a request, in the requérant's words."""

    history: str = ""
    treatments: str = ""
    allergies: str = ""
    findings: str = ""


@dataclass(frozen=True, repr=False)
class CaseContent:
    """What is asked. `specialty_code` (JDV_J01) or `skill` says which expert is wanted."""

    question: str
    urgency: Urgency = Urgency.WEEK
    specialty_code: str | None = None
    skill: str = ""
    administrative: Administrative = Administrative()
    medical: Medical = Medical()


@dataclass(frozen=True)
class Side:
    """A person of one side, where he practises."""

    professional_id: UUID
    practice_id: UUID
    rpps: str
    territory: Territory


class Via(StrEnum):
    """How an offer came to a colleague: by name, through his line, as one found in a territory, from a colleague.

    The first three are the stages of a cascade, in this order.
    """

    COLLEAGUE = "colleague"
    LINE = "line"
    TERRITORY = "territory"
    HANDOVER = "handover"


@dataclass(frozen=True)
class Cascade:
    """How far the search for an expert has come. `territory`: where it looks once it has left the line.

    `until`: when the present stage is over (excluded). `look_at`: when a line without anybody on duty is looked at
    again. `widens`: may it go beyond whom the requérant named?
    """

    stage: Via
    until: datetime
    territory: Territory
    line_id: UUID | None = None
    widens: bool = True
    look_at: datetime | None = None


class Outcome(StrEnum):
    """What became of an offer.

    `overtaken`: another accepted first; `cancelled`: the case ended meanwhile; `handed_over`: a colleague took it over.
    """

    PENDING = "pending"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    LAPSED = "lapsed"
    OVERTAKEN = "overtaken"
    CANCELLED = "cancelled"
    HANDED_OVER = "handed_over"


class RefusalReason(StrEnum):
    """Why a requis declines: he judges the request and decides to do it or not."""

    OUT_OF_SKILL = "out_of_skill"
    INCOMPLETE = "incomplete"
    NEEDS_EXAMINATION = "needs_examination"
    NOT_INDICATED = "not_indicated"
    UNAVAILABLE = "unavailable"
    OTHER = "other"


class EndReason(StrEnum):
    """Why a case ended without an answer."""

    NO_LONGER_NEEDED = "no_longer_needed"
    SEEN_ELSEWHERE = "seen_elsewhere"
    MISTAKE = "mistake"
    OTHER = "other"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    NOT_SENT = "not_sent"
    NOT_ANSWERED = "not_answered"


@dataclass(frozen=True, repr=False)
class Offer:
    """A case proposed to one colleague until an instant (excluded). `words` explain a refusal."""

    id: UUID
    to: Side
    offered_at: datetime
    until: datetime
    outcome: Outcome = Outcome.PENDING
    seen_at: datetime | None = None
    settled_at: datetime | None = None
    reason: RefusalReason | None = None
    words: str = ""
    via: Via = Via.COLLEAGUE
    line_id: UUID | None = None

    @property
    def is_pending(self) -> bool:
        return self.outcome is Outcome.PENDING

    @property
    def holds(self) -> bool:
        """Does it put the case in this colleague's hands?"""
        return self.outcome in (Outcome.PENDING, Outcome.ACCEPTED)


@dataclass(frozen=True, repr=False)
class Case:
    """One télé-expertise. `version` grows at each change.

    `deadline`: when the answer is due, fixed by the sending; `expires_at`: when an overdue case ends. `due_at` is
    what the owner of the present state owes next, None at the end. `requis` is who accepted. `cascade` is None before
    the sending.
    """

    id: UUID
    patient_id: UUID
    requerant: Side
    state: State
    content: CaseContent
    created_at: datetime
    edited_at: datetime
    version: int = 1
    due_at: datetime | None = None
    sent_at: datetime | None = None
    deadline: datetime | None = None
    expires_at: datetime | None = None
    escalated_at: datetime | None = None
    requis: Side | None = None
    accepted_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    end_reason: EndReason | None = None
    offers: tuple[Offer, ...] = ()
    cascade: Cascade | None = None

    @property
    def pending(self) -> tuple[Offer, ...]:
        return tuple(offer for offer in self.offers if offer.is_pending)

    @property
    def holders(self) -> tuple[Side, ...]:
        """Those in whose hands the case is: whoever accepted, or everybody with a pending offer."""
        return tuple(offer.to for offer in self.offers if offer.holds)

    def offer_of(self, professional_id: UUID | None) -> Offer | None:
        """The offer that puts the case in this colleague's hands; None once it was settled otherwise."""
        return next((one for one in self.offers if one.holds and one.to.professional_id == professional_id), None)


@dataclass(frozen=True, repr=False)
class Move:
    """One line of the history: appended, never changed. `by` is None for time and for the patient."""

    case_id: UUID
    position: int
    step: Step
    start: State
    end: State
    actor: Actor
    at: datetime
    owner: Owner | None
    due_at: datetime | None
    by: UUID | None = None
    reason: str = ""
