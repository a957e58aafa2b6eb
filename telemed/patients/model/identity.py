"""An identity, the two axes that give its status, and the only ways in which they move (R-4, R-6)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from telemed.kernel.identifiers import Matricule
from telemed.patients.model.traits import Traits


class IdentityStatus(StrEnum):
    """The four exclusive statuses of the RNIV (EXI SI 07)."""

    PROV = "PROV"
    RECUP = "RECUP"
    VALI = "VALI"
    QUAL = "QUAL"


class IdentityProof(StrEnum):
    """The document seen, coded as in FR Core `mode-validation-identity`."""

    PASSPORT = "PA"
    NATIONAL_CARD = "CN"
    RESIDENCE_PERMIT = "CS"
    ELECTRONIC_IDENTITY = "IE"
    MINOR_TRAVEL_DOCUMENT = "DC"
    BIRTH_CERTIFICATE = "AN"
    FAMILY_BOOK = "LE"
    BIRTH_CERTIFICATE_AND_VITALE = "AC"
    TRUSTED_THIRD_PARTY = "TC"
    DRIVING_LICENCE = "PC"
    MILITARY_CARD = "CM"
    EUROPEAN_CARD = "CE"
    TRAVEL_BOOKLET = "CC"


class CheckMethod(StrEnum):
    """How the document was seen. `on_video` is a card shown to the camera: noted, but it validates nothing."""

    IN_PERSON = "in_person"
    ELECTRONIC = "electronic"
    ON_VIDEO = "on_video"


class InsiSource(StrEnum):
    """Where an answer comes from; the application carte Vitale excludes the INSi call, and serves for it (trap 21)."""

    TRAITS_SEARCH = "traits_search"
    VITALE_CARD = "vitale_card"
    VERIFICATION = "verification"
    VITALE_APP = "vitale_app"


class DoubtReason(StrEnum):
    """Why an identity is set aside."""

    HOMONYM = "homonym"
    INCONSISTENT = "inconsistent"
    BORROWED = "borrowed"
    FICTITIOUS = "fictitious"

    @property
    def attribute(self) -> str:
        """The RNIV attribute: `FICT` for an invented identity, else `DOUT`."""
        return "FICT" if self is DoubtReason.FICTITIOUS else "DOUT"


class IdentityChange(StrEnum):
    """What made a version of an identity."""

    CREATED = "created"
    TRAITS_CHANGED = "traits_changed"
    MATRICULE_CHANGED = "matricule_changed"
    CHECKED = "checked"
    SEEN_ON_VIDEO = "seen_on_video"
    INSI_ANSWERED = "insi_answered"
    DOUBTED = "doubted"


@dataclass(frozen=True)
class IdentityCheck:
    """A document compared with the traits: which, how, when and by whom.

    `companion` is the document that goes with a birth certificate or a family book: the high-trust identity of
    a parent (RNIV 1 §3.3.3).
    """

    proof: IdentityProof
    method: CheckMethod
    at: datetime
    by: UUID | None
    companion: IdentityProof | None = None


@dataclass(frozen=True)
class InsiAnswer:
    """One identity found by INSi, as its client hands it over: `obtained_at` is INSi's own time."""

    matricule: Matricule
    traits: Traits
    source: InsiSource
    obtained_at: datetime


@dataclass(frozen=True)
class InsiReceipt:
    """That an answer was taken up: what remains of it beside the traits and the matricule."""

    source: InsiSource
    obtained_at: datetime


@dataclass(frozen=True)
class IdentityDoubt:
    reason: DoubtReason
    at: datetime
    by: UUID | None


def status_of(*, is_insi_called: bool, is_proof_checked: bool, is_doubtful: bool = False) -> IdentityStatus:
    """The one status that the two axes give (R-4); a doubtful or fictitious identity is PROV (RNIV EXI SI 09)."""
    if is_doubtful:
        return IdentityStatus.PROV
    if is_insi_called:
        return IdentityStatus.QUAL if is_proof_checked else IdentityStatus.RECUP
    return IdentityStatus.VALI if is_proof_checked else IdentityStatus.PROV


@dataclass(frozen=True)
class Identity:
    """Traits, matricule and the two axes. It changes only through the methods below."""

    traits: Traits = field(repr=False)
    matricule: Matricule | None = field(default=None, repr=False)
    insi: InsiReceipt | None = None
    check: IdentityCheck | None = None
    doubt: IdentityDoubt | None = None

    @property
    def status(self) -> IdentityStatus:
        return status_of(
            is_insi_called=self.insi is not None,
            is_proof_checked=self.check is not None,
            is_doubtful=self.doubt is not None,
        )

    @property
    def exchangeable_matricule(self) -> Matricule | None:
        """The matricule that may leave the system: only that of a QUAL identity (R-5)."""
        return self.matricule if self.status is IdentityStatus.QUAL else None

    def with_traits(self, traits: Traits) -> Identity:
        """The strict traits corrected by hand: what was verified was verified for others, so both axes fall (R-6)."""
        if traits == self.traits:
            return self
        return replace(self, traits=traits, insi=None, check=None)

    def with_matricule(self, matricule: Matricule | None) -> Identity:
        """The matricule typed in: it is not INSi's answer any more (R-6)."""
        return self if matricule == self.matricule else replace(self, matricule=matricule, insi=None)

    def checked(self, check: IdentityCheck) -> Identity:
        """A high-trust document agreed with the traits; it lifts a doubt."""
        return replace(self, check=check, doubt=None)

    def answered(self, answer: InsiAnswer) -> Identity:
        """INSi's answer taken up: its traits and its matricule become ours (EXI SI: INSi is the reference)."""
        receipt = InsiReceipt(answer.source, answer.obtained_at)
        return replace(self, traits=answer.traits, matricule=answer.matricule, insi=receipt)

    def doubted(self, doubt: IdentityDoubt) -> Identity:
        """Set aside: both axes fall until it is verified again (R-6)."""
        return replace(self, insi=None, check=None, doubt=doubt)


@dataclass(frozen=True)
class IdentityVersion:
    """One state that an identity had: numbered from 1, never changed.

    `noted` is a check that moved no axis: a document shown on video.
    """

    number: int
    change: IdentityChange
    identity: Identity
    at: datetime
    by: UUID | None
    noted: IdentityCheck | None = None
