"""A follow-up is over: the doctor who answered for it is told that its report waits to be signed."""

from __future__ import annotations

from uuid import UUID

from telemed.acts.telemonitoring.formats.notices import report_due_text
from telemed.acts.telemonitoring.model.care import TeamRole
from telemed.acts.telemonitoring.service.report_acts import KIND, act_id_of
from telemed.acts.telemonitoring.store.care import CareStore
from telemed.documents.store import DocumentStore
from telemed.kernel.events import Event
from telemed.professionals.service.telling import Teller, find_reader
from telemed.storage.engine import Database


class EndedTelling:
    """`public_url` is where people sign in."""

    def __init__(self, *, database: Database, teller: Teller, public_url: str) -> None:
        self._database = database
        self._teller = teller
        self._public_url = public_url

    async def deliver(self, event: Event) -> None:
        """Subscriber of `telemonitoring.ended`; says nothing once the report is signed. Raises Unavailable."""
        follow_up_id = UUID(event.payload["follow_up_id"])
        async with self._database.read() as session:
            if await DocumentStore(session).find_current_of_act(act_id_of(follow_up_id, None), KIND) is not None:
                return
            team = await CareStore(session).team(follow_up_id)
            owner = next(
                (one for one in reversed(team) if one.role is TeamRole.RESPONSIBLE and one.until is None), None
            )
            reader = await find_reader(session, owner.professional_id) if owner else None
        if reader is not None:
            text = report_due_text(f"{self._public_url}/surveillance/{follow_up_id}/rapports/fin")
            await self._teller.tell(reader, text, event.key, is_urgent=False)
