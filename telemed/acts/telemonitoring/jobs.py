"""What télésurveillance does from time to time."""

from __future__ import annotations

import structlog

from telemed.acts.telemonitoring.store import make_partitions
from telemed.kernel.clock import Clock
from telemed.storage.engine import Database

log = structlog.get_logger("telemonitoring")


class PartitionJob:
    """Makes the months of observations ahead, on PostgreSQL."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def run(self) -> None:
        """The periodic job."""
        async with self._database.begin() as uow:
            count = await make_partitions(uow.session, self._clock.now().date())
        if count:
            log.info("telemonitoring.partitions_made", count=count)
