"""What is true of every alert, whatever happened; read anew each time."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.acts.telemonitoring.model.alert import ALERT_MOVES, ALERT_STANDINGS, AlertState, AlertStep
from telemed.acts.telemonitoring.model.told import SILENCE
from telemed.acts.telemonitoring.model.triage import HELD_STATES, Alert, AlertEvent, EventKind
from telemed.acts.telemonitoring.store.alert_rows import to_alert, to_event
from telemed.acts.telemonitoring.tables.alerts import AlertEventRow, AlertRow, MutedFindingRow, MuteRow

_WOKE = {EventKind.FIRED, EventKind.REPEAT}
_STEPS = {step.value for step in AlertStep}


class Memory:
    """What was seen before: nothing of it ever goes away or is said otherwise."""

    def __init__(self) -> None:
        self.written: dict[tuple[UUID, int], AlertEvent] = {}
        self.closed: dict[UUID, Any] = {}
        self.told: Counter[tuple[UUID, str]] = Counter()


async def check_all(session: AsyncSession, memory: Memory, now: datetime, *, is_swept: bool) -> list[Alert]:
    alerts = [to_alert(row) for row in await session.scalars(select(AlertRow))]
    lives: dict[UUID, list[AlertEvent]] = defaultdict(list)
    for row in await session.scalars(select(AlertEventRow).order_by(col(AlertEventRow.position))):
        lives[row.alert_id].append(to_event(row))
    check_chains(alerts)
    for alert in alerts:
        check_standing(alert)
        check_life(alert, lives[alert.id])
        assert not is_swept or alert.timer_at is None or alert.timer_at > now
    check_nothing_is_lost(memory, alerts, lives)
    await check_each_finding_once(session, memory, alerts, lives)
    return alerts


def check_chains(alerts: list[Alert]) -> None:
    """One open alert per follow-up and cause at most, the last one; each names the one before."""
    chains: dict[tuple[UUID, str], list[Alert]] = defaultdict(list)
    for alert in sorted(alerts, key=lambda one: one.ordinal):
        chains[alert.key].append(alert)
    for chain in chains.values():
        assert [alert.ordinal for alert in chain] == list(range(1, len(chain) + 1))
        assert not any(alert.is_open for alert in chain[:-1])
        assert [alert.former_id for alert in chain] == [None, *(alert.id for alert in chain[:-1])]


def check_standing(alert: Alert) -> None:
    """Owned and due while open; in one person's hands exactly where the state says so."""
    standing = ALERT_STANDINGS[alert.state]
    assert (alert.owner is None) == (alert.due_at is None) == (standing is None)
    assert (alert.holder_id is not None) == (alert.state in HELD_STATES)
    assert (alert.outcome is not None) == (alert.closed_at is not None) == (alert.state is AlertState.CLOSED)
    assert alert.timer_at is None or alert.is_open


def check_life(alert: Alert, life: list[AlertEvent]) -> None:
    """Written without a hole; each step is one of the table, taken by whom it allows, from where the last one ended."""
    assert [event.position for event in life] == list(range(1, alert.version + 1))
    assert life[0].kind is EventKind.FIRED
    assert life[-1].end is alert.state
    for former, event in pairwise(life):
        assert former.end is event.start
        assert former.at <= event.at
    for event in life:
        if event.kind.value in _STEPS:
            end, actors = ALERT_MOVES[event.start, AlertStep(event.kind.value)]
            assert event.end is end
            assert event.actor in actors
        else:
            assert event.start is event.end
    assert sum(event.kind is EventKind.REPEAT for event in life) == alert.repeats


def check_nothing_is_lost(memory: Memory, alerts: list[Alert], lives: dict[UUID, list[AlertEvent]]) -> None:
    written = {(event.alert_id, event.position): event for life in lives.values() for event in life}
    assert memory.written.items() <= written.items()
    memory.written = written
    closed = {one.id: (one.outcome, one.closed_at, one.closed_by) for one in alerts if not one.is_open}
    assert memory.closed.items() <= closed.items()
    memory.closed = closed


async def check_each_finding_once(
    session: AsyncSession, memory: Memory, alerts: list[Alert], lives: dict[UUID, list[AlertEvent]]
) -> None:
    """Every finding that was to wake somebody did, once, or was held by a mute; silence by none."""
    seen: Counter[tuple[UUID, str]] = Counter()
    for alert in alerts:
        seen[alert.key] += sum(event.kind in _WOKE for event in lives[alert.id])
    for row in await session.scalars(select(MutedFindingRow)):
        assert row.cause != SILENCE
        seen[(row.follow_up_id, row.cause)] += 1
    assert seen == memory.told
    for mute in await session.scalars(select(MuteRow)):
        assert mute.cause != SILENCE
