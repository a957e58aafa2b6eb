"""The cascade: when offers end without an acceptance, the next ones are asked in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from telemed.acts.teleexpertise.model import (
    Actor,
    Cascade,
    Case,
    Notice,
    NoticeKind,
    Offer,
    State,
    Step,
    Turn,
    Via,
)
from telemed.acts.teleexpertise.rules.cascade import (
    Ask,
    Wait,
    choose,
    enter,
    has_time,
    next_stage,
    wait,
    wish_of,
)
from telemed.acts.teleexpertise.service.acceptance import accept_offer
from telemed.acts.teleexpertise.service.mover import Mover
from telemed.kernel.ids import new_id
from telemed.storage.uow import UnitOfWork

AUTOMATIC = "auto_accept"


async def go_on(
    mover: Mover,
    uow: UnitOfWork,
    case: Case,
    actor: Actor,
    *,
    back: Step,
    by: UUID | None = None,
    reason: str = "",
    **changes: Any,
) -> Case:
    """The case once its offers are over, or its line was looked at again.

    The next ones are asked; or its line keeps it; or it goes back to the requérant, by the step `back`.
    """
    plan = await find_next(mover, uow, replace(case, **changes))
    return await follow(mover, uow, case, plan, actor, back=back, by=by, reason=reason, **changes)


async def find_next(mover: Mover, uow: UnitOfWork, case: Case) -> Ask | Wait | None:
    """Who is asked next, in this stage or in those after it; None when there is nobody, or no time left."""
    now, cascade, waiting = mover.clock.now(), case.cascade, None
    while cascade is not None:
        if cascade.stage is not Via.COLLEAGUE and has_time(cascade, case, now):
            found = await mover.experts.find(uow, wish_of(case, cascade, now))
            asked = choose(case, cascade, tuple(found), now)
            if asked is not None:
                return asked
            waiting = waiting or (wait(case, cascade, now) if cascade.stage is Via.LINE else None)
        cascade = await _widened(mover, uow, case, cascade, now)
    return waiting


async def follow(
    mover: Mover,
    uow: UnitOfWork,
    case: Case,
    plan: Ask | Wait | None,
    actor: Actor,
    *,
    back: Step,
    by: UUID | None = None,
    reason: str = "",
    **changes: Any,
) -> Case:
    """The case moved as planned."""
    if plan is None:
        return await mover.take(uow, case, back, actor, by=by, reason=reason, **changes)
    changes["cascade"] = plan.cascade
    if case.requis is not None:
        changes |= {"requis": None, "accepted_at": None}
    if isinstance(plan, Ask):
        return await _ask(mover, uow, case, plan, actor, by=by, reason=reason, **changes)
    is_new = case.state is not State.QUEUED
    step = Step.QUEUE if is_new else Step.LOOK
    queued = await mover.take(uow, case, step, actor, by=by, reason=reason, **changes)
    line_id = plan.cascade.line_id
    line = await mover.experts.line(uow, line_id, case.content.urgency) if is_new and line_id else None
    told = [Notice(case.id, one, NoticeKind.QUEUED, plan.cascade.until) for one in (line.managers if line else ())]
    mover.tell(uow, told, mark=f"v{queued.version}")
    return queued


async def take_what_comes(mover: Mover, uow: UnitOfWork, case: Case, turns: Sequence[Turn]) -> Case:
    """The case after whoever said so accepted it without being asked."""
    person = next((turn.to.professional_id for turn in turns if turn.accepts_by_himself), None)
    offer = case.offer_of(person)
    if offer is None or not offer.is_pending:
        return case
    accepted, _ = await accept_offer(mover, uow, case, offer, by=person, reason=AUTOMATIC)
    return accepted


def make_offers(plan: Ask, now: datetime) -> tuple[Offer, ...]:
    cascade = plan.cascade
    line_id = cascade.line_id if cascade.stage is Via.LINE else None
    return tuple(Offer(new_id(), turn.to, now, plan.until, via=cascade.stage, line_id=line_id) for turn in plan.turns)


async def _ask(
    mover: Mover, uow: UnitOfWork, case: Case, plan: Ask, actor: Actor, *, by: UUID | None, reason: str, **changes: Any
) -> Case:
    is_first = case.state in (State.SENT, State.REFUSED, State.QUEUED)
    former = changes.pop("offers", case.offers)
    offers = (*former, *make_offers(plan, mover.clock.now()))
    step = Step.OFFER if is_first else Step.FORWARD
    asked = await mover.take(uow, case, step, actor, by=by, reason=reason, offers=offers, **changes)
    if plan.cascade.stage is Via.LINE and plan.cascade.line_id:
        people = [turn.to.professional_id for turn in plan.turns]
        await mover.experts.note_turns(uow, plan.cascade.line_id, people)
    return await take_what_comes(mover, uow, asked, plan.turns)


async def _widened(mover: Mover, uow: UnitOfWork, case: Case, cascade: Cascade, now: datetime) -> Cascade | None:
    """The cascade one stage further; None after the last one."""
    if cascade.stage is Via.COLLEAGUE and cascade.widens and cascade.line_id is None and case.offers:
        last = case.offers[-1].to.professional_id
        line_id = await mover.experts.line_of(uow, last, case.content.specialty_code)
        cascade = replace(cascade, line_id=line_id)
    stage = next_stage(cascade, case)
    if stage is None:
        return None
    is_line = stage is Via.LINE and cascade.line_id is not None
    line = await mover.experts.line(uow, cascade.line_id, case.content.urgency) if is_line and cascade.line_id else None
    if stage is Via.LINE and line is None:
        return await _widened(mover, uow, case, replace(cascade, stage=Via.LINE), now)
    return enter(cascade, case, stage, now, line.keeps if line else None)
