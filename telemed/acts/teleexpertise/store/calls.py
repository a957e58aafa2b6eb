"""Calls with their rings, and the ledger of their rooms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.acts.teleexpertise.model import Side
from telemed.acts.teleexpertise.model.live import (
    LONGEST_CALL,
    CallEnd,
    CallState,
    LedgerLine,
    LiveCall,
    Ring,
    RingOutcome,
)
from telemed.acts.teleexpertise.tables.calls import CallRow, LedgerRow, RingRow
from telemed.kernel.clock import Territory
from telemed.kernel.errors import Conflict
from telemed.kernel.ids import new_id
from telemed.storage.engine import violated_constraint

_LIVING = col(CallRow.state) != CallState.ENDED.value


class CallStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        is_sqlite = session.get_bind().dialect.name == "sqlite"
        self._insert = sqlite_insert if is_sqlite else postgresql_insert

    async def find(self, call_id: UUID, *, lock: bool = False) -> LiveCall | None:
        query = select(CallRow).where(col(CallRow.id) == call_id)
        return await self._one(query.with_for_update() if lock else query)

    async def living_of(self, case_id: UUID, *, lock: bool = False) -> LiveCall | None:
        """The call that rings or is open about a case."""
        query = select(CallRow).where(col(CallRow.case_id) == case_id, _LIVING)
        return await self._one(query.with_for_update() if lock else query)

    async def last_of(self, case_id: UUID) -> LiveCall | None:
        """The last call about a case, living or over."""
        query = select(CallRow).where(col(CallRow.case_id) == case_id)
        return await self._one(query.order_by(col(CallRow.id).desc()).limit(1))

    async def ringing_at(self, professional_id: UUID) -> LiveCall | None:
        """The call that rings at this person's."""
        ringing = (col(RingRow.professional_id) == professional_id) & (
            col(RingRow.outcome) == RingOutcome.RINGING.value
        )
        query = select(CallRow).join(RingRow, col(RingRow.call_id) == col(CallRow.id))
        return await self._one(query.where(ringing))

    async def by_room(self, room: str) -> LiveCall | None:
        return await self._one(select(CallRow).where(col(CallRow.room) == room))

    async def fallback_of(self, call_id: UUID) -> Mapping[str, Any] | None:
        """Whom the requérant wanted to ask in writing if nobody answers."""
        row = await self._session.get(CallRow, call_id)
        return row.fallback if row else None

    async def add(self, call: LiveCall, fallback: Mapping[str, Any] | None) -> None:
        """Keep a new call. Raises Conflict (`teleexpertise.call_open`) when the case has a living one."""
        self._session.add(CallRow(id=call.id, fallback=dict(fallback) if fallback else None, **_values(call)))
        try:
            await self._session.flush()
        except IntegrityError as err:
            if violated_constraint(err) == "uq_teleexpertise_calls_living":
                raise Conflict(
                    "Un appel est déjà en cours pour cette demande.", code="teleexpertise.call_open"
                ) from err
            raise

    async def ring(self, call_id: UUID, rings: Sequence[Ring]) -> list[Ring]:
        """Ring at those whom no other call rings; people are taken in one order. Returns those who are rung."""
        rung = []
        for ring in sorted(rings, key=lambda one: one.to.professional_id):
            added = self._insert(RingRow).values(id=ring.id, call_id=call_id, **_ring_values(ring))
            result = await self._session.execute(added.on_conflict_do_nothing())
            if getattr(result, "rowcount", 0) == 1:
                rung.append(ring)
        return rung

    async def save(self, call: LiveCall, former: LiveCall) -> None:
        """Write a changed call, locked, and its rings. Raises Conflict when the requis is in another one."""
        known = {ring.id: ring for ring in former.rings}
        for ring in call.rings:
            if known[ring.id] != ring:
                settled = update(RingRow).where(col(RingRow.id) == ring.id).values(**_ring_values(ring))
                await self._session.execute(settled)
        try:
            await self._session.execute(update(CallRow).where(col(CallRow.id) == call.id).values(**_values(call)))
        except IntegrityError as err:
            if violated_constraint(err) == "uq_teleexpertise_calls_open":
                raise Conflict("Terminez d'abord l'appel en cours.", code="teleexpertise.in_call") from err
            raise
        self._session.expire_all()

    async def due(self, now: datetime, *, limit: int) -> list[UUID]:
        """The calls that rang, or lasted, long enough."""
        rang = (col(CallRow.state) == CallState.RINGING.value) & (col(CallRow.ring_until) <= now)
        lasted = (col(CallRow.state) == CallState.OPEN.value) & (col(CallRow.opened_at) <= now - LONGEST_CALL)
        query = select(col(CallRow.id)).where(rang | lasted).order_by(col(CallRow.id)).limit(limit)
        return list(await self._session.scalars(query))

    async def append(self, call_id: UUID, line: LedgerLine) -> None:
        """Keep a line once: (call, stream, sequence) names it."""
        values = {**vars(line), "details": dict(line.details)}
        added = self._insert(LedgerRow).values(id=new_id(), call_id=call_id, **values)
        await self._session.execute(added.on_conflict_do_nothing())

    async def ledger(self, call_id: UUID) -> list[LedgerLine]:
        """The whole ledger of a call, in order of arrival."""
        query = select(LedgerRow).where(col(LedgerRow.call_id) == call_id)
        rows = await self._session.scalars(query.order_by(col(LedgerRow.at), col(LedgerRow.id)))
        return [
            LedgerLine(row.seat, row.kind, row.source, row.at, row.seat_at, row.stream, row.sequence, row.details)
            for row in rows
        ]

    async def _one(self, query: Select[CallRow]) -> LiveCall | None:
        row = await self._session.scalar(query.execution_options(populate_existing=True))
        if row is None:
            return None
        rings = select(RingRow).where(col(RingRow.call_id) == row.id).order_by(col(RingRow.id))
        found = await self._session.scalars(rings.execution_options(populate_existing=True))
        return _to_call(row, tuple(_to_ring(ring) for ring in found))


def _values(call: LiveCall) -> dict[str, Any]:
    return {
        "case_id": call.case_id,
        "requerant_id": call.requerant_id,
        "state": call.state.value,
        "started_at": call.started_at,
        "ring_until": call.ring_until,
        "room": call.room,
        "requis_id": call.requis_id,
        "opened_at": call.opened_at,
        "ended_at": call.ended_at,
        "ending": call.end.value if call.end else None,
    }


def _ring_values(ring: Ring) -> dict[str, Any]:
    return {
        "professional_id": ring.to.professional_id,
        "practice_id": ring.to.practice_id,
        "rpps": ring.to.rpps,
        "territory": ring.to.territory.value,
        "outcome": ring.outcome.value,
        "settled_at": ring.settled_at,
    }


def _to_call(row: CallRow, rings: tuple[Ring, ...]) -> LiveCall:
    return LiveCall(
        id=row.id,
        case_id=row.case_id,
        requerant_id=row.requerant_id,
        state=CallState(row.state),
        started_at=row.started_at,
        ring_until=row.ring_until,
        rings=rings,
        room=row.room,
        requis_id=row.requis_id,
        opened_at=row.opened_at,
        ended_at=row.ended_at,
        end=CallEnd(row.ending) if row.ending else None,
    )


def _to_ring(row: RingRow) -> Ring:
    side = Side(row.professional_id, row.practice_id, row.rpps, Territory(row.territory))
    return Ring(row.id, side, RingOutcome(row.outcome), row.settled_at)
