"""Moves a follow-up by the table: what is due, when time wakes it and its history change in the same transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from telemed.acts.telemonitoring.formats.months import ended_event
from telemed.acts.telemonitoring.model.care import EndReason, FollowUp, FollowUpMove
from telemed.acts.telemonitoring.model.follow_up import (
    FOLLOW_UP_STANDINGS,
    FollowUpActor,
    FollowUpState,
    FollowUpStep,
)
from telemed.acts.telemonitoring.model.rights import Right
from telemed.acts.telemonitoring.ports.care import FollowUpFollower
from telemed.acts.telemonitoring.rules.due import find_due_at, find_month, next_clock_step
from telemed.acts.telemonitoring.service.care_access import open_follow_up, require_move
from telemed.acts.telemonitoring.service.months import MonthCloser
from telemed.acts.telemonitoring.store.care import CareStore
from telemed.acts.telemonitoring.store.follow_ups import FollowUpStore
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Clock, civil_date
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal

_END_BY_CLOCK = {FollowUpStep.DROP: EndReason.NOT_STARTED, FollowUpStep.CLOSE: EndReason.NOT_RENEWED}


class FollowUpSteps:
    """What every use case that changes a follow-up shares. `followers` hear of each change, in its transaction."""

    def __init__(self, *, clock: Clock, journal: Journal, months: MonthCloser) -> None:
        self.clock = clock
        self.journal = journal
        self.followers: list[FollowUpFollower] = []
        self._months = months

    async def open(
        self, uow: UnitOfWork, caller: Caller, follow_up_id: UUID, action: str, *, right: Right = Right.ENROL
    ) -> FollowUp:
        """A follow-up, locked and brought up to now: a late sweep gives nobody more time."""
        found = await open_follow_up(uow, self.journal, caller, follow_up_id, action, right=right, lock=True)
        return await self.catch_up(uow, found)

    async def catch_up(self, uow: UnitOfWork, follow_up: FollowUp) -> FollowUp:
        """The locked follow-up after what time did to it; each step is taken once, whoever comes first."""
        while (clock := next_clock_step(follow_up)) is not None and clock.at <= self.clock.now():
            if clock.step is None:
                follow_up = await self._close_month(uow, follow_up)
            else:
                reason = _END_BY_CLOCK.get(clock.step)
                follow_up = await self.take(uow, follow_up, clock.step, FollowUpActor.CLOCK, end_reason=reason)
        return follow_up

    async def take(
        self,
        uow: UnitOfWork,
        follow_up: FollowUp,
        step: FollowUpStep,
        actor: FollowUpActor,
        *,
        by: UUID | None = None,
        reason: str = "",
        day: date | None = None,
        **changes: Any,
    ) -> FollowUp:
        """The locked follow-up after a step with its other changes, saved. Raises Conflict if the table lacks it."""
        state, now = require_move(follow_up, step, actor), self.clock.now()
        if FOLLOW_UP_STANDINGS[state] is None:
            follow_up = await self._close_what_is_over(uow, follow_up)
            changes |= {"ended_at": now}
        moved = replace(follow_up, state=state, **changes)
        saved = await self.save(uow, follow_up, moved)
        move = FollowUpMove(saved.id, 0, step, follow_up.state, saved.state, actor, now, by, day, reason)
        await CareStore(uow.session).add_move(move)
        if follow_up.is_living and not saved.is_living and saved.started_on is not None:
            uow.add_event(ended_event(saved, now))
        return saved

    async def flag_if_due(self, uow: UnitOfWork, follow_up: FollowUp) -> FollowUp:
        """Of one that is active again: too little came in a month, and no doctor has said since that it goes on."""
        care = CareStore(uow.session)
        failed = [month.closed_at for month in await care.months(follow_up.id) if month.is_adherent is False]
        kept = [move.at for move in await care.moves(follow_up.id) if move.step is FollowUpStep.KEEP]
        if not failed or (kept and max(kept) >= max(failed)):
            return follow_up
        return await self.take(uow, follow_up, FollowUpStep.FLAG, FollowUpActor.CLOCK)

    async def save(self, uow: UnitOfWork, former: FollowUp, changed: FollowUp) -> FollowUp:
        """Keep a change; when it is due and when time wakes it follow from what it is now."""
        saved = await FollowUpStore(uow.session).save(self.timed(changed, former), former)
        await self.tell(uow, former, saved)
        return saved

    def timed(self, follow_up: FollowUp, former: FollowUp | None) -> FollowUp:
        """With what is due now, and when time wakes it."""
        clock = next_clock_step(follow_up)
        due_at = find_due_at(follow_up, former, self.clock.now())
        return replace(follow_up, due_at=due_at, wakes_at=clock.at if clock else None)

    async def tell(self, uow: UnitOfWork, former: FollowUp | None, saved: FollowUp) -> None:
        for follower in self.followers:
            await follower.changed(uow, former, saved)

    async def _close_what_is_over(self, uow: UnitOfWork, follow_up: FollowUp) -> FollowUp:
        """Before it ends: the months that are over where the patient lives, and that nothing would close afterwards."""
        today = civil_date(self.clock.now(), follow_up.plan.territory)
        while follow_up.started_on is not None:
            last_day = find_month(follow_up.started_on, follow_up.months_done + 1).last_day
            if last_day is None or last_day >= today:
                break
            month = await self._months.close(uow, follow_up)
            follow_up = await self.save(uow, follow_up, replace(follow_up, months_done=month.number))
        return follow_up

    async def _close_month(self, uow: UnitOfWork, follow_up: FollowUp) -> FollowUp:
        """A month in which too little came flags the follow-up (R-33); where it cannot be, billing stops by itself."""
        month = await self._months.close(uow, follow_up)
        if month.is_adherent is False and follow_up.state is FollowUpState.ACTIVE:
            return await self.take(
                uow,
                follow_up,
                FollowUpStep.FLAG,
                FollowUpActor.CLOCK,
                months_done=month.number,
                day=month.days.last_day,
            )
        return await self.save(uow, follow_up, replace(follow_up, months_done=month.number))
