"""One case on one screen: who and why, the question, what was written, and what one may do now."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from aiohttp import web

from telemed.acts.teleexpertise.model import Actor, Case, Message, MessageKind, Offer, Opinion, Outcome, State
from telemed.acts.teleexpertise.rules.cascade import find_handover
from telemed.acts.teleexpertise.rules.ringing import may_ring
from telemed.acts.teleexpertise.service.lists import CaseView as CaseOfSide
from telemed.documents.model import PrescribedKind
from telemed.kernel.errors import Conflict, NotFound
from telemed.patients.model import Patient
from telemed.web import expertise_words, french, words
from telemed.web.pages.attachment_view import pieces_view
from telemed.web.pages.expertise import CARER
from telemed.web.pages.expertise_documents import papers_of
from telemed.web.pages.expertise_people import find_experts, specialty_choices
from telemed.web.pages.expertise_thread import thread_of
from telemed.web.pages.opinion_form import HIDDEN_FROM, opinion_values
from telemed.web.pages.page import Pages, Visitor, Workplace, open_workplace
from telemed.web.pages.report_form import KINDS, prescription_lines
from telemed.web.views.expertise import CaseView, Fact, Finder, Gestures, OfferLine, OpinionCard, PatientCard
from telemed.web.views.frame import Choice, Form

pages = Pages()
_MOST = 200
_RUNNING = frozenset({State.SENT, State.OFFERED, State.SEEN, State.MORE_INFORMATION, State.ACCEPTED, State.REFUSED})
RESUMABLE = frozenset({State.WITHDRAWN, State.EXPIRED})
"""What ended without an answer, and may be asked again from what it said."""
_TAKEABLE = frozenset({State.OFFERED, State.SEEN, State.MORE_INFORMATION})


@pages.get("/avis/{id}", CARER)
async def show_case(visitor: Visitor) -> web.Response:
    """The case; a colleague who opens it for the first time is noted as having seen it."""
    place = await open_workplace(visitor, "expertise")
    return await render_case(visitor, place, Form())


@pages.get("/avis/{id}/fil", CARER)
async def follow_case(visitor: Visitor) -> web.Response:
    """What was written and done, 304 while nothing changed; the state in a header, for the page to compare."""
    place = await open_workplace(visitor, "expertise")
    view = await _view(visitor, place, Form())
    etag = f'"{view.version}"'
    headers = {"ETag": etag, "X-Stage": view.stage, "Cache-Control": "no-store"}
    if visitor.request.headers.get("If-None-Match") == etag:
        return web.Response(status=304, headers=headers)
    return visitor.fragment("fragments/expertise_thread.html", place.frame, view, headers=headers)


async def render_case(
    visitor: Visitor, place: Workplace, form: Form, *, is_search: bool = False, status: int = 200
) -> web.Response:
    """The page with what was typed, if anything was; a draft is shown where it is written."""
    view = await _view(visitor, place, form, is_search=is_search)
    if view.stage == State.DRAFT:
        return visitor.go(f"{view.base}/rediger")
    return visitor.render("professional/expertise_case.html", place.frame, view, status=status)


def case_id_of(visitor: Visitor) -> UUID:
    """The case that the path names. Raises HTTPNotFound for what is no identifier."""
    try:
        return UUID(visitor.request.match_info["id"])
    except ValueError:
        raise web.HTTPNotFound from None


async def open_seen(visitor: Visitor, case_id: UUID) -> CaseOfSide:
    """The case as the caller's side sees it, noted as seen when it was just offered to him."""
    services, caller = visitor.services.expertise, visitor.known
    one = await services.cases.get(caller, case_id)
    offer = one.case.offer_of(caller.id)
    if one.actor is Actor.REQUIS and offer is not None and offer.is_pending and offer.seen_at is None:
        try:
            await services.answers.see(caller, case_id)
        except Conflict:
            return one
        one = await services.cases.get(caller, case_id)
    return one


