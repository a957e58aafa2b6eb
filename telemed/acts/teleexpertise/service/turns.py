"""What waits for the caller: the count beside « Avis » on every page, and what waits for his lines."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from telemed.acts.teleexpertise.ports import Experts
from telemed.acts.teleexpertise.service.access import CARERS, require_carer
from telemed.acts.teleexpertise.store.turns import Queued, TurnStore
from telemed.kernel.caller import Caller, CallerKind
from telemed.storage.engine import Database


class TurnService:
    """Numbers and dates, and nothing of the patients: it leaves no line in the trace."""

    def __init__(self, *, database: Database, experts: Experts) -> None:
        self._database = database
        self._experts = experts

    async def count(self, caller: Caller) -> int:
        """How many cases the caller owes the next step of; 0 for who has no side in any."""
        if caller.kind is not CallerKind.PROFESSIONAL or caller.id is None or not caller.has_role(*CARERS):
            return 0
        async with self._database.read() as session:
            return await TurnStore(session).count(caller.id)

    async def queued(self, caller: Caller, line_ids: Sequence[UUID], *, limit: int = 20) -> list[Queued]:
        """What waits for somebody of these lines, as far as the caller is of them."""
        me = require_carer(caller)
        async with self._database.begin() as uow:
            own = [one for one in line_ids if await self._experts.is_member(uow, one, me)]
            return await TurnStore(uow.session).queued(own, limit=limit) if own else []
