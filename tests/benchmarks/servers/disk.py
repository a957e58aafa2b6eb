"""The floor of an upload: aiohttp on uvloop writing the body to a file as it comes, made durable at the end."""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path

import uvloop
from aiohttp import web

from tests.benchmarks.servers.ours import serve

FOLDER = Path(tempfile.gettempdir())
_CHUNK = 2**20


async def take(request: web.Request) -> web.Response:
    """The same reads and writes by the megabyte as the product's, in threads, and nothing else."""
    path = FOLDER / f"telemed-bench-{os.getpid()}"
    with path.open("wb") as file:
        buffer = bytearray()
        async for chunk in request.content.iter_any():
            buffer += chunk
            if len(buffer) >= _CHUNK:
                await asyncio.to_thread(file.write, bytes(buffer))
                buffer.clear()
        await asyncio.to_thread(file.write, bytes(buffer))
        await asyncio.to_thread(_sync, file.fileno())
    path.unlink()
    return web.Response()


def _sync(descriptor: int) -> None:
    os.fsync(descriptor)


if __name__ == "__main__":
    application = web.Application()
    application.router.add_patch("/", take)
    uvloop.run(serve(application))
