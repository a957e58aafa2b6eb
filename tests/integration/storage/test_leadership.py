"""One leader among processes; another takes over when it dies or loses its connection."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from telemed.scheduler import Job, every, run_jobs_while_leading
from telemed.storage.leadership import lead
from tests.shared import ROOT

pytestmark = pytest.mark.asyncio
_PROGRAM = """
import asyncio, sys
from telemed.storage.leadership import lead
async def main():
    async with lead(sys.argv[1]):
        print("leading", flush=True)
        await asyncio.Event().wait()
asyncio.run(main())
"""


async def start(url: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", _PROGRAM, url, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )


async def says_leading(process: asyncio.subprocess.Process, within: float) -> bool:
    assert process.stdout is not None
    try:
        async with asyncio.timeout(within):
            return await process.stdout.readline() == b"leading\n"
    except TimeoutError:
        return False


async def test_a_killed_leader_is_followed_by_another_and_there_are_never_two(database_url: str) -> None:
    first = await start(database_url)
    assert await says_leading(first, 120)
    second = await start(database_url)
    assert not await says_leading(second, 2.5)
    os.kill(first.pid, signal.SIGKILL)
    await first.wait()
    assert await says_leading(second, 120)
    second.terminate()
    await second.wait()


async def test_a_leader_whose_connection_is_cut_knows_it(postgres_url: str) -> None:
    async with lead(postgres_url) as leadership:
        administrator = await asyncpg.connect(postgres_url)
        await administrator.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid() "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        await administrator.close()
        async with asyncio.timeout(60):
            await leadership.lost.wait()
        assert leadership.lost.is_set()


async def test_jobs_run_on_the_leader_and_survive_their_own_failure(tmp_path: Path) -> None:
    runs: list[str] = []

    async def works() -> None:
        runs.append("works")

    async def fails() -> None:
        runs.append("fails")
        raise RuntimeError

    jobs = [
        Job(id=name, trigger=every(seconds=1), run=run, lateness=timedelta(minutes=1), why="a test")
        for name, run in (("works", works), ("fails", fails))
    ]
    task = asyncio.create_task(run_jobs_while_leading(f"sqlite:///{tmp_path / 'x.db'}", jobs))
    async with asyncio.timeout(60):
        while runs.count("fails") < 2 or runs.count("works") < 2:
            await asyncio.sleep(0.05)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert {"works", "fails"} == set(runs)
