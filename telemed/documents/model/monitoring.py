"""What a report of télésurveillance states: a stretch of a follow-up, in figures that came and words of a doctor.

Figures come as words with their unit, and as exact decimals where a code carries them, so that the document never
changes with the catalogue.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from telemed.documents.model.people import PatientFacts, PlaceFacts, ProfessionalFacts
from telemed.documents.model.report import ConsentFacts, Visibility
from telemed.documents.model.stated import FromFacts
from telemed.kernel.clock import Territory

MONITORING_ACT = "telesurveillance"


@dataclass(frozen=True, repr=False)
class VitalSign:
    """One measure under its LOINC code: `value` a decimal, `unit` UCUM."""

    code: str
    label: str
    value: str
    unit: str
    at: datetime


@dataclass(frozen=True, repr=False)
class SignalFigures:
    """What one signal did: how many measures on how many days, lowest to highest, mean, last, limits; all in words."""

    label: str
    measures: str
    span: str
    mean: str
    last: str
    limits: str = ""


@dataclass(frozen=True, repr=False)
class AlertFacts:
    """An alert of the stretch: what, how grave, since when, what became of it."""

    label: str
    severity: str
    since: datetime
    outcome: str


@dataclass(frozen=True, repr=False)
class DatedWords:
    """Something that happened, on a day."""

    on: date
    words: str


@dataclass(frozen=True, repr=False)
class MonitoringFacts:
    """The facts. `month` counts from 1; None for the report of the end of care, which says why in `end_reason`.

    `received` of `expected` transmissions came. `curves` is the picture, as SVG; empty without measure.
    """

    follow_up_id: UUID
    patient: PatientFacts
    author: ProfessionalFacts
    custodian: PlaceFacts
    territory: Territory
    pathway: str
    first_day: date
    last_day: date
    started_at: datetime
    ended_at: datetime
    month: int | None
    prescriber: str
    device: str
    received: int
    expected: int
    consent: ConsentFacts | None
    signals: tuple[SignalFigures, ...] = ()
    alerts: tuple[AlertFacts, ...] = ()
    events: tuple[DatedWords, ...] = ()
    vitals: tuple[VitalSign, ...] = ()
    curves: str = ""
    curves_words: str = ""
    end_reason: str = ""
    medecin_traitant: ProfessionalFacts | None = None
    software: str = "Telemed"


@dataclass(frozen=True, repr=False)
class MonitoringWords:
    """What the doctor wrote."""

    conclusion: str
    conduct: str = ""


@dataclass(frozen=True, repr=False)
class MonitoringReport(FromFacts[MonitoringFacts]):
    """The report of a month of télésurveillance, or of its end (29274-8, vital signs)."""

    facts: MonitoringFacts
    content: MonitoringWords

    @property
    def visibility(self) -> frozenset[Visibility]:
        return frozenset()

    @property
    def act_code(self) -> str:
        return MONITORING_ACT

    @property
    def act_started_at(self) -> datetime | None:
        return self.facts.started_at
