"""The template environment: autoescape, no undefined names, and the French filters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from jinja2.runtime import Context
from markupsafe import Markup

from telemed.kernel.clock import civil_date
from telemed.kernel.money import format_euros
from telemed.web import french
from telemed.web.assets import Assets
from telemed.web.views.frame import Frame

TEMPLATES = Path(__file__).parent / "templates"


class Rendering:
    """Renders a template from a frame (who, when, where) and a view (what)."""

    def __init__(self, assets: Assets) -> None:
        self._environment = _environment(assets)

    def render(self, template: str, frame: Frame, **views: object) -> str:
        """The page as text. Raises jinja2.UndefinedError when the view lacks what the template names."""
        return self._environment.get_template(template).render(frame=frame, **views)


def _environment(assets: Assets) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals["static"] = assets.url
    environment.globals["module"] = cache(lambda path: _module(assets, path))
    environment.filters.update(_PLAIN_FILTERS)
    environment.filters.update({name: _with_frame(function) for name, function in _FRAME_FILTERS.items()})
    return environment


def _module(assets: Assets, path: str) -> Markup:
    """The tags of a module; those that it imports are asked for with it, not one after the other."""
    links = [Markup('<link rel="modulepreload" href="{}">').format(assets.url(one)) for one in assets.imports(path)]
    return Markup("").join([*links, Markup('<script type="module" src="{}"></script>').format(assets.url(path))])


def _with_frame(function: Callable[[Any, Frame], str]) -> Callable[[Context, Any], str]:
    @jinja2.pass_context
    def apply(context: Context, value: Any) -> str:
        frame: Frame = context["frame"]
        return function(value, frame)

    return apply


def _civil(value: date | datetime, frame: Frame) -> date:
    return civil_date(value, frame.territory) if isinstance(value, datetime) else value


_FRAME_FILTERS: dict[str, Callable[[Any, Frame], str]] = {
    "day": lambda value, frame: french.format_day(_civil(value, frame), frame.today),
    "near_day": lambda value, frame: french.format_near_day(_civil(value, frame), frame.today),
    "moment": lambda value, frame: french.format_moment(value, frame.territory.zone, frame.today),
    "hour": lambda value, frame: french.format_hour(value, frame.territory.zone),
    "clock": lambda value, frame: french.format_clock(value, frame.territory.zone),
    "brief": lambda value, frame: french.format_brief(value, frame.now, frame.territory.zone),
    "ago": lambda value, frame: french.format_ago(value, frame.now),
    "left": lambda value, frame: french.format_left(value, frame.now, frame.territory.zone),
    "since": lambda value, frame: french.format_span(frame.now - value),
    "local_iso": lambda value, frame: value.astimezone(frame.territory.zone).isoformat(timespec="minutes"),
}


def _duration(value: timedelta | int) -> str:
    return french.format_duration(value if isinstance(value, timedelta) else timedelta(seconds=value))


_PLAIN_FILTERS: dict[str, Callable[..., str]] = {
    "birth": french.format_date,
    "month": french.format_month,
    "duration": _duration,
    "span": french.format_span,
    "euros": format_euros,
    "percent": french.format_percent,
    "phone": french.format_phone,
    "matricule": french.format_matricule,
    "counted": french.format_count,
    "upper_first": lambda text: text[:1].upper() + text[1:],
}
