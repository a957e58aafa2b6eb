"""What people do with alerts: take, let go, set aside, interpret, decide, act, close, comment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from telemed.acts.telemonitoring.model.alert import AlertOutcome, AlertState, AlertStep
from telemed.acts.telemonitoring.model.rights import Right
from telemed.acts.telemonitoring.model.triage import Alert, Moved
from telemed.acts.telemonitoring.rules.triage import comment, take_step
from telemed.acts.telemonitoring.service.alert_access import (
    actor_of,
    note_alert,
    reach_alert,
    refuse_step,
    require_hand,
)
from telemed.acts.telemonitoring.service.alert_news import tell_alerts
from telemed.acts.telemonitoring.service.care_access import require_right
from telemed.acts.telemonitoring.service.team_times import TeamTimes
from telemed.acts.telemonitoring.store.alerts import AlertStore
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Clock
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal


class Grasp(StrEnum):
    """What became of one alert of a bulk take."""

    TAKEN = "taken"
    ALREADY_YOURS = "already_yours"
    REFUSED = "refused"
    ABSENT = "absent"


@dataclass(frozen=True)
class AlertDesk:
    """What every use case that moves an alert shares."""

    database: Database
    clock: Clock
    journal: Journal
    times: TeamTimes

    async def move(
        self,
        uow: UnitOfWork,
        alert: Alert,
        step: AlertStep,
        caller: Caller,
        *,
        words: str = "",
        outcome: AlertOutcome | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> Alert:
        """The locked alert after a step of the caller, saved and told. Raises Conflict, Forbidden."""
        require_hand(alert, caller, step)
        moved = take_step(
            alert,
            step,
            actor_of(caller),
            now=self.clock.now(),
            team=await self.times.get(uow.session, alert.practice_id),
            by=require_right(caller, Right.READ),
            words=words,
            outcome=outcome,
            details=details,
        )
        if moved is None:
            raise refuse_step(alert, step)
        return await self.write(uow, alert, moved)

    async def write(self, uow: UnitOfWork, former: Alert, moved: Moved) -> Alert:
        await AlertStore(uow.session).move(former, moved)
        await tell_alerts(uow, [moved.alert], self.clock.now())
        return moved.alert


class AlertWork:
    """Each step is one transaction; a closed alert takes comments and nothing else."""

    def __init__(self, desk: AlertDesk) -> None:
        self._desk = desk

    async def take(self, caller: Caller, alert_id: UUID) -> Alert:
        """Take an alert in hand; taking again what one has changes nothing. Raises Conflict once a colleague has it."""
        async with self._desk.database.begin() as uow:
            alert = await reach_alert(uow, self._desk.journal, caller, alert_id, "take_alert")
            if _is_in_hand(alert, caller):
                return alert
            return await self._desk.move(uow, alert, AlertStep.TAKE, caller)

    async def take_many(self, caller: Caller, alert_ids: Sequence[UUID]) -> dict[UUID, Grasp]:
        """Take each that may still be taken, in one transaction; the others are said, and stop nobody."""
        me, desk = require_right(caller, Right.READ), self._desk
        async with desk.database.begin() as uow:
            store = AlertStore(uow.session)
            found = await store.find_many(alert_ids)
            mine = {one.id: one for one in found.values() if one.practice_id == caller.practice_id}
            team = await desk.times.get(uow.session, caller.practice_id) if caller.practice_id else None
            taken: list[tuple[Alert, Moved]] = []
            told: dict[UUID, Grasp] = {}
            for alert_id in dict.fromkeys(alert_ids):
                alert = mine.get(alert_id)
                note_alert(uow, desk.journal, caller, alert, alert_id, "take_alert")
                if alert is None or team is None:
                    told[alert_id] = Grasp.ABSENT
                elif _is_in_hand(alert, caller):
                    told[alert_id] = Grasp.ALREADY_YOURS
                else:
                    moved = take_step(alert, AlertStep.TAKE, actor_of(caller), now=desk.clock.now(), team=team, by=me)
                    told[alert_id] = Grasp.TAKEN if moved else Grasp.REFUSED
                    taken += [(alert, moved)] if moved else []
            await store.save([], [(was, one.alert) for was, one in taken], [one.event for _, one in taken])
            await tell_alerts(uow, [one.alert for _, one in taken], desk.clock.now())
            return told

    async def release(self, caller: Caller, alert_id: UUID, words: str = "") -> Alert:
        """Let an alert go, one's own or that of a colleague who is away; its deadline is the one that it had."""
        return await self._step(caller, alert_id, AlertStep.RELEASE, words=words)

    async def filter(self, caller: Caller, alert_id: UUID, outcome: AlertOutcome, words: str) -> Alert:
        """Close what is nothing for a doctor: false, or technical."""
        return await self._step(caller, alert_id, AlertStep.FILTER, words=words, outcome=outcome)

    async def interpret(self, caller: Caller, alert_id: UUID, words: str) -> Alert:
        """A doctor says what it means."""
        return await self._step(caller, alert_id, AlertStep.INTERPRET, words=words)

    async def decide(self, caller: Caller, alert_id: UUID, words: str) -> Alert:
        """A doctor says what is to be done; it goes back to whoever had taken it."""
        return await self._step(caller, alert_id, AlertStep.DECIDE, words=words)

    async def close(self, caller: Caller, alert_id: UUID, outcome: AlertOutcome, words: str) -> Alert:
        """What was decided is done; say what the alert was."""
        return await self._step(caller, alert_id, AlertStep.CLOSE, words=words, outcome=outcome)

    async def comment(self, caller: Caller, alert_id: UUID, words: str) -> Alert:
        """Say something about an alert, even a closed one."""
        async with self._desk.database.begin() as uow:
            alert = await reach_alert(uow, self._desk.journal, caller, alert_id, "comment_alert")
            me, now = require_right(caller, Right.READ), self._desk.clock.now()
            return await self._desk.write(
                uow, alert, comment(alert, by=me, actor=actor_of(caller), words=words, now=now)
            )

    async def _step(
        self,
        caller: Caller,
        alert_id: UUID,
        step: AlertStep,
        *,
        words: str,
        outcome: AlertOutcome | None = None,
    ) -> Alert:
        async with self._desk.database.begin() as uow:
            alert = await reach_alert(uow, self._desk.journal, caller, alert_id, f"{step.value}_alert")
            return await self._desk.move(uow, alert, step, caller, words=words, outcome=outcome)


def _is_in_hand(alert: Alert, caller: Caller) -> bool:
    return alert.state is AlertState.TAKEN and alert.holder_id == caller.id
