"""The curves of a follow-up as its page shows them: the picture at three widths, and the table of the same figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from telemed.acts.telemonitoring.formats.curves import WIDTHS, draw, title_of
from telemed.acts.telemonitoring.formats.curves.lanes import letter
from telemed.acts.telemonitoring.formats.figures import format_measure, format_unit, format_value
from telemed.acts.telemonitoring.model.curve import Answered, Chart, DayFigures, Limit, Point, Series, Span
from telemed.acts.telemonitoring.model.observation import Catalogue
from telemed.acts.telemonitoring.service.charting import Drawn
from telemed.web import follow_up_words, french, surveillance_words
from telemed.web.views.follow_up import AlertLine, Cell, CurvesCard, EventLine, FigureRow
from telemed.web.views.frame import Choice, NavItem

_FEW = 4
_ABOVE, _BELOW = "au-dessus du seuil", "au-dessous du seuil"


def curves_card(start: str, drawn: Drawn, span: Span, today: date, catalogue: Catalogue) -> CurvesCard:
    """Everything under the title « Mesures »; `start` is the sheet's address, to which another period is added."""
    chart, (key, _) = drawn.chart, follow_up_words.SPANS[span]
    labels = {one.name: french.typographic(one.label) for one in catalogue}
    last_day, step = chart.window.last_day, timedelta(days=span.days)
    return CurvesCard(
        title=title_of(chart),
        spans=tuple(
            NavItem(name, label, _address(start, name, last_day, today))
            for name, label in follow_up_words.SPANS.values()
        ),
        span=key,
        last_day=last_day,
        earlier=_address(start, key, last_day - step, today),
        later=_address(start, key, min(last_day + step, today), today) if last_day < today else "",
        drawings=tuple(draw(chart, labels, width=width, key=f"courbes-{width}") for width in WIDTHS),
        marks=tuple(_marks(chart)),
        columns=tuple(_heading(one) for one in chart.series) + (("Réponses",) if chart.answers else ()),
        rows=tuple(_instants(chart, labels) if span is Span.DAY else _days(chart, labels, start, today)),
        alerts=tuple(
            AlertLine(
                number=mark.number,
                label=french.typographic(mark.label),
                severity=surveillance_words.severity(mark.severity),
                state=surveillance_words.state(alert.state),
                since=mark.at,
                address=f"/surveillance/alertes/{alert.id}",
            )
            for mark, alert in zip(chart.alerts, drawn.alerts, strict=True)
        ),
        events=tuple(
            EventLine(letter(number), one.at, french.typographic(one.words)) for number, one in enumerate(chart.events)
        ),
        zooms=tuple(Choice(one.signal.name, labels[one.signal.name]) for one in chart.series if one.points),
    )


def _address(start: str, span: str, day: date, today: date) -> str:
    return f"{start}periode={span}" if day == today else f"{start}periode={span}&jour={day.isoformat()}"


def _marks(chart: Chart) -> Iterable[str]:
    """What the legend explains: only what is there to be seen."""
    points = [(one, point) for one in chart.series for point in one.points]
    if any(one.gaps for one in chart.series):
        yield "gap"
    if chart.away:
        yield "away"
    if any(one.limits for one in chart.series):
        yield "limit"
    if any(_side(point.value, point.at, one.limits) for one, point in points):
        yield "beyond"
    if any(point.is_late for _, point in points):
        yield "late"
    if any(point.low != point.high for _, point in points):
        yield "range"


def _heading(one: Series) -> str:
    unit = format_unit(one.signal.unit)
    return french.typographic(f"{one.signal.label} ({unit})" if unit else one.signal.label)


def _instants(chart: Chart, labels: Mapping[str, str]) -> Iterable[FigureRow]:
    """A line for each minute of the day at which something was measured or said, the latest first."""
    points: dict[tuple[str, datetime], list[Point]] = {}
    for one in chart.series:
        for point in one.points:
            points.setdefault((one.signal.name, _minute(point.at)), []).append(point)
    said: dict[datetime, list[str]] = {}
    for answer in chart.answers:
        said.setdefault(_minute(answer.at), []).append(_said(answer, labels))
    for minute in sorted({at for _, at in points} | set(said), reverse=True):
        cells = [_points_cell(one, points.get((one.signal.name, minute), ())) for one in chart.series]
        if chart.answers:
            cells.append(Cell("Réponses", "\u00a0; ".join(said.get(minute, ()))))
        yield FigureRow(None, minute, tuple(cells))


