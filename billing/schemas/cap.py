"""The yearly cap and the declared activity as JSON; shares are hundredths of a percent."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from billing.formats import cite
from billing.model import CapStanding, Declaration
from billing.rules.cap import Counts, Reading, ReadingName, Regime, remote_acts
from billing.rules.levels import Level
from billing.rules.projection import AnnualVolume, Basis, Estimate, Outside
from billing.schemas.texts import LegalBasis
from telemed.api.problems import ProblemReason, to_reason

Number = Annotated[int, Field(ge=0, le=100_000)]
Year = Annotated[int, Field(ge=2018, le=2100)]
Day = Annotated[date, Field(ge=date(2018, 1, 1), le=date(2100, 12, 31))]


class OutsideActivity(BaseModel):
    """Conventioned acts done elsewhere from 1 January to `as_of`, included."""

    model_config = ConfigDict(extra="forbid")

    as_of: Day
    teleconsultations: Number = 0
    own_teleconsultations: Number = Field(default=0, description="Of them, for patients whose médecin traitant he was.")
    teleexpertises: Number = 0
    other_acts: Number = 0
    own_acts: Number | None = Field(default=None, description="All acts for such patients; null if not known.")

    @model_validator(mode="after")
    def check_parts(self) -> Self:
        self.to_counts()
        return self

    def to_counts(self) -> Counts:
        return Counts(
            self.teleconsultations, self.own_teleconsultations, self.teleexpertises, self.other_acts, self.own_acts
        )


class ActivityDeclaration(BaseModel):
    """What a doctor declares of a civil year, whole: it replaces what he declared before."""

    model_config = ConfigDict(extra="forbid")

    year: Year
    source: Annotated[str, Field(min_length=1, max_length=200, description="Where the figures come from.")]
    declared_on: Day
    annual_acts: Number | None = Field(default=None, description="Conventioned acts expected of the whole year.")
    annual_own_acts: Number | None = None
    outside: OutsideActivity | None = Field(default=None, description="Null: unknown, which is not none.")

    @model_validator(mode="after")
    def check_parts(self) -> Self:
        if self.annual_own_acts is not None and (self.annual_acts is None or self.annual_own_acts > self.annual_acts):
            raise ValueError("annual_own_acts is a part of annual_acts")
        return self

    def to_annual_volume(self) -> AnnualVolume | None:
        if self.annual_acts is None:
            return None
        return AnnualVolume(self.annual_acts, self.source, self.declared_on, self.annual_own_acts)

    def to_outside(self) -> Outside | None:
        if self.outside is None:
            return None
        return Outside(self.outside.to_counts(), self.outside.as_of, self.source)

    @classmethod
    def of(cls, declaration: Declaration) -> Self:
        volume, outside = declaration.annual_volume, declaration.outside
        return cls(
            year=declaration.year,
            source=declaration.source,
            declared_on=declaration.declared_on,
            annual_acts=None if volume is None else volume.acts,
            annual_own_acts=None if volume is None else volume.own_acts,
            outside=None if outside is None else outside_of(outside),
        )


def outside_of(outside: Outside) -> OutsideActivity:
    """What is known of elsewhere, as it is sent."""
    counts = outside.counts
    return OutsideActivity(
        as_of=outside.as_of,
        teleconsultations=counts.teleconsultations,
        own_teleconsultations=counts.own_teleconsultations,
        teleexpertises=counts.teleexpertises,
        other_acts=counts.other_acts,
        own_acts=counts.own_acts,
    )


class CapReading(BaseModel):
    """A share compared with its limit; `basis_points` null where there is nothing to divide by."""

    name: ReadingName
    numerator: int
    denominator: int
    rate_percent: int
    basis_points: int | None
    is_exceeded: bool

    @classmethod
    def of(cls, reading: Reading) -> Self:
        return cls(
            name=reading.name,
            numerator=reading.numerator,
            denominator=reading.denominator,
            rate_percent=reading.rate_percent,
            basis_points=reading.basis_points,
            is_exceeded=reading.is_exceeded,
        )


class CapEstimate(BaseModel):
    """A number of acts on 31 December, between `low` and `high`, and what it rests on."""

    low: int
    point: int
    high: int
    basis: Basis

    @classmethod
    def of(cls, estimate: Estimate) -> Self:
        return cls(low=estimate.low, point=estimate.point, high=estimate.high, basis=estimate.basis)


class CapExpectation(BaseModel):
    """A reading as expected on 31 December, between the most and the least favourable one."""

    expected: CapReading
    most_favourable: CapReading
    least_favourable: CapReading


class CapProjection(BaseModel):
    """The end of the year: remote acts and all acts. `volume` null: no volume is known, hence no reading."""

    remote: CapEstimate
    volume: CapEstimate | None
    readings: list[CapExpectation]


class CapActsBehind(BaseModel):
    """Where the figures come from: acts counted here, booked, and done elsewhere, and where the former are listed."""

    remote_here: int = Field(description="Acts here that the cap limits.")
    remote_acts: str = Field(description="Where they are listed.")
    all_here: int
    all_acts: str
    booked: int = Field(description="Reserved or under way; those cancelled count no more.")
    outside: int | None = Field(description="Null: not known, which is not none.")


class CapStatus(BaseModel):
    """Where a doctor stands under the cap of a civil year; `regime` null for a year without cap.

    The first of `readings` decides, the other one warns. `level` and `reasons` come from the projection.
    """

    professional_id: UUID
    year: int
    regime: Regime | None = None
    rate_percent: int | None = None
    level: Level = Level.FREE
    reasons: list[ProblemReason] = Field(default_factory=list)
    allowance: int | None = Field(default=None, description="Remote acts left beyond those done and booked.")
    acts_needed: int | None = Field(default=None, description="Other acts that would bring back to the limit.")
    booked: int = 0
    behind: CapActsBehind | None = None
    derogation: str | None = Field(default=None, description="Reference of the decision that fixes the rate.")
    readings: list[CapReading] = Field(default_factory=list)
    projection: CapProjection | None = None
    activity: ActivityDeclaration | None = None
    basis: list[LegalBasis] = Field(default_factory=list)

    @classmethod
    def of(cls, professional_id: UUID, year: int, standing: CapStanding | None) -> Self:
        if standing is None:
            return cls(professional_id=professional_id, year=year)
        verdict, declaration = standing.verdict, standing.declaration
        return cls(
            professional_id=professional_id,
            year=year,
            regime=standing.cap.regime,
            rate_percent=standing.cap.rate_percent,
            level=verdict.level,
            reasons=[to_reason(reason) for reason in verdict.reasons],
            allowance=verdict.allowance,
            acts_needed=verdict.acts_needed,
            booked=standing.facts.booked.teleconsultations,
            behind=_behind(professional_id, standing),
            derogation=None if standing.cap.derogation is None else standing.cap.derogation.reference,
            readings=[CapReading.of(reading) for reading in standing.readings],
            projection=_projection_of(standing),
            activity=None if declaration is None else ActivityDeclaration.of(declaration),
            basis=[LegalBasis.of(cite(value)) for value in standing.cap.basis],
        )


def _behind(professional_id: UUID, standing: CapStanding) -> CapActsBehind:
    facts, cap = standing.facts, standing.cap
    listed = f"/billing/cap/acts?year={cap.year}&professional_id={professional_id}"
    return CapActsBehind(
        remote_here=remote_acts(cap.regime, facts.here),
        remote_acts=f"{listed}&is_remote=true",
        all_here=facts.here.total,
        all_acts=listed,
        booked=facts.booked.total,
        outside=None if facts.outside is None else facts.outside.counts.total,
    )


def _projection_of(standing: CapStanding) -> CapProjection:
    projection, cap = standing.projection, standing.cap
    return CapProjection(
        remote=CapEstimate.of(projection.remote),
        volume=None if projection.volume is None else CapEstimate.of(projection.volume),
        readings=[
            CapExpectation(
                expected=CapReading.of(expected),
                most_favourable=CapReading.of(best),
                least_favourable=CapReading.of(worst),
            )
            for expected, (best, worst) in zip(projection.readings(cap), projection.bounds(cap), strict=True)
        ],
    )
