"""InfluxDB, where its server is installed: the same weights as lines, written to disk before they are answered.

It reads lines of its own, not FHIR, and knows no device, no unit, no correction and no rule; it compacts later.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import aiohttp

from tests.benchmarks.peers.process import running
from tests.benchmarks.served import Place
from tests.fixtures.postgres import free_port

NAME = "InfluxDB 1"
_FIRST_NS = 1_790_000_000_000_000_000
_STEP_NS = 1_000_000


class Lines:
    """What is written there: a point a measure, of the same fifty patients, each at its own instant."""

    def __init__(self, patients: int) -> None:
        self._patients = patients
        self._number = 0

    def bodies(self, size: int, measures: int) -> list[bytes]:
        return ["\n".join(self._next() for _ in range(size)).encode() for _ in range(measures // size)]

    def _next(self) -> str:
        self._number += 1
        patient, at = self._number % self._patients, _FIRST_NS + self._number * _STEP_NS
        return f"weight,device=SCALE-{patient},subject={patient},status=final value={70 + self._number % 50 / 10} {at}"


def find_influx() -> str | None:
    """The server of InfluxDB 1 (`influxd`), if it is installed; a later one asks for an account first."""
    binary = shutil.which("influxd")
    if binary is None:
        return None
    told = subprocess.run([binary, "version"], capture_output=True, text=True, check=False).stdout
    return binary if re.search(r"\bv?1\.\d", told) else None


async def open_influx(stack: AsyncExitStack, binary: str, folder: Path) -> Place:
    """A server with an empty database, its log written through on each request, which is how it comes."""
    port = free_port()
    settings = {
        "INFLUXDB_META_DIR": str(folder / "influx-meta"),
        "INFLUXDB_DATA_DIR": str(folder / "influx-data"),
        "INFLUXDB_DATA_WAL_DIR": str(folder / "influx-wal"),
        "INFLUXDB_DATA_WAL_FSYNC_DELAY": "0s",
        "INFLUXDB_DATA_QUERY_LOG_ENABLED": "false",
        "INFLUXDB_HTTP_BIND_ADDRESS": f"127.0.0.1:{port}",
        "INFLUXDB_HTTP_LOG_ENABLED": "false",
        "INFLUXDB_BIND_ADDRESS": f"127.0.0.1:{free_port()}",
        "INFLUXDB_MONITOR_STORE_ENABLED": "false",
        "INFLUXDB_REPORTING_DISABLED": "true",
    }
    with (folder / "influx.log").open("wb") as log:
        process = await stack.enter_async_context(running([binary, "run"], os.environ | settings, log=log))
    base = f"http://127.0.0.1:{port}"
    await _create(base)
    write = "/write?db=measures"
    return Place(NAME, base, process.pid, {"Content-Type": "text/plain"}, of_one=write, of_many=write)


async def _create(base: str) -> None:
    async with aiohttp.ClientSession() as session:
        for _ in range(200):
            with suppress(aiohttp.ClientError):
                async with session.post(f"{base}/query", params={"q": "CREATE DATABASE measures"}) as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.1)
    raise RuntimeError("InfluxDB does not answer")