def _said(one: Answered, labels: Mapping[str, str]) -> str:
    """A question in short, and what was answered."""
    return french.typographic(f"{labels.get(one.signal) or one.question or one.signal} : {one.answer}")


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _points_cell(one: Series, points: Sequence[Point]) -> Cell:
    """All that was measured of a signal within a minute: two devices may well speak at once."""
    marks = (_side(point.value, point.at, one.limits) for point in points)
    return Cell(_heading(one), " · ".join(_said_point(one, point) for point in points), next(filter(None, marks), ""))


def _said_point(one: Series, point: Point) -> str:
    said = format_measure(one.signal, point.value, point.comparator)
    if point.is_corrected:
        said += " (corrigée)"
    if point.is_late:
        said += " (reçue en retard)"
    return said


def _days(chart: Chart, labels: Mapping[str, str], start: str, today: date) -> Iterable[FigureRow]:
    """A line a day, the latest first; days without anything are lines too, between the first and the last."""
    figures = {(one.signal.name, day.day): day for one in chart.series for day in one.days}
    answers: dict[date, list[str]] = {}
    for answer in chart.answers:
        answers.setdefault(chart.window.day_of(answer.at), []).append(_said(answer, labels))
    known = {day for _, day in figures} | set(answers)
    if not known:
        return
    for day in reversed([one for one in chart.window.civil_days if min(known) <= one <= today]):
        cells = [_day_cell(one, figures.get((one.signal.name, day)), chart, day) for one in chart.series]
        if chart.answers:
            cells.append(Cell("Réponses", "\u00a0; ".join(answers.get(day, ()))))
        yield FigureRow(day, None, tuple(cells), _address(start, "jour", day, today))


def _day_cell(one: Series, figures: DayFigures | None, chart: Chart, day: date) -> Cell:
    if figures is None:
        return Cell(_heading(one), "")
    own = [point for point in one.points if point.count == 1 and chart.window.day_of(point.at) == day]
    if one.is_dose:
        said = f"{format_value(figures.total, 1)} en {french.format_count(figures.count, 'dose')}"
    elif own and len(own) == figures.count <= _FEW:
        said = " · ".join(format_value(point.value) for point in own)
    elif figures.count == 1 or figures.low == figures.high:
        said = format_value(figures.low)
    else:
        low, high, mean = (format_value(value, 1) for value in (figures.low, figures.high, figures.mean))
        said = f"{low} à {high}, moyenne {mean} ({figures.count})"
    noon = chart.window.start + (day - chart.window.first_day) + timedelta(hours=12)
    marks = [_side(point.value, point.at, one.limits) for point in own] or [
        _side(value, noon, one.limits) for value in (figures.high, figures.low)
    ]
    return Cell(_heading(one), said, next(filter(None, marks), ""))


def _side(value: int, at: datetime, limits: Sequence[Limit]) -> str:
    """Beyond which limit in force then a value lies; empty within."""
    for limit in limits:
        if limit.held.contains(at):
            if limit.is_high and value > limit.value:
                return _ABOVE
            if not limit.is_high and value < limit.value:
                return _BELOW
    return ""


def curve_json(one: Series, start: datetime, end: datetime, zone: str) -> dict[str, object]:
    """One signal for the closer look: instants in milliseconds, values in its unit, each said in words."""
    return {
        "title": _heading(one),
        "zone": zone,
        "start": _milliseconds(start),
        "end": _milliseconds(end),
        "points": [
            [
                _milliseconds(point.at),
                point.value / 1e6,
                point.low / 1e6,
                point.high / 1e6,
                _spoken(one, point),
            ]
            for point in one.points
        ],
        "gaps": [[_milliseconds(gap.start), _milliseconds(gap.end)] for gap in one.gaps],
        "limits": [
            {
                "start": _milliseconds(limit.held.start),
                "end": _milliseconds(limit.held.end),
                "value": limit.value / 1e6,
                "isHigh": limit.is_high,
            }
            for limit in one.limits
        ],
    }


def _spoken(one: Series, point: Point) -> str:
    said = format_measure(one.signal, point.value, point.comparator, 2 if point.count == 1 else 1)
    if point.count > 1 and not one.is_dose:
        low, high = format_value(point.low, 1), format_value(point.high, 1)
        said += f" en moyenne, de {low} à {high} ({french.format_count(point.count, 'mesure')})"
    side = _side(point.value, point.at, one.limits)
    return f"{said}, {side}" if side else said


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)