async def _view(visitor: Visitor, place: Workplace, form: Form, *, is_search: bool = False) -> CaseView:
    services, caller, case_id = visitor.services.expertise, visitor.known, case_id_of(visitor)
    one = await open_seen(visitor, case_id)
    messages = await services.messages.page(caller, case_id, after=None, limit=_MOST)
    moves = await services.cases.moves(caller, case_id, after=0, limit=_MOST)
    opinion = await _opinion(visitor, one)
    gestures = _gestures(one, caller.id)
    is_writing = gestures.may_answer or gestures.may_correct
    papers, departures = await papers_of(visitor, one)
    finder = Finder()
    if gestures.may_offer or (gestures.may_pass and is_search):
        finder = await find_experts(visitor, _finder_form(one.case, form), one.case, is_search=is_search)
    templates = await services.templates.page(caller) if gestures.may_answer else ()
    view = CaseView(
        **_parties(one, place),
        **_request(one.case),
        offers=_offers(one),
        thread=thread_of(one, messages, moves, caller.id),
        pending_question=_pending_question(one.case, messages),
        opinion=_opinion_card(one, opinion),
        gestures=gestures,
        finder=finder,
        form=(shown := _form(one.case, form, opinion)),
        prescriptions=prescription_lines(shown) if is_writing else (),
        kinds=KINDS,
        hidden_from=HIDDEN_FROM,
        revision=opinion.revision if opinion else 0,
        templates=tuple(Choice(str(each.id), each.content.title) for each in templates),
        refusals=expertise_words.REFUSALS,
        withdrawals=expertise_words.WITHDRAWALS,
        care_urgencies=expertise_words.CARE_URGENCIES,
        specialties=specialty_choices() if gestures.may_offer or gestures.may_pass else (),
        pieces=await pieces_view(visitor, case_id),
        papers=papers,
        departures=departures,
    )
    seen = (view.state, view.sentence, view.due_at, view.offers, view.thread, int(place.frame.now.timestamp()) // 60)
    return replace(view, version=hashlib.sha256(repr(seen).encode()).hexdigest()[:16])


def _parties(one: CaseOfSide, place: Workplace) -> dict[str, Any]:
    """Who asks whom about whom, where it stands and by when; named as `CaseView` names them."""
    case, is_asker = one.case, one.actor is Actor.REQUERANT
    requis = case.requis
    asker = one.people[case.requerant.professional_id]
    return {
        "id": str(case.id),
        "base": f"/avis/{case.id}",
        "stage": case.state.value,
        "is_requerant": is_asker,
        "patient": patient_card(one.patient, place),
        "state": expertise_words.state(case, one.actor, one.looker_id),
        "sentence": expertise_words.sentence(case, one.actor, one.looker_id),
        "widening": expertise_words.widening(case) if is_asker else "",
        "due_at": case.due_at,
        "due_tone": expertise_words.due_tone(case.due_at, place.frame.now),
        "due_what": expertise_words.due_what(case),
        "asker": expertise_words.person(asker, one.practices.get(case.requerant.practice_id)),
        "expert": None
        if requis is None
        else expertise_words.person(one.people[requis.professional_id], one.practices.get(requis.practice_id)),
        "asked_at": case.sent_at,
        "deadline": case.deadline,
    }


def _request(case: Case) -> dict[str, Any]:
    """What is asked."""
    content, administrative, medical = case.content, case.content.administrative, case.content.medical
    facts = (
        Fact("Ce qui est constaté", medical.findings),
        Fact("Antécédents", medical.history),
        Fact("Traitements", medical.treatments),
        Fact("Allergies", medical.allergies),
        Fact("Où le patient est soigné", expertise_words.setting(administrative.setting)),
        Fact("Affection de longue durée", _yes_no(administrative.has_long_term_illness)),
        Fact("À savoir", administrative.remarks),
    )
    return {
        "urgency": expertise_words.urgency(content.urgency),
        "wanted": content.skill,
        "question": content.question,
        "facts": tuple(fact for fact in facts if fact.text.strip()),
    }


def _yes_no(value: bool | None) -> str:
    return "" if value is None else ("Oui" if value else "Non")


def patient_card(patient: Patient, place: Workplace) -> PatientCard:
    """The patient as both sides know him; his sheet opens only from his own practice."""
    traits = patient.identity.traits
    return PatientCard(
        name=patient.full_name,
        age=words.age(traits.birth_date, place.frame.today),
        sex=words.sex(traits.sex),
        born=words.birth(traits.birth_date),
        birth_name=f"{traits.birth_name} {' '.join(traits.birth_given_names)}",
        address=f"/patientele/{patient.id}" if patient.practice_id == place.practice.id else "",
    )


def _offers(one: CaseOfSide) -> tuple[OfferLine, ...]:
    """Everybody who was asked, for the requérant alone: a requis knows of no other."""
    if one.actor is not Actor.REQUERANT:
        return ()
    return tuple(
        OfferLine(
            name=one.people[offer.to.professional_id].full_name,
            what=_offer_what(one, offer),
            state=expertise_words.outcome(offer.outcome),
            at=offer.settled_at or offer.seen_at or offer.offered_at,
            note=_offer_note(offer.reason and expertise_words.refusal(offer.reason), offer.words, offer.seen_at is None)
            if offer.outcome is not Outcome.PENDING or offer.seen_at is None
            else "Ouverte, pas encore acceptée.",
        )
        for offer in one.case.offers
    )


def _offer_what(one: CaseOfSide, offer: Offer) -> str:
    """What he is, and how the offer came to him."""
    card = expertise_words.person(one.people[offer.to.professional_id], None)
    return ", ".join(part for part in (card.what, expertise_words.via(offer.via)) if part)


def _offer_note(reason: str | None, said: str, is_unseen: bool) -> str:
    if reason is None:
        return "Pas encore ouverte." if is_unseen else ""
    return f"{reason}. {french.typographic(said)}".strip()


def _gestures(one: CaseOfSide, me: UUID | None) -> Gestures:
    """What the table of states lets this side do; the use cases decide again."""
    case = one.case
    is_running = case.state in _RUNNING
    if one.actor is Actor.REQUERANT:
        return Gestures(
            may_inform=case.state is State.MORE_INFORMATION,
            may_offer=case.state in (State.SENT, State.REFUSED),
            may_withdraw=is_running or case.state is State.QUEUED,
            may_close=case.state is State.ANSWERED,
            may_resume=case.state in RESUMABLE,
            may_write=is_running or case.state in (State.QUEUED, State.ANSWERED),
            may_call=may_ring(case),
        )
    offer = case.offer_of(me)
    is_pending, is_mine = offer is not None and offer.is_pending, offer is not None and not offer.is_pending
    is_passing = find_handover(case) is not None
    return Gestures(
        may_accept=is_pending and (case.state in _TAKEABLE or case.state is State.ACCEPTED),
        may_ask=case.state in (State.OFFERED, State.SEEN)
        or (case.state is State.ACCEPTED and is_mine and not is_passing),
        may_refuse=is_running,
        may_answer=case.state is State.ACCEPTED and is_mine,
        may_correct=case.state in (State.ANSWERED, State.CLOSED) and is_mine,
        may_pass=case.state is State.ACCEPTED and is_mine and not is_passing,
        may_write=is_running or case.state is State.ANSWERED,
        may_call=is_mine and case.state in (State.ACCEPTED, State.MORE_INFORMATION),
    )


async def _opinion(visitor: Visitor, one: CaseOfSide) -> Opinion | None:
    """The signed opinion, or the expert's own draft; None while there is neither."""
    if one.case.answered_at is None and not (one.actor is Actor.REQUIS and one.case.state is State.ACCEPTED):
        return None
    try:
        return await visitor.services.expertise.opinions.read(visitor.known, one.case.id)
    except NotFound:
        return None


def _opinion_card(one: CaseOfSide, opinion: Opinion | None) -> OpinionCard | None:
    if opinion is None or not opinion.is_signed:
        return None
    content = opinion.content
    return OpinionCard(
        conclusion=content.conclusion,
        conduct=content.conduct,
        urgency=expertise_words.care_urgency(content.urgency) if content.urgency else "",
        prescribed=tuple(Fact(_kind(item.kind), item.text) for item in content.prescribed or ()),
        incidents=content.incidents or "",
        hidden_from=tuple(one.label for one in HIDDEN_FROM if one.value in content.visibility),
        avoided="Oui" if content.avoided_consultation else "Non",
        signed_at=opinion.at,
        by=one.people[opinion.author_id].full_name,
    )


def _kind(kind: PrescribedKind) -> str:
    return next(one.label for one in KINDS if one.value == kind)


def _form(case: Case, form: Form, opinion: Opinion | None) -> Form:
    """What was typed, on what was kept; a field that was typed wins."""
    kept = dict(_finder_form(case, Form()).values)
    if opinion is not None:
        kept |= opinion_values(opinion.content)
    return Form(kept | form.values, form.errors)


def _finder_form(case: Case, form: Form) -> Form:
    return Form({"specialite": case.content.specialty_code or ""} | form.values, form.errors)


def _pending_question(case: Case, messages: Sequence[Message]) -> str:
    """The question that waits for an answer."""
    if case.state is not State.MORE_INFORMATION:
        return ""
    asked = [message.text for message in messages if message.kind is MessageKind.QUESTION]
    return asked[-1] if asked else ""
