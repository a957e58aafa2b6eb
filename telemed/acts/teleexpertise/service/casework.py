"""Moves a case by the table: due date, timers, history, notices and quotas change in the same transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from telemed.acts.teleexpertise.formats import NOTICE_OF, NOTICE_OF_OUTCOME, notice_event
from telemed.acts.teleexpertise.model import (
    END_STATES,
    STANDINGS,
    Actor,
    Case,
    EndReason,
    Move,
    Notice,
    NoticeKind,
    Outcome,
    Owner,
    Side,
    State,
    Step,
)
from telemed.acts.teleexpertise.ports import Experts, Quotas
from telemed.acts.teleexpertise.rules.delays import clock_step, due_of, reminder_at
from telemed.acts.teleexpertise.rules.levels import line_cases_of
from telemed.acts.teleexpertise.rules.offers import settle_pending
from telemed.acts.teleexpertise.rules.standings import changes_of
from telemed.acts.teleexpertise.service.access import open_case, require_step, side_of
from telemed.acts.teleexpertise.service.cascade import go_on
from telemed.acts.teleexpertise.service.news import tell_change, tell_line
from telemed.acts.teleexpertise.store import CaseStore, TimerStore
from telemed.acts.teleexpertise.store.levels import LevelStore
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Clock
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal

_UNTOLD = frozenset({Step.EDIT, Step.SEE})
_GIVES_BACK = {Step.REFUSE, Step.FORWARD, Step.QUEUE, Step.WITHDRAW, Step.STOP, Step.EXPIRE}
_UNRECORDED = {Step.EDIT, Step.LOOK}

Follower = Callable[[UnitOfWork, Case, Case], Awaitable[None]]
"""Hears of a case before and after a move, in its transaction."""


class Casework:
    """What every use case that moves a case shares. `quotas` are those of billing, `experts` the rosters."""

    def __init__(self, *, clock: Clock, journal: Journal, quotas: Quotas, experts: Experts) -> None:
        self.clock = clock
        self.journal = journal
        self.quotas = quotas
        self.experts = experts
        self.followers: list[Follower] = []

    async def open(self, uow: UnitOfWork, caller: Caller, case_id: UUID, action: str) -> tuple[Case, Actor]:
        """A case, locked and brought up to now, and the caller's side of it: a late sweep gives nobody more time."""
        case, _ = await open_case(uow, self.journal, caller, case_id, action)
        present = await self.catch_up(uow, case)
        return present, side_of(caller, present)

    async def catch_up(self, uow: UnitOfWork, case: Case) -> Case:
        """The locked case after what time did to it; each step is taken once, whoever comes first."""
        while (step := clock_step(case, self.clock.now())) is not None:
            changes = clock_changes(case, step, self.clock.now())
            if step is Step.LOOK or (step is Step.LAPSE and case.state is not State.ACCEPTED):
                back = Step.RETURN if step is Step.LOOK else Step.LAPSE
                case = await go_on(self, uow, case, Actor.CLOCK, back=back, **changes)
            else:
                case = await self.take(uow, case, step, Actor.CLOCK, **changes)
        return case

    async def take(
        self,
        uow: UnitOfWork,
        case: Case,
        step: Step,
        actor: Actor,
        *,
        by: UUID | None = None,
        reason: str = "",
        **changes: Any,
    ) -> Case:
        """The locked case after a step with its other changes, saved. Raises Conflict if the table lacks the step."""
        now, state = self.clock.now(), require_step(case, step, actor)
        moved = _settled(replace(case, state=state, **changes), now)
        moved = replace(moved, due_at=due_of(moved))
        saved = await CaseStore(uow.session).save(moved, case)
        await TimerStore(uow.session).set(saved, reminder_at=reminder_at(saved, now))
        await self._record(uow, case, saved, step, actor, by=by, reason=reason)
        await LevelStore(uow.session).save(line_cases_of(saved, now))
        if standings := changes_of(case, saved, now):
            await self.experts.note(uow, standings, now)
        if case.requis is not None and step in _GIVES_BACK:
            await self.quotas.release(uow, case.id, why=step.value)
        self.tell(uow, _notices(case, saved, step), mark=f"v{saved.version}")
        tell_change(uow, case, saved, now)
        await tell_line(self.experts, uow, case, saved, now)
        for follow in self.followers:
            await follow(uow, case, saved)
        return saved

    def tell(self, uow: UnitOfWork, notices: Iterable[Notice], *, mark: str) -> None:
        """Have people told after the commit; `mark` says what made the notice: one is kept for each."""
        for notice in notices:
            uow.add_event(notice_event(notice, mark, self.clock.now()))

    async def _record(
        self, uow: UnitOfWork, case: Case, saved: Case, step: Step, actor: Actor, *, by: UUID | None, reason: str
    ) -> None:
        if step in _UNRECORDED:
            return
        store, standing = CaseStore(uow.session), STANDINGS[saved.state]
        move = Move(
            case_id=case.id,
            position=await store.last_position(case.id) + 1,
            step=step,
            start=case.state,
            end=saved.state,
            actor=actor,
            at=self.clock.now(),
            owner=standing.owner if standing else None,
            due_at=saved.due_at,
            by=by,
            reason=reason,
        )
        await store.add_move(move)


