"""The sweep: reminders and due dates of cases, found in the database, once each, however late it runs."""

from __future__ import annotations

from uuid import UUID

import structlog

from telemed.acts.teleexpertise.model import STANDINGS, Case, Notice, NoticeKind, Owner
from telemed.acts.teleexpertise.service.casework import Casework
from telemed.acts.teleexpertise.store import CaseStore, TimerStore
from telemed.kernel.errors import Conflict
from telemed.storage.engine import Database

_AT_ONCE = 100
log = structlog.get_logger("teleexpertise")


class TimerService:
    """Several processes may sweep at once: a case is locked while it moves, and its timers move with it."""

    def __init__(self, *, database: Database, casework: Casework) -> None:
        self._database = database
        self._casework = casework

    async def sweep(self) -> int:
        """Do what is due by now; returns how many cases were looked at."""
        done = 0
        while case_ids := await self._fired():
            for case_id in case_ids:
                await self._sweep_one(case_id)
            done += len(case_ids)
            if len(case_ids) < _AT_ONCE:
                break
        return done

    async def run(self) -> None:
        """The periodic job."""
        count = await self.sweep()
        if count:
            log.info("teleexpertise.swept", count=count)

    async def _fired(self) -> list[UUID]:
        async with self._database.read() as session:
            return await TimerStore(session).fired(self._casework.clock.now(), limit=_AT_ONCE)

    async def _sweep_one(self, case_id: UUID) -> None:
        now = self._casework.clock.now()
        try:
            async with self._database.begin() as uow:
                case = await CaseStore(uow.session).find(case_id, lock=True)
                if case is None:
                    return
                fired_at = await TimerStore(uow.session).take_reminder(case_id, now)
                if case.due_at is not None and now >= case.due_at:
                    await self._casework.catch_up(uow, case)
                elif fired_at is not None:
                    self._casework.tell(uow, _reminders(case), mark=fired_at.isoformat())
        except Conflict:  # somebody moved the case in between; the next sweep reads it again
            log.info("teleexpertise.sweep_overtaken")


def _reminders(case: Case) -> list[Notice]:
    """One for each who owes something."""
    standing = STANDINGS[case.state]
    if standing is None:
        return []
    owing = (case.requerant,) if standing.owner is Owner.REQUERANT else case.holders
    return [Notice(case.id, side.professional_id, NoticeKind.REMINDER, case.due_at) for side in owing]
