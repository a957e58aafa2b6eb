"""A rule of télésurveillance in a sentence that a nurse reads: what must be seen for somebody to be told."""

from __future__ import annotations

from collections.abc import Iterator

from telemed.acts.telemonitoring.model.observation import Catalogue
from telemed.acts.telemonitoring.model.rule import (
    Answer,
    AtLeast,
    Condition,
    Rule,
    Side,
    Threshold,
    Trend,
    TrendMeasure,
)
from telemed.acts.telemonitoring.model.units import MILLION
from telemed.web import french, measure_words
from telemed.web.french import FIXED

_SIDES = {Side.ABOVE: "au-dessus", Side.BELOW: "en dessous"}
_ENDINGS = {
    "_average_high": "moyenne haute",
    "_average_low": "moyenne basse",
    "_severe": "limite grave",
    "_high": "limite haute",
    "_low": "limite basse",
    "_gain": "hausse permise",
    "_loss": "baisse permise",
    "_rise": "montée permise par jour",
    "_fall": "descente permise par jour",
}
_WAYS = {Side.ABOVE: "hausse", Side.BELOW: "baisse"}


def sentences(rule: Rule, catalogue: Catalogue) -> tuple[str, ...]:
    """What must be seen, one line a condition; a combination begins with how many of them."""
    return tuple(_lines(rule.when, catalogue, 0))


def sentence(rule: Rule, catalogue: Catalogue) -> str:
    """The same on one line."""
    return _join(rule.when, catalogue)


def threshold_name(name: str, catalogue: Catalogue) -> str:
    """A patient's own threshold as people call it: `poids, limite haute` for `weight_high`; else its name."""
    for ending, said in _ENDINGS.items():
        signal = catalogue.find(name.removesuffix(ending)) if name.endswith(ending) else None
        if signal is not None:
            return f"{signal.label.lower()}, {said}"
    return name.replace("_", " ")


def _lines(condition: Condition, catalogue: Catalogue, depth: int) -> Iterator[str]:
    lead = "—" + FIXED if depth else ""
    if not isinstance(condition, AtLeast):
        yield lead + _leaf(condition, catalogue)
        return
    yield f"{lead}{_count(condition)}{FIXED}:"
    for one in condition.of:
        yield from _lines(one, catalogue, depth + 1)


def _join(condition: Condition, catalogue: Catalogue) -> str:
    if not isinstance(condition, AtLeast):
        return _leaf(condition, catalogue)
    parts = "\u00a0; ".join(_join(one, catalogue) for one in condition.of)
    return parts if len(condition.of) == 1 else f"{_count(condition)}{FIXED}: {parts}"


def _count(condition: AtLeast) -> str:
    if condition.count >= len(condition.of):
        return "Tout à la fois"
    return "L’un ou l’autre" if condition.count == 1 else f"Au moins {condition.count} à la fois"


def _leaf(leaf: Threshold | Trend | Answer, catalogue: Catalogue) -> str:
    signal = catalogue.find(leaf.signal)
    name = signal.label if signal else leaf.signal
    if isinstance(leaf, Answer):
        return f"{name}{FIXED}: " + " ou ".join(
            f"«{FIXED}{signal.say(one) if signal else one}{FIXED}»" for one in leaf.among
        )
    limit = _limit(leaf, catalogue)
    if isinstance(leaf, Threshold):
        return f"{name} {_SIDES[leaf.side]} {limit}{_often(leaf)}{_margin(leaf)}"
    days = french.format_count(leaf.days, "jour")
    if leaf.measure is TrendMeasure.DELTA:
        return f"{name}{FIXED}: {_WAYS[leaf.side]} {_beyond(leaf, limit)} en {days}{_margin(leaf)}"
    if leaf.measure is TrendMeasure.SLOPE:
        return f"{name}{FIXED}: {_WAYS[leaf.side]} par jour {_beyond(leaf, limit)}, sur {days}{_margin(leaf)}"
    return f"{name}, moyenne de {days}{FIXED}: {_SIDES[leaf.side]} {limit}{_margin(leaf)}"


def _beyond(leaf: Trend, limit: str) -> str:
    return f"au-delà {limit}" if leaf.limit is None else f"de plus {limit}"


def _limit(leaf: Threshold | Trend, catalogue: Catalogue) -> str:
    if leaf.limit is not None:
        return f"de {measure_words.measure(int(leaf.limit * MILLION), leaf.unit)}"
    return f"du seuil du patient («{FIXED}{threshold_name(leaf.patient_limit or '', catalogue)}{FIXED}»)"


def _often(leaf: Threshold) -> str:
    said = "" if leaf.of == 1 else f", {leaf.count}{FIXED}fois sur {leaf.of}"
    return said + (f", depuis {_minutes(leaf.lasting_minutes)}" if leaf.lasting_minutes else "")


def _minutes(minutes: int) -> str:
    if minutes % 1440 == 0:
        return french.format_count(minutes // 1440, "jour")
    return f"{minutes // 60}{FIXED}h" if minutes % 60 == 0 else f"{minutes}{FIXED}min"


def _margin(leaf: Threshold | Trend) -> str:
    if not leaf.margin:
        return ""
    return f" (retour à {measure_words.measure(int(leaf.margin * MILLION), leaf.unit)} près)"
