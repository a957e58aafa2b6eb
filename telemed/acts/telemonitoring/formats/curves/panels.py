"""One panel: signals of one unit over time, their limits as bands, and what is missing as hatching."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from telemed.acts.telemonitoring.formats.curves import svg
from telemed.acts.telemonitoring.formats.curves.scales import TimeScale, ValueScale, value_scale
from telemed.acts.telemonitoring.formats.figures import format_unit, format_value
from telemed.acts.telemonitoring.model.curve import Chart, Limit, Point, Series
from telemed.kernel.period import Interval

TITLE_HEIGHT = 26.0
_BOLD = 7.9
"""How wide a letter of a title is, at most on average."""
_MARK_ROOM = 6
"""Marks nearer to one another than so many pixels hide their line, which says it all."""
_LABEL_ROOM = 13.0


@dataclass(frozen=True)
class Place:
    """Where a panel stands; `key` makes the names of patterns its drawing's own."""

    time: TimeScale
    top: float
    title: float
    height: float
    key: str

    @property
    def ground(self) -> float:
        return self.top + self.title

    @property
    def bottom(self) -> float:
        return self.ground + self.height


_NAME, _LINE = 54, 13
"""Room that the name of a limit takes, in width and in height."""


def draw_panel(panel: Sequence[Series], chart: Chart, place: Place) -> str:
    """The panel as elements; its title says what, and in which unit."""
    top, bottom, time = place.ground, place.bottom, place.time
    parts = [_title(panel, place), svg.rect(time.left, top, time.right - time.left, place.height, "chart-ground")]
    parts += [_hatched(place, stay, "away") for stay in chart.away]
    scale = value_scale(panel, top, bottom)
    if scale is None:
        words = "Aucune mesure sur cette période"
        return "".join([*parts, svg.text((time.left + time.right) / 2, (top + bottom) / 2, words, anchor="middle")])
    parts += (_band(limit, scale, time) for one in panel for limit in one.limits)
    parts += (_tick(value, scale, time) for value in scale.ticks())
    parts += (_hatched(place, gap, "gap") for gap in panel[0].gaps)
    parts += _limits([limit for one in panel for limit in one.limits], scale, time)
    names = {one.signal.name for one in panel}
    parts += (
        svg.line(x, top, x, bottom, "chart-alert-line")
        for x in (time.x(mark.at) for mark in chart.alerts if mark.signals & names)
    )
    for number, one in enumerate(panel):
        parts += _series(one, number, scale, time)
    return "".join([*parts, *_last_values(panel, scale, time)])


def title_height(panel: Sequence[Series], time: TimeScale) -> float:
    """One line, or two where the names of the panel's signals do not fit beside one another."""
    return TITLE_HEIGHT if _fits(panel, time) else 2 * TITLE_HEIGHT - 8


def _fits(panel: Sequence[Series], time: TimeScale) -> bool:
    letters = sum(len(one.signal.label) for one in panel) + len(format_unit(panel[0].signal.unit)) + 3
    return len(panel) == 1 or _BOLD * letters + 32 * len(panel) <= time.right - time.left


def _title(panel: Sequence[Series], place: Place) -> str:
    y, x, parts = place.top + 17, place.time.left, []
    unit = format_unit(panel[0].signal.unit)
    names = [one.signal.label for one in panel]
    if not _fits(panel, place.time):
        common = _common_words(panel)
        parts.append(svg.text(x, y, f"{common} ({unit})" if unit else common, class_="chart-title"))
        names, y, unit = [name.removeprefix(common).strip() or name for name in names], y + 18, ""
    for number, name in enumerate(names):
        said = f"{name} ({unit})" if unit and number == len(names) - 1 else name
        if len(names) > 1:
            parts.append(_marker(x + 5, y - 5, number, "chart-dot"))
            x += 14
        parts.append(svg.text(x, y, said, class_="chart-title"))
        x += _BOLD * len(said) + 18
    return "".join(parts)


def _common_words(panel: Sequence[Series]) -> str:
    words = [one.signal.label.split() for one in panel]
    same = [first for first, *others in zip(*words, strict=False) if all(first == other for other in others)]
    return " ".join(same) or panel[0].signal.label.split()[0]


def _tick(value: int, scale: ValueScale, time: TimeScale) -> str:
    y = scale.y(value)
    label = svg.text(time.left - 6, y + 4, format_value(value), anchor="end")
    return svg.line(time.left, y, time.right, y, "chart-grid") + label


def _hatched(place: Place, held: Interval, kind: str) -> str:
    x1, x2 = place.time.x(held.start), place.time.x(held.end)
    return svg.rect(x1, place.ground, x2 - x1, place.height, f"chart-{kind}", fill=f"url(#{place.key}-{kind})")


