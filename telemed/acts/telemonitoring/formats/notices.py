"""What a team is told outside the service, of alerts that wait too long and reports to sign: never of whom or what."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from telemed.kernel.events import Event
from telemed.professionals.model import NoticeText

ALERTS_OVERDUE = "telemonitoring.alerts_overdue"


def overdue_event(to: UUID, count: int, level: int, mark: str, at: datetime) -> Event:
    """One message for one person, whatever the number of alerts; `mark` names what made it."""
    payload = {"to": str(to), "count": count, "level": level}
    return Event(ALERTS_OVERDUE, key=f"{ALERTS_OVERDUE}:{mark}:{to}", occurred_at=at, payload=payload)


def overdue_text(payload: Mapping[str, Any], address: str) -> NoticeText:
    count = int(payload["count"])
    what = "Une alerte attend" if count == 1 else f"{count} alertes attendent"
    again = " Personne ne l'a encore traitée." if count == 1 else " Personne ne les a encore traitées."
    sentence = f"{what} au-delà du délai.{again if payload['level'] > 1 else ''}"
    return NoticeText(f"{what} au-delà du délai", f"{sentence}\nConnectez-vous : {address}")


def report_due_text(address: str) -> NoticeText:
    """A report of the end of care is ready to be read over and signed."""
    sentence = "Un suivi est terminé : son rapport de fin est préparé. Relisez-le et signez-le, il partira de lui-même."
    return NoticeText("Un rapport de fin de suivi vous attend", f"{sentence}\nOuvrez-le : {address}")
