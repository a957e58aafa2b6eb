"""What surrounds every page: who looks, when, where, and what was just done."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from telemed.kernel.clock import Territory, civil_date


class Tone(StrEnum):
    """How loud a message or a badge is; its icon and its word follow."""

    NOW = "now"
    SOON = "soon"
    FINE = "fine"
    PLAIN = "plain"


@dataclass(frozen=True)
class Undo:
    """What takes the last gesture back, while it still can; `back` is the page to come back to."""

    action: str
    label: str
    seconds: int = 10
    back: str = ""


@dataclass(frozen=True)
class Flash:
    """One sentence about what was just done."""

    text: str
    tone: Tone = Tone.FINE
    undo: Undo | None = None


@dataclass(frozen=True)
class Frame:
    """`now` and `territory` fix how instants are told; `flash` is shown once."""

    now: datetime
    territory: Territory = Territory.METROPOLE
    flash: Flash | None = None

    @property
    def today(self) -> date:
        return civil_date(self.now, self.territory)


@dataclass(frozen=True)
class NavItem:
    """One line of the rail, or one tab under it. `count` is what waits behind it; None shows nothing."""

    key: str
    label: str
    address: str
    icon: str = ""
    count: int | None = None


@dataclass(frozen=True)
class ProfessionalFrame(Frame):
    """The left rail and the top line. `waiting_count` is None for a role that has no waiting room.

    `current` names the rail's line, and after a slash the tab under it: `billing/reconciliation`.
    """

    person: str = ""
    role: str = ""
    navigation: tuple[NavItem, ...] = ()
    current: str = ""
    waiting_count: int | None = None
    may_search: bool = False
    tabs: tuple[NavItem, ...] = ()

    @property
    def may_be_called(self) -> bool:
        """Is it somebody at whom a call about an opinion may ring?"""
        return any(item.key == "expertise" for item in self.navigation)

    @property
    def section(self) -> str:
        """The line of the rail that this page is under."""
        return self.current.partition("/")[0]

    @property
    def section_label(self) -> str:
        """Its name, for the tabs under it."""
        return next((item.label for item in self.navigation if item.key == self.section), "Rubrique")


class Step(StrEnum):
    """The five steps of a patient, in order."""

    IDENTITY = "Identité"
    CONSENT = "Accord"
    CAMERA = "Caméra"
    WAITING = "Attente"
    CALL = "Appel"


@dataclass(frozen=True)
class DoctorCard:
    """Who will see the patient; no photograph."""

    name: str
    specialty: str
    rpps: str
    practice: str


@dataclass(frozen=True)
class PatientFrame(Frame):
    """One task a page: the step, and the doctor's card once the link is known.

    `is_follow_up`: on every page, in sight, that nobody reads at once and that the 15 answers.
    """

    step: Step | None = None
    doctor: DoctorCard | None = None
    practice_phone: str = ""
    is_follow_up: bool = False

    @property
    def steps(self) -> tuple[Step, ...]:
        return tuple(Step)


@dataclass(frozen=True)
class Form:
    """What was typed and what is wrong with it, by field; the empty name holds what concerns the whole form."""

    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    def value(self, name: str) -> str:
        return self.values.get(name, "")

    def error(self, name: str) -> str:
        return self.errors.get(name, "")


NOTHING_TYPED = Form()


@dataclass(frozen=True)
class Choice:
    """One option of a list."""

    value: str
    label: str
    hint: str = ""


@dataclass(frozen=True)
class Badge:
    """A state as a word, never as a colour alone."""

    label: str
    tone: Tone = Tone.PLAIN
    hint: str = ""


@dataclass(frozen=True)
class Pager:
    """Addresses of the neighbouring pages of a list, empty at its ends."""

    next_address: str = ""
    first_address: str = ""


@dataclass(frozen=True)
class ReasonLine:
    """Why something is refused or warned of, with its legal text."""

    text: str
    reference: str = ""
    tone: Tone = Tone.NOW
