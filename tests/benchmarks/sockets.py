"""A WebSocket client that costs next to nothing, so that what is measured is the server."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

HERE = Path(__file__).parent
_KEY = "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
_HEAD = f"GET /rooms/socket HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n{_KEY}\r\n".encode()


def masked(payload: bytes) -> bytes:
    """A client's text frame; its mask is four zeros, so that masking costs nothing."""
    size = len(payload)
    if size < 126:
        return bytes((0x81, 0x80 | size)) + b"\0\0\0\0" + payload
    return b"\x81\xfe" + size.to_bytes(2, "big") + b"\0\0\0\0" + payload


class End(asyncio.Protocol):
    """One socket: calls `hear` with each text frame; `opened` is done after the handshake."""

    def __init__(self, hear: Callable[[bytes], None]) -> None:
        self.hear = hear
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.transport: asyncio.Transport
        self._rest = b""
        self._said: list[bytes] = []
        self._is_open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(_HEAD)

    def data_received(self, data: bytes) -> None:
        data = self._rest + data if self._rest else data
        at = 0
        if not self._is_open:
            end = data.find(b"\r\n\r\n")
            if end < 0:
                self._rest = data
                return
            assert data.startswith(b"HTTP/1.1 101"), data[:80]
            at, self._is_open = end + 4, True
            self.opened.set_result(None)
        self._rest = data[self._frames(data, at) :]

    def _frames(self, data: bytes, at: int) -> int:
        """Hand over every whole frame from `at` on: where the first incomplete one begins."""
        while len(data) - at >= 2:
            size, head = data[at + 1], 2
            if size == 126:
                size, head = int.from_bytes(data[at + 2 : at + 4], "big"), 4
            if len(data) - at < head + size:
                break
            if data[at] == 0x81:
                self.hear(data[at + head : at + head + size])
            at += head + size
        return at

    def say(self, payload: bytes) -> None:
        """Written with all that is said in this turn of the loop: the client is not to be what is slow."""
        if not self._said:
            asyncio.get_running_loop().call_soon(self._flush)
        self._said.append(masked(payload))

    def _flush(self) -> None:
        self.transport.write(b"".join(self._said))
        self._said.clear()


async def connect(port: int, hear: Callable[[bytes], None]) -> End:
    """An open socket to a server of this benchmark."""
    _, end = await asyncio.get_running_loop().create_connection(lambda: End(hear), "127.0.0.1", port)
    await end.opened
    return end


@dataclass(frozen=True)
class Server:
    """A server in its own process."""

    name: str
    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """User and system time of its only process so far; the kernel counts in hundredths."""
        fields = Path(f"/proc/{self.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_bytes(self) -> int:
        pages = int(Path(f"/proc/{self.pid}/statm").read_text("ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def running(name: str, command: list[str], *, folder: Path | None = None) -> Iterator[Server]:
    """Start a server that prints its port, pinned to the first core; end it with the block."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=folder, text=True)
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(process.pid, {cores[0]})
        yield Server(name, port, process.pid)
    finally:
        process.terminate()
        process.wait()


def python_server(name: str, module: str) -> AbstractContextManager[Server]:
    """One of `tests/benchmarks/servers/*.py`."""
    return running(name, [sys.executable, "-m", f"tests.benchmarks.servers.{module}"])


@contextmanager
def npm_ws() -> Iterator[Server]:
    """npm's ws, installed into a folder of its own for as long as it runs. Raises RuntimeError without npm."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        raise RuntimeError("npm is needed to measure against ws: apt-get install npm")
    with tempfile.TemporaryDirectory() as folder:
        install = [npm, "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "ws@8"]
        subprocess.run(install, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        with running("npm ws", [node, str(HERE / "servers/ws.mjs")], folder=Path(folder)) as server:
            yield server
