"""A legal quantity over time, and the law of one day: pure, so that rules may import it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from telemed.kernel.clock import Territory
from telemed.law.units import Quantity, Unit, format_quantity

REVIEW_EVERY = timedelta(days=183)
"""How long a value may go without being compared with its texts again: six months."""


class UnknownParameter(LookupError):
    """No file has this name: a mistake of ours, never a fact of law."""


class NotInForce(LookupError):
    """No text in force fixes this quantity on that day: before its first day of effect, or after its end."""


class NotEstablished(LookupError):
    """A text is in force on that day, but no source that we hold gives its figure, there or anywhere."""


class Certainty(StrEnum):
    """How well a value is attested; anything but `confirmed` carries a note that says why."""

    CONFIRMED = "confirmed"
    SINGLE_SOURCE = "single_source"
    DISPUTED = "disputed"


@dataclass(frozen=True)
class Reference:
    """A text or a page that fixes or attests a value."""

    title: str
    address: str


@dataclass(frozen=True)
class Value:
    """What holds from `since` (included) to the next value of the parameter.

    `quantity` is the value everywhere; `territories` replaces it where the figure depends on the place of
    practice. Both None: the text is no longer in force from that day. `territories` empty: a text is in force,
    and no source that we hold gives its figure.
    """

    since: date
    quantity: Quantity | None
    territories: Mapping[Territory, Quantity] | None
    references: tuple[Reference, ...]
    published_on: date | None
    certainty: Certainty = Certainty.CONFIRMED
    note: str = ""

    @property
    def is_end(self) -> bool:
        return self.quantity is None and self.territories is None

    @property
    def is_unknown(self) -> bool:
        return self.territories is not None and not self.territories


@dataclass(frozen=True)
class DatedValue:
    """The one value that holds on a day in a territory, with the texts that a decision must be able to cite."""

    name: str
    unit: Unit
    quantity: Quantity
    since: date
    references: tuple[Reference, ...]
    certainty: Certainty
    note: str
    territory: Territory | None

    @property
    def integer(self) -> int:
        """The number: cents, percents, days, years or acts. Raises TypeError if the unit is not a number."""
        if isinstance(self.quantity, bool) or not isinstance(self.quantity, int):
            raise TypeError(f"{self.name} is not a number")
        return self.quantity

    @property
    def flag(self) -> bool:
        if not isinstance(self.quantity, bool):
            raise TypeError(f"{self.name} is not a flag")
        return self.quantity

    @property
    def code(self) -> str:
        if not isinstance(self.quantity, str):
            raise TypeError(f"{self.name} is not a code")
        return self.quantity

    @property
    def labels(self) -> Mapping[str, str]:
        if not isinstance(self.quantity, Mapping):
            raise TypeError(f"{self.name} is not a list of labels")
        return self.quantity

    @property
    def text(self) -> str:
        """The value as a French reader writes it."""
        return format_quantity(self.quantity, self.unit)


@dataclass(frozen=True)
class Parameter:
    """A legal quantity: its values in order of first day of effect.

    `reviewed_on` is the day when a person last compared the values with the texts.
    """

    name: str
    description: str
    unit: Unit
    reviewed_on: date
    values: tuple[Value, ...]

    def is_overdue(self, today: date) -> bool:
        """Has nobody compared it with the texts for more than six months?"""
        return self.reviewed_on + REVIEW_EVERY < today

    def on(self, day: date, territory: Territory | None = None) -> DatedValue:
        """The value in force on `day`, in `territory` where it depends on it.

        Raises NotInForce outside the days of effect, NotEstablished where the territory has no known figure,
        ValueError if the value depends on the territory and none is given.
        """
        value = self._holding(day)
        return DatedValue(
            name=self.name,
            unit=self.unit,
            quantity=self._local(value, territory),
            since=value.since,
            references=value.references,
            certainty=value.certainty,
            note=value.note,
            territory=territory if value.territories is not None else None,
        )

    def _holding(self, day: date) -> Value:
        past = [value for value in self.values if value.since <= day]
        if not past:
            raise NotInForce(f"{self.name} has no value before {self.values[0].since}, asked for {day}")
        if past[-1].is_end:
            raise NotInForce(f"{self.name} is no longer in force since {past[-1].since}, asked for {day}")
        return past[-1]

    def _local(self, value: Value, territory: Territory | None) -> Quantity:
        if value.quantity is not None:
            return value.quantity
        known = value.territories or {}
        if value.is_unknown:
            raise NotEstablished(f"{self.name} has no known value since {value.since}")
        if territory is None:
            raise ValueError(f"{self.name} depends on the territory")
        if territory not in known:
            raise NotEstablished(f"{self.name} has no known value in {territory} since {value.since}")
        return known[territory]


@dataclass(frozen=True)
class LawOfDay:
    """What rules receive: every parameter, asked for one day, the day of the act (R-56)."""

    day: date
    parameters: Mapping[str, Parameter]

    def on(self, day: date) -> LawOfDay:
        """The law of another day: a delay runs through days that have each their own holidays."""
        return LawOfDay(day, self.parameters)

    def value(self, name: str, territory: Territory | None = None) -> DatedValue:
        """The value of this day. Raises UnknownParameter, NotInForce or NotEstablished; never a default."""
        try:
            parameter = self.parameters[name]
        except KeyError as error:
            raise UnknownParameter(name) from error
        return parameter.on(self.day, territory)

    def find(self, name: str, territory: Territory | None = None) -> DatedValue | None:
        """The value of this day, or None where no text fixes it that day."""
        try:
            return self.value(name, territory)
        except NotInForce:
            return None
