"""The MQTT endpoint of one process: who is connected, what is under way, and who is cut off."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any
from uuid import UUID

import structlog

from telemed.adapters.mqtt.connection import Connection
from telemed.adapters.mqtt.door import Door, Guest, Shown
from telemed.adapters.mqtt.limits import Budget, Limits
from telemed.adapters.mqtt.reasons import Reason
from telemed.adapters.mqtt.sessions import Session, Sessions

log = structlog.get_logger("mqtt")
_LOOK_EVERY_SECONDS = 5.0
_LAST_SECONDS = 5.0
_BACKLOG = 4096
_ROOM_BYTES = 65_536


class Endpoint:
    """Devices publish their observations; each hears of its own and of nothing else. A device has one connection."""

    def __init__(self, door: Door, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.budget = Budget(self.limits.waiting_bytes)
        self.room = memoryview(bytearray(_ROOM_BYTES))
        self._door = door
        self._entering = asyncio.Semaphore(self.limits.entering)
        self._open: set[Connection] = set()
        self._by_device: dict[UUID, Connection] = {}
        self._sessions = Sessions()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._nobody: asyncio.Event | None = None
        door.on_change(self.look_again)

    async def listen(self, host: str, port: int, tls: ssl.SSLContext | None = None) -> int:
        """From now on devices may come; gives the port, which is chosen for 0. Raises OSError."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: Connection(self), host, port, ssl=tls, backlog=_BACKLOG, start_serving=True
        )
        chosen: int = self._server.sockets[0].getsockname()[1]
        log.info("mqtt.listening", port=chosen)
        return chosen

    async def watch(self) -> None:
        """For ever: cut off those who have been silent for longer than they may. Cancel it to stop."""
        while True:
            await asyncio.sleep(_LOOK_EVERY_SECONDS)
            self.cut_silent(asyncio.get_running_loop().time())

    async def close(self) -> None:
        """Take nothing more, acknowledge what is being kept, tell everyone."""
        if self._server is not None:
            self._server.close()
        for connection in list(self._open):
            connection.stop_reading()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_LAST_SECONDS)
        for connection in list(self._open):
            connection.end(Reason.SERVER_SHUTTING_DOWN)
        for task in self._tasks:
            task.cancel()
        if self._open:
            self._nobody = asyncio.Event()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._nobody.wait(), _LAST_SECONDS)
        for connection in list(self._open):
            connection.abort()

    # What a connection asks.

    @property
    def is_full(self) -> bool:
        return len(self._open) > self.limits.connections

    def opened(self, connection: Connection) -> None:
        self._open.add(connection)

    def closed(self, connection: Connection) -> None:
        self._open.discard(connection)
        if not self._open and self._nobody is not None:
            self._nobody.set()
        guest = connection.guest
        if guest is None or self._by_device.get(guest.device_id) is not connection:
            return
        del self._by_device[guest.device_id]
        if lasting := connection.session_seconds:
            until = asyncio.get_running_loop().time() + lasting
            self._sessions.keep(guest.device_id, Session(connection.client_id, connection.is_subscribed, until))

    async def ask_in(self, shown: Shown) -> Guest:
        """A crowd that comes back at once is let in by turns."""
        async with self._entering:
            return await self._door.let_in(shown)

    def let_in(self, connection: Connection, guest: Guest, *, is_clean: bool) -> bool:
        """It has come in; whatever connection the device had before is over. Says whether a session is resumed."""
        former = self._by_device.get(guest.device_id)
        now = asyncio.get_running_loop().time()
        if former is not None:
            former.end(Reason.SESSION_TAKEN_OVER)
            self.closed(former)
        self._by_device[guest.device_id] = connection
        session = self._sessions.take_up(guest.device_id, connection.client_id, now)
        if session is None or is_clean:
            return False
        connection.is_subscribed = session.is_subscribed
        return True

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # Who must go.

    def look_again(self, ids: frozenset[UUID] | None) -> None:
        """Rights have changed for these devices or follow-ups: those who are no more welcome go at once."""
        for connection in list(self._by_device.values()):
            if connection.guest is not None and connection.guest.is_among(ids):
                self.run(_cut_if_unwelcome(connection, connection.guest))

    def cut_silent(self, now: float) -> None:
        for connection in [one for one in self._open if one.is_silent_since(now)]:
            connection.end(Reason.KEEP_ALIVE_TIMEOUT)


async def _cut_if_unwelcome(connection: Connection, guest: Guest) -> None:
    try:
        is_welcome = await guest.is_welcome()
    except Exception:  # an edge: it is asked again before its next message
        log.exception("mqtt.not_asked")
        return
    if not is_welcome:
        connection.end(Reason.NOT_AUTHORIZED)
