"""Between the way in of observations, the rules that read them, and those who handle what rules say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from telemed.acts.telemonitoring.model.arrival import Arrival, Taken
from telemed.acts.telemonitoring.model.told import Told
from telemed.storage.driver import Driver
from telemed.storage.uow import UnitOfWork


class AlertBook(Protocol):
    """Keeps what was told, in the transaction that found it."""

    async def record(self, uow: UnitOfWork, told: Sequence[Told]) -> None:
        """Open, repeat or note on alerts; in order of follow-up, then cause, then time.

        Each finding is handed over exactly once: it commits with the state of the rule that found it. The follow-ups
        concerned are locked, so that nobody else records for them at the same time.
        """
        ...


class Watcher(Protocol):
    """Reads observations as they are kept."""

    async def read(self, uow: UnitOfWork, arrivals: Sequence[Arrival], answers: Sequence[Taken]) -> None:
        """Let the rules read what was just kept, in its transaction; `answers` say what became of each arrival."""
        ...

    async def read_plain(self, driver: Driver, arrivals: Sequence[Arrival]) -> bool:
        """The same of arrivals that are all new, on PostgreSQL, as long as nothing out of the ordinary comes of it.

        False: something does, and the transaction must be undone for `read` to do it.
        """
        ...
