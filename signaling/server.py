"""The WebSocket route: checks the origin, hands the socket over to the hub, keeps an eye on the silent."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Collection, Coroutine
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from signaling.codes import CloseCode
from signaling.connection import Postman, SocketConnection
from signaling.hub import Hub

_log = logging.getLogger("signaling")
_SWEEP_SLICE = 500
_FLUSH_SECONDS = 10.0
_GOODBYE_SECONDS = 2.0

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


class _Handshake(web.WebSocketResponse):
    """aiohttp's part of a WebSocket: the handshake. The end of the request is not the end of the connection."""

    def __init__(self) -> None:
        # Per-message deflate alone would cost 90 KiB a socket.
        super().__init__(compress=False)

    async def write_eof(self, data: bytes = b"") -> None:
        """Write nothing: the transport belongs to the hub."""


class _Door:
    """The sockets of one hub."""

    def __init__(self, hub: Hub, allowed_origins: frozenset[str]) -> None:
        self._hub = hub
        self._allowed_origins = allowed_origins
        self._open: set[SocketConnection] = set()
        self._joining: set[asyncio.Task[None]] = set()
        self._postman = Postman()
        self._empty = asyncio.Event()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Shake hands, then take the transport out of aiohttp's care: its handler, task and request are let go."""
        self._check(request)
        response = _Handshake()
        await response.prepare(request)
        transport = request.transport
        if transport is not None:
            connection = SocketConnection(self._hub, postman=self._postman, spawn=self._spawn, lost=self._forget)
            self._open.add(connection)
            connection.connection_made(transport)
            transport.set_protocol(connection)
            # To aiohttp the connection is over now; it would close a transport that it still holds.
            request.protocol.transport = None
            request.protocol.connection_lost(None)
        return response

    def _check(self, request: web.Request) -> None:
        origin = request.headers.get("Origin")
        if origin is not None and origin not in self._allowed_origins and urlsplit(origin).netloc != request.host:
            raise web.HTTPForbidden(text="origin not allowed")
        if len(self._open) >= self._hub.limits.sockets:
            raise web.HTTPServiceUnavailable(text="too many sockets", headers={"Retry-After": "5"})

    def _forget(self, connection: SocketConnection) -> None:
        self._open.discard(connection)
        if not self._open:
            self._empty.set()

    def _spawn(self, join: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(join)
        self._joining.add(task)
        task.add_done_callback(self._joining.discard)

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
        """Send every page away with the word to come back at once; wait for their goodbyes, not for long."""
        for task in self._joining:
            task.cancel()
        for connection in list(self._open):
            connection.close(CloseCode.RESTARTING, "restarting")
        if self._open:
            self._empty.clear()
            try:
                async with asyncio.timeout(_GOODBYE_SECONDS):
                    await self._empty.wait()
            except TimeoutError:
                for connection in list(self._open):
                    connection.abort("restarting")
                await asyncio.sleep(0)  # the transports report their loss in the next turn of the loop

    async def _watch(self) -> None:
        """One task for all: sessions that nobody came back to, and sockets that say nothing."""
        while True:
            await asyncio.sleep(self._hub.limits.sweep_every_seconds)
            try:
                self._hub.sweep()
                await self._go_round()
            except Exception:
                # The edge of a job: the next round tries again, the rooms go on meanwhile.
                _log.exception("signaling.sweep_failed")

    async def _go_round(self) -> None:
        now = asyncio.get_running_loop().time()
        for index, connection in enumerate(list(self._open)):
            connection.look_after(now)
            if index % _SWEEP_SLICE == _SWEEP_SLICE - 1:
                await asyncio.sleep(0)
