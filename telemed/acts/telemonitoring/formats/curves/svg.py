"""Elements of SVG as text: attributes escaped, numbers short."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape


def element(name: str, *content: str, **attributes: str | float) -> str:
    """`<name attribute="…">content</name>`; `class_` is `class`, and an underscore within a name is a hyphen.

    The content is taken as it is: pass words through `words`.
    """
    said = "".join(f' {_name(key)}="{_value(value)}"' for key, value in attributes.items())
    inside = "".join(content)
    return f"<{name}{said}>{inside}</{name}>" if inside else f"<{name}{said}/>"


def words(text: str) -> str:
    """Words of ours or of a person, with the apostrophe of print."""
    return escape(text.replace("'", "’"), quote=False)


def text(x: float, y: float, said: str, *, class_: str = "chart-text", anchor: str = "start") -> str:
    return element("text", words(said), x=x, y=y, class_=class_, text_anchor=anchor)


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> str:
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def rect(x: float, y: float, width: float, height: float, class_: str, **more: str) -> str:
    return element("rect", x=x, y=y, width=max(width, 0), height=max(height, 0), class_=class_, **more)


def path(points: Iterable[tuple[float, float]], class_: str) -> str:
    return element("polyline", points=" ".join(f"{number(x)},{number(y)}" for x, y in points), class_=class_)


def number(value: float) -> str:
    """At most one decimal: a tenth of a pixel is not seen."""
    return f"{value:.1f}".removesuffix(".0")


def _name(key: str) -> str:
    return (
        key.removesuffix("_").replace("_", "-") if key not in ("viewBox", "patternUnits", "patternTransform") else key
    )


def _value(value: str | float) -> str:
    return escape(value) if isinstance(value, str) else number(value)
