"""Reminders of questionnaires that wait: found in the database, sent once a period, never with health data."""

from __future__ import annotations

from datetime import datetime

import structlog

from telemed.acts.telemonitoring.model.care import FollowUp
from telemed.acts.telemonitoring.model.follow_up import FollowUpState
from telemed.acts.telemonitoring.rules.askings import find_reminder
from telemed.acts.telemonitoring.service.askings import AskingService
from telemed.acts.telemonitoring.service.follow_links import FollowLinkService
from telemed.acts.telemonitoring.store.follow_ups import FollowUpStore
from telemed.acts.telemonitoring.store.questionnaires import AskingStore, SetAsking
from telemed.kernel.clock import Clock
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork

_AT_ONCE = 100
_REMINDED = frozenset((FollowUpState.ACTIVE, FollowUpState.FLAGGED, FollowUpState.LAPSED))
"""Nobody is reminded while he is cared for elsewhere."""
log = structlog.get_logger("reminders")


class ReminderService:
    def __init__(self, *, database: Database, clock: Clock, askings: AskingService, links: FollowLinkService) -> None:
        self._database = database
        self._clock = clock
        self._askings = askings
        self._links = links

    async def run(self) -> None:
        """Job: everybody who is to be reminded by now, by the batch. Late or twice, each period has one reminder."""
        sent = 0
        while True:
            async with self._database.begin() as uow:
                now = self._clock.now()
                due = await AskingStore(uow.session).due(now, _AT_ONCE)
                follow_ups = await FollowUpStore(uow.session).find_many([one.follow_up_id for one in due])
                for one in due:
                    sent += await self._remind(uow, follow_ups[one.follow_up_id], one, now)
            if len(due) < _AT_ONCE:
                break
        if sent:
            log.info("reminders.queued", count=sent)

    async def _remind(self, uow: UnitOfWork, follow_up: FollowUp, due: SetAsking, now: datetime) -> bool:
        """Queue the message unless it was answered already; then the next one. A second one of the day is not sent."""
        is_living = follow_up.is_living
        following = find_reminder(due.asking, now, follow_up.plan.territory) if is_living else None
        await AskingStore(uow.session).move_reminder(due.id, following)
        channel = due.asking.channel
        if follow_up.state not in _REMINDED or channel is None or channel not in self._links.channels:
            return False
        asked = await self._askings.asked_within(uow, follow_up)
        waits = any(one.is_due for one in asked if one.known.id == due.asking.questionnaire_id)
        if waits:
            await self._links.queue(uow, follow_up, channel, is_reminder=True)
        return waits
