"""What the client of a caisse does with a bad one: wrong certificates, garbage, too much, too slow, another's lot."""

from __future__ import annotations

import asyncio
import json
import ssl
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web

from billing.model.exchange import (
    Unreadable,
)
from billing.ports import CaisseGarbage, CaisseUnavailable
from telemed.adapters.caisse.client import MAX_RETURNS_PER_PAGE, CaisseClient
from telemed.adapters.caisse.reception import (
    Reception,
)
from telemed.adapters.caisse.server import LoopbackCaisse, Wire, serving
from telemed.kernel.clock import SystemClock
from telemed.security.certificates import CertificateAuthority
from telemed.security.signing import SealVerifier
from tests.fixtures.caisse import CaisseGround, seal
from tests.unit.billing.lots import AT, make_lot

pytestmark = pytest.mark.asyncio


@pytest.fixture
def ground(caisse_ground: CaisseGround) -> CaisseGround:
    return caisse_ground


@pytest.mark.parametrize(
    ("wire", "error", "arrived"),
    [
        (Wire.AWAY, CaisseUnavailable, False),
        (Wire.RESET, CaisseUnavailable, False),
        (Wire.LOST_ANSWER, CaisseUnavailable, True),
        (Wire.SLOW, CaisseUnavailable, True),
        (Wire.TRUNCATED, CaisseUnavailable, True),
        (Wire.GARBAGE, CaisseGarbage, True),
        (Wire.OVERSIZED, CaisseGarbage, True),
    ],
)
async def test_a_bad_connection_is_said_and_the_next_one_is_good(
    ground: CaisseGround, wire: Wire, error: type[Exception], arrived: bool
) -> None:
    client = CaisseClient(ground.url, ground.own.client_context(), timeout_seconds=2 if wire is Wire.SLOW else 60)
    lot = seal(make_lot())
    ground.caisse.wire.append(wire)
    with pytest.raises(error):
        await client.transmit(lot, is_retransmission=False)
    assert len(ground.reception.deliveries) == arrived, "one call is one request"
    assert (await client.transmit(lot, is_retransmission=True)).was_known == arrived
    is_cut = wire in (Wire.RESET, Wire.LOST_ANSWER)  # a GET that was cut is tried again by itself, a POST never is
    ground.caisse.wire.extend([wire] * (2 if is_cut else 1))
    with pytest.raises(error):
        await client.fetch_returns(None)
    assert len(await client.fetch_returns(None)) == (3 if arrived else 2)


async def test_a_caisse_of_another_authority_is_not_spoken_to(ground: CaisseGround) -> None:
    other = CertificateAuthority("Autre autorité", SystemClock().now())
    believed = replace(ground.own, authority=other.write_client(ground.folder, "autre").authority)
    with pytest.raises(CaisseUnavailable):
        await CaisseClient(ground.url, believed.client_context()).transmit(seal(make_lot()), is_retransmission=False)
    assert ground.reception.deliveries == []


async def test_a_client_that_the_caisse_does_not_know_sends_nothing(ground: CaisseGround) -> None:
    other = CertificateAuthority("Autre autorité", SystemClock().now()).write_client(ground.folder, "autre")
    stranger = replace(other, authority=ground.own.authority).client_context()
    nameless = ssl.create_default_context(cafile=ground.own.authority)
    for context in (stranger, nameless):
        with pytest.raises(CaisseUnavailable):
            await CaisseClient(ground.url, context).transmit(seal(make_lot()), is_retransmission=False)
    assert ground.reception.deliveries == []


@pytest.mark.parametrize("fault", ["expired", "other_name"])
async def test_a_certificate_that_is_over_or_of_another_host_is_refused(tmp_path: Path, fault: str) -> None:
    clock = SystemClock()
    good = CertificateAuthority("Autorité d'essai", clock.now())
    old = CertificateAuthority("Autorité d'hier", clock.now() - timedelta(days=40), lifetime=timedelta(days=30))
    authority = old if fault == "expired" else good
    server = authority.write_server(
        tmp_path, "caisse", hosts=["caisse.invalid" if fault == "other_name" else "127.0.0.1"]
    )
    own = authority.write_client(tmp_path, "telemed")
    async with serving(LoopbackCaisse(Reception(SealVerifier([]), clock), clock), server) as url:
        with pytest.raises(CaisseUnavailable):
            await CaisseClient(url, own.client_context()).fetch_returns(None)


