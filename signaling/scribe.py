"""Hands ledger entries over one by one, in order, until each is kept: a database that is away loses none."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable

from signaling.ports import Ledger, LedgerEntry

_log = logging.getLogger("signaling")
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0


class Scribe:
    """A queue in front of the ledger. `put` never waits; `run` empties the queue for as long as it lives."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._queue: deque[tuple[LedgerEntry, Callable[[], None] | None]] = deque()
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    def put(self, entry: LedgerEntry, kept: Callable[[], None] | None = None) -> None:
        """Queue an entry; `kept` is called once the ledger has it (or has refused it for good)."""
        self._queue.append((entry, kept))
        self._idle.clear()
        self._wake.set()

    def __len__(self) -> int:
        return len(self._queue)

    async def flush(self) -> None:
        """Return when everything queued so far is kept; `run` has to be running."""
        await self._idle.wait()

    async def run(self) -> None:
        """Never returns; cancel it after `flush`."""
        while True:
            await self._wake.wait()
            while self._queue:
                entry, kept = self._queue[0]
                await self._record(entry)
                self._queue.popleft()
                if kept is not None:
                    kept()
            self._wake.clear()
            self._idle.set()

    async def _record(self, entry: LedgerEntry) -> None:
        pause = _FIRST_PAUSE
        while True:
            try:
                await self._ledger.record(entry)
            except ValueError:
                # The ledger says that this entry can never be kept: waiting would only block those behind it.
                _log.exception("signaling.ledger_entry_refused", extra={"kind": entry.kind.value})
                return
            except Exception:
                # The store is away: the entry stays first in the queue, nothing is lost, nothing overtakes it.
                _log.warning("signaling.ledger_unavailable", extra={"queued": len(self._queue)})
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
            else:
                return
