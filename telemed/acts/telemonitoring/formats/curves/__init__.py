"""The picture of a follow-up as SVG: every curve, alert, dose, answer and event on one time axis (decision 0080)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from telemed.acts.telemonitoring.formats.curves import lanes, svg
from telemed.acts.telemonitoring.formats.curves.panels import Place, draw_panel, title_height
from telemed.acts.telemonitoring.formats.curves.scales import TimeScale
from telemed.acts.telemonitoring.formats.curves.wording import describe, title_of
from telemed.acts.telemonitoring.model.curve import Answered, Chart

__all__ = ["WIDTHS", "describe", "draw", "title_of"]
WIDTHS = (340, 700, 1060)
"""A phone, a page beside its rail, a wide page: letters keep their size, so the drawing is made for each."""
_GAP = 14.0


@dataclass(frozen=True)
class _Sheet:
    """Margins of a drawing of some width."""

    width: int

    @property
    def left(self) -> float:
        return 40.0 if self.width < 500 else 52.0

    @property
    def right(self) -> float:
        return self.width - (44.0 if self.width < 500 else 52.0)

    @property
    def panel_height(self) -> float:
        return 120.0 if self.width < 500 else 150.0


def draw(chart: Chart, labels: dict[str, str], *, width: int, key: str, style: str = "") -> str:
    """The whole picture, `width` units wide and as high as it needs. The same chart gives the same text.

    `labels` name the questions; `key` begins every identifier; `style` is for where no style sheet is: a document.
    """
    sheet = _Sheet(width)
    time = TimeScale(chart.window, sheet.left, sheet.right)
    parts, y = _rows(chart, labels, time, sheet, key)
    bottom = y + 22
    axis = [svg.line(x, 0, x, y, "chart-time") + _tick_label(x, y, said, time) for x, said in time.ticks()]
    head = svg.element("title", svg.words(title_of(chart)), id=f"{key}-title")
    head += svg.element("desc", svg.words(describe(chart)), id=f"{key}-desc")
    return svg.element(
        "svg",
        head,
        svg.element("style", style) if style else "",
        svg.element("defs", _hatch(f"{key}-gap", 45), _hatch(f"{key}-away", -45)),
        "".join(axis),
        "".join(parts),
        viewBox=f"0 0 {width} {svg.number(bottom)}",
        class_=f"chart chart-{width}",
        role="img",
        aria_labelledby=f"{key}-title {key}-desc",
        **({} if not style else {"xmlns": "http://www.w3.org/2000/svg"}),
    )


def _rows(chart: Chart, labels: dict[str, str], time: TimeScale, sheet: _Sheet, key: str) -> tuple[list[str], float]:
    """Everything from top to bottom, and where it ends."""
    parts, y = [], 2.0
    if chart.alerts:
        parts.append(lanes.draw_alerts(chart.alerts, time, y))
        y += lanes.ROW * (1 + max(lanes.alert_rows(chart.alerts, time))) + 4
    for panel in chart.panels:
        place = Place(time, y, title_height(panel, time), sheet.panel_height, key)
        parts.append(draw_panel(panel, chart, place))
        y = place.bottom + _GAP
    if chart.doses:
        parts.append(lanes.draw_doses(chart.doses, time, y))
        y += 20 + lanes.DOSE_HEIGHT + _GAP
    for signal, answers in groupby(sorted(chart.answers, key=_by_question), key=lambda one: one.signal):
        said, room = tuple(answers), sheet.width - sheet.right
        label = labels.get(signal) or said[-1].question or signal
        parts.append(lanes.draw_answers(label, said, time, y, room))
        y += 48 + _GAP
    if chart.events:
        parts.append(lanes.draw_events(chart.events, time, y))
        y += 20 + lanes.ROW * (1 + max(lanes.event_rows(chart.events, time)))
    return parts, y


def _by_question(one: Answered) -> tuple[str, object]:
    return one.signal, one.at


def _tick_label(x: float, y: float, said: str, time: TimeScale) -> str:
    """At the beginning of what it names: a day's name stands in its day."""
    return svg.text(min(x + 3, time.right - 24), y + 15, said)


def _hatch(name: str, angle: int) -> str:
    stripe = svg.line(0, 0, 0, 7, "chart-hatch")
    turned = f"rotate({angle})"
    return svg.element(
        "pattern", stripe, id=name, width=7, height=7, patternUnits="userSpaceOnUse", patternTransform=turned
    )