async def test_a_caisse_that_nobody_serves_is_away(ground: CaisseGround) -> None:
    client = CaisseClient("https://127.0.0.1:9/v1", ground.own.client_context())
    with pytest.raises(CaisseUnavailable):
        await client.transmit(seal(make_lot()), is_retransmission=False)


RECEIPT = {"issuer": "10101010101", "organism": "017510000", "number": 1, "received_at": AT.isoformat(), "known": False}


@pytest.mark.parametrize(
    "body",
    [
        "",
        "null",
        "[]",
        '"ok"',
        "{}",
        "[" * 100_000,
        '{"returns": {}}',
        '{"returns": [1]}',
        '{"returns": [{"text": "ARL"}]}',
        '{"returns": [{"id": "", "text": "ARL"}]}',
        '{"returns": [{"id": 7, "text": "ARL"}]}',
        '{"returns": [{"id": "é", "text": "ARL"}]}',
        '{"returns": [' + ",".join(['{"id": "1", "text": ""}'] * (MAX_RETURNS_PER_PAGE + 1)) + "]}",
    ],
)
async def test_answers_that_are_not_of_the_protocol_are_garbage(ground: CaisseGround, body: str) -> None:
    async with answering(ground, body) as client:
        with pytest.raises(CaisseGarbage):
            await client.fetch_returns(None)
        with pytest.raises(CaisseGarbage):
            await client.transmit(seal(make_lot()), is_retransmission=False)


async def test_a_page_that_does_not_move_on_is_garbage(ground: CaisseGround) -> None:
    async with answering(ground, '{"returns": [{"id": "5", "text": null}, {"id": "6", "text": "x"}]}') as client:
        returns = await client.fetch_returns("4")
        assert [one.content for one in returns] == [
            Unreadable("no text"),
            Unreadable("line 1: cut short: the line has no end"),
        ]
        with pytest.raises(CaisseGarbage):
            await client.fetch_returns("6")


@pytest.mark.parametrize(
    "change",
    [
        {"number": 2},
        {"number": "1"},
        {"organism": "022130000"},
        {"issuer": "10101010102"},
        {"sha256": "0" * 64},
        {"sha256": None},
        {"received_at": "2026-11-20T09:30:00"},
        {"received_at": "hier"},
    ],
)
async def test_a_receipt_for_another_lot_is_garbage(ground: CaisseGround, change: dict[str, object]) -> None:
    lot = seal(make_lot())
    async with answering(ground, json.dumps(RECEIPT | {"sha256": lot.sha256} | change)) as client:
        with pytest.raises(CaisseGarbage):
            await client.transmit(lot, is_retransmission=False)


async def test_a_redirection_is_not_followed(ground: CaisseGround) -> None:
    async with answering(ground, "", status=307, headers={"Location": ground.url + "/lots"}) as client:
        with pytest.raises(CaisseUnavailable):
            await client.transmit(seal(make_lot()), is_retransmission=False)
    assert ground.reception.deliveries == []


async def test_a_trickle_is_cut_at_the_end_of_the_time_allowed(ground: CaisseGround) -> None:
    """One byte now and then keeps a connection alive: the whole exchange has its limit."""
    async with answering(ground, "", trickles=True, timeout_seconds=0.5) as client:
        with pytest.raises(CaisseUnavailable):
            await client.fetch_returns(None)


class answering:  # noqa: N801 - read as a word at its uses
    """A server under the good authority that gives every request one same answer."""

    def __init__(
        self,
        ground: CaisseGround,
        body: str,
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
        trickles: bool = False,
        timeout_seconds: float = 60.0,
    ) -> None:
        self._ground = ground
        self._body, self._status, self._headers = body, status, headers
        self._trickles = trickles
        self._timeout_seconds = timeout_seconds
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> CaisseClient:
        app = web.Application()
        app.router.add_route("*", "/{any:.*}", self._answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        tls = self._ground.authority.write_server(self._ground.folder, "mauvaise", hosts=["127.0.0.1"])
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls.server_context()).start()
        url = f"https://127.0.0.1:{runner.addresses[0][1]}"
        return CaisseClient(url, self._ground.own.client_context(), timeout_seconds=self._timeout_seconds)

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if not self._trickles:
            return web.Response(text=self._body, status=self._status, headers=self._headers)
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b" ")
            await asyncio.sleep(0.05)
