"""What every sealed document has in common, whatever it states."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

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


class StatedFacts(Protocol):
    """What the facts of every document hold."""

    @property
    def patient(self) -> PatientFacts: ...

    @property
    def author(self) -> ProfessionalFacts: ...

    @property
    def territory(self) -> Territory: ...

    @property
    def medecin_traitant(self) -> ProfessionalFacts | None: ...


F = TypeVar("F", bound=StatedFacts)


class FromFacts(Generic[F]):
    """A statement whose people and clocks are those of its facts."""

    facts: F

    @property
    def patient(self) -> PatientFacts:
        return self.facts.patient

    @property
    def author(self) -> ProfessionalFacts:
        return self.facts.author

    @property
    def territory(self) -> Territory:
        return self.facts.territory

    @property
    def medecin_traitant(self) -> ProfessionalFacts | None:
        return self.facts.medecin_traitant
