"""Where a benchmark keeps its databases: a folder of its own, gone with its server when it ends."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import uvloop

from tests.fixtures.postgres import stop_server

T = TypeVar("T")


def run_in_folder(name: str, work: Callable[[Path], Awaitable[T]]) -> T:
    """What the work gives. The server of PostgreSQL, which runs as somebody else, may enter the folder."""
    folder = Path(tempfile.mkdtemp(prefix=f"telemed-{name}-"))
    folder.chmod(0o755)

    async def run() -> T:
        return await work(folder)

    try:
        return uvloop.run(run())
    finally:
        stop_server(folder)
        shutil.rmtree(folder, ignore_errors=True)
