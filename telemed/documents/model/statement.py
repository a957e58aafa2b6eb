"""What every sealed document has in common, whatever it states."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from telemed.documents.model.people import PatientFacts, ProfessionalFacts
from telemed.documents.model.report import Visibility
from telemed.kernel.clock import Territory


class DocumentKind(StrEnum):
    """What a document is: each kind has its own facts, its page and its CDA."""

    TELECONSULTATION_REPORT = "teleconsultation_report"
    EXPERTISE_REQUEST = "teleexpertise_request"
    EXPERTISE_REPORT = "teleexpertise_report"
    MONITORING_REPORT = "telemonitoring_report"


class Statement(Protocol):
    """Facts and words of one document: what is rendered, encoded and sealed."""

    @property
    def patient(self) -> PatientFacts: ...

    @property
    def author(self) -> ProfessionalFacts: ...

    @property
    def territory(self) -> Territory:
        """Whose clocks give the written offsets (trap 31)."""
        ...

    @property
    def visibility(self) -> frozenset[Visibility]: ...

    @property
    def act_code(self) -> str: ...

    @property
    def act_started_at(self) -> datetime | None: ...

    @property
    def medecin_traitant(self) -> ProfessionalFacts | None: ...
