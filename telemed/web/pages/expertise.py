"""Avis: what waits for me on either side, the soonest due first; what waits for others; what is over."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from aiohttp import web

from telemed.acts.teleexpertise.model import Actor, State
from telemed.acts.teleexpertise.service.access import CARERS
from telemed.acts.teleexpertise.service.lists import CaseView
from telemed.api.auth import only
from telemed.kernel.clock import parse_instant
from telemed.professionals.model import Professional, medical_professions
from telemed.web import expertise_words, french, words
from telemed.web.pages.page import Pages, Visitor, Workplace, open_workplace
from telemed.web.views.expertise import CaseLine, CaseListView, DeskView, QueuedLine
from telemed.web.views.frame import Choice, Pager

pages = Pages()
CARER = only(*CARERS)
_PAGE = 50
_QUESTION_LENGTH = 140
_RECEIVED, _ASKED = "recues", "demandees"


@pages.get("/avis", CARER)
async def show_desk(visitor: Visitor) -> web.Response:
    place = await open_workplace(visitor, "expertise")
    return visitor.render("professional/expertise.html", place.frame, await _desk(visitor, place))


@pages.get("/avis/fil", CARER)
async def follow_desk(visitor: Visitor) -> web.Response:
    """The lists alone, 304 while nothing a person would see has changed."""
    place = await open_workplace(visitor, "expertise")
    view = await _desk(visitor, place)
    etag = f'"{view.version}"'
    headers = {"ETag": etag, "X-Count": str(len(view.mine)), "Cache-Control": "no-store"}
    if visitor.request.headers.get("If-None-Match") == etag:
        return web.Response(status=304, headers=headers)
    return visitor.fragment("fragments/expertise.html", place.frame, view, headers=headers)


@pages.get("/avis/compte", CARER)
async def count_mine(visitor: Visitor) -> web.Response:
    """How many wait for the caller: the rail of every page asks when it is told of a change."""
    return web.json_response({"expertise": await visitor.services.expertise.turns.count(visitor.known)})


@pages.get("/avis/en-cours", CARER)
async def list_running(visitor: Visitor) -> web.Response:
    """One side's whole list, page by page, the soonest due first."""
    return await _list(visitor, is_ended=False)


@pages.get("/avis/termines", CARER)
async def list_ended(visitor: Visitor) -> web.Response:
    """What is over on one side, the latest first."""
    return await _list(visitor, is_ended=True)


async def _desk(visitor: Visitor, place: Workplace) -> DeskView:
    cases, caller = visitor.services.expertise.cases, visitor.known
    received = await cases.inbox(caller, limit=_PAGE + 1)
    asked = await cases.asked(caller, limit=_PAGE + 1)
    more = ((received, _RECEIVED, "Tout ce que je reçois"), (asked, _ASKED, "Tout ce que je demande"))
    lines = sorted(
        (*(case_line(one, place) for one in received[:_PAGE]), *(case_line(one, place) for one in asked[:_PAGE])),
        key=lambda line: line.due_at or place.frame.now,
    )
    drafts = {f"/avis/{one.case.id}" for one in asked if one.case.state is State.DRAFT}
    sent = [line for line in lines if line.address not in drafts]
    queued = await _queued(visitor) if may_answer(place.person) else ()
    view = DeskView(
        queued=queued,
        mine=tuple(line for line in sent if line.is_mine),
        others=tuple(line for line in sent if not line.is_mine),
        drafts=tuple(line for line in lines if line.address in drafts),
        may_answer=may_answer(place.person),
        more=tuple(Choice(f"/avis/en-cours?cote={side}", label) for found, side, label in more if len(found) > _PAGE),
    )
    minute = int(place.frame.now.timestamp()) // 60
    return replace(view, version=hashlib.sha256(f"{view!r}{minute}".encode()).hexdigest()[:16])


