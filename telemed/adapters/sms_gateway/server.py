"""An SMS gateway of ours, on loopback: it takes messages over real HTTP and keeps them to be read, in memory."""

from __future__ import annotations

import hmac
import re
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

from telemed.kernel.clock import Clock
from telemed.kernel.ids import new_id
from telemed.kernel.messages import DeliveryState

_E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_KEPT_MESSAGES = 1000
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class ShortMessage:
    """A message as the gateway holds it."""

    id: str
    to: str
    text: str
    state: DeliveryState
    taken_at: float
    detail: str = ""


class SmsGateway:
    """Takes, limits and delivers like an operator; `is_away` and `unreachable` let a test make it fail."""

    def __init__(self, token: str, clock: Clock, *, delivery_seconds: float = 0.0, per_minute: int = 600) -> None:
        self.messages: deque[ShortMessage] = deque(maxlen=_KEPT_MESSAGES)
        self.is_away = False
        self.unreachable: set[str] = set()
        self.token = token
        self._clock = clock
        self._delivery_seconds = delivery_seconds
        self._per_minute = per_minute
        self._by_key: dict[str, ShortMessage] = {}

    def application(self) -> web.Application:
        app = web.Application(middlewares=[self._authenticate], client_max_size=16_384)
        app.router.add_post("/v1/messages", self._take)
        app.router.add_get("/v1/messages/{id}", self._tell)
        return app

    @web.middleware
    async def _authenticate(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if self.is_away:
            return _problem(503, "away")
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self.token}".encode()):
            return _problem(401, "unauthorized")
        return await handler(request)

    async def _take(self, request: web.Request) -> web.Response:
        key = request.headers.get("Idempotency-Key", "")
        body = await request.json()
        to, text = str(body.get("to", "")), str(body.get("text", ""))
        if not key or not text:
            return _problem(400, "incomplete")
        if known := self._by_key.get(key):
            return _tell(known, 200)
        if not _E164.fullmatch(to):
            return _problem(422, "invalid_number")
        if self._is_over_the_limit():
            return _problem(429, "too_many", headers={"Retry-After": "60"})
        message = ShortMessage(str(new_id()), to, text, DeliveryState.ACCEPTED, self._clock.monotonic())
        self.messages.append(message)
        self._by_key[key] = message
        return _tell(message, 202)

    async def _tell(self, request: web.Request) -> web.Response:
        wanted = request.match_info["id"]
        message = next((message for message in self.messages if message.id == wanted), None)
        if message is None:
            return _problem(404, "unknown")
        self._move_on(message)
        return _tell(message, 200)

    def _move_on(self, message: ShortMessage) -> None:
        """Accepted becomes delivered, or failed where the reader's device cannot be reached."""
        waited = self._clock.monotonic() - message.taken_at
        if message.state is DeliveryState.ACCEPTED and waited >= self._delivery_seconds:
            is_lost = message.to in self.unreachable
            message.state = DeliveryState.FAILED if is_lost else DeliveryState.DELIVERED
            message.detail = "unreachable" if is_lost else ""

    def _is_over_the_limit(self) -> bool:
        since = self._clock.monotonic() - 60
        return sum(message.taken_at > since for message in self.messages) >= self._per_minute


@asynccontextmanager
async def serving(gateway: SmsGateway, *, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serve `gateway` and give the base address for its clients."""
    runner = web.AppRunner(gateway.application(), access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        yield f"http://{host}:{runner.addresses[0][1]}/v1"
    finally:
        await runner.cleanup()


def _tell(message: ShortMessage, status: int) -> web.Response:
    answer = {"id": message.id, "state": message.state.value, "detail": message.detail}
    return web.json_response(answer, status=status)


def _problem(status: int, code: str, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response({"code": code}, status=status, headers=headers)
