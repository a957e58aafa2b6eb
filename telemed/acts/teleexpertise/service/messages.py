"""Messages inside a case, between its two sides while it lives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from telemed.acts.teleexpertise.model import (
    END_STATES,
    Actor,
    Case,
    Message,
    MessageKind,
    Notice,
    NoticeKind,
    State,
)
from telemed.acts.teleexpertise.service.access import open_case, require_carer
from telemed.acts.teleexpertise.service.casework import Casework
from telemed.acts.teleexpertise.service.news import tell_word
from telemed.acts.teleexpertise.store import ExchangeStore
from telemed.kernel.caller import Caller
from telemed.kernel.errors import Conflict
from telemed.kernel.ids import new_id
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork

_SILENT = (State.DRAFT, *END_STATES)


class MessageService:
    def __init__(self, *, database: Database, casework: Casework) -> None:
        self._database = database
        self._casework = casework

    async def write(self, caller: Caller, case_id: UUID, text: str) -> Message:
        """Write to the other side, which is told. Raises Conflict on a draft and on a case that is over."""
        now = self._casework.clock.now()
        async with self._database.begin() as uow:
            case, actor = await self._casework.open(uow, caller, case_id, "write_message")
            if case.state in _SILENT:
                raise Conflict("On n'écrit que dans une demande en cours.", code="teleexpertise.over")
            message = await write_message(uow, case, caller, MessageKind.WORD, text, now)
            others = case.holders if actor is Actor.REQUERANT else (case.requerant,)
            notices = [Notice(case.id, side.professional_id, NoticeKind.MESSAGE, None) for side in others]
            self._casework.tell(uow, notices, mark=str(message.id))
            tell_word(uow, case, now)
            return message

    async def page(self, caller: Caller, case_id: UUID, *, after: UUID | None, limit: int) -> Sequence[Message]:
        """What was written inside a case, the oldest first."""
        async with self._database.begin() as uow:
            case, _ = await open_case(uow, self._casework.journal, caller, case_id, "read_messages", lock=False)
            return await ExchangeStore(uow.session).messages(case.id, after=after, limit=limit)


async def write_message(
    uow: UnitOfWork, case: Case, caller: Caller, kind: MessageKind, text: str, now: datetime
) -> Message:
    """Keep a message of the caller in the open transaction."""
    message = Message(new_id(), case.id, require_carer(caller), kind, now, text)
    await ExchangeStore(uow.session).add_message(message)
    return message
