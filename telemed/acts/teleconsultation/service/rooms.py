"""What the signalling server asks of the teleconsultation: who may sit, what happened, which tokens were used."""

from __future__ import annotations

from datetime import datetime

from telemed.acts.teleconsultation.model import ContinuityEntry, Seat, State
from telemed.acts.teleconsultation.store import ActStore, ContinuityStore
from telemed.kernel.clock import Clock
from telemed.storage.engine import Database

_CLOSED = frozenset({State.FINISHED, State.CLOSED, State.CANCELLED, State.NO_SHOW})


class RoomRecords:
    """Rooms as the database knows them, so that a restarted server has forgotten nothing."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def seat_state(self, room: str, seat: str) -> str:
        """`admitted`, `waiting`, `closed` or `unknown`."""
        async with self._database.read() as session:
            act = await ActStore(session).find_by_room(room)
        if act is None or seat not in [known.value for known in Seat]:
            return "unknown"
        if act.state in _CLOSED:
            return "closed"
        is_in = seat == Seat.DOCTOR.value or act.state is State.IN_CALL
        return "admitted" if is_in else "waiting"

    async def record(self, room: str, entry: ContinuityEntry) -> None:
        """Keep one line of the ledger, on disk before it returns; twice is once."""
        async with self._database.begin() as uow:
            act = await ActStore(uow.session).find_by_room(room)
            if act is not None:
                await ContinuityStore(uow.session).append(act.id, entry)

    async def claim_token(self, token_id: str, expires_at: datetime) -> bool:
        """True the first time that a room token is shown."""
        async with self._database.begin() as uow:
            return await ContinuityStore(uow.session).claim_token(token_id, expires_at)

    async def forget_tokens(self) -> None:
        """Job: tokens that have expired need no memory."""
        async with self._database.begin() as uow:
            await ContinuityStore(uow.session).forget_tokens(self._clock.now())
