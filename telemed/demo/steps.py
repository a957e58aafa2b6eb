"""Tells the steps of a visit as they happen: number, name, what came of it, time taken."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TextIO, TypeVar

from telemed.kernel.clock import Clock

_PATIENCE_SECONDS = 15.0
_PAUSE_SECONDS = 0.1
T = TypeVar("T")


class StepFailed(Exception):
    """A step of the visit did not succeed; the message names it and says why."""


class Step:
    """The step under way; what is put into `result` is printed with its time."""

    def __init__(self) -> None:
        self.result = ""


class Steps:
    """Numbers the steps and times each; the first failure ends the visit."""

    def __init__(self, clock: Clock, out: TextIO | None = None) -> None:
        self._clock = clock
        self._out = out or sys.stdout
        self._number = 0
        self._began = clock.monotonic()

    @property
    def elapsed_seconds(self) -> float:
        return self._clock.monotonic() - self._began

    @asynccontextmanager
    async def step(self, name: str) -> AsyncIterator[Step]:
        """Run the block as one step. Raises StepFailed, naming it, when the block raises."""
        self._number += 1
        began, step = self._clock.monotonic(), Step()
        try:
            yield step
        except Exception as err:
            self._tell(f"✗ {self._number:2}. {name} : {_reason(err)}")
            raise StepFailed(f"étape {self._number}, « {name} » : {_reason(err)}") from err
        took = self._clock.monotonic() - began
        result = f" — {step.result}" if step.result else ""
        self._tell(f"✓ {self._number:2}. {name}{result} ({took:.1f} s)")

    def _tell(self, line: str) -> None:
        print(line, file=self._out, flush=True)


async def until(look: Callable[[], Awaitable[T | None]], failure: str) -> T:
    """Look until there is something. Raises TimeoutError saying what did not come."""
    for _attempt in range(int(_PATIENCE_SECONDS / _PAUSE_SECONDS)):
        if (found := await look()) is not None:
            return found
        await asyncio.sleep(_PAUSE_SECONDS)
    raise TimeoutError(failure)


def size(content: bytes) -> str:
    """`26 168 octets`."""
    return f"{len(content):,} octets".replace(",", "\u202f")


def _reason(err: BaseException) -> str:
    """The first cause that says something: groups and empty messages are looked through."""
    if isinstance(err, BaseExceptionGroup):
        return _reason(err.exceptions[0])
    return str(err) or type(err).__name__
