"""How many cases wait for the caller: the count beside « Avis » on every page."""

from __future__ import annotations

from telemed.acts.teleexpertise.service.access import CARERS
from telemed.acts.teleexpertise.store.turns import TurnStore
from telemed.kernel.caller import Caller, CallerKind
from telemed.storage.engine import Database


class TurnService:
    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def count(self, caller: Caller) -> int:
        """A number and nothing of the cases: it leaves no line in the trace. 0 for who has no side in any."""
        if caller.kind is not CallerKind.PROFESSIONAL or caller.id is None or not caller.has_role(*CARERS):
            return 0
        async with self._database.read() as session:
            return await TurnStore(session).count(caller.id)
