"""The client of clamd (ClamAV): a file is streamed to it (INSTREAM), nothing is left on its disk by us."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from telemed.kernel.errors import Unavailable

_CONNECT_SECONDS = 5.0
_ANSWER_SECONDS = 120.0
_PIECE_BYTES = 2**17
_LONGEST_ANSWER = 4096


@dataclass(frozen=True)
class ClamdAddress:
    """A host and a port, or the path of a socket."""

    host: str = ""
    port: int = 3310
    path: str = ""


def parse_clamd_url(url: str) -> ClamdAddress:
    """Read `tcp://host[:port]` or `unix:///path`. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme == "tcp" and parts.hostname:
        return ClamdAddress(host=parts.hostname, port=parts.port or 3310)
    if parts.scheme == "unix" and parts.path:
        return ClamdAddress(path=unquote(parts.path))
    raise ValueError("an antivirus is written tcp://host:port or unix:///path")


class ClamdClient:
    """A connection a file. Every failure to answer is Unavailable: a file is clean only when clamd says so."""

    def __init__(self, address: ClamdAddress, *, answer_seconds: float = _ANSWER_SECONDS) -> None:
        self._address = address
        self._answer_seconds = answer_seconds

    async def find_virus(self, content: AsyncIterator[bytes]) -> str | None:
        """The name of what was found, None when clean. Raises Unavailable."""
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                reader, writer = await self._connect()
        except (OSError, TimeoutError):
            raise Unavailable("L'antivirus ne répond pas.") from None
        try:
            async with asyncio.timeout(self._answer_seconds):
                await _send(writer, content)
                answer = await reader.read(_LONGEST_ANSWER)
        except (OSError, TimeoutError):
            raise Unavailable("L'antivirus ne répond pas.") from None
        finally:
            writer.close()
        return read_answer(answer)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._address.path:
            return await asyncio.open_unix_connection(self._address.path)
        return await asyncio.open_connection(self._address.host, self._address.port)


async def _send(writer: asyncio.StreamWriter, content: AsyncIterator[bytes]) -> None:
    writer.write(b"zINSTREAM\0")
    async for batch in content:
        view = memoryview(batch)
        for start in range(0, len(batch), _PIECE_BYTES):
            piece = view[start : start + _PIECE_BYTES]
            writer.write(len(piece).to_bytes(4, "big"))
            writer.write(piece)
            await writer.drain()
    writer.write(bytes(4))
    await writer.drain()


def read_answer(answer: bytes) -> str | None:
    """`stream: OK` is None, `stream: NAME FOUND` the name. Raises Unavailable on anything else."""
    text = answer.rstrip(b"\0\n").decode("utf-8", "replace")
    if text == "stream: OK":
        return None
    if text.startswith("stream: ") and text.endswith(" FOUND"):
        return text.removeprefix("stream: ").removesuffix(" FOUND")
    raise Unavailable("L'antivirus n'a pas su répondre.")
