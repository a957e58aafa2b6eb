"""Watches the delays: a lot without a return, a delay that is over, a copy that has had its time."""

from __future__ import annotations

from uuid import UUID

from billing.model.life import Actor, Happening, Stage
from billing.service.lots.sending import move_lot
from billing.store.invoices import InvoiceStore
from billing.store.lots import LotStore
from telemed.kernel.clock import Clock, Territory, civil_date
from telemed.law.law import Law
from telemed.storage.engine import Database

_BATCH = 200
_WITHOUT_ANSWER = {Stage.TRANSMITTED: Happening.NO_RETURN, Stage.RETRANSMITTED: Happening.PAPER_DUE}
_TO_SEND_AGAIN = (Stage.REFUSED, Stage.SILENT)


class LotChaser:
    """Timers are rows: what is over is found by a sweep, late or twice without harm."""

    def __init__(self, *, database: Database, clock: Clock, law: Law) -> None:
        self._database = database
        self._clock = clock
        self._law = law

    async def chase_unanswered(self) -> bool:
        """One lot that got no return in time: it is to leave again, or paper is asked for. False when none is left."""
        async with self._database.begin() as uow:
            store, now = LotStore(uow.session), self._clock.now()
            standing = await store.take_due(tuple(_WITHOUT_ANSWER), at=now)
            lot = None if standing is None else await store.find(standing.lot_id)
            if standing is None or lot is None:
                return False
            happening = _WITHOUT_ANSWER[standing.stage]
            await move_lot(uow, lot, standing, happening, by=Actor.JOB, now=now, law=self._law)
            return True

    async def chase_late(self) -> None:
        """Lots that could not be sent again within the delay: paper is asked for."""
        seen: set[UUID] = set()
        latest_today = civil_date(self._clock.now(), Territory.LA_REUNION)
        while True:
            async with self._database.read() as session:
                late = await LotStore(session).take_late(_TO_SEND_AGAIN, before=latest_today, without=seen)
            if not late:
                return
            for lot_id in late:
                seen.add(lot_id)
                await self._ask_for_paper(lot_id)

    async def purge_copies(self) -> int:
        """Forget the content of copies that had their time; their digest, their number and the trace stay."""
        before, forgotten = civil_date(self._clock.now(), Territory.MARTINIQUE), 0
        while True:
            async with self._database.begin() as uow:
                now = self._clock.now()
                lots = await LotStore(uow.session).purge(before, at=now, limit=_BATCH)
                invoices = await InvoiceStore(uow.session).purge(before, at=now, limit=_BATCH)
            forgotten += lots + invoices
            if lots < _BATCH and invoices < _BATCH:
                return forgotten

    async def _ask_for_paper(self, lot_id: UUID) -> None:
        """Where the last day is over in the lot's own zone, and it still waits."""
        async with self._database.begin() as uow:
            store, now = LotStore(uow.session), self._clock.now()
            standing = await store.lock(lot_id)
            lot = await store.find(lot_id)
            if lot is None or standing.due_on is None or standing.stage not in _TO_SEND_AGAIN:
                return
            if civil_date(now, lot.zone.territory) > standing.due_on:
                await move_lot(uow, lot, standing, Happening.PAPER_DUE, by=Actor.JOB, now=now, law=self._law)
