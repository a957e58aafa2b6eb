"""What lies on the same time axis as the curves: alerts, doses, answers and events."""

from __future__ import annotations

from collections.abc import Sequence

from telemed.acts.telemonitoring.formats.curves import svg
from telemed.acts.telemonitoring.formats.curves.scales import TimeScale
from telemed.acts.telemonitoring.formats.figures import format_unit, format_value
from telemed.acts.telemonitoring.model.alert import Severity
from telemed.acts.telemonitoring.model.curve import AlertMark, Answered, Event, Series

ROW = 24.0
DOSE_HEIGHT = 48.0
_SHAPES = {Severity.NOW: "now", Severity.SOON: "soon", Severity.WATCH: "watch"}


def rows_of(places: Sequence[float], room: float, most: int = 3) -> list[int]:
    """The row of each place, in order, so that two in one row are `room` apart, as long as `most` rows do."""
    ends = [float("-inf")] * most
    rows = []
    for place in places:
        row = next((number for number, end in enumerate(ends) if place - end >= room), ends.index(min(ends)))
        ends[row] = place
        rows.append(row)
    return rows


def alert_rows(alerts: Sequence[AlertMark], time: TimeScale) -> list[int]:
    return rows_of([time.x(one.at) for one in alerts], 24)


def draw_alerts(alerts: Sequence[AlertMark], time: TimeScale, top: float) -> str:
    """Each alert as its number in the shape of its severity, and a line for as long as it lasted."""
    parts = []
    for mark, row in zip(alerts, alert_rows(alerts, time), strict=True):
        x, y = time.x(mark.at), top + ROW * row + 12
        kind = _SHAPES[mark.severity]
        parts.append(svg.line(x, y, time.x(mark.last_at), y, f"chart-lasting chart-lasting-{kind}"))
        parts.append(_badge(x, y, mark.severity, f"chart-alert chart-alert-{kind}"))
        parts.append(svg.text(x, y + 4, str(mark.number), class_=f"chart-number chart-number-{kind}", anchor="middle"))
    return "".join(parts)


def _badge(x: float, y: float, severity: Severity, class_: str) -> str:
    """A diamond to act now, a disc soon, a square to watch: told apart without colour."""
    if severity is Severity.NOW:
        corners = f"{svg.number(x)},{svg.number(y - 12)} {svg.number(x + 12)},{svg.number(y)} "
        corners += f"{svg.number(x)},{svg.number(y + 12)} {svg.number(x - 12)},{svg.number(y)}"
        return svg.element("polygon", points=corners, class_=class_)
    if severity is Severity.SOON:
        return svg.element("circle", cx=x, cy=y, r=10, class_=class_)
    return svg.rect(x - 9, y - 9, 18, 18, class_)


def draw_doses(doses: Sequence[Series], time: TimeScale, top: float) -> str:
    """Bars from one base line, told by their fill, with their number where there is room."""
    bottom = top + 20 + DOSE_HEIGHT
    parts = _dose_title(doses, time, top + 14)
    most = max(point.value for one in doses for point in one.points) or 1
    few = sum(len(one.points) for one in doses) <= (time.right - time.left) / 26
    for number, one in enumerate(doses):
        for point in one.points:
            x, height = time.x(point.at), max(2.0, (DOSE_HEIGHT - 14) * max(point.value, 0) / most)
            parts.append(svg.rect(x - 2.5, bottom - height, 5, height, f"chart-dose chart-dose-{number}"))
            if few:
                label = svg.text(x, bottom - height - 3, format_value(point.value, 1), anchor="middle")
                parts.append(label)
    return "".join([*parts, svg.line(time.left, bottom, time.right, bottom, "chart-axis")])


def _dose_title(doses: Sequence[Series], time: TimeScale, y: float) -> list[str]:
    parts, x = [], time.left
    for number, one in enumerate(doses):
        unit = f" ({format_unit(one.signal.unit)})" if number == len(doses) - 1 and time.is_wide else ""
        parts.append(svg.rect(x, y - 9, 9, 9, f"chart-dose chart-dose-{number}"))
        parts.append(svg.text(x + 14, y, f"{one.signal.label}{unit}", class_="chart-title"))
        x += 30 + 7.9 * len(one.signal.label)
    return parts


def draw_answers(label: str, answers: Sequence[Answered], time: TimeScale, top: float, room: float) -> str:
    """A question in one line: each answer in its words where they fit, else a mark."""
    parts = [svg.text(time.left, top + 14, label, class_="chart-title")]
    y, free, before = top + 32, float("-inf"), ""
    places = [time.x(one.at) for one in answers]
    is_dense = len(places) > (time.right - time.left) / 14
    for one, x in zip(answers, places, strict=True):
        is_same = is_dense and one.answer == before
        parts.append(svg.element("circle", cx=x, cy=y - 4, r=1.5 if is_same else 3.5, class_="chart-answer"))
        width, before = 6.6 * len(one.answer) + 10, one.answer
        after = next((place for place in places if place > x), time.right + room)
        if x >= free and not is_same and (is_dense or x + width <= after) and x + width <= time.right + room:
            parts.append(svg.text(x + 7, y + (12 if is_dense else 0), one.answer))
            free = x + width
    end = y + (16 if is_dense else 6)
    return "".join([*parts, svg.line(time.left, end, time.right, end, "chart-axis")])


def event_rows(events: Sequence[Event], time: TimeScale) -> list[int]:
    return rows_of([time.x(one.at) for one in events], 22)


def draw_events(events: Sequence[Event], time: TimeScale, top: float) -> str:
    """Each event as the letter that the list beneath explains."""
    parts = [svg.text(time.left, top + 14, "Événements", class_="chart-title")]
    for number, (one, row) in enumerate(zip(events, event_rows(events, time), strict=True)):
        x, y = time.x(one.at), top + 20 + ROW * row
        parts.append(svg.rect(x - 9, y, 18, 18, "chart-event"))
        parts.append(svg.text(x, y + 13, letter(number), anchor="middle"))
    return "".join(parts)


def letter(number: int) -> str:
    """`A` … `Z`, `AA` …: the name of the event of this number, from 0."""
    high, low = divmod(number, 26)
    return (letter(high - 1) if high else "") + chr(ord("A") + low)
