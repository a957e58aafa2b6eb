"""Bodies that may be large: read as they come, refused as soon as they are too much, bounded together in memory."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager

from aiohttp import ClientError, web
from aiohttp.http import HttpProcessingError

from telemed.kernel.errors import Invalid, TooLarge, TooMany

_PATIENCE_SECONDS = 60.0
_RETRY_SECONDS = 2


class Bodies:
    """One body has `largest` bytes at most, once decompressed; all that are held at one time `most`.

    What counts is what has arrived: whoever announces much and sends little holds up nobody.
    """

    def __init__(self, *, largest: int, most: int) -> None:
        self.largest = largest
        self._most = most
        self._held = 0

    def read(self, request: web.Request) -> AbstractAsyncContextManager[bytes]:
        """The body, held as long as the block lasts. Raises TooLarge, TooMany, and Invalid where it was cut."""
        return _Body(self, request)

    def hold(self, size: int) -> None:
        """So many bytes more are in memory, or fewer. Raises TooMany."""
        self._held += size
        if size > 0 and self._held > self._most:
            text = "Trop de messages arrivent à la fois : renvoyez celui-ci dans un instant."
            raise TooMany(text, retry_after_seconds=_RETRY_SECONDS, code="body.too_many")


class _Body(AbstractAsyncContextManager[bytes]):
    """One of them. A class of its own: a generator as context manager costs a request four microseconds."""

    __slots__ = ("_bodies", "_request", "_size")

    def __init__(self, bodies: Bodies, request: web.Request) -> None:
        self._bodies = bodies
        self._request = request
        self._size = 0

    async def __aenter__(self) -> bytes:
        try:
            return await self._gather()
        except BaseException:
            self._bodies.hold(-self._size)
            raise

    async def __aexit__(self, *_: object) -> None:
        self._bodies.hold(-self._size)

    async def _gather(self) -> bytes:
        content = self._request.content
        self._check(self._request.content_length or 0)
        try:
            if content.is_eof():  # all of it came with its headers
                return self._hold(content.read_nowait())
            async with asyncio.timeout(_PATIENCE_SECONDS):
                chunks = [self._hold(chunk) async for chunk in content.iter_any()]
        except (ClientError, HttpProcessingError, ConnectionError, TimeoutError) as err:
            raise Invalid("L'envoi a été coupé : recommencez-le.", code="body.cut") from err
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def _hold(self, chunk: bytes) -> bytes:
        self._size += len(chunk)
        self._bodies.hold(len(chunk))
        self._check(self._size)
        return chunk

    def _check(self, size: int) -> None:
        if size > self._bodies.largest:
            raise TooLarge(f"Un message a {self._bodies.largest} octets au plus : envoyez-le en plusieurs fois.")
