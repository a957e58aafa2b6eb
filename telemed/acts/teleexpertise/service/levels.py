"""Service levels of lines, published to whoever may ask them (R-24)."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from telemed.acts.teleexpertise.model.levels import Levels
from telemed.acts.teleexpertise.rules.levels import measure
from telemed.acts.teleexpertise.store.levels import LevelStore
from telemed.experts.store import LineStore
from telemed.kernel.caller import Caller, CallerKind
from telemed.kernel.clock import Clock
from telemed.kernel.errors import Forbidden, NotFound
from telemed.storage.engine import Database


class LevelService:
    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def of_line(self, caller: Caller, line_id: UUID, *, days: int) -> Levels:
        """How a line answered what was asked of it in the last days. Raises Forbidden, NotFound."""
        if caller.kind is not CallerKind.PROFESSIONAL:
            raise Forbidden("Les délais d'une ligne sont publiés aux professionnels.")
        until = self._clock.now()
        since = until - timedelta(days=days)
        async with self._database.read() as session:
            if await LineStore(session).find(line_id) is None:
                raise NotFound("Cette ligne n'existe pas.")
            cases = await LevelStore(session).of_line(line_id, since)
        return measure(line_id, cases, since=since, until=until)
