"""What a teleconsultation report states: facts of the act, which nobody edits, and what its author writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from telemed.documents.model.people import Address, Participant, PatientFacts, PlaceFacts, ProfessionalFacts
from telemed.documents.model.stated import FromFacts
from telemed.kernel.clock import Territory


class ActCode(StrEnum):
    """The NGAP codes that a TLM-CR may document; TE1 and TE2 belong to the télé-expertise."""

    TCG = "TCG"
    TC = "TC"
    TLS = "TLS"
    TLL = "TLL"
    TLD = "TLD"
    TLM = "TLM"


@dataclass(frozen=True, repr=False)
class ActFacts:
    """The act itself. Instants are aware; `territory` (the place of practice) gives their written offset (trap 31).

    `patient_location` is where the patient was during the act (R-3), which may differ from the home address.
    """

    act_id: UUID
    code: ActCode
    started_at: datetime | None
    ended_at: datetime | None
    territory: Territory
    patient_location: Address
    patient_phone: str = ""
    reason: str = ""


class ConsentChannel(StrEnum):
    LINK_PAGE = "link_page"
    ORAL = "oral"


@dataclass(frozen=True, repr=False)
class ConsentFacts:
    """The consent of R-1: when, how, under which dated wording, and from whom."""

    given_at: datetime
    channel: ConsentChannel
    wording_version: str
    given_by: str = "le patient"


@dataclass(frozen=True, repr=False)
class IdentityCheck:
    """The check of the patient's identity in the call: when, and how in French words."""

    checked_at: datetime
    method: str


@dataclass(frozen=True, repr=False)
class TechnicalIncident:
    """One incident of R-9: when it began, for how long (None: until the end), and what in French words."""

    at: datetime
    description: str
    duration_seconds: int | None = None


@dataclass(frozen=True, repr=False)
class LedgerLine:
    """One line of the continuity ledger worth telling: when, who, what in French words."""

    at: datetime
    who: str
    what: str


@dataclass(frozen=True)
class ContinuityFacts:
    """What the continuity ledger proves. `incidents` None: not established; empty: established that there was none."""

    video_took_place: bool
    video_seconds: int
    incidents: tuple[TechnicalIncident, ...] | None
    timeline: tuple[LedgerLine, ...] = ()
    had_phone_fallback: bool = False


@dataclass(frozen=True, repr=False)
class ReportFacts:
    """All that the report states and that nobody edits.

    `medecin_traitant` is None when there is none, when he is not known, or when he is the author.
    """

    patient: PatientFacts
    author: ProfessionalFacts
    custodian: PlaceFacts
    act: ActFacts
    continuity: ContinuityFacts
    consent: ConsentFacts | None
    identity_check: IdentityCheck | None
    participants: tuple[Participant, ...] = ()
    medecin_traitant: ProfessionalFacts | None = None
    software: str = "Telemed"

    @property
    def territory(self) -> Territory:
        return self.act.territory


class PrescribedKind(StrEnum):
    ACT = "act"
    DRUG = "drug"
    BIOLOGY = "biology"
    IMAGING = "imaging"
    CARE = "care"
    REFERRAL = "referral"
    OTHER = "other"


@dataclass(frozen=True, repr=False)
class PrescribedItem:
    """One act done or one prescription made."""

    kind: PrescribedKind
    text: str


@dataclass(frozen=True, repr=False)
class SickLeave:
    """A sick leave prescribed in the act (R-27). `exception` names the ground that lifts the limit, in French words.

    `guard_rail` is the text of the limit that the author was shown, in force on the day of the act.
    """

    days: int
    starts_on: date
    is_extension: bool = False
    exception: str = ""
    justification: str = ""
    guard_rail: str = ""


class ReimbursementCriterion(StrEnum):
    """The three cumulative criteria of reimbursement (R-28)."""

    PARCOURS = "parcours"
    ALTERNANCE = "alternance"
    TERRITORIALITE = "territorialite"


@dataclass(frozen=True, repr=False)
class ReimbursementFlag:
    """One criterion: met, or not met with the exception invoked, in French words."""

    criterion: ReimbursementCriterion
    is_met: bool
    exception: str = ""


class Visibility(StrEnum):
    """Who must not see a document, in the codes of JDV_J08 (R-40). No code: visible to all who have a right."""

    MASQUE_PS = "MASQUE_PS"
    INVISIBLE_PATIENT = "INVISIBLE_PATIENT"
    INVISIBLE_REPRESENTANTS_LEGAUX = "INVISIBLE_REPRESENTANTS_LEGAUX"


@dataclass(frozen=True, repr=False)
class ReportContent:
    """What the author writes. `prescribed` None: not yet said; empty: “aucun acte ni prescription”, said on purpose."""

    reason: str = ""
    findings: str = ""
    conclusion: str = ""
    plan: str = ""
    prescribed: tuple[PrescribedItem, ...] | None = None
    sick_leave: SickLeave | None = None
    reimbursement: tuple[ReimbursementFlag, ...] = ()
    incidents_note: str = ""
    visibility: frozenset[Visibility] = frozenset()


@dataclass(frozen=True, repr=False)
class Report(FromFacts[ReportFacts]):
    """The facts and the words: what is rendered, encoded and sealed."""

    facts: ReportFacts
    content: ReportContent

    @property
    def visibility(self) -> frozenset[Visibility]:
        return self.content.visibility

    @property
    def act_code(self) -> str:
        return self.facts.act.code.value

    @property
    def act_started_at(self) -> datetime | None:
        return self.facts.act.started_at
