"""The only SQL of the trace."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.kernel.caller import CallerKind
from telemed.trace.model import GENESIS, Entry, Note, Outcome, hash_entry
from telemed.trace.tables import TraceEntryRow, TraceHeadRow

_PAGE = 500


class TraceStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def append(self, notes: Sequence[tuple[Note, Outcome, str]], at: datetime) -> None:
        """Add entries at the end of the chain. The head stays locked until the transaction ends: call it last."""
        head = await self._session.get(TraceHeadRow, 1, with_for_update=True)
        if head is None:
            raise LookupError("the trace has no head: the migrations were not run")
        for note, outcome, code in notes:
            entry = Entry(number=head.number + 1, at=at, note=note, outcome=outcome, code=code)
            head.number, head.hash = entry.number, hash_entry(entry, head.hash)
            self._session.add(_to_row(entry, head.hash))
        await self._session.flush()

    async def head(self) -> tuple[int, bytes]:
        """Number and hash of the last entry; 0 and zeros when there is none."""
        head = await self._session.get(TraceHeadRow, 1)
        return (head.number, head.hash) if head else (0, GENESIS)

    async def walk(self) -> AsyncIterator[Entry]:
        """Every entry in order."""
        last = 0
        while True:
            query = select(TraceEntryRow).where(col(TraceEntryRow.number) > last).order_by(col(TraceEntryRow.number))
            rows = (await self._session.scalars(query.limit(_PAGE))).all()
            for row in rows:
                yield _to_entry(row)
                last = row.number
            self._session.expunge_all()
            if len(rows) < _PAGE:
                return

    async def page(
        self, *, before: int | None, limit: int, patient_id: UUID | None = None, actor_id: UUID | None = None
    ) -> list[Entry]:
        """Entries from the newest, numbered below `before`."""
        query = select(TraceEntryRow).order_by(col(TraceEntryRow.number).desc()).limit(limit)
        if before is not None:
            query = query.where(col(TraceEntryRow.number) < before)
        if patient_id is not None:
            query = query.where(col(TraceEntryRow.patient_id) == patient_id)
        if actor_id is not None:
            query = query.where(col(TraceEntryRow.actor_id) == actor_id)
        return [_to_entry(row) for row in await self._session.scalars(query)]

    async def last_contact(self, patient_ids: Collection[UUID]) -> datetime | None:
        """When a person last did anything about these records, or tried to; what the service does by itself is none."""
        row = TraceEntryRow
        query = select(func.max(col(row.at))).where(
            col(row.patient_id).in_(set(patient_ids)), col(row.actor_kind) != CallerKind.SYSTEM.value
        )
        return await self._session.scalar(query)


def _to_row(entry: Entry, digest: bytes) -> TraceEntryRow:
    note = entry.note
    return TraceEntryRow(
        number=entry.number,
        at=entry.at,
        action=note.action,
        actor_kind=note.actor_kind,
        actor_id=note.actor_id,
        rpps=note.rpps,
        patient_id=note.patient_id,
        resource=note.resource,
        purpose=note.purpose,
        outcome=entry.outcome.value,
        code=entry.code,
        details=dict(note.details),
        hash=digest,
    )


def _to_entry(row: TraceEntryRow) -> Entry:
    note = Note(
        action=row.action,
        actor_kind=row.actor_kind,
        actor_id=row.actor_id,
        rpps=row.rpps,
        patient_id=row.patient_id,
        resource=row.resource,
        purpose=row.purpose,
        details=row.details,
    )
    return Entry(row.number, row.at, note, Outcome(row.outcome), row.code, row.hash)
