"""Checks of a file that is here whole: its kind, its end, a virus, its pictures, whose it is."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from uuid import UUID

import structlog

from telemed.attachments.formats.sniffing import HEAD_BYTES, TAIL_BYTES, check_end, find_kind
from telemed.attachments.model import (
    REFUSALS,
    STORED_FRAMES,
    Attachment,
    Picture,
    Refusal,
    State,
    Warned,
)
from telemed.attachments.ports import Antivirus, PictureMaker, RefusedContent, Sight
from telemed.attachments.rules import compare_holder
from telemed.attachments.service.ground import AttachmentGround
from telemed.attachments.store import AttachmentStore, BoxStore
from telemed.kernel.errors import Invalid, NotFound, Unavailable
from telemed.patients.store import PatientStore
from telemed.security.sealed_files import DataKey, SealedFile
from telemed.storage.files import SealedWriter

_BATCH_BYTES = 2**20
log = structlog.get_logger("attachments")


@dataclass
class _Reading:
    """What one pass over the content gives."""

    head: bytes = b""
    tail: bytes = b""
    sha256: str = ""
    pictures: list[Picture] = field(default_factory=list)


class CheckService:
    """`antivirus` None: nobody looks for viruses. While one is asked for and away, files wait and are not opened."""

    def __init__(self, ground: AttachmentGround, *, pictures: PictureMaker, antivirus: Antivirus | None) -> None:
        self._ground = ground
        self._pictures = pictures
        self._antivirus = antivirus

    async def check(self, attachment_id: UUID) -> Attachment:
        """Check a file and keep it, or refuse it; checked already, it is given as it stands.

        Raises Invalid with the code of the refusal.
        """
        attachment, key = await self._read(attachment_id)
        if attachment.state is not State.CHECKING:
            return attachment
        try:
            sight, reading = await self._look(attachment, key)
        except RefusedContent as err:
            await refuse(self._ground, attachment, err.refusal)
        except Unavailable:
            log.warning("attachments.antivirus_away")
            return attachment
        return await self._keep(attachment, sight, reading)

    async def _read(self, attachment_id: UUID) -> tuple[Attachment, DataKey]:
        async with self._ground.database.read() as session:
            attachment = await AttachmentStore(session).find(attachment_id)
            if attachment is None:
                raise NotFound("Cette pièce jointe n'existe plus.")
            return attachment, await self._ground.key_of(session, attachment.owner_id)

    async def _look(self, attachment: Attachment, key: DataKey) -> tuple[Sight, _Reading]:
        """Raises RefusedContent, Unavailable."""
        reading = await self._read_through(attachment, key)
        kind = find_kind(reading.head)
        if isinstance(kind, Refusal):
            raise RefusedContent(kind)
        if (refusal := check_end(kind, reading.tail)) is not None:
            raise RefusedContent(refusal)
        source, sight = self._ground.source(attachment, key), None
        shelf = _Shelf(self._ground, attachment, key)
        try:
            async for found in self._pictures.look(source, kind, stored=STORED_FRAMES):
                if isinstance(found, Sight):
                    sight = found
                else:
                    await shelf.put(found)
            reading.pictures = await shelf.done()
        finally:
            await shelf.close()
        if sight is None:
            raise RefusedContent(Refusal.UNREADABLE)
        return sight, reading

    async def _read_through(self, attachment: Attachment, key: DataKey) -> _Reading:
        """One pass: the digest, both ends, and the antivirus where there is one."""
        digest, reading = hashlib.sha256(), _Reading()

        async def content() -> AsyncIterator[bytes]:
            async for batch in stream(self._ground, str(attachment.id), key, attachment.length):
                digest.update(batch)
                reading.head = reading.head or batch[:HEAD_BYTES]
                reading.tail = (reading.tail + batch)[-TAIL_BYTES:]
                yield batch

        if self._antivirus is None:
            async for _ in content():
                pass
        elif await self._antivirus.find_virus(content()) is not None:
            raise RefusedContent(Refusal.INFECTED)
        reading.sha256 = digest.hexdigest()
        return reading

    async def _keep(self, attachment: Attachment, sight: Sight, reading: _Reading) -> Attachment:
        owner = self._ground.owners[attachment.owner_kind]
        async with self._ground.database.begin() as uow:
            patient = await PatientStore(uow.session).find(await owner.patient_of(uow, attachment.owner_id))
            other = compare_holder(sight.holder, patient) if patient else ()
            kept = replace(
                attachment,
                state=State.KEPT,
                kind=sight.kind,
                frames=sight.frames,
                sha256=reading.sha256,
                warnings=(*other, *sight.warnings, *(() if reading.pictures else (Warned.NO_PICTURE,))),
                touched_at=self._ground.clock.now(),
                pictures=tuple(reading.pictures),
            )
            store = AttachmentStore(uow.session)
            if await store.change(kept, former=attachment):
                await store.set_pictures(attachment.id, reading.pictures)
                await owner.tell(uow, attachment.owner_id)
                return kept
        return (await self._read(attachment.id))[0]


class _Shelf:
    """Seals the pictures of a file beside it, one after the other."""

    def __init__(self, ground: AttachmentGround, attachment: Attachment, key: DataKey) -> None:
        self._ground, self._attachment, self._key = ground, attachment, key
        self._open: tuple[Picture, SealedWriter] | None = None
        self._made: list[Picture] = []

    async def put(self, part: Picture | bytes) -> None:
        """A picture begins, or goes on."""
        if isinstance(part, Picture):
            await self._end()
            name = part.name(self._attachment.id)
            self._open = part, await asyncio.to_thread(self._ground.vault.write, name, self._key)
        elif self._open is not None:
            await asyncio.to_thread(self._open[1].append, part)

    async def done(self) -> list[Picture]:
        await self._end()
        return self._made

    async def close(self) -> None:
        if self._open is not None:
            self._open[1].close()

    async def _end(self) -> None:
        if self._open is None:
            return
        (picture, writer), self._open = self._open, None
        with writer:
            length = writer.length
            await asyncio.to_thread(writer.finish)
        self._made.append(replace(picture, length=length))


async def refuse(ground: AttachmentGround, attachment: Attachment, refusal: Refusal) -> None:
    """Say that a file is not kept, give its room back and take its bytes away. Always raises Invalid."""
    refused = replace(attachment, state=State.REFUSED, refusal=refusal, tail=b"", touched_at=ground.clock.now())
    async with ground.database.begin() as uow:
        if await AttachmentStore(uow.session).change(refused, former=attachment):
            await BoxStore(uow.session).weigh(attachment.owner_id, length=-attachment.length, files=-1)
    await asyncio.to_thread(ground.vault.remove, attachment.id)
    words = REFUSALS[refusal]
    raise Invalid(words.text, field="content", code=words.code)


async def stream(
    ground: AttachmentGround, name: str, key: DataKey, length: int, *, start: int = 0, end: int | None = None
) -> AsyncIterator[bytes]:
    """The content of a sealed file by the megabyte, opened in a thread. Raises FileNotFoundError, CannotOpenError."""
    sealed: SealedFile = await asyncio.to_thread(ground.vault.open, name, key, length)
    try:
        stop = length if end is None else end
        for at in range(start, stop, _BATCH_BYTES):
            yield await asyncio.to_thread(_read, sealed, at, min(at + _BATCH_BYTES, stop))
    finally:
        sealed.close()


def _read(sealed: SealedFile, start: int, end: int) -> bytes:
    return b"".join(sealed.read_range(start, end))
