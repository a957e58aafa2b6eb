"""What the request of a télé-expertise and the report of its opinion state: facts of the case, words of its sides.

The act gives words where the document only shows them (delays, settings), so that the document never changes with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from telemed.documents.model.people import PatientFacts, PlaceFacts, ProfessionalFacts
from telemed.documents.model.report import ConsentFacts, PrescribedItem, TechnicalIncident, Visibility
from telemed.documents.model.stated import FromFacts
from telemed.kernel.clock import Territory

EXPERTISE_ACT = "TE2"


@dataclass(frozen=True, repr=False)
class AttachedFile:
    """A file that went with a request: its name, what it is in French words, its size, and its digest."""

    name: str
    kind: str
    size: int
    sha256: str


@dataclass(frozen=True, repr=False)
class RequestFacts:
    """The facts of a request. `asked` names colleagues; empty when the case goes to a team or a specialty (`wanted`).

    `medecin_traitant` is None when there is none or he is not known.
    """

    case_id: UUID
    patient: PatientFacts
    author: ProfessionalFacts
    custodian: PlaceFacts
    territory: Territory
    consent: ConsentFacts | None
    asked: tuple[ProfessionalFacts, ...] = ()
    wanted: str = ""
    medecin_traitant: ProfessionalFacts | None = None
    attachments: tuple[AttachedFile, ...] = ()
    software: str = "Telemed"


@dataclass(frozen=True, repr=False)
class RequestContent:
    """What the requérant wrote; an empty text is not known. `delay` and `setting` are words."""

    question: str
    delay: str
    setting: str = ""
    has_long_term_illness: bool | None = None
    remarks: str = ""
    history: str = ""
    treatments: str = ""
    allergies: str = ""
    findings: str = ""


@dataclass(frozen=True, repr=False)
class ExpertiseRequest(FromFacts[RequestFacts]):
    """The request of a télé-expertise (TLM-DA), made when it is sent."""

    facts: RequestFacts
    content: RequestContent

    @property
    def visibility(self) -> frozenset[Visibility]:
        return frozenset()

    @property
    def act_code(self) -> str:
        return EXPERTISE_ACT

    @property
    def act_started_at(self) -> datetime | None:
        """The request is its own moment: that of its signature."""
        return None


@dataclass(frozen=True, repr=False)
class LiveExchange:
    """The two sides talked in a room: from when, until when (None: not ended yet), and what was lost meanwhile."""

    started_at: datetime
    ended_at: datetime | None
    losses: tuple[TechnicalIncident, ...] = ()


@dataclass(frozen=True, repr=False)
class OpinionFacts:
    """The facts of an opinion. The act lasts from the acceptance to the answer; `request_id` is the sealed request.

    `exchange` is None when everything was in writing.
    """

    case_id: UUID
    patient: PatientFacts
    author: ProfessionalFacts
    custodian: PlaceFacts
    requerant: ProfessionalFacts
    territory: Territory
    requested_at: datetime
    accepted_at: datetime
    answered_at: datetime
    question: str
    consent: ConsentFacts | None
    request_id: UUID | None = None
    exchange: LiveExchange | None = None
    medecin_traitant: ProfessionalFacts | None = None
    attachments: tuple[AttachedFile, ...] = ()
    software: str = "Telemed"


@dataclass(frozen=True, repr=False)
class OpinionWords:
    """What the requis wrote; `urgency` is words. None: not said yet; `prescribed` and `incidents` empty say “none”."""

    conclusion: str
    conduct: str
    urgency: str = ""
    avoided_consultation: bool | None = None
    prescribed: tuple[PrescribedItem, ...] | None = None
    incidents: str | None = None
    visibility: frozenset[Visibility] = frozenset()


@dataclass(frozen=True, repr=False)
class ExpertiseReport(FromFacts[OpinionFacts]):
    """The report of a télé-expertise (TLM-CR), made when the opinion is signed."""

    facts: OpinionFacts
    content: OpinionWords

    @property
    def visibility(self) -> frozenset[Visibility]:
        return self.content.visibility

    @property
    def act_code(self) -> str:
        return EXPERTISE_ACT

    @property
    def act_started_at(self) -> datetime | None:
        return self.facts.accepted_at
