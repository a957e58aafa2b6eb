"""What the open pages of a team are told of its alerts, in the transaction that changes them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from telemed.acts.telemonitoring.model.rights import RIGHTS, Right
from telemed.acts.telemonitoring.model.triage import Alert
from telemed.acts.telemonitoring.store.carers import find_carers
from telemed.kernel.events import LiveEvent
from telemed.storage.uow import UnitOfWork

ALERT_CHANGED = "alert.changed"
ALERTS_CHANGED = "alerts.changed"
_NAMED = 10
"""Beyond, pages are told that many changed, not which: a flood of measures is no flood of events."""


async def tell_alerts(uow: UnitOfWork, alerts: Iterable[Alert], at: datetime) -> None:
    """Tell every carer of the practices concerned that these alerts are new or changed: one statement."""
    changed: dict[UUID, set[UUID]] = defaultdict(set)
    for alert in alerts:
        changed[alert.practice_id].add(alert.id)
    if not changed:
        return
    carers = await find_carers(uow.session, changed)
    for practice_id, ids in changed.items():
        people = {person for person, role in carers[practice_id] if role in RIGHTS[Right.READ]}
        uow.tell(*(LiveEvent(person, ALERTS_CHANGED, None, at) for person in people))
        if len(ids) <= _NAMED:
            uow.tell(*(LiveEvent(person, ALERT_CHANGED, one, at) for person in people for one in ids))
