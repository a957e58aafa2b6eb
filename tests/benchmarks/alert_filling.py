"""Alerts as the book of alerts would have left them: as many open as a bench wants, as many closed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from telemed.acts.telemonitoring.model.alert import AlertOutcome, AlertState, Severity
from telemed.acts.telemonitoring.model.evidence import Evidence
from telemed.acts.telemonitoring.model.triage import Alert
from telemed.acts.telemonitoring.store.alert_rows import to_values
from telemed.acts.telemonitoring.tables.alerts import AlertRow
from telemed.acts.telemonitoring.tables.follow_ups import FollowUpRow
from telemed.app import Services
from telemed.kernel.ids import new_id
from tests.benchmarks.filling import add_patients

_PATIENTS = 500
_CHUNK = 5_000
_CAUSES = 20
_LONGEST = 3_000
"""Minutes until an alert was closed."""


async def add_alerts(services: Services, practice_id: UUID, nurse_id: UUID, size: int) -> None:
    """`size` open alerts of five hundred patients at most, a tenth in the nurse's hands, a fifth overdue.

    As many more are closed, over a year.
    """
    patients = await add_patients(services, practice_id, min(size, _PATIENTS))
    now = services.clock.now()
    follow_ups = [_follow_up(practice_id, patient_id, now) for patient_id in patients]
    opened = list(_alerts(follow_ups, size, nurse_id, now))
    rows = [to_values(alert) for alert in (*opened, *_closed(opened, now))]
    async with services.database.begin() as uow:
        await uow.session.execute(insert(FollowUpRow), follow_ups)
        for start in range(0, len(rows), _CHUNK):
            await uow.session.execute(insert(AlertRow), rows[start : start + _CHUNK])


def _follow_up(practice_id: UUID, patient_id: UUID, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "practice_id": practice_id,
        "patient_id": patient_id,
        "pathway": "diabete",
        "state": "active",
        "owner": "doctor",
        "due_at": now,
        "wakes_at": now + timedelta(days=300),
        "territory": "metropole",
        "silence_days": 1,
        "dmn": "",
        "exploitant": "",
        "hand_signals": [],
        "exclusions": [],
        "is_tiers_payant": False,
        "created_at": now,
        "started_on": now.date(),
        "prescribed_until": now.date() + timedelta(days=300),
        "months_done": 0,
        "stays": [],
        "thresholds": [],
        "version": 1,
    }


def _alerts(follow_ups: list[dict[str, Any]], size: int, nurse_id: UUID, now: datetime) -> Iterator[Alert]:
    severities = list(Severity)
    for number in range(size):
        follow_up = follow_ups[number % len(follow_ups)]
        due_at = now + timedelta(seconds=number + 86_400) if number % 5 else now - timedelta(seconds=number + 1)
        alert = Alert(
            id=new_id(),
            practice_id=follow_up["practice_id"],
            patient_id=follow_up["patient_id"],
            follow_up_id=follow_up["id"],
            pathway="diabete" if number % 4 else "insuffisance_cardiaque",
            cause=f"cause_{number // len(follow_ups)}",
            ordinal=1,
            label="Prise de poids",
            direction=None,
            severity=severities[number % 3],
            state=AlertState.NEW,
            rule_version_id=new_id(),
            evidence=(Evidence("weight", 80_000_000, 78_000_000),),
            since=now - timedelta(hours=2),
            last_at=now,
            opened_at=now - timedelta(hours=1),
            due_at=due_at,
            timer_at=None,
            version=1,
        )
        is_taken = number % 10 == 3
        yield replace(alert, state=AlertState.TAKEN, holder_id=nurse_id, taken_by=nurse_id) if is_taken else alert


def _closed(opened: list[Alert], now: datetime) -> Iterator[Alert]:
    """As many as are open, one after the other from a year ago until two days ago, of twenty causes."""
    outcomes = list(AlertOutcome)
    for number, alert in enumerate(opened):
        fired_at = now - timedelta(days=2) - timedelta(days=360) * (number / len(opened))
        yield replace(
            alert,
            id=new_id(),
            cause=f"rule_{number * 7 % _CAUSES}",
            ordinal=number + 1,
            state=AlertState.CLOSED,
            holder_id=None,
            taken_by=None,
            since=fired_at,
            last_at=fired_at,
            opened_at=fired_at,
            due_at=None,
            outcome=outcomes[number % len(outcomes)],
            closed_at=fired_at + timedelta(minutes=number * 997 % _LONGEST),
        )
