"""The WebSocket route: checks the origin, seats who joins, listens, keeps an eye on the silent."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Collection, Coroutine
from typing import Any
from urllib.parse import urlsplit

from aiohttp import WSMsgType, web

from signaling.codes import ErrorCode, Refusal
from signaling.connection import Socket, SocketConnection
from signaling.hub import Hub
from signaling.room import Member

_log = logging.getLogger("signaling")
_SWEEP_SLICE = 500
_FLUSH_SECONDS = 10.0

HUB: web.AppKey[Hub] = web.AppKey("signaling_hub", Hub)


def add_socket_route(
    app: web.Application, hub: Hub, *, path: str = "/rooms/socket", allowed_origins: Collection[str] = ()
) -> None:
    """Serve the rooms of `hub` at `path`, and run what it needs for as long as `app` runs.

    A browser is let in from the page's own host and from `allowed_origins` (`https://host[:port]`); a client that
    sends no Origin is no browser, so no page of another site speaks through it.
    """
    door = _Door(hub, frozenset(allowed_origins))
    app[HUB] = hub
    app.router.add_get(path, door.handle)
    app.on_shutdown.append(door.shut_down)
    app.cleanup_ctx.append(door.lifetime)


class _Door:
    """The sockets of one hub."""

    def __init__(self, hub: Hub, allowed_origins: frozenset[str]) -> None:
        self._hub = hub
        self._allowed_origins = allowed_origins
        self._open: set[SocketConnection] = set()
        self._closes: set[asyncio.Task[None]] = set()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One socket from its handshake to its end."""
        self._check(request)
        socket = Socket()
        await socket.prepare(request)
        transport = request.transport
        if transport is None:
            return socket
        connection = SocketConnection(socket, transport, limits=self._hub.limits, spawn=self._spawn)
        connection.heard_at = asyncio.get_running_loop().time()
        socket.connection = connection
        self._open.add(connection)
        try:
            await self._serve(socket, connection)
        finally:
            self._open.discard(connection)
            socket.connection = None
        return socket

    def _check(self, request: web.Request) -> None:
        origin = request.headers.get("Origin")
        if origin is not None and origin not in self._allowed_origins and urlsplit(origin).netloc != request.host:
            raise web.HTTPForbidden(text="origin not allowed")
        if len(self._open) >= self._hub.limits.sockets:
            raise web.HTTPServiceUnavailable(text="too many sockets", headers={"Retry-After": "5"})

    async def _serve(self, socket: Socket, connection: SocketConnection) -> None:
        try:
            member = await self._join(socket, connection)
            if member is None:
                return
            try:
                await self._listen(socket, connection, member)
            finally:
                self._hub.lost(member, connection)
        except Refusal as refusal:
            self._hub.refuse(connection, refusal)
        except Exception:
            # The edge of the socket: a bug ends this socket with its own code, is alarmed, and touches nobody else.
            _log.exception("signaling.socket_failed")
            self._hub.refuse(connection, Refusal(ErrorCode.INTERNAL))
        await connection.closed()

    async def _join(self, socket: Socket, connection: SocketConnection) -> Member | None:
        try:
            message = await socket.receive(timeout=self._hub.limits.join_seconds)
        except TimeoutError:
            raise Refusal(ErrorCode.JOIN_TIMEOUT, "no join came") from None
        if message.type is WSMsgType.TEXT:
            return await self._hub.join(connection, message.data)
        if message.type in (WSMsgType.BINARY, WSMsgType.PING, WSMsgType.PONG):
            raise Refusal(ErrorCode.NOT_JOINED, "the first frame is a join")
        return None

    async def _listen(self, socket: Socket, connection: SocketConnection, member: Member) -> None:
        """The loop in which an idle socket sleeps: kept flat, every frame of it costs memory a hundred thousandfold."""
        hub = self._hub
        now = asyncio.get_running_loop().time
        pace = connection.pace
        while True:
            message = await socket.receive()
            connection.heard_at = at = now()
            kind = message.type
            if kind is WSMsgType.TEXT:
                hub.receive(member, connection, message.data)
            elif kind is WSMsgType.PING:
                connection.pong(message.data)
            elif kind is WSMsgType.BINARY:
                hub.refuse(connection, Refusal(ErrorCode.BAD_FRAME, "frames are text"))
            elif kind is not WSMsgType.PONG:
                return
            if wait := pace.spend(at):
                await self._hold_back(connection, at, wait)

    async def _hold_back(self, connection: SocketConnection, at: float, wait: float) -> None:
        """Too fast: stop reading for a moment, so that the kernel slows the sender down and nothing is lost."""
        held = connection.pace.hold(at)
        if held == 0.0:
            self._hub.refuse(connection, Refusal(ErrorCode.RATE_LIMITED, "slower, please"))
        elif held > self._hub.limits.flood_seconds:
            raise Refusal(ErrorCode.FLOOD, "too fast for too long")
        await asyncio.sleep(wait)

    def _spawn(self, close: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(close)
        self._closes.add(task)
        task.add_done_callback(self._closes.discard)
        return task

    async def lifetime(self, _app: web.Application) -> AsyncIterator[None]:
        """The hub's background work, from the start of the application to its end."""
        tasks = [asyncio.create_task(self._hub.scribe.run()), asyncio.create_task(self._watch())]
        yield
        try:
            async with asyncio.timeout(_FLUSH_SECONDS):
                await self._hub.scribe.flush()
        except TimeoutError:
            _log.error("signaling.ledger_not_flushed", extra={"queued": len(self._hub.scribe)})
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def shut_down(self, _app: web.Application) -> None:
        """Send every page away with the word to come back at once."""
        self._hub.shut_down()
        if self._closes:
            await asyncio.wait(self._closes)

    async def _watch(self) -> None:
        """One task for all: sessions that nobody came back to, and sockets that say nothing."""
        while True:
            await asyncio.sleep(self._hub.limits.sweep_every_seconds)
            try:
                self._hub.sweep()
                await self._wake_silent()
            except Exception:
                # The edge of a job: the next round tries again, the rooms go on meanwhile.
                _log.exception("signaling.sweep_failed")

    async def _wake_silent(self) -> None:
        now = asyncio.get_running_loop().time()
        limits = self._hub.limits
        for index, connection in enumerate(list(self._open)):
            silent = now - connection.heard_at
            if silent > limits.silent_after_seconds:
                connection.abort("silent")
            elif silent > limits.ping_after_seconds:
                connection.ping()
            if index % _SWEEP_SLICE == _SWEEP_SLICE - 1:
                await asyncio.sleep(0)
