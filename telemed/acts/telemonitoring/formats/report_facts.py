"""A stretch of a follow-up in the words and codes of its report: pure, from the picture and the facts behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType

from telemed.acts.telemonitoring.formats.curves import describe, draw
from telemed.acts.telemonitoring.formats.curves.lanes import letter
from telemed.acts.telemonitoring.formats.curves.printed import PRINTED
from telemed.acts.telemonitoring.formats.figures import format_measure, format_value
from telemed.acts.telemonitoring.model.alert import AlertOutcome, Severity
from telemed.acts.telemonitoring.model.curve import Chart, Limit, Point, Series
from telemed.acts.telemonitoring.model.observation import Catalogue
from telemed.acts.telemonitoring.model.triage import Alert
from telemed.acts.telemonitoring.model.units import MILLION
from telemed.documents.formats.french import day_text
from telemed.documents.model import AlertFacts, DatedWords, MonitoringFacts, SignalFigures, VitalSign

CODED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "weight": ("29463-7", "Poids"),
        "height": ("8302-2", "Taille"),
        "body_mass_index": ("39156-5", "Index de masse corporelle (IMC)"),
        "systolic_pressure": ("8480-6", "Pression artérielle systolique"),
        "diastolic_pressure": ("8462-4", "Pression artérielle diastolique"),
        "heart_rate": ("8867-4", "Fréquence cardiaque"),
        "oxygen_saturation": ("20564-1", "Saturation en O2"),
        "respiratory_rate": ("9279-1", "Fréquence respiratoire"),
        "body_temperature": ("8310-5", "Température corporelle"),
    }
)
"""The vital signs of the CI-SIS, by our signals: CDA has another code than FHIR for the saturation."""
_PICTURE_WIDTH = 700
_SEVERITIES = {Severity.NOW: "à voir aussitôt", Severity.SOON: "à voir bientôt", Severity.WATCH: "à surveiller"}
_FOLLOWED = "suivie d'effet"
_OUTCOMES = {
    AlertOutcome.ACTIONABLE: _FOLLOWED,
    AlertOutcome.FALSE: "sans suite",
    AlertOutcome.TECHNICAL: "cause technique",
}


def signal_figures(chart: Chart) -> tuple[SignalFigures, ...]:
    """What each signal did."""
    return tuple(_figures(one) for one in chart.series if one.days)


def _figures(one: Series) -> SignalFigures:
    count, total = sum(day.count for day in one.days), sum(day.total for day in one.days)
    low, high = min(day.low for day in one.days), max(day.high for day in one.days)
    measures = f"{count} en {len(one.days)} jour{'s' if len(one.days) > 1 else ''}"
    if one.is_dose:
        return SignalFigures(
            one.signal.label, measures, f"{format_measure(one.signal, total, decimals=1)} en tout", "", ""
        )
    span = format_measure(one.signal, low, decimals=1)
    if low != high:
        span = f"de {format_value(low, 1)} à {format_measure(one.signal, high, decimals=1)},"
    mean = f"moyenne {format_value((2 * total + count) // (2 * count), 1)}" if low != high else ""
    last = format_value(one.points[-1].value, 1) if one.points else ""
    return SignalFigures(one.signal.label, measures, span, mean, last, _limits(one.limits))


def _limits(limits: Iterable[Limit]) -> str:
    """The last value of each limit."""
    last = {limit.name: limit for limit in limits}
    words = [f"{'haut' if one.is_high else 'bas'} {format_value(one.value)}" for one in last.values()]
    return f"(seuil {', '.join(words)})" if words else ""


def alert_facts(alerts: Iterable[Alert]) -> tuple[AlertFacts, ...]:
    """In order, under their numbers on the picture."""
    return tuple(
        AlertFacts(f"{number}. {one.label}", _SEVERITIES[one.severity], one.since, _outcome(one))
        for number, one in enumerate(alerts, start=1)
    )


def _outcome(one: Alert) -> str:
    return _OUTCOMES[one.outcome] if one.outcome else "en cours"


def dated_words(chart: Chart) -> tuple[DatedWords, ...]:
    """In order, under their letters on the picture."""
    return tuple(
        DatedWords(chart.window.day_of(one.at), f"{letter(number)}. {one.words}")
        for number, one in enumerate(chart.events)
    )


def picture(chart: Chart, catalogue: Catalogue) -> tuple[str, str]:
    """The curves as SVG that needs no style sheet, and their words; both empty where nothing was measured."""
    if not any(one.points for one in chart.series):
        return "", ""
    labels = {one.name: one.label for one in catalogue}
    return draw(chart, labels, width=_PICTURE_WIDTH, key="rapport", style=PRINTED), describe(chart)


def vital_signs(points: Mapping[str, Sequence[Point]], catalogue: Catalogue, chart: Chart) -> tuple[VitalSign, ...]:
    """The last measure of each civil day of what has a code, in order."""
    found: list[VitalSign] = []
    for name, (code, label) in CODED.items():
        signal = catalogue.find(name)
        if signal is None:
            continue
        last = {chart.window.day_of(point.at): point for point in points.get(name, ())}
        found += (VitalSign(code, label, _decimal(point.value), signal.unit, point.at) for point in last.values())
    return tuple(sorted(found, key=_in_order))


def _in_order(one: VitalSign) -> tuple[datetime, str]:
    return one.at, one.code


def _decimal(millionths: int) -> str:
    """`72.4`, never with an exponent."""
    said = f"{Decimal(millionths) / MILLION:f}"
    return said.rstrip("0").rstrip(".") if "." in said else said


def first_words(facts: MonitoringFacts) -> str:
    """A conclusion to begin with: the stretch, what came of it, what the alerts became, why it is over."""
    first, last = day_text(facts.first_day), day_text(facts.last_day)
    days = f"{facts.received} transmissions reçues, sur {facts.expected} attendues"
    sentences = [f"{facts.pathway}, du {first} au {last} : {days}."]
    if facts.alerts:
        count, followed = len(facts.alerts), sum(one.outcome == _FOLLOWED for one in facts.alerts)
        sentences.append(f"{count} alerte{_s(count)}, dont {followed} suivie{_s(followed)} d'effet.")
    else:
        sentences.append("Aucune alerte.")
    if facts.end_reason:
        sentences.append(f"Fin du suivi : {facts.end_reason}.")
    return " ".join(sentences)


def _s(count: int) -> str:
    return "s" if count > 1 else ""
