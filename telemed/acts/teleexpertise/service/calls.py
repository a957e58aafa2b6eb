"""The room of a call: who may sit, what happened there, hanging up."""

from __future__ import annotations

from uuid import UUID

from telemed.acts.teleexpertise.model import Actor
from telemed.acts.teleexpertise.model.live import CallEnd, CallState, LedgerLine, LiveCall, Seat
from telemed.acts.teleexpertise.ports import RoomPass
from telemed.acts.teleexpertise.service.access import open_case, require_side
from telemed.acts.teleexpertise.service.switchboard import Switchboard
from telemed.acts.teleexpertise.store import CallStore
from telemed.kernel.caller import Caller
from telemed.kernel.errors import Conflict, NotFound
from telemed.storage.engine import Database


class CallService:
    def __init__(self, *, database: Database, board: Switchboard) -> None:
        self._database = database
        self._board = board
        self._casework = board.casework

    async def last(self, caller: Caller, case_id: UUID) -> LiveCall:
        """The last call about a case, brought up to now. Raises NotFound when there was none."""
        async with self._database.begin() as uow:
            await self._casework.open(uow, caller, case_id, "read_call")
            call = await CallStore(uow.session).last_of(case_id)
            if call is None:
                raise NotFound("Aucun appel n'a eu lieu pour cette demande.")
            return await self._board.catch_up(uow, call)

    async def end(self, caller: Caller, case_id: UUID) -> LiveCall:
        """Stop the ringing (the requérant alone) or hang up (either side); what is over stays as it is.

        The case goes on: in writing when nobody had answered, in the hands of the requis otherwise.
        """
        async with self._database.begin() as uow:
            _, actor = await self._casework.open(uow, caller, case_id, "end_call")
            call = await CallStore(uow.session).living_of(case_id, lock=True)
            if call is None:
                raise Conflict("Aucun appel n'est en cours.", code="teleexpertise.no_call")
            if call.state is CallState.RINGING:
                require_side(actor, Actor.REQUERANT)
                return await self._board.finish(uow, call, CallEnd.CANCELLED)
            return await self._board.finish(uow, call, CallEnd.HUNG_UP)

    async def room_pass(self, caller: Caller, case_id: UUID) -> RoomPass:
        """What the browser of one of the two needs to take its seat; each pass serves once."""
        async with self._database.begin() as uow:
            await open_case(uow, self._casework.journal, caller, case_id, "enter_room", lock=False)
            call = await CallStore(uow.session).living_of(case_id)
        seat = call.seat_of(caller.id) if call else None
        if call is None or call.room is None or seat is None or call.state is not CallState.OPEN:
            raise Conflict("Aucun appel n'est ouvert pour cette demande.", code="room.closed")
        return self._board.rooms.issue_pass(call.room, seat.value, is_host=seat is Seat.REQUERANT)

    async def ledger(self, caller: Caller, case_id: UUID) -> list[LedgerLine]:
        """What happened in the room of the last call."""
        async with self._database.begin() as uow:
            await open_case(uow, self._casework.journal, caller, case_id, "read_continuity", lock=False)
            store = CallStore(uow.session)
            call = await store.last_of(case_id)
            return await store.ledger(call.id) if call else []


class CallRooms:
    """Rooms of calls as signalling asks for them: a restarted server has forgotten nothing."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def seat_state(self, room: str, seat: str) -> str:
        """`admitted`, `closed` or `unknown`: both sides are let in at once."""
        async with self._database.read() as session:
            call = await CallStore(session).by_room(room)
        if call is None or seat not in [known.value for known in Seat]:
            return "unknown"
        return "admitted" if call.state is CallState.OPEN else "closed"

    async def record(self, room: str, line: LedgerLine) -> None:
        """Keep one line of the ledger, on disk before it returns; twice is once."""
        async with self._database.begin() as uow:
            store = CallStore(uow.session)
            call = await store.by_room(room)
            if call is not None:
                await store.append(call.id, line)
