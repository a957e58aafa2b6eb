"""Seeing what is joined: the list, the copy shown, the small picture, the original; each opening is traced."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from uuid import UUID

from telemed.attachments.model import (
    FORMATS,
    Attachment,
    Kind,
    OwnerKind,
    Party,
    Picture,
    PictureRole,
    State,
)
from telemed.attachments.ports import PictureMaker, RefusedContent, Window
from telemed.attachments.rules import may_see
from telemed.attachments.service.checking import stream
from telemed.attachments.service.ground import AttachmentGround, require_open
from telemed.attachments.store import AttachmentStore, BoxStore
from telemed.kernel.caller import Caller
from telemed.kernel.errors import Conflict, NotFound
from telemed.security.sealed_files import DataKey


@dataclass(frozen=True, repr=False)
class Listing:
    """The files of an owner that the caller knows of, and how much room is taken."""

    items: tuple[Attachment, ...]
    party: Party
    bytes_taken: int


@dataclass(frozen=True, repr=False)
class Opened:
    """A content to be sent. `length` is None where it is drawn on the way: then it is sent whole."""

    media_type: str
    name: str
    length: int | None
    read: Callable[[int, int | None], AsyncIterator[bytes]]


class ReadingService:
    def __init__(self, ground: AttachmentGround, *, pictures: PictureMaker) -> None:
        self._ground = ground
        self._pictures = pictures

    async def list(self, caller: Caller, owner_kind: OwnerKind, owner_id: UUID) -> Listing:
        """What is joined, the oldest first. Raises NotFound, Forbidden, Conflict."""
        async with self._ground.database.begin() as uow:
            party = await self._ground.enter(uow, caller, owner_kind, owner_id, action="list")
            found = await AttachmentStore(uow.session).of_owner(owner_id)
            box = await BoxStore(uow.session).find(owner_id)
        items = tuple(one for one in found if may_see(one, caller.id) and one.state is not State.REMOVED)
        return Listing(items, party, box.bytes_taken if box else 0)

    async def get(self, caller: Caller, attachment_id: UUID) -> Attachment:
        """A file as it stands."""
        async with self._ground.database.begin() as uow:
            attachment, _ = await self._ground.open(uow, caller, attachment_id, "read")
            return attachment

    async def original(self, caller: Caller, attachment_id: UUID) -> Opened:
        """The file as it was sent, with all that it says of itself."""
        attachment, key = await self._open(caller, attachment_id, "download")
        media_type = FORMATS[_kind_of(attachment)].media_type
        return self._sealed(str(attachment.id), key, media_type, attachment.file_name, attachment.length)

    async def thumbnail(self, caller: Caller, attachment_id: UUID) -> Opened:
        """The small picture. Raises NotFound where none could be made."""
        attachment, key = await self._open(caller, attachment_id, "thumbnail")
        picture = attachment.picture(PictureRole.THUMBNAIL)
        if picture is None:
            raise NotFound("Cette pièce n'a pas d'aperçu.")
        return self._picture(attachment, key, picture)

    async def shown(
        self, caller: Caller, attachment_id: UUID, *, frame: int = 0, window: Window | None = None
    ) -> Opened:
        """A page or a frame, without what identifies. Raises NotFound beyond the last, Conflict if it is not drawn."""
        attachment, key = await self._open(caller, attachment_id, "show")
        if not attachment.pictures or frame >= attachment.frames:
            raise NotFound("Cette pièce n'a pas de telle image.")
        kept = attachment.picture(PictureRole.SHOWN, frame)
        if kept is not None and (window is None or attachment.kind is not Kind.DICOM):
            return self._picture(attachment, key, kept)
        return await self._drawn(attachment, key, frame, window)

    async def _open(self, caller: Caller, attachment_id: UUID, action: str) -> tuple[Attachment, DataKey]:
        async with self._ground.database.begin() as uow:
            attachment, _ = await self._ground.open(uow, caller, attachment_id, action)
            require_open(attachment)
            return attachment, await self._ground.key_of(uow.session, attachment.owner_id)

    def _picture(self, attachment: Attachment, key: DataKey, picture: Picture) -> Opened:
        name = f"{picture.role.value}-{picture.frame + 1}.{picture.media_type.split('/')[1].split('+')[0]}"
        return self._sealed(picture.name(attachment.id), key, picture.media_type, name, picture.length)

    def _sealed(self, file: str, key: DataKey, media_type: str, name: str, length: int) -> Opened:
        def read(start: int, end: int | None) -> AsyncIterator[bytes]:
            return stream(self._ground, file, key, length, start=start, end=end)

        return Opened(media_type, name, length, read)

    async def _drawn(self, attachment: Attachment, key: DataKey, frame: int, window: Window | None) -> Opened:
        source = self._ground.source(attachment, key)
        parts = self._pictures.draw(source, _kind_of(attachment), frame=frame, window=window)
        try:
            head = await anext(parts, None)
        except RefusedContent:
            head = None
        if not isinstance(head, Picture):
            raise Conflict("Cette image n'a pas pu être dessinée.", code="attachment.not_drawn")

        async def read(_start: int, _end: int | None) -> AsyncIterator[bytes]:
            async for part in parts:
                if isinstance(part, bytes):
                    yield part

        return Opened(head.media_type, f"image-{frame + 1}", None, read)


def _kind_of(attachment: Attachment) -> Kind:
    if attachment.kind is None:
        raise LookupError("a kept file without a kind")
    return attachment.kind
