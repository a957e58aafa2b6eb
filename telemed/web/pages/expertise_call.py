"""Talking at once about a case: ring, answer, the room, hanging up."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web

from telemed.acts.teleexpertise.model import Actor
from telemed.acts.teleexpertise.model.live import CallEnd, CallState, LiveCall
from telemed.acts.teleexpertise.rules.ringing import may_ring
from telemed.acts.teleexpertise.service.lists import CaseView as CaseOfSide
from telemed.kernel.errors import Conflict, NotFound
from telemed.web import expertise_words, words
from telemed.web.pages.expertise import CARER
from telemed.web.pages.expertise_case import case_id_of
from telemed.web.pages.page import Pages, Visitor, Workplace, open_workplace
from telemed.web.views.expertise_call import CallView, RingCard, RoomView

pages = Pages()
_OUTCOMES = {
    CallEnd.NOBODY_THERE: "Personne de cette spécialité n’est là maintenant. Votre demande suit son cours par écrit.",
    CallEnd.DECLINED: "Personne ne pouvait parler maintenant. Votre demande suit son cours par écrit.",
    CallEnd.UNANSWERED: "Personne n’a répondu. Votre demande suit son cours par écrit.",
    CallEnd.CANCELLED: "Appel annulé. Votre demande suit son cours par écrit.",
    CallEnd.TAKEN: "Un confrère a accepté votre demande par écrit pendant l’appel.",
    CallEnd.CASE_OVER: "L’appel s’est arrêté avec la demande.",
    CallEnd.HUNG_UP: "L’appel est terminé. La demande reste ouverte jusqu’à l’avis.",
    CallEnd.TOO_LONG: "L’appel a duré deux heures et s’est fermé. La demande reste ouverte jusqu’à l’avis.",
}


@pages.get("/avis/sonnerie", CARER)
async def show_ring(visitor: Visitor) -> web.Response:
    """What rings at one's own, as a fragment; 204 when nothing does. A header says whether one is there."""
    services = visitor.services
    is_there = await services.experts.presence.find(visitor.known) is not None
    headers = {"X-There": "1" if is_there else "0", "Cache-Control": "no-store"}
    ring = await services.expertise.rings.ringing(visitor.known)
    if ring is None:
        return web.Response(status=204, headers=headers)
    place = await open_workplace(visitor, "expertise")
    asker = expertise_words.person(ring.asker, ring.practice)
    card = RingCard(
        asker=asker,
        urgency=expertise_words.urgency(ring.case.content.urgency),
        until=ring.call.ring_until,
        answer_address=f"/avis/appels/{ring.call.id}/repondre",
        decline_address=f"/avis/appels/{ring.call.id}/decliner",
    )
    return visitor.fragment("fragments/ring.html", place.frame, card, headers=headers)


@pages.post("/avis/appels/{autre}/repondre", CARER)
async def answer(visitor: Visitor) -> web.Response:
    """The case is mine and the room is open; or somebody was quicker."""
    try:
        answered = await visitor.services.expertise.rings.answer(visitor.known, _call_id_of(visitor))
    except (Conflict, NotFound):
        return visitor.go("/avis", flash="call-gone")
    return visitor.go(f"/avis/{answered.case.id}/appel")


@pages.post("/avis/appels/{autre}/decliner", CARER)
async def decline(visitor: Visitor) -> web.Response:
    try:
        await visitor.services.expertise.rings.decline(visitor.known, _call_id_of(visitor))
    except (Conflict, NotFound):
        return visitor.go("/avis", flash="call-gone")
    return visitor.go("/avis", flash="call-declined")


@pages.get("/avis/{id}/appel", CARER)
async def show_call(visitor: Visitor) -> web.Response:
    """The room when it is open to the caller; else how the call stands, and the gesture that begins one."""
    place = await open_workplace(visitor, "expertise")
    case_id = case_id_of(visitor)
    one = await visitor.services.expertise.cases.get(visitor.known, case_id)
    call = await _last(visitor, case_id)
    if call is not None and call.state is CallState.OPEN and call.seat_of(visitor.known.id):
        return visitor.render("professional/expertise_call.html", place.frame, _room(one, call, place))
    return visitor.render("professional/expertise_ringing.html", place.frame, _call(one, call))


@pages.post("/avis/{id}/appeler", CARER)
async def ring(visitor: Visitor) -> web.Response:
    """Ring whoever is there; a call that runs already is shown."""
    case_id = case_id_of(visitor)
    try:
        await visitor.services.expertise.rings.start(visitor.known, case_id)
    except Conflict:
        return visitor.go(f"/avis/{case_id}/appel")
    return visitor.go(f"/avis/{case_id}/appel")


@pages.post("/avis/{id}/raccrocher", CARER)
async def hang_up(visitor: Visitor) -> web.Response:
    """Stop the ringing, or end the call; twice is once."""
    case_id = case_id_of(visitor)
    try:
        ended = await visitor.services.expertise.calls.end(visitor.known, case_id)
    except Conflict:
        return visitor.go(f"/avis/{case_id}")
    return visitor.go(f"/avis/{case_id}", flash="call-over" if ended.end is CallEnd.HUNG_UP else "call-cancelled")


def _call_id_of(visitor: Visitor) -> UUID:
    try:
        return UUID(visitor.request.match_info["autre"])
    except ValueError:
        raise web.HTTPNotFound from None


async def _last(visitor: Visitor, case_id: UUID) -> LiveCall | None:
    try:
        return await visitor.services.expertise.calls.last(visitor.known, case_id)
    except NotFound:
        return None


def _call(one: CaseOfSide, call: LiveCall | None) -> CallView:
    is_requerant = one.actor is Actor.REQUERANT
    return CallView(
        id=str(one.case.id),
        base=f"/avis/{one.case.id}",
        patient=one.patient.full_name,
        is_requerant=is_requerant,
        is_ringing=call is not None and call.state is CallState.RINGING,
        may_ring=is_requerant and may_ring(one.case),
        is_accepted=one.case.requis is not None,
        rung=len(call.ringing) if call else 0,
        outcome=_outcome(one, call),
    )


def _outcome(one: CaseOfSide, call: LiveCall | None) -> str:
    if call is None or call.end is None:
        return ""
    was_alone = one.case.requis is not None and call.room is None and call.end is not CallEnd.TAKEN
    return "Votre confrère n’est pas là maintenant. Il a votre demande." if was_alone else _OUTCOMES[call.end]


def _room(one: CaseOfSide, call: LiveCall, place: Workplace) -> RoomView:
    case = one.case
    is_requerant = one.actor is Actor.REQUERANT
    other = case.requis if is_requerant else case.requerant
    person = one.people[other.professional_id] if other else None
    return RoomView(
        id=str(case.id),
        base=f"/avis/{case.id}",
        other=person.full_name if person else "Votre confrère",
        patient=one.patient.full_name,
        age=words.age(one.patient.identity.traits.birth_date, place.frame.today),
        state=expertise_words.state(case, one.actor),
        question=case.content.question,
        findings=case.content.medical.findings,
        token_address=f"/teleexpertises/{case.id}/room-token",
        end_address=f"/avis/{case.id}/raccrocher",
        watch_address=f"/teleexpertises/{case.id}/live",
        started_at=call.opened_at,
    )
