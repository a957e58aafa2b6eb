"""The client of an SMS gateway over HTTP (bearer token, idempotency key, receipts by polling)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import aiohttp

from telemed.kernel.errors import NotFound, Unavailable
from telemed.kernel.messages import DeliveryReceipt, DeliveryState, OutgoingMessage

_TIMEOUT_SECONDS = 10.0
_ATTEMPTS = 2
_PAUSE_SECONDS = 0.2


class SmsGatewaySender:
    """Sends through `POST {url}/messages`; the protocol is in docs/reference/sms-gateway.md."""

    def __init__(self, url: str, token: str, *, timeout_seconds: float = _TIMEOUT_SECONDS) -> None:
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"}
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds)

    async def send(self, message: OutgoingMessage) -> DeliveryReceipt:
        """Hand a message over; tried twice, which the idempotency key makes safe."""
        headers = {"Idempotency-Key": message.idempotency_key}
        body = {"to": message.to, "text": message.text}
        status, answer = await self._request("POST", "/messages", headers=headers, body=body)
        if status in (200, 202):
            return _receipt(answer)
        if status == 422:
            return DeliveryReceipt("", DeliveryState.FAILED, str(answer.get("code", "refused")))
        raise Unavailable(f"l'opérateur de SMS a répondu {status}")

    async def receipt(self, provider_id: str) -> DeliveryReceipt:
        """What became of a message taken earlier."""
        status, answer = await self._request("GET", f"/messages/{provider_id}")
        if status == 404:
            raise NotFound("ce message n'est pas connu de l'opérateur")
        if status != 200:
            raise Unavailable(f"l'opérateur de SMS a répondu {status}")
        return _receipt(answer)

    async def _request(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, body: Any = None
    ) -> tuple[int, dict[str, Any]]:
        """Status and JSON of the answer. Raises Unavailable when none comes after every attempt."""
        for attempt in range(_ATTEMPTS):
            if attempt:
                await asyncio.sleep(_PAUSE_SECONDS)
            try:
                status, answer = await self._once(method, path, {**self._headers, **(headers or {})}, body)
            except (aiohttp.ClientError, TimeoutError, ValueError):
                continue
            if status < 500:
                return status, answer
        raise Unavailable("l'opérateur de SMS ne répond pas")

    async def _once(self, method: str, path: str, headers: Mapping[str, str], body: Any) -> tuple[int, dict[str, Any]]:
        async with (
            aiohttp.ClientSession(timeout=self._timeout, headers=headers) as session,
            session.request(method, self._url + path, json=body, allow_redirects=False) as response,
        ):
            answer = await response.json() if response.content_type == "application/json" else {}
            return response.status, answer if isinstance(answer, dict) else {}


def _receipt(answer: Mapping[str, Any]) -> DeliveryReceipt:
    """Read a gateway's receipt. Raises Unavailable when it does not read: the message may have gone."""
    try:
        return DeliveryReceipt(str(answer["id"]), DeliveryState(answer["state"]), str(answer.get("detail", "")))
    except (KeyError, ValueError):
        raise Unavailable("la réponse de l'opérateur de SMS ne se lit pas") from None