def _band(limit: Limit, scale: ValueScale, time: TimeScale) -> str:
    y, x1, x2 = scale.y(limit.value), time.x(limit.held.start), time.x(limit.held.end)
    top, bottom = (scale.top, y) if limit.is_high else (y, scale.bottom)
    return svg.rect(x1, top, x2 - x1, bottom - top, "chart-band")


def _limits(limits: Sequence[Limit], scale: ValueScale, time: TimeScale) -> Iterator[str]:
    """Each as a line with its name; of two that lie close, the second name stands beside the first."""
    taken: list[tuple[float, float]] = []
    for limit in limits:
        y, x1, x2 = scale.y(limit.value), time.x(limit.held.start), time.x(limit.held.end)
        yield svg.line(x1, y, x2, y, "chart-limit")
        x, name_y = x1 + 6, y - 5 if limit.is_high else y + 14
        while any(abs(x - one) < _NAME and abs(name_y - other) < _LINE for one, other in taken):
            x += _NAME
        if x + _NAME <= x2:
            taken.append((x, name_y))
            said = f"{'haut' if limit.is_high else 'bas'} {format_value(limit.value)}"
            yield svg.text(x, name_y, said, class_="chart-text chart-limit-text")


def _series(one: Series, number: int, scale: ValueScale, time: TimeScale) -> Iterator[str]:
    for run in _runs(one):
        yield svg.path(_thinned(run, scale, time), f"chart-line chart-line-{number}")
    if len(one.points) > (time.right - time.left) / _MARK_ROOM:
        return
    for point in one.points:
        x, y = time.x(point.at), scale.y(point.value)
        if point.low != point.high:
            yield svg.line(x, scale.y(point.low), x, scale.y(point.high), f"chart-range chart-line-{number}")
        side = _side(point, one.limits)
        if side:
            yield _triangle(x, y, side)
        else:
            yield _marker(x, y, number, "chart-late" if point.is_late else "chart-dot")


def _runs(one: Series) -> Iterator[list[Point]]:
    """The points that a line may join: never over a gap."""
    run: list[Point] = []
    gaps = iter(one.gaps)
    gap = next(gaps, None)
    for point in one.points:
        while gap is not None and gap.end <= point.at:
            if run and gap.start >= run[-1].at:
                yield run
                run = []
            gap = next(gaps, None)
        run.append(point)
    if run:
        yield run


def _thinned(run: Sequence[Point], scale: ValueScale, time: TimeScale) -> list[tuple[float, float]]:
    """Of many points, the lowest and the highest of every two pixels: peaks are never lost."""
    places = [(time.x(point.at), scale.y(point.value)) for point in run]
    if len(places) <= (time.right - time.left) / 2:
        return places
    columns: dict[int, list[tuple[float, float]]] = {}
    for place in places:
        columns.setdefault(int(place[0] // 2), []).append(place)
    kept: list[tuple[float, float]] = []
    for column in columns.values():
        ends = {min(column, key=lambda place: place[1]), max(column, key=lambda place: place[1])}
        kept += sorted(ends)
    return kept


def _side(point: Point, limits: Sequence[Limit]) -> int:
    """1 above a limit in force at its instant, -1 below one, 0 within."""
    for limit in limits:
        if limit.held.contains(point.at):
            if limit.is_high and point.value > limit.value:
                return 1
            if not limit.is_high and point.value < limit.value:
                return -1
    return 0


def _marker(x: float, y: float, number: int, class_: str) -> str:
    if number == 0:
        return svg.element("circle", cx=x, cy=y, r=3.2, class_=class_)
    if number == 1:
        return svg.rect(x - 3, y - 3, 6, 6, class_)
    return svg.element("polygon", points=_points((x, y - 4), (x + 4, y), (x, y + 4), (x - 4, y)), class_=class_)


def _triangle(x: float, y: float, side: int) -> str:
    corners = ((x - 5, y + 4 * side), (x + 5, y + 4 * side), (x, y - 5 * side))
    return svg.element("polygon", points=_points(*corners), class_="chart-beyond")


def _points(*corners: tuple[float, float]) -> str:
    return " ".join(f"{svg.number(x)},{svg.number(y)}" for x, y in corners)


def _last_values(panel: Sequence[Series], scale: ValueScale, time: TimeScale) -> Iterator[str]:
    """The last value of each at the right edge, one never over another."""
    last = sorted((scale.y(one.points[-1].value), one.points[-1].value) for one in panel if one.points)
    lowest = scale.top
    for y, value in last:
        lowest = max(y + 4, lowest + _LABEL_ROOM) if lowest > scale.top else y + 4
        yield svg.text(time.right + 6, lowest, format_value(value, 1), class_="chart-text chart-last")
