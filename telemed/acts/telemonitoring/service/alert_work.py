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
        desk, now, wanted = self._desk, self._desk.clock.now(), list(dict.fromkeys(alert_ids))
        async with desk.database.begin() as uow:
            store = AlertStore(uow.session)
            found = await store.find_many(wanted)
            mine = {one.id: one for one in found.values() if one.practice_id == caller.practice_id}
            patients = {one.id: one.patient_id for one in mine.values()}
            subjects = [(patients.get(one), f"alert:{one}") for one in wanted]
            desk.journal.note_each(uow, caller, "telemonitoring.take_alert", subjects)
            me = require_right(caller, Right.READ)
            teams = await desk.times.find(uow.session, {one.practice_id for one in mine.values()})
            moves = {
                one.id: take_step(one, AlertStep.TAKE, actor_of(caller), now=now, team=teams[one.practice_id], by=me)
                for one in mine.values()
            }
            taken = [(mine[one], moved) for one, moved in moves.items() if moved is not None]
            await store.save([], [(was, moved.alert) for was, moved in taken], [moved.event for _, moved in taken])
            await tell_alerts(uow, [moved.alert for _, moved in taken], now)
            return {one: _grasp(mine.get(one), moves.get(one), caller) for one in wanted}

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


def _grasp(alert: Alert | None, moved: Moved | None, caller: Caller) -> Grasp:
    """What became of an alert as it was, and as it moved."""
    if alert is None:
        return Grasp.ABSENT
    if moved is not None:
        return Grasp.TAKEN
    return Grasp.ALREADY_YOURS if _is_in_hand(alert, caller) else Grasp.REFUSED


def _is_in_hand(alert: Alert, caller: Caller) -> bool:
    return alert.state is AlertState.TAKEN and alert.holder_id == caller.id
