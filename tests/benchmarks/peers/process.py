"""A peer in a process of its own, ended with the block."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import IO

from tests.shared import ROOT


@asynccontextmanager
async def running(
    words: Sequence[str], environment: Mapping[str, str], *, log: IO[bytes] | None = None
) -> AsyncIterator[asyncio.subprocess.Process]:
    """`log` takes what it says; without one it says it where the bench does."""
    process = await asyncio.create_subprocess_exec(
        *words, cwd=ROOT, env=environment, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log
    )
    try:
        yield process
    finally:
        process.terminate()
        await process.wait()