def clock_changes(case: Case, step: Step, now: datetime) -> dict[str, Any]:
    """What else changes when time takes a step."""
    match step:
        case Step.LAPSE:
            return {"offers": settle_pending(case, Outcome.LAPSED, now)}
        case Step.ESCALATE:
            return {"escalated_at": now}
        case Step.EXPIRE:
            reason = EndReason.NOT_SENT if case.state is State.DRAFT else EndReason.NOT_ANSWERED
            return {"end_reason": reason}
    return {}


def _settled(case: Case, now: datetime) -> Case:
    """Nobody is left with an offer of a case that was answered or is over; only a queued one is looked at again."""
    if case.cascade and case.cascade.look_at and case.state is not State.QUEUED:
        case = replace(case, cascade=replace(case.cascade, look_at=None))
    if case.state is State.ANSWERED:
        return replace(case, offers=settle_pending(case, Outcome.OVERTAKEN, now))
    if case.state in END_STATES:
        return replace(case, offers=settle_pending(case, Outcome.CANCELLED, now), ended_at=case.ended_at or now)
    return case


def _notices(former: Case, case: Case, step: Step) -> list[Notice]:
    """Who learns of a step: the sides that did not take it, and whoever's offer is new or over."""
    to_asker, to_holders = NOTICE_OF.get(step, (None, None))
    is_handover = step is Step.LAPSE and case.state is State.ACCEPTED
    notices = [] if to_asker is None or is_handover else [_notice(case, case.requerant, to_asker)]
    if to_holders is not None:
        notices += [_notice(case, side, to_holders) for side in former.holders]
    known = {offer.id: offer.outcome for offer in former.offers}
    for offer in case.offers:
        kind = NOTICE_OF_OUTCOME.get(offer.outcome)
        if kind is not None and known.get(offer.id) is not offer.outcome:
            notices.append(_notice(case, offer.to, kind))
    return notices + _notices_of_search(former, case, step)


def _notices_of_search(former: Case, case: Case, step: Step) -> list[Notice]:
    """The requérant learns that his request went further; who proposed a case to a colleague, that it stays his."""
    was, stage = (one.cascade.stage if one.cascade else None for one in (former, case))
    if was not in (None, stage) and step in (Step.FORWARD, Step.OFFER, Step.QUEUE):
        return [_notice(case, case.requerant, NoticeKind.WIDENED)]
    if step in (Step.LAPSE, Step.DECLINE) and case.state is State.ACCEPTED and case.requis:
        return [_notice(case, case.requis, NoticeKind.STILL_YOURS)]
    return []


def _notice(case: Case, side: Side, kind: NoticeKind) -> Notice:
    standing = STANDINGS[case.state]
    is_asker = side == case.requerant
    owes = standing is not None and (standing.owner is Owner.REQUERANT) is is_asker
    return Notice(case.id, side.professional_id, kind, case.due_at if owes else None)
