"""What every use case of attachments stands on: the vault, the keys, and the one way to a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from telemed.attachments.model import Attachment, OwnerKind, Party, State
from telemed.attachments.ports import AttachmentOwner, SealedSource
from telemed.attachments.rules import may_see
from telemed.attachments.store import AttachmentStore, Box, BoxStore
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Clock
from telemed.kernel.errors import Conflict, Forbidden, NotFound
from telemed.security.sealed_files import DataKey
from telemed.storage.engine import Database
from telemed.storage.files import FileVault
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal

_ABSENT = "Cette pièce jointe n'existe pas ou n'est pas la vôtre."


@dataclass(frozen=True)
class AttachmentGround:
    """Records, time, trace, files, and who owns what is joined."""

    database: Database
    clock: Clock
    journal: Journal
    vault: FileVault
    owners: Mapping[OwnerKind, AttachmentOwner]

    async def enter(
        self, uow: UnitOfWork, caller: Caller, kind: OwnerKind, owner_id: UUID, *, action: str, resource: str = ""
    ) -> Party:
        """What the caller may do with the files of an owner, which stays locked; noted either way."""
        resource = resource or f"{kind.value}:{owner_id}"
        return await self.owners[kind].enter(uow, caller, owner_id, action=f"attachment.{action}", resource=resource)

    async def open(self, uow: UnitOfWork, caller: Caller, attachment_id: UUID, action: str) -> tuple[Attachment, Party]:
        """A file that the caller knows of, and what he may do; noted either way. Raises NotFound."""
        store, resource = AttachmentStore(uow.session), f"attachment:{attachment_id}"
        found = await store.find(attachment_id)
        if found is None:
            self.journal.note(uow, caller, f"attachment.{action}", resource=resource)
            raise NotFound(_ABSENT)
        party = await self.enter(uow, caller, found.owner_kind, found.owner_id, action=action, resource=resource)
        attachment = await store.find(attachment_id, lock=True)
        if attachment is None or not may_see(attachment, caller.id):
            raise NotFound(_ABSENT)
        return attachment, party

    def require_author(self, caller: Caller, attachment: Attachment) -> None:
        """Raises Forbidden for anybody but the one who joined the file."""
        if caller.id != attachment.author_id:
            raise Forbidden("Cette pièce a été jointe par quelqu'un d'autre.", code="attachment.not_author")

    async def room(self, uow: UnitOfWork, kind: OwnerKind, owner_id: UUID) -> Box:
        """The box of an owner, locked, made on first use. The owner is locked already."""
        store = BoxStore(uow.session)
        box = await store.find(owner_id, lock=True)
        if box is None:
            box = Box(owner_id, DataKey.make().wrap(self.database.keyring, _context(owner_id)))
            await store.add(box, kind, self.clock.now())
        return box

    async def key_of(self, session: AsyncSession, owner_id: UUID) -> DataKey:
        """The key of an owner's files. Raises LookupError, CannotOpenError."""
        box = await BoxStore(session).find(owner_id)
        if box is None:
            raise LookupError("files without a box")
        return DataKey.unwrap(box.data_key, self.database.keyring, _context(owner_id))

    def source(self, attachment: Attachment, key: DataKey) -> SealedSource:
        """The original, for another process."""
        name = str(attachment.id)
        return SealedSource(self.vault.path_of(name), name, attachment.length, key)


def require_open(attachment: Attachment) -> None:
    """Raises Conflict unless the file was checked and may be opened."""
    match attachment.state:
        case State.KEPT:
            return
        case State.WITHDRAWN:
            raise Conflict("Cette pièce a été retirée par son auteur.", code="attachment.withdrawn")
        case State.REFUSED:
            raise Conflict("Cette pièce a été refusée.", code="attachment.refused")
        case _:
            raise Conflict("Cette pièce n'est pas encore vérifiée.", code="attachment.not_ready")


def _context(owner_id: UUID) -> str:
    return f"attachment_boxes.data_key:{owner_id}"
