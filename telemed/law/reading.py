"""What a lawyer asks of the law: which value holds on a day and in a place, and where a word is found."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from telemed.kernel.clock import Territory
from telemed.law.parameter import Certainty, Parameter, Value
from telemed.law.units import Quantity, Unit, format_quantity


class Standing(StrEnum):
    """Does a legal quantity have a value on a day? `not_established`: a text is in force, its figure is not known."""

    IN_FORCE = "in_force"
    NOT_ESTABLISHED = "not_established"
    NOT_YET = "not_yet"
    ENDED = "ended"


@dataclass(frozen=True)
class Reading:
    """A legal quantity as it stands on a day: `value` holds then, None before the first one.

    `territory` None asks of everywhere at once. `until` is the first day of the next value, None if there is none.
    """

    parameter: Parameter
    territory: Territory | None
    standing: Standing
    value: Value | None
    until: date | None

    @property
    def quantities(self) -> Mapping[Territory | None, Quantity]:
        """What holds, by territory; under None where it is the same everywhere; empty where nothing does."""
        if self.value is None or self.standing is not Standing.IN_FORCE:
            return {}
        if self.value.quantity is not None:
            return {None: self.value.quantity}
        known = self.value.territories or {}
        return {where: one for where, one in known.items() if self.territory in (None, where)}

    @property
    def is_doubtful(self) -> bool:
        """Must a reader check it: one source only, disputed, or a figure that is not known?"""
        certain = self.value is None or self.value.certainty is Certainty.CONFIRMED
        return self.standing is Standing.NOT_ESTABLISHED or not certain


def read_on(parameter: Parameter, day: date, territory: Territory | None = None) -> Reading:
    """The quantity as it stands on `day`, in `territory` or everywhere."""
    past = [value for value in parameter.values if value.since <= day]
    later = parameter.values[len(past) :]
    until = later[0].since if later else None
    if not past:
        return Reading(parameter, territory, Standing.NOT_YET, None, until)
    return Reading(parameter, territory, _standing(past[-1], territory), past[-1], until)


def _standing(value: Value, territory: Territory | None) -> Standing:
    if value.is_end:
        return Standing.ENDED
    is_local = value.territories is not None and territory is not None
    if value.is_unknown or (is_local and territory not in (value.territories or {})):
        return Standing.NOT_ESTABLISHED
    return Standing.IN_FORCE


def search(parameters: Iterable[Parameter], words: str) -> list[Parameter]:
    """The quantities that hold every word, whatever their accents and capitals, in the order given.

    Looked for in the name, the description, the values, the notes and the titles of the texts.
    """
    wanted = fold(words).split()
    return [one for one in parameters if _holds(one, wanted)]


def fold(text: str) -> str:
    """Lower case, without accents, with one kind of apostrophe."""
    plain = unicodedata.normalize("NFKD", text.replace("’", "'")).casefold()
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def _holds(parameter: Parameter, wanted: list[str]) -> bool:
    text = fold(" ".join(_texts(parameter)))
    return all(word in text for word in wanted)


def _texts(parameter: Parameter) -> Iterable[str]:
    yield parameter.name
    yield parameter.description
    for value in parameter.values:
        yield value.note
        yield from (reference.title for reference in value.references)
        local = () if value.territories is None else value.territories.values()
        for quantity in (value.quantity, *local):
            if quantity is not None:
                yield from _words_of(quantity, parameter.unit)


def _words_of(quantity: Quantity, unit: Unit) -> Iterable[str]:
    yield format_quantity(quantity, unit)
    if isinstance(quantity, Mapping):
        yield from quantity.values()
