"""The value of an Observation or of one of its components, in the unit of its signal."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from telemed.acts.telemonitoring.formats.fhir.structs import Concept, QuantityPart, Valued
from telemed.acts.telemonitoring.formats.measures import Measure, keep_words, measure_count, measure_quantity
from telemed.acts.telemonitoring.model.observation import Comparator, Signal, SignalKind
from telemed.acts.telemonitoring.model.receipt import IssueKind, Unreadable

UCUM = "http://unitsofmeasure.org"
OWN_ANSWERS = "urn:x-telemed:answer"


def name_answer(system: str | None, code: str) -> str:
    """An answer as rules name it: `system|code`, or the code alone where it is one of ours."""
    return code if system in (None, "", OWN_ANSWERS) else f"{system}|{code}"


def read_value(holder: Valued, signal: Signal | None, place: str) -> Measure:
    """What the observation says. Raises Unreadable: no value nor reason, a type not taken, an unknown unit."""
    if signal is None:
        return Measure(answer=keep_words(_words(holder, place), place), raw="", absent=_absent(holder))
    if signal.kind is SignalKind.QUANTITY and holder.value_quantity is not None:
        return _quantity(holder.value_quantity, signal, place)
    return _READERS[signal.kind](holder, signal, place)


def _quantity(quantity: QuantityPart, signal: Signal, place: str) -> Measure:
    if quantity.value is None:
        raise Unreadable(
            IssueKind.REQUIRED, "value.missing", "Une mesure a une valeur.", f"{place}.valueQuantity.value"
        )
    if quantity.system not in (None, UCUM):
        raise Unreadable(
            IssueKind.CODE_INVALID, "unit.system", "Les unités se disent en UCUM.", f"{place}.valueQuantity"
        )
    unit = quantity.code or quantity.unit or ""
    measure = measure_quantity(signal, quantity.value, unit, f"{place}.valueQuantity.code")
    return (
        measure if quantity.comparator is None else replace(measure, comparator=_comparator(quantity.comparator, place))
    )


def _without_quantity(holder: Valued, signal: Signal, place: str) -> Measure:
    if _words(holder, place, is_needed=False):
        text = f"« {signal.label} » se dit par une valeur et son unité."
        raise Unreadable(IssueKind.VALUE, "value.not_a_quantity", text, f"{place}.value[x]")
    return _no_value(holder, place)


def _count(holder: Valued, signal: Signal, place: str) -> Measure:
    quantity = holder.value_quantity
    if holder.value_integer is not None:
        return measure_count(signal, holder.value_integer, place)
    if quantity is not None and quantity.value is not None:
        return measure_count(signal, quantity.value, f"{place}.valueQuantity.value")
    return _without_quantity(holder, signal, place)


def _answer(holder: Valued, _signal: Signal, place: str) -> Measure:
    words = _words(holder, place, is_needed=False)
    return Measure(answer=keep_words(words, place)) if words else _no_value(holder, place)


_READERS: dict[SignalKind, Callable[[Valued, Signal, str], Measure]] = {
    SignalKind.QUANTITY: _without_quantity,
    SignalKind.COUNT: _count,
    SignalKind.ANSWER: _answer,
}


def _no_value(holder: Valued, place: str) -> Measure:
    absent = _absent(holder)
    if absent is None:
        raise _missing(place)
    return Measure(absent=absent)


def _missing(place: str) -> Unreadable:
    text = "Il faut une valeur, ou la raison de son absence."
    return Unreadable(IssueKind.REQUIRED, "value.missing", text, f"{place}.value[x]")


def _absent(holder: Valued) -> str | None:
    return None if holder.data_absent_reason is None else (_concept(holder.data_absent_reason) or "unknown")


def _comparator(text: str, place: str) -> Comparator:
    try:
        return Comparator(text)
    except ValueError as error:
        raise Unreadable(
            IssueKind.VALUE, "value.comparator", "Comparateur inconnu.", f"{place}.valueQuantity"
        ) from error


def _words(holder: Valued, place: str, *, is_needed: bool = True) -> str:
    """The value as text, whatever its type. Raises Unreadable where it has none and no reason, if one is needed."""
    _refuse_untaken(holder, place)
    words = _as_text(holder)
    if not words and is_needed and _absent(holder) is None:
        raise _missing(place)
    return words


def _as_text(holder: Valued) -> str:
    if holder.value_codeable_concept is not None:
        coded = next((one for one in holder.value_codeable_concept.coding if one.code), None)
        return (
            holder.value_codeable_concept.text or "" if coded is None else name_answer(coded.system, coded.code or "")
        )
    if holder.value_boolean is not None:
        return "true" if holder.value_boolean else "false"
    if holder.value_quantity is not None:
        quantity = holder.value_quantity
        return f"{quantity.value} {quantity.code or quantity.unit or ''}".strip()
    return str(holder.value_integer) if holder.value_integer is not None else (holder.value_string or "")


def _concept(concept: Concept) -> str:
    coded = next((one for one in concept.coding if one.code), None)
    if coded is None:
        return concept.text or ""
    return f"{coded.system or ''}|{coded.code}"


def _refuse_untaken(holder: Valued, place: str) -> None:
    untaken = {
        "Range": holder.value_range,
        "Ratio": holder.value_ratio,
        "SampledData": holder.value_sampled_data,
        "Time": holder.value_time,
        "DateTime": holder.value_date_time,
        "Period": holder.value_period,
    }
    for kind, value in untaken.items():
        if value:
            text = "Ce type de valeur n'est pas pris."
            raise Unreadable(IssueKind.NOT_SUPPORTED, "value.type", text, f"{place}.value{kind}")
