"""Taking away: before the sending a file goes, and may come back for a while; after it is kept and hidden."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from uuid import UUID

from telemed.attachments.model import Attachment, Party, State
from telemed.attachments.rules import check_room
from telemed.attachments.service.ground import AttachmentGround
from telemed.attachments.store import AttachmentStore, BoxStore
from telemed.kernel.caller import Caller
from telemed.kernel.errors import Conflict, TooLarge
from telemed.storage.uow import UnitOfWork


class RemovalService:
    def __init__(self, ground: AttachmentGround) -> None:
        self._ground = ground

    async def remove(self, caller: Caller, attachment_id: UUID) -> Attachment:
        """Give up an upload, or take a file out of a request that did not leave; gives it as it was.

        Raises Conflict (`attachment.sent`) once others may have seen it: it can only be withdrawn.
        """
        async with self._ground.database.begin() as uow:
            attachment, party = await self._own(uow, caller, attachment_id, "remove")
            store, is_dropped = AttachmentStore(uow.session), attachment.state in _UNSEEN
            if is_dropped:
                await store.forget(attachment.id)
                await self._ground.owners[attachment.owner_kind].tell(uow, attachment.owner_id)
            else:
                _require_unsent(attachment, party)
                await self._change(uow, attachment, State.REMOVED)
            if attachment.state is not State.REFUSED:  # its room was given back already
                await BoxStore(uow.session).weigh(attachment.owner_id, length=-attachment.length, files=-1)
        if is_dropped:
            await asyncio.to_thread(self._ground.vault.remove, attachment.id)
        return attachment

    async def restore(self, caller: Caller, attachment_id: UUID) -> Attachment:
        """Bring back what was removed a moment ago. Raises Conflict when it is too late, TooLarge without room."""
        async with self._ground.database.begin() as uow:
            attachment, party = await self._own(uow, caller, attachment_id, "restore")
            if attachment.state is not State.REMOVED or party.is_sent:
                raise Conflict("Cette pièce n'est pas à remettre.", code="attachment.not_removed")
            box = await self._ground.room(uow, attachment.owner_kind, attachment.owner_id)
            for reason in check_room(taken=box.bytes_taken, files=box.file_count, length=attachment.length).refusals:
                raise TooLarge(reason.text, code=reason.code)
            await BoxStore(uow.session).weigh(attachment.owner_id, length=attachment.length, files=1)
            return await self._change(uow, attachment, State.KEPT)

    async def withdraw(self, caller: Caller, attachment_id: UUID, reason: str) -> Attachment:
        """Hide a file that others may have seen: nobody opens it any more, both sides read why, nothing is lost."""
        async with self._ground.database.begin() as uow:
            attachment, party = await self._own(uow, caller, attachment_id, "withdraw")
            if attachment.state is not State.KEPT or not party.is_sent:
                raise Conflict("Cette pièce n'est pas à retirer.", code="attachment.not_sent")
            return await self._change(uow, attachment, State.WITHDRAWN, withdrawal=reason)

    async def _own(self, uow: UnitOfWork, caller: Caller, attachment_id: UUID, action: str) -> tuple[Attachment, Party]:
        attachment, party = await self._ground.open(uow, caller, attachment_id, action)
        self._ground.require_author(caller, attachment)
        return attachment, party

    async def _change(
        self, uow: UnitOfWork, attachment: Attachment, state: State, *, withdrawal: str | None = None
    ) -> Attachment:
        changed = replace(attachment, state=state, withdrawal=withdrawal, touched_at=self._ground.clock.now())
        if not await AttachmentStore(uow.session).change(changed, former=attachment):
            raise Conflict("Cette pièce a changé entre-temps.", code="stale")
        await self._ground.owners[attachment.owner_kind].tell(uow, attachment.owner_id)
        return changed


_UNSEEN = (State.ARRIVING, State.CHECKING, State.REFUSED)


def _require_unsent(attachment: Attachment, party: Party) -> None:
    if party.is_sent or attachment.state is not State.KEPT:
        text = "Cette pièce est partie avec la demande : retirez-la en disant pourquoi."
        raise Conflict(text, code="attachment.sent")
