"""How good the alerts are: what fired, what it was worth, how long it took; by rule or by patient."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

from aiohttp import web

from telemed.acts.telemonitoring.model.quality import Grouping, Quality, QualityPlace
from telemed.acts.telemonitoring.model.told import SILENCE
from telemed.acts.telemonitoring.service.quality import QualityPage
from telemed.kernel.period import DayRange
from telemed.web import french, surveillance_words
from telemed.web.pages.page import Pages, Visitor, open_workplace
from telemed.web.pages.surveillance import TEAM
from telemed.web.views.surveillance import Filter
from telemed.web.views.surveillance_rules import QualityRow, QualityView

pages = Pages()
_BASE = "/surveillance/qualite"
_EXPORT = "/telemonitoring/quality.csv"
_PAGE = 100
_PERIODS = (30, 90, 365)
_AT_ONCE = "<\u00a01\u00a0min"
_BY = {Grouping.CAUSE: "Règle", Grouping.PATIENT: "Patient"}


@pages.get("/surveillance/qualite", TEAM)
async def show_quality(visitor: Visitor) -> web.Response:
    place = await open_workplace(visitor, "surveillance/quality")
    query = visitor.request.query
    by = surveillance_words.find_member(Grouping, query.get("par")) or Grouping.CAUSE
    days = next((one for one in _PERIODS if str(one) == query.get("jours")), _PERIODS[0])
    period = DayRange(place.frame.today - timedelta(days=days - 1), place.frame.today)
    page = await visitor.services.surveillance.quality.page(
        visitor.known, period, by, after=_place_asked(visitor), limit=_PAGE + 1
    )
    lines = page.lines[:_PAGE]
    view = QualityView(
        periods=tuple(Filter(_length(one), _address(by, one), one == days) for one in _PERIODS),
        sides=tuple(Filter(f"Par {word.lower()}", _address(one, days), one is by) for one, word in _BY.items()),
        rows=tuple(_row(line, page, by) for line in lines),
        by=_BY[by],
        days=days,
        summary=f"Alertes nées depuis le {french.format_day(period.first_day, place.frame.today)}.",
        export=f"{_EXPORT}?{urlencode({'since': period.first_day, 'until': place.frame.today, 'by': by.value})}",
        total=_figures(page.total, "Ensemble") if lines else None,
        next_address=_next(page, by, days),
    )
    return visitor.render("professional/alert_quality.html", place.frame, view)


def _row(line: Quality, page: QualityPage, by: Grouping) -> QualityRow:
    if by is Grouping.PATIENT:
        patient = page.patients.get(line.key)
        return _figures(line, patient.full_name if patient else "Patient")
    return _figures(line, "Non-transmission" if line.key == SILENCE else french.typographic(line.label))


def _figures(line: Quality, name: str) -> QualityRow:
    return QualityRow(
        name=name,
        fired=line.fired,
        open=line.still_open,
        actionable=line.actionable,
        false=line.false,
        technical=line.technical,
        silences=line.silences,
        half=_minutes(line.median_minutes),
        most=_minutes(line.p90_minutes),
        muted=f"{line.mute_percent}\u00a0%" if line.muted else "",
        share=line.actionable_percent,
    )


def _minutes(minutes: int | None) -> str:
    if minutes is None:
        return ""
    return french.format_span(timedelta(minutes=minutes)) if minutes else _AT_ONCE


def _length(days: int) -> str:
    return "Un an" if days == _PERIODS[-1] else french.format_count(days, "jour")


def _address(by: Grouping, days: int, **more: str) -> str:
    return f"{_BASE}?{urlencode({'par': by.value, 'jours': str(days)} | more)}"


def _place_asked(visitor: Visitor) -> QualityPlace | None:
    fired, mark, key = visitor.request.query.get("apres", "").partition("~")
    is_ours = mark and fired.isascii() and fired.isdecimal() and len(fired) < 10 and "\0" not in key
    return QualityPlace(int(fired), key) if is_ours else None


def _next(page: QualityPage, by: Grouping, days: int) -> str:
    if len(page.lines) <= _PAGE:
        return ""
    last = page.lines[_PAGE - 1]
    return _address(by, days, apres=f"{last.fired}~{last.key}")
