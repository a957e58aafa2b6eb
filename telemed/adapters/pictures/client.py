"""Starts the process that opens one file, hands it the key on its input, and reads pictures from its output."""

from __future__ import annotations

import asyncio
import os
import sys
from base64 import b64encode
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from telemed.attachments.model import Holder, Kind, Picture, PictureRole, Refusal, Warned
from telemed.attachments.ports import RefusedContent, SealedSource, Sight, Window

_AT_ONCE = 2
_SECONDS = 30.0
_PIECE_BYTES = 2**16
_LONGEST_HEAD = 2**16
_MODULE = "telemed.adapters.pictures.worker"
_ROOT = Path(__file__).parents[3]
_Parts = AsyncGenerator[Sight | Picture | bytes, None]


@dataclass(frozen=True)
class Bounds:
    """Of one process: address space, processor seconds, and seconds by the wall."""

    memory_bytes: int = 768 * 2**20
    cpu_seconds: int = 20
    wall_seconds: float = _SECONDS


class PictureProcess:
    """Two processes at most at once; each opens one file, read-only, by a descriptor that it inherits."""

    def __init__(self, bounds: Bounds | None = None) -> None:
        self._bounds = bounds or Bounds()
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def look(self, source: SealedSource, kind: Kind, *, stored: int) -> _Parts:
        """What was found, then the pictures of the first `stored` frames and the small one."""
        async with aclosing(self._run(source, {"task": "look", "kind": kind.value, "stored": stored})) as parts:
            async for part in parts:
                yield part

    async def draw(self, source: SealedSource, kind: Kind, *, frame: int, window: Window | None) -> _Parts:
        """One frame."""
        wanted = [window.center, window.width] if window else None
        order = {"task": "draw", "kind": kind.value, "frame": frame, "window": wanted}
        async with aclosing(self._run(source, order)) as parts:
            async for part in parts:
                yield part

    async def _run(self, source: SealedSource, task: dict[str, Any]) -> _Parts:
        async with self._turns:
            descriptor = await asyncio.to_thread(os.open, source.path, os.O_RDONLY)
            try:
                process = await self._start(descriptor)
            finally:
                os.close(descriptor)
            order = {
                **task,
                "name": source.name,
                "length": source.length,
                "key": b64encode(source.key.reveal()).decode(),
            }
            try:
                async with asyncio.timeout(self._bounds.wall_seconds), aclosing(_converse(process, order)) as parts:
                    async for part in parts:
                        yield part
            except TimeoutError:
                raise RefusedContent(Refusal.BOMB) from None
            finally:
                await _end(process)

    async def _start(self, descriptor: int) -> asyncio.subprocess.Process:
        bounds = self._bounds
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-s",
            "-m",
            _MODULE,
            str(descriptor),
            str(bounds.memory_bytes),
            str(bounds.cpu_seconds),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            pass_fds=(descriptor,),
            cwd=_ROOT,
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
            limit=_LONGEST_HEAD,
            start_new_session=True,
        )


async def _converse(process: asyncio.subprocess.Process, order: dict[str, Any]) -> _Parts:
    """Give the order, read the answer. Raises RefusedContent, also when the process dies of its bounds."""
    reader, writer = process.stdout, process.stdin
    if reader is None or writer is None:
        raise LookupError("a process started with both pipes has both")
    try:
        writer.write(orjson.dumps(order) + b"\n")
        await writer.drain()
        writer.close()
        while (head := orjson.loads(await reader.readline() or b'{"what": "dead"}'))["what"] != "end":
            match head["what"]:
                case "sight":
                    yield _sight(head)
                case "picture":
                    yield Picture(
                        PictureRole(head["role"]), head["frame"], head["media_type"], 0, head["width"], head["height"]
                    )
                    async for piece in _pieces(reader, head["length"]):
                        yield piece
                case "refused":
                    raise RefusedContent(Refusal(head["refusal"]))
                case _:
                    raise RefusedContent(Refusal.BOMB)
    except (asyncio.IncompleteReadError, ConnectionError, ValueError):
        raise RefusedContent(Refusal.BOMB) from None


async def _pieces(reader: asyncio.StreamReader, length: int) -> AsyncIterator[bytes]:
    while length > 0:
        piece = await reader.read(min(length, _PIECE_BYTES))
        if not piece:
            raise asyncio.IncompleteReadError(b"", length)
        length -= len(piece)
        yield piece


def _sight(head: dict[str, Any]) -> Sight:
    return Sight(
        kind=Kind(head["kind"]),
        frames=head["frames"],
        holder=Holder(*head["holder"]),
        warnings=tuple(Warned(code) for code in head["warnings"]),
    )


async def _end(process: asyncio.subprocess.Process) -> None:
    """A second to leave by itself, then it is killed."""
    try:
        async with asyncio.timeout(1):
            await _gone(process)
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await _gone(process)


async def _gone(process: asyncio.subprocess.Process) -> None:
    """Drop what it still says, then wait: asyncio holds a process for alive until its pipes are read to their end."""
    if process.stdin is not None:
        process.stdin.close()
    while process.stdout is not None and await process.stdout.read(_PIECE_BYTES):
        pass
    await process.wait()
