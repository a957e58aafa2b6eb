"""A clamd of ours, on loopback: it knows one virus, the test file of EICAR, and the words of the real one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
_LARGEST = 100 * 2**20
_COMMAND_BYTES = 64


class LoopbackClamd:
    """`largest` is its StreamMaxLength; `is_silent` makes it never answer."""

    def __init__(self, *, largest: int = _LARGEST, is_silent: bool = False) -> None:
        self.largest = largest
        self.is_silent = is_silent
        self.scanned: list[int] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            command = (await reader.readuntil(b"\0"))[:_COMMAND_BYTES]
            if command == b"zPING\0":
                answer = b"PONG\0"
            elif command == b"zINSTREAM\0":
                answer = await self._scan(reader)
            else:
                answer = b"UNKNOWN COMMAND\0"
            if self.is_silent:
                await reader.read()
                return
            writer.write(answer)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    async def _scan(self, reader: asyncio.StreamReader) -> bytes:
        length, seen, is_infected = 0, b"", False
        while size := int.from_bytes(await reader.readexactly(4), "big"):
            length += size
            if length > self.largest:
                return b"INSTREAM size limit exceeded. ERROR\0"
            seen = seen[-len(EICAR) :] + await reader.readexactly(size)
            is_infected = is_infected or EICAR in seen
        self.scanned.append(length)
        return b"stream: Eicar-Test-Signature FOUND\0" if is_infected else b"stream: OK\0"


@asynccontextmanager
async def scanning(clamd: LoopbackClamd, *, path: str = "") -> AsyncIterator[str]:
    """Listen on loopback, or on a socket at `path`; gives the URL as the settings take it."""
    if path:
        server = await asyncio.start_unix_server(clamd.serve, path)
        url = f"unix://{path}"
    else:
        server = await asyncio.start_server(clamd.serve, "127.0.0.1", 0)
        url = f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield url
    finally:
        server.close()
        await server.wait_closed()
