"""The sweep: what was abandoned, refused or removed goes; what waits for a check is checked; strays are found."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

import structlog

from telemed.attachments.model import ABANDONED_AFTER, CHECK_AGAIN_AFTER, REMOVED_KEPT, VOID_LOOKED_FOR, State
from telemed.attachments.service.checking import CheckService
from telemed.attachments.service.ground import AttachmentGround
from telemed.attachments.store import AttachmentStore, BoxStore
from telemed.kernel.errors import DomainError

_AT_ONCE = 100
_STRAY_AFTER = timedelta(hours=1)
log = structlog.get_logger("attachments")


class SweepService:
    """Safe to run late, twice, or in several processes: each step changes a row only as it was read."""

    def __init__(self, ground: AttachmentGround, checks: CheckService) -> None:
        self._ground = ground
        self._checks = checks

    async def run(self) -> None:
        """The frequent job."""
        now = self._ground.clock.now()
        gone = await self._forget((State.ARRIVING, State.REFUSED), now - ABANDONED_AFTER)
        gone += await self._forget((State.REMOVED,), now - REMOVED_KEPT)
        checked = await self._check_again(now - CHECK_AGAIN_AFTER)
        if gone or checked:
            log.info("attachments.swept", count=gone + checked)

    async def find_strays(self) -> None:
        """The rare job: take away the files that no row knows of, left by a crash between disk and database."""
        before = self._ground.clock.now() - _STRAY_AFTER
        found = await asyncio.to_thread(lambda: iter(self._ground.vault.ids_untouched_since(before)))
        count = 0
        while batch := await asyncio.to_thread(lambda: set(islice(found, _AT_ONCE))):
            async with self._ground.database.read() as session:
                known = await AttachmentStore(session).known(batch)
            for stray in batch - known:
                await asyncio.to_thread(self._ground.vault.remove, stray)
                count += 1
        if count:
            log.info("attachments.strays_removed", count=count)

    async def forget_void(self) -> None:
        """Another rare job: the files of requests that are over and never left are nobody's."""
        now, after, count = self._ground.clock.now(), None, 0
        while True:
            async with self._ground.database.begin() as uow:
                found = await AttachmentStore(uow.session).kept_between(
                    now - VOID_LOOKED_FOR, now - _STRAY_AFTER, after=after, limit=_AT_ONCE
                )
                void = [
                    await self._ground.owners[kind].void_among(uow, {one for _, one, of in found if of is kind})
                    for kind in self._ground.owners
                ]
            for file_id, owner_id, _ in found:
                if any(owner_id in owners for owners in void):
                    await self._forget_one(file_id, (State.KEPT,), now)
                    count += 1
            if len(found) < _AT_ONCE:
                break
            after = found[-1][0]
        if count:
            log.info("attachments.void_removed", count=count)

    async def _check_again(self, since: datetime) -> int:
        """What a crash or an absent antivirus left unchecked."""
        async with self._ground.database.read() as session:
            waiting = await AttachmentStore(session).still((State.CHECKING,), since=since, limit=_AT_ONCE)
        for attachment_id in waiting:
            try:
                await self._checks.check(attachment_id)
            except DomainError as err:
                log.info("attachments.refused_late", code=err.code)
            except Exception:  # an edge: a file that the disk spoiled keeps none of the others waiting
                log.exception("attachments.check_failed", attachment_id=str(attachment_id))
        return len(waiting)

    async def _forget(self, states: tuple[State, ...], since: datetime) -> int:
        async with self._ground.database.read() as session:
            ids = await AttachmentStore(session).still(states, since=since, limit=_AT_ONCE)
        for attachment_id in ids:
            await self._forget_one(attachment_id, states, since)
        return len(ids)

    async def _forget_one(self, attachment_id: UUID, states: tuple[State, ...], since: datetime) -> None:
        async with self._ground.database.begin() as uow:
            store = AttachmentStore(uow.session)
            found = await store.find(attachment_id, lock=True)
            if found is None or found.state not in states or found.touched_at >= since:
                return
            await store.forget(found.id)
            if found.state in (State.ARRIVING, State.KEPT):  # the others gave their room back when they left
                await BoxStore(uow.session).weigh(found.owner_id, length=-found.length, files=-1)
        await asyncio.to_thread(self._ground.vault.remove, attachment_id)
