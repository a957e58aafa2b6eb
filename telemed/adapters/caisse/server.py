"""A caisse of ours, on loopback: it takes lots over real HTTP and mutual TLS, and can be told to be a bad one."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from enum import StrEnum

from aiohttp import web

from billing.formats.fse import MAX_LOT_BYTES
from billing.formats.records import FormatError
from billing.model.exchange import LotReference
from telemed.adapters.caisse.client import MAX_ANSWER_BYTES, MAX_RETURNS_PER_PAGE
from telemed.adapters.caisse.reception import Reception
from telemed.kernel.clock import Clock
from telemed.security.certificates import TlsFiles

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Wire(StrEnum):
    """What befalls one request on its way; all but AWAY and RESET happen after the caisse did its work."""

    GOOD = "good"
    AWAY = "away"
    RESET = "reset"
    LOST_ANSWER = "lost_answer"
    SLOW = "slow"
    GARBAGE = "garbage"
    TRUNCATED = "truncated"
    OVERSIZED = "oversized"


class LoopbackCaisse:
    """Serves a reception. `wire` holds what befalls the next requests, one each; then all is well."""

    def __init__(self, reception: Reception, clock: Clock, *, slow_seconds: float = 3600.0) -> None:
        self.reception = reception
        self.wire: deque[Wire] = deque()
        self._clock = clock
        self._slow_seconds = slow_seconds

    def application(self) -> web.Application:
        app = web.Application(middlewares=[self._befall], client_max_size=MAX_LOT_BYTES)
        app.router.add_post("/v1/lots", self._take)
        app.router.add_get("/v1/returns", self._tell)
        return app

    @web.middleware
    async def _befall(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        wire = self.wire.popleft() if self.wire else Wire.GOOD
        if wire is Wire.AWAY:
            return _problem(503, "away")
        if wire is Wire.RESET:
            return _cut(request)
        answer = await handler(request)
        if wire is Wire.LOST_ANSWER:
            return _cut(request)
        if wire is Wire.SLOW:
            await asyncio.sleep(self._slow_seconds)
        if wire is Wire.GARBAGE:
            return web.Response(body=b'{"returns": [{"id": "1", \xff', content_type="application/json")
        if wire is Wire.OVERSIZED:
            return web.Response(body=b" " * (MAX_ANSWER_BYTES + 1), content_type="application/json")
        return await _send_half(request) if wire is Wire.TRUNCATED else answer

    async def _take(self, request: web.Request) -> web.Response:
        signature = request.headers.get("Lot-Signature", "")
        flag = request.headers.get("Lot-Retransmission", "")
        if not signature or flag not in ("yes", "no"):
            return _problem(400, "incomplete")
        try:
            lot, was_known = self.reception.take(await request.read(), signature, is_retransmission=flag == "yes")
        except FormatError as error:
            return web.json_response({"code": "unreadable", "detail": str(error)}, status=422)
        return self._acknowledge(lot, was_known=was_known)

    def _acknowledge(self, lot: LotReference, *, was_known: bool) -> web.Response:
        receipt = {
            "issuer": lot.issuer_rpps,
            "organism": lot.organism,
            "number": lot.number,
            "sha256": lot.sha256,
            "received_at": self._clock.now().isoformat(),
            "known": was_known,
        }
        return web.json_response(receipt, status=200 if was_known else 202)

    async def _tell(self, request: web.Request) -> web.Response:
        page = self.reception.returns_after(request.query.get("after"), most=MAX_RETURNS_PER_PAGE)
        return web.json_response({"returns": [{"id": one.id, "text": one.text} for one in page]})


@asynccontextmanager
async def serving(
    caisse: LoopbackCaisse, tls: TlsFiles, *, host: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[str]:
    """Serve `caisse` to clients of its authority, and give the base address for them."""
    runner = web.AppRunner(caisse.application(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port, ssl_context=tls.server_context()).start()
        yield f"https://{host}:{runner.addresses[0][1]}/v1"
    finally:
        await runner.cleanup()


def _problem(status: int, code: str) -> web.Response:
    return web.json_response({"code": code}, status=status)


def _cut(request: web.Request) -> web.Response:
    """Close the connection under the client's feet; what is returned never leaves."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _send_half(request: web.Request) -> web.StreamResponse:
    """Announce more than is sent, then close."""
    half = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "1000"})
    await half.prepare(request)
    await half.write(b'{"returns": [')
    _cut(request)
    return half
