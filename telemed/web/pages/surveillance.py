"""Surveillance: the board of alerts, and what is taken from it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlencode
from uuid import UUID

from aiohttp import web

from telemed.acts.telemonitoring.model.alert import Severity
from telemed.acts.telemonitoring.model.board import AlertCounts, AlertFilter, AlertPlace, View, place_of
from telemed.acts.telemonitoring.model.rights import RIGHTS, Right, has_right
from telemed.acts.telemonitoring.service.alert_lists import AlertLine as ListedAlert
from telemed.acts.telemonitoring.service.alert_pictures import AlertPicture
from telemed.acts.telemonitoring.service.alert_work import Grasp
from telemed.api.auth import only
from telemed.kernel.clock import parse_instant
from telemed.kernel.errors import Conflict
from telemed.web import forms, sparks, surveillance_words
from telemed.web.pages.page import Pages, Visitor, Workplace, open_workplace
from telemed.web.pages.surveillance_lines import alert_line, pathway_label
from telemed.web.views.frame import Form, Pager, Tone
from telemed.web.views.surveillance import AlertLine, BoardView, Filter

pages = Pages()
TEAM = only(*RIGHTS[Right.READ])
_PAGE = 50
_BASE = "/surveillance"
LATE_BASE = f"{_BASE}/retards"
_MOST_TAKEN = 50
_OURS = re.compile(rf"{_BASE}(/alertes/[0-9a-f-]{{36}})?(\?[\w=&%~.+:-]{{0,400}})?", re.ASCII)
"""The board however it is filtered, or one alert: where a gesture may lead back to."""
_VIEWS = (
    (View.OPEN, "Toutes", Tone.PLAIN),
    (View.MINE, "À moi", Tone.PLAIN),
    (View.UNOWNED, "Sans responsable", Tone.SOON),
    (View.OVERDUE, "En retard", Tone.NOW),
    (View.CLOSED, "Closes", Tone.PLAIN),
)


@pages.get("/surveillance", TEAM)
async def show_board(visitor: Visitor) -> web.Response:
    place = await open_workplace(visitor, "surveillance")
    return visitor.render("professional/surveillance.html", place.frame, await _board(visitor, place))


@pages.get("/surveillance/fil", TEAM)
async def follow_board(visitor: Visitor) -> web.Response:
    """The list alone, 304 while nothing a person would see has changed."""
    place = await open_workplace(visitor, "surveillance")
    view = await _board(visitor, place)
    etag = f'"{view.version}"'
    headers = {"ETag": etag, "X-Count": str(view.waiting), "Cache-Control": "no-store"}
    if visitor.request.headers.get("If-None-Match") == etag:
        return web.Response(status=304, headers=headers)
    return visitor.fragment("fragments/surveillance.html", place.frame, view, headers=headers)


@pages.get("/surveillance/compte", TEAM)
async def count_waiting(visitor: Visitor) -> web.Response:
    """How many wait: the rail of every page asks when it is told of a change."""
    return web.json_response({"surveillance": await visitor.services.surveillance.lists.count_waiting(visitor.known)})


@pages.post("/surveillance/prendre", TEAM)
async def take_some(visitor: Visitor) -> web.Response:
    """Take those that are ticked, or the one whose button it was; what a colleague took first is said."""
    form = await forms.typed(visitor.request)
    ids = read_ids(form.value("une") or form.value("alerte"))
    back = back_address(form, _BASE)
    if not ids:
        return visitor.go(back)
    told = await visitor.services.surveillance.work.take_many(visitor.known, ids)
    taken = [one for one in ids if told[one] is Grasp.TAKEN]
    missed = [one for one in ids if told[one] in (Grasp.REFUSED, Grasp.ABSENT)]
    if not taken:
        return visitor.go(back, flash="alerts-gone" if missed else "alert-taken")
    flash = "alerts-partly-taken" if missed else ("alerts-taken" if len(taken) > 1 else "alert-taken")
    return visitor.go(back, flash=flash, subject=".".join(map(str, taken)))


@pages.post("/surveillance/rendre/{ids}", TEAM)
async def give_back(visitor: Visitor) -> web.Response:
    """Let go of what was just taken, on the page where it was; what went on since stays as it is."""
    form, released = await forms.typed(visitor.request), 0
    for one in read_ids(visitor.request.match_info["ids"].replace(".", ",")):
        try:
            await visitor.services.surveillance.work.release(visitor.known, one)
            released += 1
        except Conflict:
            continue
    flash = "alert-released" if released else "alert-went-on"
    return visitor.go(back_address(form, _BASE), flash=flash)


def read_ids(text: str) -> list[UUID]:
    """The identifiers that are some, each once, as many as a page holds."""
    found = []
    for part in text.split(",")[:_MOST_TAKEN]:
        try:
            found.append(UUID(part))
        except ValueError:
            continue
    return list(dict.fromkeys(found))


def back_address(form: Form, otherwise: str) -> str:
    """The page that a form says it comes back to, of those of the board; nothing that was typed leads elsewhere."""
    said = form.value("retour")
    return said if _OURS.fullmatch(said) else otherwise


async def _board(visitor: Visitor, place: Workplace) -> BoardView:
    services, caller = visitor.services.surveillance, visitor.known
    known = await services.pictures.pathways(caller)
    wanted = wanted_of(visitor)
    after = _place_asked(visitor)
    page = await services.lists.page(caller, wanted, after=after, limit=_PAGE + 1)
    shown = page.lines[:_PAGE]
    pictures = await services.pictures.find(
        caller,
        [one.alert for one in shown],
        last_day=place.frame.today,
        days=sparks.SPARK_DAYS,
        territory=place.practice.territory,
    )
    query = _query(wanted)
    place_here = query | ({"apres": visitor.request.query["apres"]} if after else {})
    view = BoardView(
        lines=tuple(_line(visitor, place, wanted, one, pictures[one.alert.id]) for one in shown),
        views=tuple(_view_filter(wanted, view, label, tone, page.counts) for view, label, tone in _VIEWS),
        severities=_severities(wanted, page.counts),
        pathways=_pathways(visitor, wanted, known),
        pager=Pager(_next_page(query, wanted, page.lines), _address(query) if after else ""),
        follow=_address(place_here, f"{_BASE}/fil"),
        chosen=_address(place_here),
        outcomes=tuple(surveillance_words.OUTCOMES.values()),
        is_narrowed=wanted != AlertFilter(),
        is_sorted_out=wanted.severity is not None or wanted.pathway is not None,
        is_closed=wanted.view is View.CLOSED,
        may_write=has_right(caller, Right.ENROL),
        waiting=page.counts.open,
        late=Filter("Reçu tard", LATE_BASE, count=page.late) if page.late else None,
    )
    minute = int(place.frame.now.timestamp()) // 60
    return replace(view, version=hashlib.sha256(f"{view!r}{minute}".encode()).hexdigest()[:16])


def _line(
    visitor: Visitor, place: Workplace, wanted: AlertFilter, one: ListedAlert, picture: AlertPicture
) -> AlertLine:
    """A line whose address remembers the filter: the alert that it opens knows its neighbours."""
    services = visitor.services.surveillance
    line = alert_line(one, picture, place, services.catalogue, services.pathways)
    return replace(line, address=board_query(wanted, line.address))


def board_query(wanted: AlertFilter, base: str = _BASE, **more: str) -> str:
    """An address that remembers how the board was filtered, and more."""
    return _address(more | _query(wanted), base)


def wanted_of(visitor: Visitor) -> AlertFilter:
    """The filter of the address; what it does not know is left out."""
    query, find = visitor.request.query, surveillance_words.find_member
    pathway = query.get("parcours", "")
    return AlertFilter(
        view=find(View, query.get("vue")) or View.OPEN,
        severity=find(Severity, query.get("gravite")),
        pathway=pathway if pathway in visitor.services.surveillance.pathways else None,
    )


def _query(wanted: AlertFilter) -> dict[str, str]:
    said = {
        "vue": "" if wanted.view is View.OPEN else wanted.view.value,
        "gravite": wanted.severity or "",
        "parcours": wanted.pathway or "",
    }
    return {name: text for name, text in said.items() if text}


def _address(query: dict[str, str], base: str = _BASE) -> str:
    return f"{base}?{urlencode(query)}" if query else base


def _view_filter(wanted: AlertFilter, view: View, label: str, tone: Tone, counts: AlertCounts) -> Filter:
    count = {
        View.OPEN: counts.open,
        View.MINE: counts.mine,
        View.UNOWNED: counts.unowned,
        View.OVERDUE: counts.overdue,
    }.get(view)
    address = _address(_query(replace(wanted, view=view)))
    return Filter(label, address, view is wanted.view, count, tone if count else Tone.PLAIN)


def _severities(wanted: AlertFilter, counts: AlertCounts) -> tuple[Filter, ...]:
    everything = Filter("Toutes gravités", _address(_query(replace(wanted, severity=None))), wanted.severity is None)
    return everything, *(
        Filter(
            badge.label,
            _address(_query(replace(wanted, severity=severity))),
            severity is wanted.severity,
            counts.now if severity is Severity.NOW else None,
            badge.tone,
        )
        for severity, badge in surveillance_words.SEVERITIES.items()
    )


def _pathways(visitor: Visitor, wanted: AlertFilter, known: Sequence[str]) -> tuple[Filter, ...]:
    """The pathways that are followed here, when there are several."""
    shown = sorted({*known, *([wanted.pathway] if wanted.pathway else [])})
    if len(shown) < 2 and wanted.pathway is None:
        return ()
    everything = Filter("Tous les parcours", _address(_query(replace(wanted, pathway=None))), wanted.pathway is None)
    return everything, *(
        Filter(
            pathway_label(code, visitor.services.surveillance.pathways),
            _address(_query(replace(wanted, pathway=code))),
            code == wanted.pathway,
        )
        for code in shown
    )


def _place_asked(visitor: Visitor) -> AlertPlace | None:
    parts = visitor.request.query.get("apres", "").split("~")
    try:
        rank, at, name = parts
        return AlertPlace(int(rank), parse_instant(at), UUID(name)) if rank in ("0", "1", "2") else None
    except ValueError:
        return None


def _next_page(query: dict[str, str], wanted: AlertFilter, lines: Sequence[ListedAlert]) -> str:
    if len(lines) <= _PAGE:
        return ""
    last = place_of(lines[_PAGE - 1].alert, wanted.view)
    return _address(query | {"apres": f"{last.rank}~{last.at.isoformat()}~{last.alert_id}"})
