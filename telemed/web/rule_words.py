"""A rule of télésurveillance in a sentence that a nurse reads: what must be seen for somebody to be told."""

from __future__ import annotations

from telemed.acts.telemonitoring.model.observation import Catalogue
from telemed.acts.telemonitoring.model.rule import Answer, AtLeast, Condition, Leaf, Rule, Side, Threshold, Trend
from telemed.acts.telemonitoring.model.rule import TrendMeasure as Measure
from telemed.acts.telemonitoring.model.units import MILLION
from telemed.web import french, measure_words, signal_words
from telemed.web.french import FIXED
from telemed.web.rule_tree import Path, name_place

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
_USUAL_HOURS, _USUAL_POINTS = 48, 2


def sentence(rule: Rule, catalogue: Catalogue) -> str:
    """`Alerte si le poids augmente de plus de 2 kg en 3 jours.`: a group within a group stands in brackets."""
    return f"Alerte si {_join(rule.when, catalogue)}."


def sentences(rule: Rule, catalogue: Catalogue) -> tuple[str, ...]:
    """What must be seen, one line a condition, numbered as their fields are; a group says how many of its own."""
    return tuple(_lines(rule.when, catalogue, ()))


def habits(rule: Rule) -> str:
    """When it is told again, when it is too late, and when nobody is told."""
    hours = french.format_count(rule.repeat_hours, "heure")
    said = f"Rappel après {hours} tant que cela dure. Une mesure arrivée plus de "
    said += f"{french.format_count(rule.late_hours, 'heure')} après est notée, sans prévenir."
    if rule.quiet_hours is not None:
        said += f" Personne n’est prévenu de {rule.quiet_hours.start} à {rule.quiet_hours.end}."
    return said


def threshold_name(name: str, catalogue: Catalogue) -> str:
    """A patient's own threshold as people call it: `poids, limite haute` for `weight_high`; else its name."""
    for ending, said in _ENDINGS.items():
        signal = catalogue.find(name.removesuffix(ending)) if name.endswith(ending) else None
        if signal is not None:
            return f"{signal.label.lower()}, {said}"
    return name.replace("_", " ")


def _lines(condition: Condition, catalogue: Catalogue, path: Path) -> list[str]:
    lead = f"{name_place(path)}.{FIXED}" if path else ""
    if not isinstance(condition, AtLeast):
        said = _leaf(condition, catalogue)
        return [f"{lead}{said[:1].upper()}{said[1:]}"]
    lines = [f"{lead}{_count(condition)}{FIXED}:"]
    for position, one in enumerate(condition.of):
        lines += _lines(one, catalogue, (*path, position))
    return lines


def _count(condition: AtLeast) -> str:
    if condition.count >= len(condition.of):
        return "Tout à la fois"
    return "L’un ou l’autre" if condition.count == 1 else f"Au moins {condition.count} à la fois"


def _join(condition: Condition, catalogue: Catalogue) -> str:
    if not isinstance(condition, AtLeast):
        return _leaf(condition, catalogue)
    parts = [_within(one, catalogue) for one in condition.of]
    if condition.count >= len(parts):
        return ", et si ".join(parts)
    if condition.count == 1:
        return ", ou si ".join(parts)
    return f"au moins {condition.count} de ces {len(parts)} conditions sont vraies{FIXED}: {f'{FIXED}; '.join(parts)}"


def _within(condition: Condition, catalogue: Catalogue) -> str:
    said = _join(condition, catalogue)
    return f"({said})" if isinstance(condition, AtLeast) and len(condition.of) > 1 else said


def _leaf(leaf: Leaf, catalogue: Catalogue) -> str:
    signal = catalogue.find(leaf.signal)
    name = signal.label if signal else leaf.signal
    if isinstance(leaf, Answer):
        answers = " ou ".join(f"«{FIXED}{signal.say(one) if signal else one}{FIXED}»" for one in leaf.among)
        return f"«{FIXED}{name}{FIXED}» est noté {answers}{_fresh(leaf)}"
    subject, limit = signal_words.subject(name), _limit(leaf, catalogue)
    if isinstance(leaf, Threshold):
        said = f"{subject.text} {subject.verb(*_PASSES[leaf.side])} {limit}{_often(leaf)}"
    elif leaf.measure is Measure.AVERAGE:
        days = french.format_count(leaf.days, "jour")
        said = f"la moyenne {subject.of} sur {days} {_PASSES[leaf.side][0]} {limit}{_points(leaf)}"
    else:
        said = f"{subject.text} {subject.verb(*_MOVES[leaf.side])} {_way(leaf, limit)}{_points(leaf)}"
    return f"{said}{_margin(leaf)}{_fresh(leaf)}"


_PASSES = {Side.ABOVE: ("dépasse", "dépassent"), Side.BELOW: ("passe sous", "passent sous")}
_MOVES = {Side.ABOVE: ("augmente", "augmentent"), Side.BELOW: ("baisse", "baissent")}


def _way(leaf: Trend, limit: str) -> str:
    than = "que" if leaf.limit is None else "de"
    days = french.format_count(leaf.days, "jour")
    if leaf.measure is Measure.DELTA:
        return f"de plus {than} {limit} en {days}"
    return f"de plus {than} {limit} par jour, sur {days}"


def _limit(leaf: Threshold | Trend, catalogue: Catalogue) -> str:
    if leaf.limit is not None:
        return measure_words.measure(int(leaf.limit * MILLION), leaf.unit)
    return f"le seuil du patient («{FIXED}{threshold_name(leaf.patient_limit or '', catalogue)}{FIXED}»)"


def _often(leaf: Threshold) -> str:
    said = "" if leaf.of == 1 else f", {leaf.count}{FIXED}fois sur {leaf.of}"
    return said + (f", depuis {_minutes(leaf.lasting_minutes)}" if leaf.lasting_minutes else "")


def _minutes(minutes: int) -> str:
    if minutes % 1440 == 0:
        return french.format_count(minutes // 1440, "jour")
    return f"{minutes // 60}{FIXED}h" if minutes % 60 == 0 else f"{minutes}{FIXED}min"


def _points(leaf: Trend) -> str:
    return "" if leaf.points == _USUAL_POINTS else f", avec au moins {leaf.points}{FIXED}mesures"


def _margin(leaf: Threshold | Trend) -> str:
    if not leaf.margin:
        return ""
    return f" (retour à {measure_words.measure(int(leaf.margin * MILLION), leaf.unit)} près)"


def _fresh(leaf: Leaf) -> str:
    return "" if leaf.fresh_hours == _USUAL_HOURS else f" (mesure de moins de {leaf.fresh_hours}{FIXED}h)"
