"""One process that receives observations: eight senders at once, each says what was acknowledged, until it is killed.

usage: python -m tests.acceptance.killed.observations URL SEED
"""

from __future__ import annotations

import asyncio
import os
import random
import sys

from msgspec.structs import replace
from sqlalchemy.exc import SQLAlchemyError

from telemed.acts.telemonitoring.model.arrival import Arrival
from telemed.acts.telemonitoring.service.ingestion import Ingestion
from telemed.acts.telemonitoring.store.rows import RowWriter
from telemed.kernel.ids import new_id
from telemed.security.keyring import Keyring
from telemed.storage.engine import Database
from tests.unit.acts.telemonitoring.making import make_arrival, make_reading

KEYRING = Keyring({"test": b"k" * 32}, b"i" * 32)
SENDERS = 8
WRITER = RowWriter(make_reading().catalogue)


async def main(url: str, seed: int) -> None:
    """Send for ever: new measures, and those of the last minute once more, as devices that heard no answer do."""
    database = Database(url, KEYRING)
    ingestion = Ingestion(database=database, writer=WRITER)
    await asyncio.gather(*(send(ingestion, seed * SENDERS + number) for number in range(SENDERS)))


async def send(ingestion: Ingestion, sender: int) -> None:
    chance, minute, lately = random.Random(sender), 0, list[Arrival]()
    while True:
        fresh = [make_arrival(70, device=sender, minutes=minute + step) for step in range(chance.randint(1, 20))]
        minute += len(fresh)
        again = [replace(arrival, arrival_id=new_id()) for arrival in chance.sample(lately, min(3, len(lately)))]
        batch = [*fresh, *again]
        try:
            await ingestion.take(batch)
        except SQLAlchemyError:  # the connection went: the next batch goes by another
            await asyncio.sleep(0.05)
        else:
            said = "".join(f"{sender} {arrival.observation.measured_at.isoformat()}\n" for arrival in batch)
            os.write(sys.stdout.fileno(), said.encode())
        lately = fresh


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
