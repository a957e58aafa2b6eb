"""What is kept for the digests of those who are told later."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.acts.teleexpertise.model import HeldNotice, Notice, NoticeKind
from telemed.acts.teleexpertise.tables import HeldNoticeRow
from telemed.kernel.ids import new_id

_WAITS = col(HeldNoticeRow.left_at).is_(None)


class DigestStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        is_sqlite = session.get_bind().dialect.name == "sqlite"
        self._insert = sqlite_insert if is_sqlite else postgresql_insert

    async def hold(self, held: HeldNotice, key: str) -> None:
        """Keep a notice for a digest; `key` names it, and keeps it once."""
        notice = held.notice
        row = self._insert(HeldNoticeRow).values(
            id=new_id(),
            key=key,
            professional_id=notice.to,
            case_id=notice.case_id,
            kind=notice.kind.value,
            due_at=notice.due_at,
            leaves_at=held.leaves_at,
        )
        await self._session.execute(row.on_conflict_do_nothing())

    async def ripe(self, now: datetime, *, limit: int) -> list[UUID]:
        """The people whose digest leaves at `now` or left before, the oldest first."""
        query = select(col(HeldNoticeRow.professional_id)).where(_WAITS, col(HeldNoticeRow.leaves_at) <= now)
        query = query.order_by(col(HeldNoticeRow.leaves_at)).limit(limit)
        return list(dict.fromkeys(await self._session.scalars(query)))

    async def take(self, professional_id: UUID, now: datetime) -> list[HeldNotice]:
        """All that waits for a person's digest, the oldest first: it leaves now, and nobody else takes it."""
        query = select(HeldNoticeRow).where(_WAITS, col(HeldNoticeRow.professional_id) == professional_id)
        rows = (await self._session.scalars(query.order_by(col(HeldNoticeRow.id)).with_for_update())).all()
        for row in rows:
            row.left_at = now
        await self._session.flush()
        return [
            HeldNotice(Notice(row.case_id, row.professional_id, NoticeKind(row.kind), row.due_at), row.leaves_at)
            for row in rows
        ]

    async def forget(self, before: datetime) -> None:
        """Drop what left before an instant; until then it is known not to be kept twice."""
        await self._session.execute(delete(HeldNoticeRow).where(col(HeldNoticeRow.left_at) < before))
