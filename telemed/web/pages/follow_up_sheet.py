"""The sheet of one follow-up: its curves over a day, a week or ninety days, and everything around them."""

from __future__ import annotations

import json
from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from aiohttp import web

from telemed.acts.telemonitoring.formats.happenings import session_words
from telemed.acts.telemonitoring.model.care import FollowUp
from telemed.acts.telemonitoring.model.curve import Span
from telemed.acts.telemonitoring.model.follow_up import (
    FollowUpActor,
    FollowUpState,
    FollowUpStep,
    find_follow_up_move,
)
from telemed.acts.telemonitoring.model.quarantine import Place
from telemed.acts.telemonitoring.model.rights import find_actor
from telemed.acts.telemonitoring.service.sheets import Sheet
from telemed.kernel.clock import civil_date, parse_instant
from telemed.web import follow_up_words, french, words
from telemed.web.death_words import SOURCE_CHOICES
from telemed.web.pages.follow_up_cards import UNKNOWN, devices_card, limits_card, prescriptions_card, team_card
from telemed.web.pages.follow_up_curves import curve_json, curves_card
from telemed.web.pages.follow_up_draft import follow_up_id_of
from telemed.web.pages.follow_up_neighbours import find_trail
from telemed.web.pages.follow_ups import CARER, TAB, pathway_label
from telemed.web.pages.mute_lines import mute_lines
from telemed.web.pages.page import Pages, Visitor, open_workplace
from telemed.web.views.follow_up import AsideLine, Gestures, Issued, MonthLine, SessionLine, SheetView
from telemed.web.views.frame import NOTHING_TYPED, Form, NavItem

pages = Pages()
_SPANS = {name: span for span, (name, _) in follow_up_words.SPANS.items()}
_ASIDES = 20
_RENEWAL = ("prescripteur", "rpps", "prescrit_le", "debut", "fin", "qualifie")


@pages.get("/surveillance/{id}", CARER)
async def show_sheet(visitor: Visitor) -> web.Response:
    follow_up_id = follow_up_id_of(visitor)
    sheet = await _read(visitor, follow_up_id)
    if sheet.follow_up.state is FollowUpState.DRAFT:
        return visitor.go(f"/surveillance/{follow_up_id}/inscription")
    return await _render(visitor, sheet)


@pages.get("/surveillance/{id}/courbe", CARER)
async def show_curve(visitor: Visitor) -> web.Response:
    """One signal as data, for the closer look."""
    query, (span, last_day) = visitor.request.query, _period(visitor)
    found = await visitor.services.telemonitoring.sheets.curve(
        visitor.known, follow_up_id_of(visitor), query.get("signal", ""), span, last_day
    )
    if found is None:
        raise web.HTTPNotFound
    series, window = found
    data = curve_json(series, window.start, window.end, window.territory.zone.key)
    return web.json_response(data, headers={"Cache-Control": "no-store"})


async def render_sheet(
    visitor: Visitor,
    follow_up_id: UUID,
    form: Form = NOTHING_TYPED,
    *,
    issued: Issued | None = None,
    status: int = 200,
) -> web.Response:
    """The sheet again, with what was typed and refused, or an access that is shown once."""
    return await _render(visitor, await _read(visitor, follow_up_id), form, issued=issued, status=status)


def _period(visitor: Visitor) -> tuple[Span, date | None]:
    """What the address asks for; anything else is the week until today."""
    query = visitor.request.query
    try:
        last_day = date.fromisoformat(query.get("jour", ""))
    except ValueError:
        last_day = None
    if last_day is not None and not 2000 <= last_day.year < 2200:
        last_day = None
    return _SPANS.get(query.get("periode", ""), Span.WEEK), last_day


async def _read(visitor: Visitor, follow_up_id: UUID) -> Sheet:
    span, last_day = _period(visitor)
    return await visitor.services.telemonitoring.sheets.get(visitor.known, follow_up_id, span, last_day)


