"""Whom to ask next, and for how long: a named colleague, then his line, then a territory (decision 0063)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from telemed.acts.teleexpertise.model import (
    PACES,
    Cascade,
    Case,
    Offer,
    RefusalReason,
    State,
    Target,
    Turn,
    Via,
    Wish,
)
from telemed.kernel.decision import ALLOWED, Decision, Reason, refuse

_PASSED_ON = (RefusalReason.UNAVAILABLE, RefusalReason.OUT_OF_SKILL, RefusalReason.OTHER)
_CHOOSES = (State.SENT, State.REFUSED, State.QUEUED)


@dataclass(frozen=True)
class Ask:
    """The cascade goes on with these colleagues, all until the same instant (excluded)."""

    cascade: Cascade
    turns: tuple[Turn, ...]
    until: datetime


@dataclass(frozen=True)
class Wait:
    """Nobody of the line is on duty: the line has the case until it is looked at again."""

    cascade: Cascade


def open_cascade(case: Case, target: Target, now: datetime, keeps: timedelta | None = None) -> Cascade:
    """The first stage of a search that begins now."""
    where = target.territory or case.requerant.territory
    first = Cascade(target.stage, now, where, line_id=target.line_id, widens=target.widens)
    return replace(first, until=stage_until(case, first.stage, now, keeps))


def stage_until(case: Case, stage: Via, now: datetime, keeps: timedelta | None) -> datetime:
    """When a stage that begins now is over: never beyond the deadline, unless a colleague was named.

    `keeps`: what the line says of itself.
    """
    pace = PACES[case.content.urgency]
    if case.deadline is None or case.expires_at is None:
        raise ValueError("a draft is offered to nobody")
    if stage is Via.COLLEAGUE:
        return min(now + pace.offer, case.expires_at)
    return min(now + (pace.stage if keeps is None else keeps), case.deadline)


def next_stage(cascade: Cascade, case: Case) -> Via | None:
    """What comes after a stage; None where the requérant forbids it, or does not say which expert he wants."""
    if not cascade.widens:
        return None
    if cascade.stage is Via.COLLEAGUE and cascade.line_id is not None:
        return Via.LINE
    return Via.TERRITORY if cascade.stage is not Via.TERRITORY and may_search(case) else None


def enter(cascade: Cascade, case: Case, stage: Via, now: datetime, keeps: timedelta | None) -> Cascade:
    """The cascade at the beginning of a stage."""
    return replace(cascade, stage=stage, until=stage_until(case, stage, now, keeps), look_at=None)


def has_time(cascade: Cascade, case: Case, now: datetime) -> bool:
    """Is there still time in the present stage, and before the deadline of the answer?"""
    return now < cascade.until and case.deadline is not None and now < case.deadline


def may_search(case: Case) -> bool:
    """Can a territory be searched? It is, by specialty."""
    return case.content.specialty_code is not None


def goes_on(reason: RefusalReason) -> bool:
    """Is the next one asked after a refusal? Not after one that judges the request: that is the requérant's to hear."""
    return reason in _PASSED_ON


def choose(case: Case, cascade: Cascade, turns: tuple[Turn, ...], now: datetime) -> Ask | None:
    """Whom to ask of those found, best first; None for nobody.

    Whoever takes what comes is asked alone. Where hours count, the first who are there now are asked at once; else
    one after the other. Who comes later has his time from then on, within the stage.
    """
    pace = PACES[case.content.urgency]
    present = [turn for turn in turns if turn.there_from <= now]
    at_once = next(([turn] for turn in present if turn.accepts_by_himself), present[: pace.at_once])
    chosen = at_once or [turn for turn in turns if turn.there_from < cascade.until][:1]
    if not chosen:
        return None
    until = min(max(now, chosen[0].there_from) + pace.turn, cascade.until)
    return Ask(cascade, tuple(chosen), until)


def wait(case: Case, cascade: Cascade, now: datetime) -> Wait:
    """The line has the case: it is looked at again from time to time, and once its time is over."""
    return Wait(replace(cascade, look_at=min(now + PACES[case.content.urgency].look, cascade.until)))


def wish_of(case: Case, cascade: Cascade, now: datetime) -> Wish:
    """What the present stage looks for; the cascade asks nobody twice."""
    return Wish(
        patient_id=case.patient_id,
        requerant=case.requerant,
        specialty_code=case.content.specialty_code,
        skill=case.content.skill,
        territory=cascade.territory,
        line_id=cascade.line_id if cascade.stage is Via.LINE else None,
        now=now,
        before=cascade.until,
        but_rpps=frozenset(offer.to.rpps for offer in case.offers),
    )


def options(case: Case) -> tuple[str, ...]:
    """What the requérant may do with a case that nobody holds."""
    if case.state not in _CHOOSES:
        return ()
    search = ("ask_territory",) if may_search(case) else ()
    return ("ask_colleague", "ask_line", *search, "withdraw")


def check_target(case: Case, target: Target) -> Decision:
    """Does the target say whom to ask?"""
    return specialty_missing() if target.stage is Via.TERRITORY and not may_search(case) else ALLOWED


def specialty_missing() -> Decision:
    text = "Indiquez la spécialité cherchée, ou choisissez un confrère ou une équipe."
    return refuse(Reason("teleexpertise.specialty_missing", text))


def find_handover(case: Case) -> Offer | None:
    """The pending proposal to take an accepted case over."""
    return next((offer for offer in case.pending if offer.via is Via.HANDOVER), None)
