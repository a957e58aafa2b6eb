"""Mutes as people read them: of what, by whom and why, until when, and beyond what somebody is told all the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from telemed.acts.telemonitoring.formats.figures import format_unit
from telemed.acts.telemonitoring.model.evidence import Evidence
from telemed.acts.telemonitoring.model.observation import Catalogue
from telemed.acts.telemonitoring.model.rule import Rule, Side, Trend, TrendMeasure
from telemed.acts.telemonitoring.model.triage import Alert, level_of
from telemed.acts.telemonitoring.model.units import MILLION
from telemed.acts.telemonitoring.service.standing_mutes import StandingMute
from telemed.web import french, measure_words
from telemed.web.pages.surveillance_lines import find_leaf, said_evidence, what_of
from telemed.web.views.surveillance import MuteLine

_PAST = {Side.ABOVE: "au-delà de", Side.BELOW: "en dessous de"}
_STEPS = tuple(MILLION * 10**power // 10 for power in range(8))
"""What a tolerance may be as an example, the smallest a tenth."""


def mute_lines(
    standing: Sequence[StandingMute], base: str, catalogue: Catalogue, now: datetime
) -> tuple[MuteLine, ...]:
    """`base` and the mute's identifier make the address that lifts it."""
    return tuple(_line(one, base, catalogue, now) for one in standing)


def say_bound(alert: Alert, rule: Rule | None, level: int | None, tolerance: int, catalogue: Catalogue) -> str:
    """`au-delà de 80,5 kg`: what is worse than a mute lets pass; empty where no number says it."""
    if level is None or alert.direction is None:
        return ""
    bound = level + (tolerance if alert.direction is Side.ABOVE else -tolerance)
    said = said_evidence((_numbered(alert)._replace(value=bound),), rule, catalogue)[0].value
    return f"{_PAST[alert.direction]} {said}"


def tolerance_unit(alert: Alert, rule: Rule | None, catalogue: Catalogue) -> str:
    """`kg`, `kg par jour`: in what a tolerance is told; empty for a number without a unit."""
    one = _numbered(alert)
    signal, leaf = catalogue.find(one.signal), find_leaf(rule, one.signal)
    unit = format_unit(signal.unit) if signal else ""
    is_slope = isinstance(leaf, Trend) and leaf.measure is TrendMeasure.SLOPE
    return f"{unit} par jour".strip() if is_slope else unit


def tolerance_hint(alert: Alert, rule: Rule | None, catalogue: Catalogue) -> str:
    """What the field asks, with an example of this very alert; empty where nothing can grow worse by a number."""
    level = level_of(alert.evidence)
    if level is None or alert.direction is None:
        return ""
    step = max((one for one in _STEPS if one <= abs(level) // 50), default=_STEPS[0])
    now, later = (say_bound(alert, rule, level, tolerance, catalogue) for tolerance in (0, step))
    typed = measure_words.measure(step, "")
    return f"Vide\u00a0: vous êtes prévenu dès {_from(now)}. Avec {typed}\u00a0: seulement {later}."


def _from(bound: str) -> str:
    return f"qu’une valeur est {bound}"


def _numbered(alert: Alert) -> Evidence:
    """What `level_of` is the number of. Raises StopIteration where it is None."""
    return next(one for one in alert.evidence if isinstance(one.value, int))


def _line(one: StandingMute, base: str, catalogue: Catalogue, now: datetime) -> MuteLine:
    mute = one.mute
    has_number = level_of(one.alert.evidence) is not None
    is_held = mute.is_in_force(now)
    return MuteLine(
        what=what_of(one.alert),
        until=mute.until,
        reason=french.typographic(mute.reason),
        by=one.author.full_name if one.author else "",
        made_at=mute.made_at,
        beyond=say_bound(one.alert, one.rule, mute.level, mute.tolerance, catalogue) if has_number else "",
        lift_address=f"{base}/{mute.id}/lever" if is_held else "",
        lifted_at=mute.lifted_at,
        lifted_by=one.lifter.full_name if one.lifter else "",
        is_over=not is_held,
    )
