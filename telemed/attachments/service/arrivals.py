"""Uploads: announced with their length, sealed as they arrive, taken up again where they were cut."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress
from dataclasses import replace
from uuid import UUID

from telemed.attachments.formats.sniffing import HEAD_BYTES, find_kind
from telemed.attachments.model import MAX_BYTES, Attachment, OwnerKind, Party, Refusal, State
from telemed.attachments.rules import check_length, check_room, clean_name
from telemed.attachments.service.checking import CheckService, refuse
from telemed.attachments.service.ground import AttachmentGround
from telemed.attachments.store import AttachmentStore, BoxStore
from telemed.kernel.caller import Caller
from telemed.kernel.decision import Decision
from telemed.kernel.errors import Conflict, Invalid, TooLarge, TooMany, Unavailable
from telemed.kernel.ids import new_id
from telemed.security.sealed_files import DataKey

_WRITE_BYTES = 2**20
_KEEP_EVERY = 8 * 2**20
_GIVE_WAY_SECONDS = 5
_SILENCE_SECONDS = 60
_AT_ONCE = 64
"""Of one process: each holds two megabytes at most."""


class WrongOffset(Conflict):
    """The bytes do not follow those that are here: `offset` is where to go on."""

    code = "attachment.offset"

    def __init__(self, offset: int) -> None:
        super().__init__("Cet envoi ne reprend pas où il s'était arrêté.")
        self.offset = offset


class CutError(Exception):
    """The sender went away before the end."""


class ArrivalService:
    def __init__(self, ground: AttachmentGround, checks: CheckService) -> None:
        self._ground = ground
        self._checks = checks
        self._writing: dict[UUID, _Arrival] = {}

    async def begin(
        self, caller: Caller, owner_kind: OwnerKind, owner_id: UUID, *, name: str, length: int
    ) -> Attachment:
        """Announce a file. Raises TooLarge, Invalid, Conflict when nothing may be joined any more."""
        now = self._ground.clock.now()
        async with self._ground.database.begin() as uow:
            party = await self._ground.enter(uow, caller, owner_kind, owner_id, action="begin")
            require_adding(party)
            _require_room(check_length(length))
            attachment = Attachment(
                id=new_id(),
                owner_kind=owner_kind,
                owner_id=owner_id,
                author_id=_id_of(caller),
                side=party.side,
                name=_named(name),
                length=length,
                state=State.ARRIVING,
                created_at=now,
                touched_at=now,
            )
            box = await self._ground.room(uow, owner_kind, owner_id)
            _require_room(check_room(taken=box.bytes_taken, files=box.file_count, length=length))
            await BoxStore(uow.session).weigh(owner_id, length=length, files=1)
            await AttachmentStore(uow.session).add(attachment)
            return attachment

    async def progress(self, caller: Caller, attachment_id: UUID) -> Attachment:
        """How far an upload is; whoever still sends it gives way, since its sender asks. Raises NotFound."""
        await self._take_over(attachment_id)
        async with self._ground.database.begin() as uow:
            attachment, _ = await self._ground.open(uow, caller, attachment_id, "progress")
            self._ground.require_author(caller, attachment)
            return attachment

    async def receive(
        self, caller: Caller, attachment_id: UUID, content: AsyncIterator[bytes], *, offset: int, length: int | None
    ) -> Attachment:
        """Take what follows the first `offset` bytes; whatever comes before a cut is kept.

        `length`: of this content, where it is announced. The file as it stands is given: kept, checked later, or
        still arriving. Raises WrongOffset, TooLarge, Conflict; Invalid when its content is refused.
        """
        await self._take_over(attachment_id)
        async with self._ground.database.begin() as uow:
            attachment, party = await self._ground.open(uow, caller, attachment_id, "receive")
            self._ground.require_author(caller, attachment)
            require_adding(party)
            _require_arriving(attachment, offset)
            key = await self._ground.key_of(uow.session, attachment.owner_id)
        if length is not None and offset + length > attachment.length:
            raise _longer()
        attachment = await self._arrive(_Arrival(self._ground, attachment), key, content)
        return await self._checks.check(attachment.id) if attachment.state is State.CHECKING else attachment

    async def take(
        self,
        caller: Caller,
        owner_kind: OwnerKind,
        owner_id: UUID,
        *,
        name: str,
        content: AsyncIterator[bytes],
        most: int,
    ) -> Attachment:
        """A file that comes in one go, of a length that is known only at its end: `most` bytes.

        Cut or refused, nothing of it is left. Raises what `begin` and `receive` raise.
        """
        begun = await self.begin(caller, owner_kind, owner_id, name=name, length=min(most, MAX_BYTES))
        async with self._ground.database.read() as session:
            key = await self._ground.key_of(session, owner_id)
        try:
            attachment = await self._arrive(_Arrival(self._ground, begun, is_open_ended=True), key, content)
        except (CutError, TooLarge, TooMany, Unavailable):
            await self._drop(begun)
            raise
        if attachment.state is not State.CHECKING:
            await self._drop(begun)
            raise Invalid("Ce fichier est vide.", field="content")
        return await self._checks.check(attachment.id)

    async def _drop(self, attachment: Attachment) -> None:
        async with self._ground.database.begin() as uow:
            await AttachmentStore(uow.session).forget(attachment.id)
            await BoxStore(uow.session).weigh(attachment.owner_id, length=-attachment.length, files=-1)
        await asyncio.to_thread(self._ground.vault.remove, attachment.id)

    async def _take_over(self, attachment_id: UUID) -> None:
        """End an older request that still waits for bytes of this file: its sender has given it up."""
        older = self._writing.get(attachment_id)
        if older is not None:
            older.must_end.set()
            with suppress(TimeoutError):
                await asyncio.wait_for(older.has_ended.wait(), timeout=_GIVE_WAY_SECONDS)

    async def _arrive(self, arrival: _Arrival, key: DataKey, content: AsyncIterator[bytes]) -> Attachment:
        """The file as it stands after this request. Raises CutError, Conflict, TooLarge, TooMany, Unavailable."""
        file_id = arrival.attachment.id
        if file_id in self._writing:
            raise busy()
        if len(self._writing) >= _AT_ONCE:
            raise TooMany("Trop de fichiers arrivent à la fois : réessayez.", retry_after_seconds=5)
        self._writing[file_id] = arrival
        writing = asyncio.ensure_future(arrival.run(key, content))
        writing.add_done_callback(lambda _: self._writing.pop(file_id))
        try:  # apart: a sender who goes away ends the request, never what keeps the bytes that came
            return await asyncio.shield(writing)
        except asyncio.CancelledError:
            arrival.must_end.set()
            raise


class _Arrival:
    """One request that brings bytes of a file: sealed by the megabyte, made durable every few, and at its end."""

    def __init__(self, ground: AttachmentGround, attachment: Attachment, *, is_open_ended: bool = False) -> None:
        """`is_open_ended`: the length of the attachment is only the most that may come."""
        self._ground = ground
        self.attachment = attachment
        self._is_open_ended = is_open_ended
        self._buffer = bytearray()
        self.must_end = asyncio.Event()
        self.has_ended = asyncio.Event()

    async def run(self, key: DataKey, content: AsyncIterator[bytes]) -> Attachment:
        """The file as it stands once the request ended. Raises CutError, what came before it being kept."""
        try:
            return await self._run(key, content)
        finally:
            self.has_ended.set()

    async def _run(self, key: DataKey, content: AsyncIterator[bytes]) -> Attachment:
        here = self.attachment
        self._writer = await asyncio.to_thread(
            self._ground.vault.write, str(here.id), key, kept=here.received, tail=here.tail
        )
        with self._writer:
            try:
                async with aclosing(_until(self.must_end, content)) as arriving:
                    await self._take(arriving)
            except CutError:
                if not self._is_open_ended:
                    await self._flush()
                    await self._keep()
                raise
            await self._flush()
            return await (self._settle() if self._is_open_ended else self._keep())

    async def _take(self, content: AsyncIterator[bytes]) -> None:
        async for chunk in content:
            self._buffer += chunk
            here = self._writer.length + len(self._buffer)
            if here > self.attachment.length:
                raise _longer()
            if self._writer.length == 0 and len(self._buffer) >= HEAD_BYTES:
                await self._look_at_head()
            if len(self._buffer) >= _WRITE_BYTES:
                await self._flush()
            is_due = self._writer.length - self.attachment.received >= _KEEP_EVERY
            if is_due and here < self.attachment.length and not self._is_open_ended:
                await self._keep()

    async def _look_at_head(self) -> None:
        """A program is not worth its other megabytes. Raises Invalid."""
        found = find_kind(bytes(self._buffer[:HEAD_BYTES]))
        if isinstance(found, Refusal):
            await refuse(self._ground, self.attachment, found)

    async def _flush(self) -> None:
        content, self._buffer = self._buffer, bytearray()
        if content:
            await asyncio.to_thread(self._writer.append, content)

    async def _keep(self) -> Attachment:
        """Acknowledge what is here: it is durable before the row says so."""
        former, length = self.attachment, self._writer.length
        now = self._ground.clock.now()
        if length == former.received:
            return former
        if length == former.length:
            await asyncio.to_thread(self._writer.finish)
            kept = replace(former, received=length, tail=b"", state=State.CHECKING, touched_at=now)
        else:
            tail = await asyncio.to_thread(self._writer.sync)
            kept = replace(former, received=length, tail=tail, touched_at=now)
        async with self._ground.database.begin() as uow:
            if not await AttachmentStore(uow.session).change(kept, former=former):
                raise busy()
        self.attachment = kept
        return kept

    async def _settle(self) -> Attachment:
        """What came is the whole: its length is known now, and the room that was kept for more is given back."""
        former, length = self.attachment, self._writer.length
        if length == 0:
            return former
        await asyncio.to_thread(self._writer.finish)
        now = self._ground.clock.now()
        whole = replace(former, length=length, received=length, state=State.CHECKING, touched_at=now)
        async with self._ground.database.begin() as uow:
            await AttachmentStore(uow.session).change(whole, former=former)
            await BoxStore(uow.session).weigh(former.owner_id, length=length - former.length, files=0)
        return whole


async def _until(must_end: asyncio.Event, content: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    """The content as it comes, cut when it must end, or when nothing comes for a minute."""
    told, coming = asyncio.ensure_future(must_end.wait()), None
    try:
        while True:
            coming = asyncio.ensure_future(_next_of(content))
            await asyncio.wait((coming, told), timeout=_SILENCE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            if not coming.done():
                raise CutError
            if not (chunk := await coming):
                return
            yield chunk
    finally:
        for task in filter(None, (told, coming)):
            task.cancel()


async def _next_of(content: AsyncIterator[bytes]) -> bytes:
    return await anext(content, b"")


def busy() -> Conflict:
    return Conflict("Cet envoi est déjà en cours ailleurs.", code="attachment.busy")


def require_adding(party: Party) -> None:
    """Raises Conflict when nothing may be joined by this side any more."""
    if not party.may_add:
        raise Conflict("Plus rien ne peut être joint à ce dossier de votre côté.", code="attachment.closed")


def _require_arriving(attachment: Attachment, offset: int) -> None:
    if attachment.state is State.REFUSED:
        raise Conflict("Cette pièce a été refusée.", code="attachment.refused")
    if attachment.state is not State.ARRIVING:
        raise Conflict("Cette pièce est déjà arrivée en entier.", code="attachment.complete")
    if attachment.received != offset:
        raise WrongOffset(attachment.received)


def _require_room(decision: Decision) -> None:
    for reason in decision.refusals:
        raise TooLarge(reason.text, code=reason.code)


def _longer() -> TooLarge:
    return TooLarge("Il arrive plus d'octets qu'il n'en a été annoncé.", code="attachment.longer")


def _named(name: str) -> str:
    try:
        return clean_name(name)
    except ValueError as err:
        raise Invalid(f"Le nom ne convient pas : {err}.", field="name") from None


def _id_of(caller: Caller) -> UUID:
    if caller.id is None:
        raise LookupError("a party without an id")
    return caller.id
