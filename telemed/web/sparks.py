"""Small pictures of figures, as the points of an SVG: a signal over some days, the days on which a rule would call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from telemed.acts.telemonitoring.model.curve import DayFigures
from telemed.acts.telemonitoring.model.rule import Side
from telemed.web import french, measure_words
from telemed.web.views.surveillance import Bar, CurveRow, CurveView, Mark, Spark, Tick

SPARK_DAYS = 14
SPARK_WIDTH, SPARK_HEIGHT = 120, 32
CURVE_WIDTH, CURVE_HEIGHT = 1000, 240
_EDGE = 3
_GAP_DAYS = 2
"""A line goes on over one day without data; beyond, the gap is seen."""


class _Box:
    """Places days and values in a box; the day before the first and the limit have their room."""

    def __init__(self, days: Sequence[date], values: Sequence[int], width: int, height: int) -> None:
        self._first, self._step = days[0], width / max(len(days) - 1, 1)
        low, high = min(values), max(values)
        self._low, self._span = low, max(high - low, 1)
        self._height, self._inner = height, height - 2 * _EDGE

    def x(self, day: date) -> float:
        return round((day - self._first).days * self._step, 1)

    def y(self, value: int) -> float:
        return round(self._height - _EDGE - (value - self._low) * self._inner / self._span, 1)


def worst(day: DayFigures, side: Side | None) -> int:
    """The figure of a day: on the side of the worry, or their mean."""
    return {Side.ABOVE: day.high, Side.BELOW: day.low}.get(side, day.mean) if side else day.mean


def make_spark(
    days: Sequence[DayFigures],
    today: date,
    *,
    label: str,
    unit: str,
    side: Side | None = None,
    limit: int | None = None,
) -> Spark:
    """The last fourteen days of a signal, with its limit; without any data, a picture that says so."""
    span = _span(today, SPARK_DAYS)
    shown = [day for day in days if span[0] <= day.day <= today]
    if not shown:
        return Spark(summary=f"{label}\u00a0: aucune mesure depuis {SPARK_DAYS} jours.")
    values = [worst(day, side) for day in shown]
    box = _Box(span, [*values, *([limit] if limit is not None else [])], SPARK_WIDTH, SPARK_HEIGHT)
    return Spark(
        lines=_lines(shown, values, box),
        last=(box.x(shown[-1].day), box.y(values[-1])),
        limit_y=None if limit is None else box.y(limit),
        summary=_summary(label, unit, shown, values, limit),
    )


def make_curve(
    days: Sequence[DayFigures],
    today: date,
    *,
    label: str,
    unit: str,
    length: int = 30,
    side: Side | None = None,
    limit: int | None = None,
    marks: Mapping[date, str] | None = None,
) -> CurveView:
    """The same over a month, larger: the lowest and highest of each day as a band, marks where something was told."""
    span = _span(today, length)
    shown = [day for day in days if span[0] <= day.day <= today]
    bounds = [bound for day in shown for bound in (day.low, day.high)] + ([limit] if limit is not None else [])
    box = _Box(span, bounds or [0], CURVE_WIDTH, CURVE_HEIGHT)
    values = [worst(day, side) for day in shown]
    return CurveView(
        label=label,
        summary=_summary(label, unit, shown, values, limit)
        if shown
        else f"{label}\u00a0: aucune mesure depuis {french.format_count(length, 'jour')}.",
        lines=_lines(shown, values, box),
        dots=tuple((box.x(day.day), box.y(value)) for day, value in zip(shown, values, strict=True)),
        bands=tuple(Bar(box.x(day.day), box.y(day.high), box.y(day.low)) for day in shown if day.low < day.high),
        limit_y=None if limit is None or not shown else box.y(limit),
        limit="" if limit is None else measure_words.measure(limit, unit),
        highest=measure_words.measure(max(bounds), unit) if bounds else "",
        lowest=measure_words.measure(min(bounds), unit) if bounds else "",
        marks=tuple(Mark(box.x(day), day, said) for day, said in sorted((marks or {}).items()) if day >= span[0]),
        gaps=_gaps({day.day for day in shown}, span, box),
        ticks=tuple(Tick(box.x(day), day) for day in span if (today - day).days % 7 == 0),
        rows=tuple(_row(day, unit, limit, side) for day in reversed(shown)),
    )


def make_strip(calls: Mapping[date, int], span: Sequence[date]) -> tuple[Mark, ...]:
    """The days on which a rule would have called, one mark a day, in a box as wide as `span` is long."""
    return tuple(
        Mark((day - span[0]).days, day, french.format_count(number, "appel"))
        for day, number in sorted(calls.items())
        if span[0] <= day <= span[-1]
    )


def span_until(today: date, days: int) -> tuple[date, ...]:
    """`days` civil days, today the last."""
    return _span(today, days)


def _span(today: date, days: int) -> tuple[date, ...]:
    return tuple(today - timedelta(days=back) for back in range(days - 1, -1, -1))


def _lines(days: Sequence[DayFigures], values: Sequence[int], box: _Box) -> tuple[str, ...]:
    """Polylines, broken where days are missing."""
    lines: list[list[str]] = []
    last: date | None = None
    for day, value in zip(days, values, strict=True):
        if last is None or (day.day - last).days > _GAP_DAYS:
            lines.append([])
        lines[-1].append(f"{box.x(day.day)},{box.y(value)}")
        last = day.day
    return tuple(" ".join(points) for points in lines if len(points) > 1)


def _gaps(present: set[date], span: Sequence[date], box: _Box) -> tuple[tuple[float, float], ...]:
    """Stretches of days without data, today not counted: where they begin and how wide they are."""
    stretches: list[list[date]] = []
    for day in span[:-1]:
        if day in present:
            continue
        if stretches and (day - stretches[-1][-1]).days == 1:
            stretches[-1].append(day)
        else:
            stretches.append([day])
    return tuple((box.x(one[0]), round(box.x(one[-1]) - box.x(one[0]) + box.x(span[1]), 1)) for one in stretches)


def _row(day: DayFigures, unit: str, limit: int | None, side: Side | None) -> CurveRow:
    figure = worst(day, side)
    beyond = limit is not None and (figure > limit if side is Side.ABOVE else figure < limit)
    return CurveRow(
        day.day,
        measure_words.measure(day.low, unit),
        measure_words.measure(day.high, unit),
        measure_words.measure(day.mean, unit),
        day.count,
        is_beyond=beyond and side is not None,
    )


def _summary(label: str, unit: str, days: Sequence[DayFigures], values: Sequence[int], limit: int | None) -> str:
    low, high = min(day.low for day in days), max(day.high for day in days)
    said = measure_words.measure
    span = f"de {said(low, unit)} à {said(high, unit)}" if low < high else said(low, unit)
    against = f", seuil {said(limit, unit)}" if limit is not None else ""
    return (
        f"{label}\u00a0: {span}, {french.format_count(len(days), 'jour mesuré', 'jours mesurés')}, "
        f"en dernier {said(values[-1], unit)}{against}."
    )
