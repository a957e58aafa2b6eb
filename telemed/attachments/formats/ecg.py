"""An ECG drawn as on paper: 25 mm/s and 10 mm/mV on a millimetre grid, one strip a lead (SVG)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from telemed.attachments.formats.drawing import Drawing

_PX_PER_MM = 4
_MM_PER_SECOND = 25
_MM_PER_MILLIVOLT = 10
_STRIP_MM = 30
_MARGIN_MM = 8
_MOST_LEADS = 24
_TALLEST_MILLIVOLTS = 5.0
_INK, _FINE, _BOLD, _PAPER = "#102a43", "#f3c9c9", "#e39a9a", "#fffafa"


@dataclass(frozen=True, repr=False)
class Lead:
    """One lead: its name, and its samples in microvolts."""

    name: str
    microvolts: Sequence[float]


@dataclass(frozen=True, repr=False)
class Tracing:
    """Leads recorded together, `rate` samples a second."""

    leads: tuple[Lead, ...]
    rate: float

    @property
    def seconds(self) -> float:
        return max((len(lead.microvolts) for lead in self.leads), default=0) / self.rate


@dataclass(frozen=True)
class Extent:
    """How much of a tracing is drawn, and how finely."""

    seconds: float
    leads: int
    points_per_second: int


WHOLE = Extent(seconds=12.0, leads=_MOST_LEADS, points_per_second=250)
GLIMPSE = Extent(seconds=4.0, leads=3, points_per_second=60)


def draw_tracing(tracing: Tracing, extent: Extent = WHOLE) -> Drawing:
    """The beginning of every lead. Raises LookupError where there is nothing to draw."""
    leads = tracing.leads[: extent.leads]
    seconds = min(tracing.seconds, extent.seconds)
    if not leads or seconds <= 0:
        raise LookupError("an ECG without a signal")
    width = _px(_MARGIN_MM * 2 + seconds * _MM_PER_SECOND)
    height = _px(_MARGIN_MM * 2 + _STRIP_MM * len(leads))
    step = max(1, round(tracing.rate / extent.points_per_second))
    strips = "".join(_strip(lead, tracing.rate, number, seconds, step) for number, lead in enumerate(leads))
    label = f"ECG, {len(leads)} dérivations, {seconds:.0f} s, 25 mm/s, 10 mm/mV"
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        f' role="img" aria-label="{escape(label)}"><title>{escape(label)}</title>{_grid(width, height)}'
        f'<g fill="none" stroke="{_INK}" stroke-width="1.2" stroke-linejoin="round">{strips}</g>'
        f'<text x="{_px(_MARGIN_MM)}" y="{height - _px(2)}" font-family="sans-serif" font-size="14" fill="{_INK}">'
        f"25 mm/s · 10 mm/mV</text></svg>"
    )
    return Drawing("image/svg+xml", svg.encode(), width, height)


def _grid(width: int, height: int) -> str:
    """Millimetres, and every fifth bolder."""
    small, large = _PX_PER_MM, _PX_PER_MM * 5
    return (
        f'<defs><pattern id="mm" width="{small}" height="{small}" patternUnits="userSpaceOnUse">'
        f'<path d="M{small} 0H0V{small}" fill="none" stroke="{_FINE}" stroke-width=".5"/></pattern>'
        f'<pattern id="cm" width="{large}" height="{large}" patternUnits="userSpaceOnUse">'
        f'<rect width="{large}" height="{large}" fill="url(#mm)"/>'
        f'<path d="M{large} 0H0V{large}" fill="none" stroke="{_BOLD}"/></pattern></defs>'
        f'<rect width="{width}" height="{height}" fill="{_PAPER}"/>'
        f'<rect width="{width}" height="{height}" fill="url(#cm)"/>'
    )


def _strip(lead: Lead, rate: float, number: int, seconds: float, step: int) -> str:
    """One lead around its middle, with its name."""
    left, middle = _px(_MARGIN_MM), _px(_MARGIN_MM + _STRIP_MM * (number + 0.5))
    count = min(len(lead.microvolts), int(seconds * rate))
    base = _median(lead.microvolts[:count:step])
    points = " ".join(
        f"{left + at / rate * _MM_PER_SECOND * _PX_PER_MM:.1f},{middle - _height(value - base):.1f}"
        for at, value in _reduced(lead.microvolts[:count], step)
    )
    name = (
        f'<text x="{left}" y="{middle - _px(_STRIP_MM / 2 - 4)}" font-family="sans-serif" font-size="16"'
        f' font-weight="600" fill="{_INK}" stroke="none">{escape(lead.name)}</text>'
    )
    return f'{name}<polyline points="{points}"/>'


def _reduced(values: Sequence[float], step: int) -> list[tuple[int, float]]:
    """The least and the greatest of every `step` samples, in their order: no peak is lost."""
    found: list[tuple[int, float]] = []
    for start in range(0, len(values), step):
        part = values[start : start + step]
        low, high = min(range(len(part)), key=part.__getitem__), max(range(len(part)), key=part.__getitem__)
        found += [(start + at, part[at]) for at in sorted({low, high})]
    return found


def _height(microvolts: float) -> float:
    """In pixels; what would leave the page stays at its edge."""
    millivolts = max(-_TALLEST_MILLIVOLTS, min(_TALLEST_MILLIVOLTS, microvolts / 1000))
    return millivolts * _MM_PER_MILLIVOLT * _PX_PER_MM


def _median(values: Sequence[float]) -> float:
    ordered = sorted(values)
    return ordered[len(ordered) // 2] if ordered else 0.0


def _px(millimetres: float) -> int:
    return round(millimetres * _PX_PER_MM)
