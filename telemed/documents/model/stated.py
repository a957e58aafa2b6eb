"""The facts that every sealed document holds, and a document that is made of them."""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar

from telemed.documents.model.people import PatientFacts, ProfessionalFacts
from telemed.kernel.clock import Territory


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
