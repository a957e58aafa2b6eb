"""The client of a caisse, or of a concentrator before several, over HTTP and mutual TLS (docs/reference/caisse.md)."""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import aiohttp

from billing.formats.fse import encode_lot, sha256_of
from billing.formats.records import FormatError
from billing.formats.returns import MAX_RETURN_BYTES, decode_return
from billing.model.exchange import LotReference, Return, SealedLot, TransportReceipt, Unreadable
from billing.ports import CaisseGarbage, CaisseUnavailable
from telemed.kernel.clock import require_aware

MAX_RETURNS_PER_PAGE = 50
MAX_ANSWER_BYTES = 2 * MAX_RETURNS_PER_PAGE * MAX_RETURN_BYTES
_MAX_ID_LENGTH = 64
_TIMEOUT_SECONDS = 15.0
_LOT_TYPE = "text/plain; charset=utf-8"


class CaisseClient:
    """Implements `billing.ports.Caisse`. One call is one request: whoever calls decides whether to try again."""

    def __init__(self, url: str, tls: ssl.SSLContext, *, timeout_seconds: float = _TIMEOUT_SECONDS) -> None:
        self._url = url.rstrip("/")
        self._tls = tls
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds)

    async def transmit(self, lot: SealedLot, *, is_retransmission: bool) -> TransportReceipt:
        """POST the lot's bytes; what comes back must name this very lot."""
        text = encode_lot(lot)
        if sha256_of(text) != lot.sha256:
            raise ValueError("the lot is not the one that was sealed")
        headers = {
            "Content-Type": _LOT_TYPE,
            "Lot-Signature": lot.signature,
            "Lot-Retransmission": "yes" if is_retransmission else "no",
        }
        answer = await self._request("POST", "/lots", headers=headers, body=text)
        receipt = _read_receipt(answer)
        if receipt.lot != lot.reference:
            raise CaisseGarbage("la caisse accuse réception d'un autre lot")
        return receipt

    async def fetch_returns(self, after: str | None) -> Sequence[Return]:
        """GET the page after this cursor; a message that does not read is told as such and stops no other."""
        answer = await self._request("GET", "/returns", query={} if after is None else {"after": after})
        returns = _read_page(answer)
        if returns and returns[-1].id == after:
            raise CaisseGarbage("la caisse donne deux fois la même page de retours")
        return returns

    async def _request(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        query: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """The JSON object of a 200 or 202. Raises CaisseUnavailable or CaisseGarbage."""
        try:
            status, raw = await self._exchange(method, path, headers=headers, body=body, query=query)
        except (aiohttp.ClientError, TimeoutError, OSError):
            raise CaisseUnavailable("la caisse ne répond pas") from None
        if status not in (200, 202):
            raise CaisseUnavailable(f"la caisse a répondu {status}")
        return _read_object(raw)

    async def _exchange(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None,
        body: bytes | None,
        query: Mapping[str, str] | None,
    ) -> tuple[int, bytes]:
        async with (
            aiohttp.ClientSession(
                timeout=self._timeout, connector=aiohttp.TCPConnector(ssl=self._tls), auto_decompress=False
            ) as session,
            session.request(
                method, self._url + path, headers=headers, data=body, params=query, allow_redirects=False
            ) as response,
        ):
            return response.status, await _read_bounded(response.content)


async def _read_bounded(stream: aiohttp.StreamReader) -> bytes:
    """The whole answer, as long as it is no longer than any true one. Raises CaisseGarbage."""
    raw = bytearray()
    async for chunk in stream.iter_any():
        raw += chunk
        if len(raw) > MAX_ANSWER_BYTES:
            raise CaisseGarbage("la réponse de la caisse est trop longue")
    return bytes(raw)


def _read_object(raw: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(raw)
    except (ValueError, RecursionError):
        raise CaisseGarbage from None
    if not isinstance(answer, dict):
        raise CaisseGarbage
    return answer


def _read_receipt(answer: Mapping[str, Any]) -> TransportReceipt:
    try:
        return TransportReceipt(
            lot=LotReference(answer["issuer"], answer["organism"], answer["number"], answer["sha256"]),
            received_at=require_aware(datetime.fromisoformat(answer["received_at"])),
            was_known=answer["known"] is True,
        )
    except (KeyError, TypeError, ValueError):
        raise CaisseGarbage from None


def _read_page(answer: Mapping[str, Any]) -> list[Return]:
    entries = answer.get("returns")
    if not isinstance(entries, list) or len(entries) > MAX_RETURNS_PER_PAGE:
        raise CaisseGarbage
    return [_read_return(entry) for entry in entries]


def _read_return(entry: object) -> Return:
    """One message under its id. Without an id there is no cursor: the page is garbage then."""
    if not isinstance(entry, dict):
        raise CaisseGarbage
    return_id, text = entry.get("id"), entry.get("text")
    if not isinstance(return_id, str) or not 0 < len(return_id) <= _MAX_ID_LENGTH or not return_id.isascii():
        raise CaisseGarbage
    if not isinstance(text, str):
        return Return(return_id, Unreadable("no text"))
    try:
        return Return(return_id, decode_return(text.encode("utf-8", "surrogatepass")))
    except FormatError as error:
        return Return(return_id, Unreadable(str(error)))
