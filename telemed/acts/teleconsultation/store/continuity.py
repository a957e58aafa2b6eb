"""The continuity ledger, and the room tokens that were used."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.acts.teleconsultation.model import ContinuityEntry
from telemed.acts.teleconsultation.tables import ContinuityRow, UsedRoomTokenRow
from telemed.kernel.ids import new_id


class ContinuityStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        dialect = session.get_bind().dialect.name
        self._insert = sqlite_insert if dialect == "sqlite" else postgresql_insert

    async def append(self, act_id: UUID, entry: ContinuityEntry) -> None:
        """Keep an entry once: (act, stream, sequence) names it."""
        statement = self._insert(ContinuityRow).values(
            id=new_id(),
            act_id=act_id,
            seat=entry.seat,
            kind=entry.kind,
            source=entry.source,
            at=entry.at,
            seat_at=entry.seat_at,
            stream=entry.stream,
            sequence=entry.sequence,
            details=dict(entry.details),
        )
        await self._session.execute(statement.on_conflict_do_nothing())

    async def entries(self, act_id: UUID) -> list[ContinuityEntry]:
        """The whole ledger of an act, in order of arrival."""
        query = select(ContinuityRow).where(col(ContinuityRow.act_id) == act_id)
        rows = await self._session.scalars(query.order_by(col(ContinuityRow.at), col(ContinuityRow.id)))
        return [
            ContinuityEntry(
                seat=row.seat,
                kind=row.kind,
                source=row.source,
                at=row.at,
                seat_at=row.seat_at,
                stream=row.stream,
                sequence=row.sequence,
                details=row.details,
            )
            for row in rows
        ]

    async def claim_token(self, token_id: str, expires_at: datetime) -> bool:
        """True the first time that a token is shown, on whichever process."""
        statement = self._insert(UsedRoomTokenRow).values(token_id=token_id, expires_at=expires_at)
        result = await self._session.execute(statement.on_conflict_do_nothing())
        return bool(getattr(result, "rowcount", 0) == 1)

    async def forget_tokens(self, before: datetime) -> None:
        await self._session.execute(delete(UsedRoomTokenRow).where(col(UsedRoomTokenRow.expires_at) < before))
