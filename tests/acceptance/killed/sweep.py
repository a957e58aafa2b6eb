"""One process that sweeps télé-expertises at a given time, and may die between a change and its commit.

`python -m tests.acceptance.killed.sweep URL INSTANT FOLDER [MOVES]`: with MOVES, killed by itself in that move.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from telemed.acts.teleexpertise.model import Case
from telemed.acts.teleexpertise.service.casework import Casework
from telemed.app import build_services
from telemed.kernel.clock import FrozenClock
from telemed.security.keyring import Keyring
from telemed.settings import Environment, Settings
from telemed.storage.engine import Database
from telemed.subscribers import SUBSCRIPTIONS

KEYRING = Keyring({"test": b"k" * 32}, b"i" * 32)


def die_in_move(number: int) -> None:
    """The process is killed once that many moves were written and the last is not committed."""
    take, done = Casework.take, [0]

    async def take_and_die(self: Casework, *arguments: Any, **named: Any) -> Case:
        case = await take(self, *arguments, **named)
        done[0] += 1
        if done[0] == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return case

    Casework.take = take_and_die  # type: ignore[method-assign]


async def main(url: str, instant: str, folder: str) -> None:
    database = Database(url, KEYRING, subscriptions=SUBSCRIPTIONS)
    settings = Settings(environment=Environment.TEST, data_dir=Path(folder)).with_keys()
    clock = FrozenClock(datetime.fromisoformat(instant))
    services = build_services(settings, clock=clock, database=database, senders={})
    while await services.expertise.timers.sweep():
        pass
    services.documents.close()
    await database.close()


if __name__ == "__main__":
    if len(sys.argv) > 4:
        die_in_move(int(sys.argv[4]))
    asyncio.run(main(*sys.argv[1:4]))
