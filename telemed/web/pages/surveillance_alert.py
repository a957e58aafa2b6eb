"""One alert on one screen: what was seen, its curve, what was done, and what one may do now."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from aiohttp import web

from telemed.acts.telemonitoring.model.alert import AlertOutcome, AlertStep
from telemed.acts.telemonitoring.model.rule import Rule
from telemed.acts.telemonitoring.model.triage import ActionKind, Alert, AlertEvent, EventKind, level_of
from telemed.acts.telemonitoring.rules.triage import read_evidence
from telemed.acts.telemonitoring.service.alert_lists import AlertDetail
from telemed.acts.telemonitoring.service.alert_pictures import AlertPicture
from telemed.kernel.clock import civil_date
from telemed.professionals.model import Professional
from telemed.web import french, rule_words, sparks, surveillance_words, words
from telemed.web.pages.mute_lines import mute_lines, say_bound, tolerance_hint, tolerance_unit
from telemed.web.pages.page import Pages, Visitor, Workplace, open_workplace
from telemed.web.pages.surveillance import TEAM, board_query, wanted_of
from telemed.web.pages.surveillance_forms import ACTIONS, BOOKED, MUTE_LENGTHS
from telemed.web.pages.surveillance_lines import (
    drawn_limit,
    evidence_of,
    last_values,
    note_of,
    pathway_label,
    said_evidence,
    what_of,
)
from telemed.web.views.frame import Form, Tone
from telemed.web.views.surveillance import AlertEntry, AlertGestures, AlertView, CurveView

pages = Pages()
_DAYS = 30
_SAID = {
    EventKind.FIRED: ("Alerte", Tone.NOW),
    EventKind.LATE: ("Connue trop tard pour prévenir", Tone.PLAIN),
    EventKind.ENDED: ("Valeurs revenues à la normale", Tone.FINE),
    EventKind.WITHDRAWN: ("Mesure corrigée\u00a0: elle n’était pas anormale", Tone.FINE),
    EventKind.COMMENT: ("Note", Tone.PLAIN),
    EventKind.MUTE: ("Mise en sourdine", Tone.SOON),
}
_TO_DOCTOR = "Dites ce qu’elle signifie, ou classez-la sans suite."
_WITH_VALUES = (EventKind.FIRED, EventKind.REPEAT, EventKind.LATE)


@pages.get("/surveillance/alertes/{id}", TEAM)
async def show_alert(visitor: Visitor) -> web.Response:
    return await render_alert(visitor, await open_workplace(visitor, "surveillance"), Form())


@pages.get("/surveillance/alertes/{id}/fil", TEAM)
async def follow_alert(visitor: Visitor) -> web.Response:
    """What was written and done, 304 while nothing changed; the state in a header, for the page to compare."""
    place = await open_workplace(visitor, "surveillance")
    view = await _view(visitor, place, Form())
    etag = f'"{view.version}"'
    headers = {"ETag": etag, "X-Stage": view.stage, "Cache-Control": "no-store"}
    if visitor.request.headers.get("If-None-Match") == etag:
        return web.Response(status=304, headers=headers)
    return visitor.fragment("fragments/surveillance_thread.html", place.frame, view, headers=headers)


async def render_alert(visitor: Visitor, place: Workplace, form: Form, *, status: int = 200) -> web.Response:
    """The page with what was typed, if anything was."""
    view = await _view(visitor, place, form)
    return visitor.render("professional/surveillance_alert.html", place.frame, view, status=status)


def alert_id_of(visitor: Visitor) -> UUID:
    """The alert that the path names. Raises HTTPNotFound for what is no identifier."""
    try:
        return UUID(visitor.request.match_info["id"])
    except ValueError:
        raise web.HTTPNotFound from None


async def _view(visitor: Visitor, place: Workplace, form: Form) -> AlertView:
    services, caller = visitor.services.surveillance, visitor.known
    detail = await services.lists.get(caller, alert_id_of(visitor))
    alert, now = detail.line.alert, place.frame.now
    pictures = await services.pictures.find(
        caller, [alert], last_day=place.frame.today, days=_DAYS, territory=place.practice.territory
    )
    picture = pictures[alert.id]
    patient, holder, rule = detail.line.patient, detail.line.holder, picture.rule
    hint = tolerance_hint(alert, rule.rule if rule else None, services.catalogue)
    view = AlertView(
        id=str(alert.id),
        base=_address(alert.id),
        stage=alert.state.value,
        severity=surveillance_words.severity(alert.severity),
        patient=patient.full_name,
        age=words.age(patient.identity.traits.birth_date, place.frame.today),
        sheet=f"/surveillance/{alert.follow_up_id}",
        phone=patient.contact.phone or "",
        pathway=pathway_label(alert.pathway, services.pathways),
        what=what_of(alert),
        state=surveillance_words.state(alert.state),
        sentence=_sentence(alert, detail.line.steps),
        due_at=alert.due_at if alert.is_open else None,
        due_tone=surveillance_words.due_tone(alert.due_at, now),
        due_what=surveillance_words.due_what(alert.state),
        owner=holder.full_name if holder else "",
        is_mine=alert.holder_id is not None and alert.holder_id == place.person.id,
        since=alert.since,
        last_at=alert.last_at,
        times=alert.repeats + 1,
        note=note_of(alert),
        evidence=evidence_of(alert, picture, services.catalogue),
        rule=rule.rule.label if rule else "",
        rule_address=f"/surveillance/regles/{rule.rule_id}" if rule else "",
        rule_version=rule.number if rule else None,
        rule_lines=rule_words.sentences(rule.rule, services.catalogue) if rule else (),
        lasts=last_values(picture, services.catalogue),
        curves=_curves(visitor, place, detail, picture),
        thread=_thread(visitor, place, detail, picture),
        mutes=mute_lines(detail.mutes, f"/surveillance/alertes/{alert.id}/sourdine", services.catalogue, now),
        earlier=max(detail.events[0].position - 1, 0) if detail.events else 0,
        gestures=_gestures(detail),
        form=form,
        outcomes=surveillance_words.find_close_outcomes(alert.state),
        actions=ACTIONS,
        mute_lengths=MUTE_LENGTHS,
        mute_what=_mute_what(visitor, alert, rule.rule if rule else None),
        mute_unit=tolerance_unit(alert, rule.rule if rule else None, services.catalogue) if hint else "",
        mute_hint=hint,
        booking=f"/surveillance/alertes/{alert.id}/teleconsultation" if AlertStep.ACT in detail.line.steps else "",
        former=f"/surveillance/alertes/{alert.former_id}" if alert.former_id else "",
    )
    seen = (alert.version, view.state, view.due_at, int(now.timestamp()) // 60)
    view = replace(view, version=hashlib.sha256(repr(seen).encode()).hexdigest()[:16])
    return await _with_neighbours(visitor, alert, view)


async def _with_neighbours(visitor: Visitor, alert: Alert, view: AlertView) -> AlertView:
    """The board that one came from, and what stands on it before and after this alert."""
    wanted = wanted_of(visitor)
    near = await visitor.services.surveillance.lists.around(visitor.known, alert, wanted)
    return replace(
        view,
        board=board_query(wanted),
        asked=board_query(wanted, ""),
        sheet=board_query(wanted, view.sheet, alerte=view.id),
        before=board_query(wanted, _address(near.before)) if near.before else "",
        after=board_query(wanted, _address(near.after)) if near.after else "",
    )


def _sentence(alert: Alert, steps: Collection[AlertStep]) -> str:
    said = _TO_DOCTOR if AlertStep.INTERPRET in steps else surveillance_words.sentence(alert.state)
    return f"{said} Issue\u00a0: {surveillance_words.outcome(alert.outcome).lower()}." if alert.outcome else said


def _address(alert_id: UUID) -> str:
    return f"/surveillance/alertes/{alert_id}"


def _gestures(detail: AlertDetail) -> AlertGestures:
    """What the table and the hands that hold it let this person do; the use cases decide again."""
    steps, alert = detail.line.steps, detail.line.alert
    return AlertGestures(
        may_take=AlertStep.TAKE in steps,
        may_release=AlertStep.RELEASE in steps,
        may_filter=AlertStep.FILTER in steps,
        may_interpret=AlertStep.INTERPRET in steps,
        may_decide=AlertStep.DECIDE in steps,
        may_act=AlertStep.ACT in steps,
        may_close=AlertStep.CLOSE in steps,
        may_comment=True,
        may_mute=not alert.is_silence and alert.is_open,
    )


def _curves(visitor: Visitor, place: Workplace, detail: AlertDetail, picture: AlertPicture) -> tuple[CurveView, ...]:
    alert, rule = detail.line.alert, picture.rule.rule if picture.rule else None
    marks = _marks(detail.events, place)
    found = []
    for name, days in picture.days.items():
        signal = visitor.services.surveillance.catalogue.find(name)
        if signal is None:
            continue
        side, limit = drawn_limit(alert, rule, name)
        found.append(
            sparks.make_curve(
                days,
                place.frame.today,
                label=signal.label,
                unit=signal.unit,
                length=_DAYS,
                side=side,
                limit=limit,
                marks=marks,
            )
        )
    return tuple(found)


def _marks(events: Sequence[AlertEvent], place: Workplace) -> Mapping[date, str]:
    """The days of the measures for which it fired, or fired again."""
    found: dict[date, str] = {}
    for event in events:
        if event.kind in (EventKind.FIRED, EventKind.REPEAT):
            at = str(event.details.get("at", ""))
            day = civil_date(datetime.fromisoformat(at) if at else event.at, place.practice.territory)
            found.setdefault(day, _SAID[EventKind.FIRED][0])
    return found


def _thread(visitor: Visitor, place: Workplace, detail: AlertDetail, picture: AlertPicture) -> tuple[AlertEntry, ...]:
    return tuple(_entry(visitor, place, event, detail, picture) for event in detail.events)


def _entry(
    visitor: Visitor,
    place: Workplace,
    event: AlertEvent,
    detail: AlertDetail,
    picture: AlertPicture,
) -> AlertEntry:
    if event.kind in _SAID:
        title, tone = _SAID[event.kind]
    else:
        title, tone = surveillance_words.step(AlertStep(event.kind.value))
    by = detail.people.get(event.by) if event.by else None
    return AlertEntry(
        event.at, f"{title}{_more(event)}", _text(visitor, place, detail.line.alert, event, picture), _name(by), tone
    )


def _more(event: AlertEvent) -> str:
    """How it ended, or what was done, beside the title."""
    outcome = surveillance_words.find_member(AlertOutcome, event.details.get("outcome"))
    action = surveillance_words.find_member(ActionKind, event.details.get("action"))
    if outcome is not None:
        return f"\u00a0: {surveillance_words.outcome(outcome).lower()}"
    if action is not None:
        return f"\u00a0: {next((one.label for one in ACTIONS if one.value == action), BOOKED).lower()}"
    return ""


def _text(visitor: Visitor, place: Workplace, alert: Alert, event: AlertEvent, picture: AlertPicture) -> str:
    rule = picture.rule.rule if picture.rule else None
    if event.kind not in _WITH_VALUES:
        parts = (_when(event, place), _muted_beyond(visitor, alert, event, rule), event.words)
        return french.typographic("\n".join(part for part in parts if part))
    lines = said_evidence(read_evidence(event.details.get("evidence")), rule, visitor.services.surveillance.catalogue)
    return "\n".join(f"{one.signal}\u00a0: {one.value}{f' ({one.limit})' if one.limit else ''}" for one in lines)


def _when(event: AlertEvent, place: Workplace) -> str:
    """When what was booked begins, or what was muted is told again."""
    for name, said in (("starts_at", "Le"), ("until", "Jusqu’au")):
        if name in event.details:
            instant = datetime.fromisoformat(str(event.details[name]))
            return f"{said} {french.format_moment(instant, place.practice.territory.zone, place.frame.today)}."
    return ""


def _muted_beyond(visitor: Visitor, alert: Alert, event: AlertEvent, rule: Rule | None) -> str:
    """The worse value that lifts the mute that was asked."""
    level, tolerance = event.details.get("level"), event.details.get("tolerance")
    if not isinstance(level, int) or not isinstance(tolerance, int):
        return ""
    bound = say_bound(alert, rule, level, tolerance, visitor.services.surveillance.catalogue)
    return f"Levée {bound}." if bound else ""


def _mute_what(visitor: Visitor, alert: Alert, rule: Rule | None) -> str:
    """What would be silenced, and beyond what it speaks again."""
    what = f"Vous ne serez plus prévenu de «\u00a0{what_of(alert)}\u00a0»"
    bound = say_bound(alert, rule, level_of(alert.evidence), 0, visitor.services.surveillance.catalogue)
    return f"{what}, sauf {bound}." if bound else f"{what}."


def _name(person: Professional | None) -> str:
    return person.full_name if person else ""
