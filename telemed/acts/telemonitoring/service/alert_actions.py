"""What is done about an alert once a doctor decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from telemed.acts.telemonitoring.model.alert import AlertStep, Severity
from telemed.acts.telemonitoring.model.triage import ActionKind, Alert
from telemed.acts.telemonitoring.ports.alerts import Bookings, BookingWish
from telemed.acts.telemonitoring.service.alert_access import may_act, reach_alert
from telemed.acts.telemonitoring.service.alert_work import AlertDesk
from telemed.acts.telemonitoring.store.alerts import AlertStore
from telemed.kernel.caller import Caller
from telemed.kernel.messages import Channel
from telemed.kernel.period import Interval
from telemed.storage.uow import UnitOfWork


@dataclass(frozen=True, repr=False)
class ActionDraft:
    """What is done. For a teleconsultation: with whom (None: whoever decided), when (None: as soon as may be)."""

    kind: ActionKind
    words: str = ""
    professional_id: UUID | None = None
    slot: Interval | None = None
    channel: Channel | None = None


class AlertActions:
    def __init__(self, desk: AlertDesk, bookings: Bookings) -> None:
        self._desk = desk
        self._bookings = bookings

    async def act(self, caller: Caller, alert_id: UUID, draft: ActionDraft) -> Alert:
        """Note what is done; a teleconsultation is booked with it, in one transaction.

        Raises Conflict before a decision, and whatever a booking raises.
        """
        async with self._desk.database.begin() as uow:
            alert = await reach_alert(uow, self._desk.journal, caller, alert_id, "act_on_alert")
            details: dict[str, Any] = {"action": draft.kind.value}
            if draft.kind is ActionKind.TELECONSULTATION and may_act(alert, caller):
                details |= await self._book(uow, caller, alert, draft)
            return await self._desk.move(uow, alert, AlertStep.ACT, caller, words=draft.words, details=details)

    async def _book(self, uow: UnitOfWork, caller: Caller, alert: Alert, draft: ActionDraft) -> dict[str, Any]:
        professional_id = draft.professional_id or await AlertStore(uow.session).find_decider(alert.id)
        if professional_id is None:
            raise LookupError("an alert on which one acts was decided by a doctor")
        wish = BookingWish(
            professional_id=professional_id,
            patient_id=alert.patient_id,
            slot=draft.slot,
            channel=draft.channel,
            is_urgent=alert.severity is Severity.NOW,
        )
        made = await self._bookings.book(uow, caller, wish)
        return {
            "act_id": str(made.act_id),
            "professional_id": str(made.professional_id),
            "starts_at": made.slot.start.isoformat(),
        }
