"""Bodies that may be large: read as they come, refused as soon as they are too much, bounded together in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import ClientError, web
from aiohttp.http import HttpProcessingError

from telemed.kernel.errors import Invalid, TooLarge, TooMany

_PATIENCE_SECONDS = 60.0
_RETRY_SECONDS = 2


@dataclass(slots=True)
class _Held:
    """How many bytes of one body are in memory."""

    size: int = 0


class Bodies:
    """One body has `largest` bytes at most, once decompressed; all that are held at one time `most`.

    What counts is what has arrived: whoever announces much and sends little holds up nobody.
    """

    def __init__(self, *, largest: int, most: int) -> None:
        self.largest = largest
        self._most = most
        self._held = 0

    @asynccontextmanager
    async def read(self, request: web.Request) -> AsyncIterator[bytes]:
        """The body, held as long as the block lasts. Raises TooLarge, TooMany, and Invalid where it was cut."""
        if (request.content_length or 0) > self.largest:
            raise self._too_large()
        held = _Held()
        try:
            body = await self._gather(request, held)
            yield body
        finally:
            self._held -= held.size

    async def _gather(self, request: web.Request, held: _Held) -> bytes:
        try:
            if request.content.is_eof():  # all of it came with its headers
                return self._hold(request.content.read_nowait(), held)
            async with asyncio.timeout(_PATIENCE_SECONDS):
                chunks = [self._hold(chunk, held) async for chunk in request.content.iter_any()]
        except (ClientError, HttpProcessingError, ConnectionError, TimeoutError) as err:
            raise Invalid("L'envoi a été coupé : recommencez-le.", code="body.cut") from err
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def _hold(self, chunk: bytes, held: _Held) -> bytes:
        held.size += len(chunk)
        self._held += len(chunk)
        self._check(held.size)
        return chunk

    def _check(self, size: int) -> None:
        if size > self.largest:
            raise self._too_large()
        if self._held > self._most:
            text = "Trop de messages arrivent à la fois : renvoyez celui-ci dans un instant."
            raise TooMany(text, retry_after_seconds=_RETRY_SECONDS, code="body.too_many")

    def _too_large(self) -> TooLarge:
        return TooLarge(f"Un message a {self.largest} octets au plus : envoyez-le en plusieurs fois.")
