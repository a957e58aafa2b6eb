"""What a picture shows, in sentences: for whoever does not see it."""

from __future__ import annotations

from datetime import date

from telemed.acts.telemonitoring.formats.figures import FIXED, format_measure
from telemed.acts.telemonitoring.model.curve import Chart, Series, Window

_MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip


def title_of(chart: Chart) -> str:
    """`Mesures du 17 au 23 novembre 2026`."""
    return f"Mesures {period_words(chart.window)}"


def period_words(window: Window) -> str:
    """`du 17 au 23 novembre 2026`, `du 23 novembre 2026`."""
    first, last = window.first_day, window.last_day
    if first == last:
        return f"du {_full(last)}"
    if first.year != last.year:
        return f"du {_full(first)} au {_full(last)}"
    if first.month != last.month:
        return f"du {_day(first)}{FIXED}{_MONTHS[first.month - 1]} au {_full(last)}"
    return f"du {_day(first)} au {_full(last)}"


def describe(chart: Chart) -> str:
    """One sentence a signal, then the alerts; the table holds the figures."""
    said = [_sentence(one, chart) for one in chart.series]
    if chart.alerts:
        said.append(f"{len(chart.alerts)} alerte{'s' if len(chart.alerts) > 1 else ''}.")
    return " ".join([*said, "Les mêmes chiffres sont dans le tableau qui suit."])


def _sentence(one: Series, chart: Chart) -> str:
    if not one.points:
        return f"{one.signal.label} : aucune mesure."
    count = sum(point.count for point in one.points)
    low, high = min(point.low for point in one.points), max(point.high for point in one.points)
    plural = "s" if count > 1 else ""
    if one.is_dose:
        total = sum(point.value * point.count for point in one.points)
        return f"{one.signal.label} : {count} dose{plural}, {format_measure(one.signal, total, decimals=1)} en tout."
    said = f"{one.signal.label} : {count} mesure{plural}"
    if low != high:
        said += f", de {format_measure(one.signal, low, decimals=1)} à {format_measure(one.signal, high, decimals=1)}"
    said += f", la dernière {format_measure(one.signal, one.points[-1].value, decimals=1)}"
    for limit in {limit.name: limit for limit in one.limits}.values():  # of each, the one that held last
        said += f", seuil {'haut' if limit.is_high else 'bas'} {format_measure(one.signal, limit.value)}"
    if one.gaps:
        said += f", {len(one.gaps)} période{'s' if len(one.gaps) > 1 else ''} sans mesure"
    return f"{said}."


def _full(day: date) -> str:
    return f"{_day(day)}{FIXED}{_MONTHS[day.month - 1]} {day.year}"


def _day(day: date) -> str:
    return "1er" if day.day == 1 else str(day.day)