async def _render(
    visitor: Visitor, sheet: Sheet, form: Form = NOTHING_TYPED, *, issued: Issued | None = None, status: int = 200
) -> web.Response:
    place, telemonitoring = await open_workplace(visitor, TAB), visitor.services.telemonitoring
    follow_up, (span, _) = sheet.follow_up, _period(visitor)
    base, is_living = f"/surveillance/{follow_up.id}", sheet.follow_up.is_living
    today = civil_date(visitor.services.clock.now(), follow_up.plan.territory)
    standings = await telemonitoring.devices.of_follow_up(visitor.known, follow_up.id)
    typed = {"retour_le": today.isoformat(), "absent_le": today.isoformat(), "seance_le": today.isoformat()}
    shown = Form(typed | form.values, form.errors)
    mutes = mute_lines(sheet.mutes, f"{base}/sourdines", telemonitoring.catalogue, visitor.services.clock.now())
    trail = await find_trail(visitor, follow_up)
    view = SheetView(
        base=base,
        around=trail.around,
        patient=sheet.patient.full_name,
        patient_address=f"/patientele/{sheet.patient.id}",
        age=words.age(sheet.patient.identity.traits.birth_date, today),
        pathway=pathway_label(visitor, follow_up),
        state=follow_up_words.state_badge(follow_up.state),
        sentence=follow_up_words.sentence(follow_up),
        curves=curves_card(f"{base}?{_kept(trail.asked)}", sheet.drawn, span, today, telemonitoring.catalogue),
        limits=limits_card(visitor, base, sheet.drawn.settings, sheet.asked, sheet.people, form, is_living=is_living),
        devices=await devices_card(visitor, base, standings, form, issued=issued, is_living=is_living),
        prescriptions=prescriptions_card(
            base, sheet.prescriptions, _renewal_form(form, today), gesture=_renewal(visitor, follow_up)
        ),
        team=await team_card(visitor, base, sheet.team, form, is_living=is_living),
        form=shown,
        asides=await _asides(visitor, follow_up.id),
        sessions=tuple(_sessions(sheet)),
        topics=follow_up_words.topic_choices(),
        months=tuple(_months(sheet)),
        end_reasons=follow_up_words.end_choices(),
        death_sources=SOURCE_CHOICES,
        gestures=_gestures(visitor, follow_up),
        has_ended=not is_living,
        mutes=tuple(one for one in mutes if not one.is_over),
        past_mutes=tuple(one for one in mutes if one.is_over),
        settled=follow_up_words.settled(follow_up.plan),
        reports=(NavItem("reports", "Rapports", f"{base}/rapports"),),
    )
    return visitor.render("professional/follow_up.html", place.frame, view, status=status)


def _kept(asked: dict[str, str]) -> str:
    return f"{urlencode(asked)}&" if asked else ""


def _renewal_form(form: Form, today: date) -> Form:
    """A renewal that was refused is shown again; the form of something else leaves it as it was."""
    if any(form.value(name) for name in _RENEWAL):
        return form
    return Form({"prescrit_le": today.isoformat()})


def _renewal(visitor: Visitor, follow_up: FollowUp) -> str:
    may = find_follow_up_move(follow_up.state, FollowUpStep.RENEW, find_actor(visitor.known)) is not None
    return "Renouveler la prescription" if may else ""


def _gestures(visitor: Visitor, follow_up: FollowUp) -> Gestures:
    actor = find_actor(visitor.known)

    def may(step: FollowUpStep, whose: FollowUpActor = actor) -> bool:
        return find_follow_up_move(follow_up.state, step, whose) is not None

    return Gestures(
        may_suspend=may(FollowUpStep.SUSPEND),
        may_resume=may(FollowUpStep.RESUME),
        may_keep=may(FollowUpStep.KEEP),
        may_stop=may(FollowUpStep.STOP),
    )


async def _asides(visitor: Visitor, follow_up_id: UUID) -> tuple[AsideLine, ...]:
    """The latest measures that wait for somebody to say whether they count."""
    telemonitoring = visitor.services.telemonitoring
    found = await telemonitoring.quarantine.page(visitor.known, follow_up_id, limit=_ASIDES)
    lines = []
    for one in found:
        observation, place = one.kept.observation, one.place
        signal = telemonitoring.catalogue.find(place.signal)
        said = observation.raw or (str(observation.value) if observation.value is not None else "sans valeur")
        why = observation.quarantine
        lines.append(
            AsideLine(
                key=place_key(place),
                at=observation.measured_at,
                label=french.typographic(signal.label) if signal else place.signal,
                said=said,
                why=follow_up_words.quarantine_words(why) if why else "",
            )
        )
    return tuple(lines)


def place_key(place: Place) -> str:
    """The name of a measure that is set aside, for a form; `read_place` reads it back."""
    return json.dumps([str(place.device_id), *place[1:3], place.measured_at.isoformat(), place.version])


def read_place(key: str) -> Place:
    """Raises ValueError on what is no key of ours."""
    try:
        device, signal, component, at, version = json.loads(key)
        if "\0" in f"{signal}{component}":
            raise ValueError("no name holds that")
        return Place(UUID(device), str(signal), str(component), parse_instant(at), int(version))
    except (TypeError, AttributeError) as err:
        raise ValueError("this names no measure") from err


def _sessions(sheet: Sheet) -> list[SessionLine]:
    lines = []
    for one in sheet.drawn.sessions:
        by = sheet.people.get(one.by)
        said = french.typographic(session_words(one))
        lines.append(SessionLine(one.held_on, said, one.note, by.full_name if by else UNKNOWN))
    return lines


def _months(sheet: Sheet) -> list[MonthLine]:
    """The latest first."""
    return [
        MonthLine(
            number=one.number,
            first_day=one.days.first_day,
            last_day=one.days.last_day or one.days.first_day,
            received=one.received,
            expected=one.expected,
            state=follow_up_words.month_badge(one),
            report_address=f"/surveillance/{one.follow_up_id}/rapports/{one.number}",
        )
        for one in reversed(sheet.months)
    ]
