"""Asking not to be told of one cause on one side, for a while; taking that back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from telemed.acts.telemonitoring.model.rights import Right
from telemed.acts.telemonitoring.model.triage import KeptMute, level_of
from telemed.acts.telemonitoring.rules.mutes import check_mute
from telemed.acts.telemonitoring.rules.triage import note_mute
from telemed.acts.telemonitoring.service.alert_access import actor_of, reach_alert
from telemed.acts.telemonitoring.service.alert_work import AlertDesk
from telemed.acts.telemonitoring.service.care_access import open_follow_up, require_right
from telemed.acts.telemonitoring.store.alerts import AlertStore
from telemed.acts.telemonitoring.store.follow_ups import FollowUpStore
from telemed.acts.telemonitoring.store.mutes import MuteStore
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Territory, civil_date
from telemed.kernel.errors import NotFound, Refused
from telemed.kernel.ids import new_id

_ABSENT = "Cette mise en sourdine n'existe pas ou n'est pas de votre cabinet."


class MuteService:
    def __init__(self, desk: AlertDesk) -> None:
        self._desk = desk

    async def mute(self, caller: Caller, alert_id: UUID, *, until: datetime, tolerance: int, reason: str) -> KeptMute:
        """Mute the cause of an alert on its side, knowing its last value; `tolerance` (millionths) is not yet worse.

        The alert itself still waits for somebody. Raises Refused: silence is never muted, and every mute has an end.
        """
        desk, now = self._desk, self._desk.clock.now()
        async with desk.database.begin() as uow:
            seen = await AlertStore(uow.session).find(alert_id)
            if seen is not None:  # locked before its alert, as by a measure that comes in
                await FollowUpStore(uow.session).touch([seen.follow_up_id])
            alert = await reach_alert(uow, desk.journal, caller, alert_id, "mute_alert")
            version = desk.times.table.on(civil_date(now, Territory.METROPOLE))
            decision = check_mute(alert, actor_of(caller), until, now, version)
            if not decision.is_allowed:
                raise Refused(decision)
            kept = KeptMute(
                id=new_id(),
                practice_id=alert.practice_id,
                follow_up_id=alert.follow_up_id,
                alert_id=alert.id,
                cause=alert.cause,
                direction=alert.direction,
                until=until,
                level=level_of(alert.evidence),
                tolerance=tolerance,
                author_id=require_right(caller, Right.READ),
                made_at=now,
                reason=reason,
            )
            await MuteStore(uow.session).add(kept)
            details = {"mute_id": str(kept.id), "until": until.isoformat(), "level": kept.level, "tolerance": tolerance}
            noted = note_mute(alert, by=kept.author_id, actor=actor_of(caller), words=reason, now=now, details=details)
            await desk.write(uow, alert, noted)
            return kept

    async def lift(self, caller: Caller, mute_id: UUID) -> None:
        """End a mute before its time; one that is lifted already stays as it was. Raises NotFound."""
        desk = self._desk
        async with desk.database.begin() as uow:
            store = MuteStore(uow.session)
            kept = await store.find(mute_id)
            if kept is not None:
                await FollowUpStore(uow.session).touch([kept.follow_up_id])
            desk.journal.note(uow, caller, "telemonitoring.lift_mute", resource=f"mute:{mute_id}")
            me = require_right(caller, Right.READ)
            if kept is None or kept.practice_id != caller.practice_id:
                raise NotFound(_ABSENT)
            await store.lift([mute_id], desk.clock.now(), me)

    async def page(self, caller: Caller, follow_up_id: UUID, *, before: UUID | None, limit: int) -> list[KeptMute]:
        """All the mutes of a follow-up, the last made first, with those that are over. Raises NotFound."""
        async with self._desk.database.begin() as uow:
            await open_follow_up(uow, self._desk.journal, caller, follow_up_id, "list_mutes")
            return await MuteStore(uow.session).page(follow_up_id, before=before, limit=limit)