async def _queued(visitor: Visitor) -> tuple[QueuedLine, ...]:
    """What waits for somebody of the caller's lines."""
    found = await visitor.services.experts.lines.page(visitor.known, after=None, limit=_PAGE)
    names = {one.line.id: one.line.name for one in found if one.membership and one.membership.joined_at}
    if not names:
        return ()
    waiting = await visitor.services.expertise.turns.queued(visitor.known, sorted(names))
    return tuple(
        QueuedLine(str(one.id), names[one.line_id], expertise_words.urgency(one.urgency), one.due_at, one.sent_at)
        for one in waiting
    )


def may_answer(person: Professional) -> bool:
    """Is it somebody who may be asked: a professionnel médical?"""
    return person.profession in medical_professions()


async def _list(visitor: Visitor, *, is_ended: bool) -> web.Response:
    cases, caller = visitor.services.expertise.cases, visitor.known
    place = await open_workplace(visitor, "expertise/ended" if is_ended else "expertise")
    base = "/avis/termines" if is_ended else "/avis/en-cours"
    first = _RECEIVED if may_answer(place.person) else _ASKED
    side = visitor.request.query.get("cote", first)
    read, after = cases.inbox if side == _RECEIVED else cases.asked, _place_asked(visitor)
    found = await read(caller, is_ended=is_ended, after=after, limit=_PAGE + 1)
    view = CaseListView(
        title="Avis terminés" if is_ended else "Avis en cours",
        sides=(
            Choice(_RECEIVED, "J’ai répondu" if is_ended else "Je reçois", f"{base}?cote={_RECEIVED}"),
            Choice(_ASKED, "J’ai demandé" if is_ended else "Je demande", f"{base}?cote={_ASKED}"),
        ),
        side=side if side == _RECEIVED else _ASKED,
        lines=tuple(case_line(one, place) for one in found[:_PAGE]),
        pager=Pager(_next_page(base, side, found), f"{base}?{urlencode({'cote': side})}" if after else ""),
        is_ended=is_ended,
    )
    return visitor.render("professional/expertise_list.html", place.frame, view)


def case_line(one: CaseView, place: Workplace) -> CaseLine:
    """One case, as the side that looks reads it in a list."""
    case, actor = one.case, one.actor
    return CaseLine(
        address=f"/avis/{case.id}",
        due_at=case.due_at,
        due_tone=expertise_words.due_tone(case.due_at, place.frame.now),
        patient=one.patient.full_name,
        age=words.age(one.patient.identity.traits.birth_date, place.frame.today),
        who=_who(one),
        question=_shortened(case.content.question),
        state=expertise_words.state(case, actor, one.looker_id),
        gesture="Ouvrir" if expertise_words.is_handed(case, one.looker_id) else expertise_words.gesture(case, actor),
        is_mine=case.state is not State.DRAFT and expertise_words.is_turn_of(case, actor),
        ended_at=case.ended_at,
    )


def _who(one: CaseView) -> str:
    """The other side: who asks, or who holds it."""
    if one.actor is Actor.REQUIS:
        asker = one.people[one.case.requerant.professional_id]
        return f"Demandé par {asker.full_name}"
    names = [one.people[side.professional_id].full_name for side in one.case.holders]
    if len(names) > 1:
        return f"Proposée à {len(names)} confrères"
    if names:
        return f"Chez {names[0]}"
    if one.case.state is State.QUEUED:
        return "Attend une équipe"
    return "Pas encore envoyée" if one.case.state is State.DRAFT else "Chez personne"


def _shortened(text: str) -> str:
    told = french.typographic(" ".join(text.split()))
    return told if len(told) <= _QUESTION_LENGTH else told[: _QUESTION_LENGTH - 1].rsplit(" ", 1)[0] + "…"


def _place_asked(visitor: Visitor) -> tuple[datetime, UUID] | None:
    at, _, name = visitor.request.query.get("apres", "").partition("~")
    try:
        return parse_instant(at), UUID(name)
    except ValueError:
        return None


def _next_page(base: str, side: str, found: Sequence[CaseView]) -> str:
    if len(found) <= _PAGE:
        return ""
    last = found[_PAGE - 1].case
    at = last.due_at or last.ended_at or last.edited_at
    return f"{base}?" + urlencode({"cote": side, "apres": f"{at.isoformat()}~{last.id}"})
