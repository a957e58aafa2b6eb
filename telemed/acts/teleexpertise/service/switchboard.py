"""What every use case of a call shares: it changes, ends, or follows the case's own moves, and people are told."""

from __future__ import annotations

from telemed.acts.teleexpertise.formats import read_target
from telemed.acts.teleexpertise.model import Case, Notice, NoticeKind, State
from telemed.acts.teleexpertise.model.live import CallEnd, LiveCall
from telemed.acts.teleexpertise.ports import Rooms
from telemed.acts.teleexpertise.rules.ringing import end_by_case, end_by_time, stop
from telemed.acts.teleexpertise.service.asking import ask, judge_target, open_search
from telemed.acts.teleexpertise.service.casework import Casework
from telemed.acts.teleexpertise.store import CallStore, CaseStore
from telemed.kernel.errors import NotFound, Refused
from telemed.kernel.events import LiveEvent
from telemed.law.law import Law
from telemed.storage.uow import UnitOfWork

RING = "ring"
RING_OVER = "ring.over"
CALL_CHANGED = "call.changed"
_WITH_THE_ASKER = (State.SENT, State.REFUSED)
_NO_FALLBACK = (CallEnd.TAKEN, CallEnd.CASE_OVER)


class Switchboard:
    """The case is locked before its call, always."""

    def __init__(self, *, casework: Casework, law: Law, rooms: Rooms) -> None:
        self.casework = casework
        self.law = law
        self.rooms = rooms

    async def change(self, uow: UnitOfWork, former: LiveCall, call: LiveCall) -> LiveCall:
        """Save a changed call and tell who is in it or was."""
        await CallStore(uow.session).save(call, former)
        self.tell(uow, former, call)
        if former.room is not None and not call.is_living:
            room = former.room
            uow.after_commit(lambda: self.rooms.close(room, "finished"))
        return call

    def tell(self, uow: UnitOfWork, former: LiveCall | None, call: LiveCall) -> None:
        now = self.casework.clock.now()
        for ring in call.rings:
            before = former.ring_of(ring.to.professional_id) if former else None
            if before is None or before.is_ringing != ring.is_ringing:
                kind = RING if ring.is_ringing else RING_OVER
                uow.tell(LiveEvent(ring.to.professional_id, kind, call.id, now))
        for person in {call.requerant_id, call.requis_id} - {None}:
            if person is not None:
                uow.tell(LiveEvent(person, CALL_CHANGED, call.case_id, now))

    async def finish(self, uow: UnitOfWork, call: LiveCall, end: CallEnd) -> LiveCall:
        """End a locked call. When it opened no room, the case goes on in writing as the requérant said."""
        ended = await self.change(uow, call, stop(call, end, self.casework.clock.now()))
        if call.room is None and end not in _NO_FALLBACK:
            await self.fall_back(uow, ended)
        return ended

    async def catch_up(self, uow: UnitOfWork, call: LiveCall) -> LiveCall:
        """A locked call after what time did to it."""
        end = end_by_time(call, self.casework.clock.now())
        return call if end is None else await self.finish(uow, call, end)

    async def case_moved(self, uow: UnitOfWork, former: Case, case: Case) -> None:
        """A case taken in writing, or over, has nobody to ring; one that left the requis's hands has no call."""
        if former.state is case.state and former.requis == case.requis:
            return
        call = await CallStore(uow.session).living_of(case.id, lock=True)
        end = end_by_case(call, case) if call else None
        if call is not None and end is not None:
            await self.finish(uow, call, end)

    async def fall_back(self, uow: UnitOfWork, call: LiveCall) -> None:
        """Ask in writing whom the requérant had chosen; if nobody can be asked, he is told that the case is his."""
        case = await CaseStore(uow.session).find(call.case_id, lock=True)
        if case is None or case.state not in _WITH_THE_ASKER:
            return
        asked = await self._ask(uow, call, case)
        if asked.state in _WITH_THE_ASKER:
            back = Notice(case.id, case.requerant.professional_id, NoticeKind.LAPSED, case.due_at)
            self.casework.tell(uow, [back], mark=f"call:{call.id}")

    async def _ask(self, uow: UnitOfWork, call: LiveCall, case: Case) -> Case:
        kept = await CallStore(uow.session).fallback_of(call.id)
        if kept is None:
            return case
        target = read_target(kept)
        try:
            decision, sides = await judge_target(self.casework, uow, self.law, case, target)
            if not decision.is_allowed:
                return case
            cascade = await open_search(self.casework, uow, case, target)
            return await ask(self.casework, uow, case, cascade, sides, call.requerant_id)
        except (NotFound, Refused):
            return case
