"""Legal parameters as JSON, for a reader of texts."""

from __future__ import annotations

from datetime import date
from typing import Self

from pydantic import BaseModel, Field

from billing.schemas.texts import TextReference
from telemed.kernel.clock import Territory
from telemed.law.parameter import Certainty, Value
from telemed.law.reading import Reading, Standing
from telemed.law.units import Quantity, Unit, format_quantity

RawQuantity = bool | int | str | dict[str, str]


class LegalQuantity(BaseModel):
    """A value, and how it reads in French."""

    value: RawQuantity
    text: str

    @classmethod
    def of(cls, quantity: Quantity, unit: Unit) -> Self:
        raw = quantity if isinstance(quantity, (bool, int, str)) else dict(quantity)
        return cls(value=raw, text=format_quantity(quantity, unit))


class LegalValue(BaseModel):
    """What holds from `since` to the eve of `until`.

    Neither `everywhere` nor `territories`: no longer in force. `is_established` false: a text is in force and no
    source that we hold gives its figure.
    """

    since: date
    until: date | None
    is_in_force: bool = Field(description="Does it hold on the day asked for?")
    is_established: bool
    everywhere: LegalQuantity | None
    territories: dict[Territory, LegalQuantity] | None
    certainty: Certainty
    note: str
    published_on: date | None
    references: list[TextReference]

    @classmethod
    def of(cls, value: Value, unit: Unit, *, until: date | None, on: date) -> Self:
        local = value.territories
        return cls(
            since=value.since,
            until=until,
            is_in_force=not value.is_end and value.since <= on and (until is None or on < until),
            is_established=not value.is_unknown,
            everywhere=None if value.quantity is None else LegalQuantity.of(value.quantity, unit),
            territories=None if local is None else {key: LegalQuantity.of(one, unit) for key, one in local.items()},
            certainty=value.certainty,
            note=value.note,
            published_on=value.published_on,
            references=[TextReference.of(reference) for reference in value.references],
        )


class LegalParameter(BaseModel):
    """A legal quantity and every value that it took, each with its text; how it stands on the day asked for."""

    name: str
    description: str
    unit: Unit
    reviewed_on: date
    is_review_overdue: bool = Field(description="Has nobody compared it with the texts for six months, today?")
    standing: Standing = Field(description="On the day and in the territory asked for.")
    is_doubtful: bool = Field(description="One source only, disputed, or not established, on the day asked for.")
    values: list[LegalValue]

    @classmethod
    def of(cls, reading: Reading, *, on: date, today: date) -> Self:
        parameter = reading.parameter
        ends = [value.since for value in parameter.values[1:]] + [None]
        return cls(
            name=parameter.name,
            description=parameter.description,
            unit=parameter.unit,
            reviewed_on=parameter.reviewed_on,
            is_review_overdue=parameter.is_overdue(today),
            standing=reading.standing,
            is_doubtful=reading.is_doubtful,
            values=[
                LegalValue.of(value, parameter.unit, until=until, on=on)
                for value, until in zip(parameter.values, ends, strict=True)
            ],
        )
