"""Who may come in: known in memory, forgotten the moment that something of it changes anywhere (decision 0075)."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Collection
from uuid import UUID

import structlog

from telemed.acts.telemonitoring.model.doors import DOORS, DeviceIdentity
from telemed.acts.telemonitoring.store.door_keys import DoorKeyStore, Key
from telemed.storage.engine import Database
from telemed.storage.feed import Feed
from telemed.storage.wire import Wire

_READ_AT_ONCE = 500
_CHANGES_AT_ONCE = 500
_RETRY_SECONDS = 1.0
OnChange = Callable[[frozenset[UUID] | None], None]
"""Called with the devices and follow-ups that changed, or None where anything may have."""
log = structlog.get_logger("telemonitoring")


class DoorKeys:
    """The identities behind credentials. A change is heard on the feed of `DOORS`, in the process that makes it before
    its transaction returns, elsewhere by the wire. While no wire runs, the feed is read each time.

    Those who ask at once for credentials that are not known yet are answered by one read together.
    """

    def __init__(self, *, database: Database, most: int = 50_000) -> None:
        self.on_change: list[OnChange] = []
        self._database = database
        self._feed = Feed(database)
        self._most = most
        self._known: OrderedDict[Key, DeviceIdentity] = OrderedDict()
        self._keys_of: defaultdict[UUID, set[Key]] = defaultdict(set)
        self._asked: dict[Key, asyncio.Future[DeviceIdentity | None]] = {}
        self._reading: asyncio.Task[None] | None = None
        self._hearing = asyncio.Lock()
        self._wire: Wire | None = None
        self._number: int | None = None
        self._is_stale = True
        self._changes = 0
        database.live_bells.append(self._on_told)

    async def find(self, key: Key) -> DeviceIdentity | None:
        """The identity behind a credential, as it stands now."""
        if not self._is_up_to_date or self._hearing.locked():
            await self._hear()
        known = self._known.get(key)
        return known if known is not None else await self._ask(key)

    def has(self, key: Key) -> bool:
        """Is it known already? Asks nobody."""
        return key in self._known

    async def follow(self, wire: Wire) -> None:
        """For ever: hear what other processes change. Cancel it to stop."""
        self._wire = wire
        with wire.waiting(DOORS) as bell:
            while True:
                bell.clear()
                self._is_stale = True
                try:
                    await self._hear()
                except Exception as error:  # an edge: the database is away; whoever comes in meanwhile asks it himself
                    log.warning("doors.deaf", error=type(error).__name__)
                    await asyncio.sleep(_RETRY_SECONDS)
                    continue
                await bell.wait()

    @property
    def _is_up_to_date(self) -> bool:
        return not self._is_stale and self._wire is not None and self._wire.is_listening.is_set()

    def _on_told(self, audiences: Collection[UUID]) -> None:
        if DOORS in audiences:
            self._is_stale = True

    async def _hear(self) -> None:
        """Forget what has changed since the last time; whoever comes while it is read waits for it."""
        async with self._hearing:
            if self._is_up_to_date:
                return
            self._is_stale = False
            try:
                if self._number is None:
                    self._number = await self._feed.last(DOORS)
                page = await self._feed.since(DOORS, self._number, limit=_CHANGES_AT_ONCE)
            except BaseException:
                self._is_stale = True
                raise
            if page.last == self._number:
                return
            is_whole = page.is_whole and bool(page.rows) and page.rows[-1].number == page.last
            self._number = page.last
            changed = frozenset(row.subject_id for row in page.rows if row.subject_id is not None)
            self._forget(changed if is_whole else None)

    def _forget(self, changed: frozenset[UUID] | None) -> None:
        self._changes += 1
        if changed is None:
            self._known.clear()
            self._keys_of.clear()
        else:
            for subject in changed:
                for key in tuple(self._keys_of.pop(subject, ())):
                    self._drop(key)
        for callback in self.on_change:
            callback(changed)

    def _drop(self, key: Key) -> None:
        identity = self._known.pop(key, None)
        for subject in identity.subjects() if identity else ():
            keys = self._keys_of.get(subject)
            if keys is not None:
                keys.discard(key)
                if not keys:
                    del self._keys_of[subject]

    async def _ask(self, key: Key) -> DeviceIdentity | None:
        asked = self._asked.get(key)
        if asked is None:
            asked = self._asked[key] = asyncio.get_running_loop().create_future()
            asked.add_done_callback(lambda done: done.cancelled() or done.exception())  # whoever asked may have gone
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read())
        return await asyncio.shield(asked)

    async def _read(self) -> None:
        """Answer everybody who asks, by the group."""
        while self._asked:
            keys = list(self._asked)[:_READ_AT_ONCE]
            asked = {key: self._asked.pop(key) for key in keys}
            try:
                found = await self._load(keys)
            except Exception as error:  # each of them hears of it
                for future in asked.values():
                    if not future.done():
                        future.set_exception(error)
                continue
            for key, future in asked.items():
                if not future.done():
                    future.set_result(found.get(key))

    async def _load(self, keys: list[Key]) -> dict[Key, DeviceIdentity]:
        """Read, and again where something changed meanwhile: what is remembered is never older than what was heard."""
        while True:
            changes = self._changes
            async with self._database.read() as session:
                found = await DoorKeyStore(session).find(keys)
            if self._is_stale:
                await self._hear()
            if changes == self._changes:
                break
        for key, identity in found.items():
            self._remember(key, identity)
        return found

    def _remember(self, key: Key, identity: DeviceIdentity) -> None:
        self._known[key] = identity
        for subject in identity.subjects():
            self._keys_of[subject].add(key)
        while len(self._known) > self._most:
            self._drop(next(iter(self._known)))
