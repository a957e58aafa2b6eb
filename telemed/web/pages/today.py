"""Aujourd'hui: a doctor's day, or the practice's for a secretary; its live part, and the count of the top line."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from uuid import UUID

from aiohttp import web

from telemed.acts.teleconsultation.model import State
from telemed.acts.teleconsultation.service.overview import ActView, Day
from telemed.api.auth import only
from telemed.kernel.caller import Role
from telemed.kernel.clock import day_bounds
from telemed.web import words
from telemed.web.pages.cap import cap_line
from telemed.web.pages.page import Pages, Visitor, Workplace, open_workplace, waiting_claims
from telemed.web.views.today import Light, Lights, TodayView, UnfinishedLine, UpcomingLine, WaitingLine

pages = Pages()
_CARING = only(Role.DOCTOR, Role.SECRETARY)
_MOST = 200


@pages.get("/aujourdhui", _CARING)
async def show_today(visitor: Visitor) -> web.Response:
    place = await open_workplace(visitor, "today")
    view = await _day(visitor, place)
    return visitor.render("professional/today.html", place.frame, view)


@pages.get("/aujourdhui/fil", _CARING)
async def follow_today(visitor: Visitor) -> web.Response:
    """The lists alone, 304 while nothing a person would see has changed."""
    place = await open_workplace(visitor, "today")
    view = await _day(visitor, place)
    etag = f'"{view.version}"'
    headers = {"ETag": etag, "X-Waiting": str(len(view.waiting)), "Cache-Control": "no-store"}
    headers |= {"X-Billing": str(_claims(place))}
    if visitor.request.headers.get("If-None-Match") == etag:
        return web.Response(status=304, headers=headers)
    return visitor.fragment("fragments/today.html", place.frame, view, headers=headers)


@pages.get("/fil/attente", _CARING)
async def count_waiting(visitor: Visitor) -> web.Response:
    waiting = await visitor.services.overview.waiting_count(visitor.known)
    return web.json_response({"waiting": waiting, "billing": await waiting_claims(visitor)})


async def _day(visitor: Visitor, place: Workplace) -> TodayView:
    is_clinical = visitor.known.has_role(Role.DOCTOR)
    day = await _merged_day(visitor, place)
    view = TodayView(
        waiting=tuple(_waiting(visitor, place, one) for one in (*day.in_call, *day.waiting)),
        upcoming=tuple(_upcoming(place, one) for one in day.to_come),
        unfinished=tuple(_unfinished(one) for one in day.to_report) if is_clinical else (),
        cap=await cap_line(visitor, place) if is_clinical else None,
        is_clinical=is_clinical,
    )
    minute = int(place.frame.now.timestamp()) // 60
    version = hashlib.sha256(f"{view!r}{minute}{_claims(place)}".encode()).hexdigest()[:16]
    return replace(view, version=version)


def _claims(place: Workplace) -> int:
    """How many claims the rail counts."""
    return next((item.count or 0 for item in place.frame.navigation if item.key == "billing"), 0)


async def _merged_day(visitor: Visitor, place: Workplace) -> Day:
    """A doctor's own day; for a secretary the practice's, all doctors together in order of time."""
    overview, caller, today = visitor.services.overview, visitor.known, place.frame.today
    if caller.has_role(Role.DOCTOR):
        return await overview.day(caller, place.person.id, today)
    start, end = day_bounds(today, place.practice.territory)
    booked = await overview.page(caller, limit=_MOST, start=start, end=end, states=frozenset({State.BOOKED}))
    present = frozenset({State.WAITING, State.IN_CALL})
    here = await overview.page(caller, limit=_MOST, states=present)
    return Day(
        waiting=tuple(one for one in here if one.act.state is State.WAITING),
        in_call=tuple(one for one in here if one.act.state is State.IN_CALL),
        to_come=tuple(booked),
        to_report=(),
        done=(),
    )


def _waiting(visitor: Visitor, place: Workplace, one: ActView) -> WaitingLine:
    act, check = one.act, one.act.device_check
    seat = visitor.services.presence(act.room).get("patient")
    return WaitingLine(
        act_id=str(act.id),
        patient=one.patient.full_name,
        age=words.age(one.patient.identity.traits.birth_date, place.frame.today),
        planned_at=act.slot.start if act.slot else None,
        waiting_since=act.arrived_at or act.booked_at,
        lights=Lights(
            identity=_identity_light(one),
            consent=Light.YES if one.has_consent else Light.NO,
            camera=words.light(check.camera) if check else Light.UNKNOWN,
            network=words.light(check.network) if check else Light.UNKNOWN,
        ),
        may_admit=act.state is State.WAITING,
        is_present=seat is None or seat.is_present,
        is_in_call=act.state is State.IN_CALL,
    )


def _identity_light(one: ActView) -> Light:
    confirmation = one.act.traits_confirmation
    if confirmation is None:
        return Light.NO
    return Light.YES if confirmation.answer.value == "confirmed" else Light.MIDDLING


def _upcoming(place: Workplace, one: ActView) -> UpcomingLine:
    act = one.act
    return UpcomingLine(
        act_id=str(act.id),
        patient=one.patient.full_name,
        age=words.age(one.patient.identity.traits.birth_date, place.frame.today),
        planned_at=act.slot.start if act.slot else None,
        minutes=minutes_of(one),
        link=words.link(one.deliveries),
        booking_address=f"/rendez-vous/{act.id}",
    )


def _unfinished(one: ActView) -> UnfinishedLine:
    act = one.act
    return UnfinishedLine(
        act_id=str(act.id),
        patient=one.patient.full_name,
        held_at=act.started_at or act.booked_at,
        what="compte rendu non signé",
        address=f"/consultations/{act.id}/compte-rendu",
    )


def minutes_of(one: ActView) -> int:
    """The booked length."""
    return int(one.act.slot.duration.total_seconds() // 60) if one.act.slot else 0


def act_id_of(visitor: Visitor) -> UUID:
    """The act that the path names. Raises HTTPNotFound for what is no identifier."""
    try:
        return UUID(visitor.request.match_info["id"])
    except ValueError:
        raise web.HTTPNotFound from None
