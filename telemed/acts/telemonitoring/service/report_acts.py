"""Under which acts the reports of a follow-up are filed."""

from __future__ import annotations

from uuid import UUID, uuid5

from telemed.acts.telemonitoring.model.care import FollowUp
from telemed.documents.model import DocumentKind

KIND = DocumentKind.MONITORING_REPORT


def act_id_of(follow_up_id: UUID, month: int | None) -> UUID:
    """The act that a report is filed under: one for each month, one for the end."""
    return uuid5(follow_up_id, "fin" if month is None else f"mois {month}")


def act_ids_of(follow_up: FollowUp) -> dict[UUID, int | None]:
    """Every act that a report of this follow-up may be filed under by now, and which month it is of."""
    months: list[int | None] = [None, *range(1, follow_up.months_done + 1)]
    return {act_id_of(follow_up.id, month): month for month in months}
