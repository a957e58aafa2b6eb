"""Consent records: who decided what, about which act, how, when, on which words."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class ActKind(StrEnum):
    """The acts of article R. 6316-1 CSP that ask for a consent of their own; télésurveillance asks for two.

    `telemonitoring_usage`: that the data of use of the device are transmitted too.
    """

    TELECONSULTATION = "teleconsultation"
    TELEEXPERTISE = "teleexpertise"
    TELEMONITORING = "telemonitoring"
    TELEMONITORING_USAGE = "telemonitoring_usage"

    @property
    def lasts(self) -> bool:
        """Is it a care that lasts, which a patient takes back by itself, and not with every other act of its kind?"""
        return self in (ActKind.TELEMONITORING, ActKind.TELEMONITORING_USAGE)


class ConsentDecision(StrEnum):
    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class ConsentChannel(StrEnum):
    """How it was expressed: by the patient on the page of the link, or aloud to a professional who recorded it."""

    PATIENT_PAGE = "patient_page"
    ORAL_TO_PROFESSIONAL = "oral_to_professional"


class ConsentBy(StrEnum):
    """Who expressed it. `minor_alone` is the minor who keeps the secret of article L. 1111-5 CSP."""

    PATIENT = "patient"
    LEGAL_REPRESENTATIVE = "legal_representative"
    MINOR_ALONE = "minor_alone"


@dataclass(frozen=True)
class ConsentRecord:
    """One decision, appended and never changed. `wording_sha256` is that of the very text that was shown or read."""

    id: UUID
    patient_id: UUID
    act_kind: ActKind
    act_id: UUID
    decision: ConsentDecision
    channel: ConsentChannel
    by: ConsentBy
    at: datetime
    wording_version: date
    wording_sha256: str
    recorded_by: UUID | None
    representative_name: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class ConsentFacts:
    """What the rule weighs before an act starts. `records` are all of this patient's, whatever the act."""

    patient_id: UUID
    act_kind: ActKind
    act_id: UUID
    records: tuple[ConsentRecord, ...]
    is_minor: bool | None = None
