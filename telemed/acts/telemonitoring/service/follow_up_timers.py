"""The sweep of follow-ups: what time does to them, found in the database, once each, however late it runs."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import structlog

from telemed.acts.telemonitoring.service.follow_up_steps import FollowUpSteps
from telemed.acts.telemonitoring.store.follow_ups import FollowUpStore
from telemed.kernel.errors import Conflict
from telemed.storage.engine import Database

_AT_ONCE = 100
log = structlog.get_logger("telemonitoring")


class FollowUpTimers:
    """Several processes may sweep at once: a follow-up is locked while it moves. One that fails stops no other."""

    def __init__(self, *, database: Database, steps: FollowUpSteps) -> None:
        self._database = database
        self._steps = steps

    async def run(self) -> None:
        """The periodic job."""
        count = await self.sweep()
        if count:
            log.info("telemonitoring.follow_ups_swept", count=count)

    async def sweep(self) -> int:
        """Do what is due by now; returns how many follow-ups were moved."""
        now, done = self._steps.clock.now(), 0
        after: tuple[datetime, UUID] | None = None
        while True:
            async with self._database.read() as session:
                woken = await FollowUpStore(session).woken(now, after=after, limit=_AT_ONCE)
            for wakes_at, follow_up_id in woken:
                done += await self._wake(follow_up_id)
                after = (wakes_at, follow_up_id)
            if len(woken) < _AT_ONCE:
                return done

    async def _wake(self, follow_up_id: UUID) -> int:
        try:
            async with self._database.begin() as uow:
                follow_up = await FollowUpStore(uow.session).find(follow_up_id, lock=True)
                if follow_up is not None:
                    await self._steps.catch_up(uow, follow_up)
        except Conflict:  # somebody moved it in between; the next sweep reads it again
            log.info("telemonitoring.sweep_overtaken")
            return 0
        except Exception:  # an edge: the others have their turn, this one at the next sweep
            log.exception("telemonitoring.sweep_failed")
            return 0
        return 1
