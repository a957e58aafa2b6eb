"""Sessions on the server."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.professionals.model import Professional, Session, SessionEnd, SignInMeans
from telemed.professionals.store.people import to_professional
from telemed.professionals.tables import ProfessionalRow, SessionRow


class SessionStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, opened: Session, token_hash: bytes) -> None:
        row = SessionRow(
            id=opened.id,
            professional_id=opened.professional_id,
            token_hash=token_hash,
            means=opened.means.value,
            factors=opened.factors,
            device=opened.device,
            opened_at=opened.opened_at,
            last_seen_at=opened.last_seen_at,
            expires_at=opened.expires_at,
        )
        self._session.add(row)
        await self._session.flush()

    async def find_by_token(self, token_hash: bytes) -> tuple[Session, Professional] | None:
        """A session with its person, in one statement."""
        query = (
            select(SessionRow, ProfessionalRow)
            .join(ProfessionalRow, col(ProfessionalRow.id) == col(SessionRow.professional_id))
            .where(col(SessionRow.token_hash) == token_hash)
        )
        found = (await self._session.execute(query)).one_or_none()
        return (_to_session(found[0]), to_professional(found[1])) if found else None

    async def find(self, session_id: UUID) -> Session | None:
        row = await self._session.get(SessionRow, session_id)
        return _to_session(row) if row else None

    async def open_page(
        self, professional_id: UUID, at: datetime, *, after: UUID | None, limit: int, idle_since: datetime
    ) -> list[Session]:
        """Sessions still alive, the newest first."""
        query = select(SessionRow).where(
            col(SessionRow.professional_id) == professional_id,
            col(SessionRow.ended_at).is_(None),
            col(SessionRow.expires_at) > at,
            col(SessionRow.last_seen_at) > idle_since,
        )
        if after is not None:
            query = query.where(col(SessionRow.id) < after)
        rows = await self._session.scalars(query.order_by(col(SessionRow.id).desc()).limit(limit))
        return [_to_session(row) for row in rows]

    async def touch(self, session_id: UUID, at: datetime) -> None:
        seen = update(SessionRow).where(col(SessionRow.id) == session_id, col(SessionRow.last_seen_at) < at)
        await self._session.execute(seen.values(last_seen_at=at))

    async def end(self, session_id: UUID, at: datetime, why: SessionEnd) -> None:
        """End one session; the first end is the one that counts."""
        living = (col(SessionRow.id) == session_id, col(SessionRow.ended_at).is_(None))
        await self._session.execute(update(SessionRow).where(*living).values(ended_at=at, ended_by=why.value))

    async def end_all(self, professional_id: UUID, at: datetime, why: SessionEnd) -> int:
        """End every open session of a person; returns how many."""
        living = (col(SessionRow.professional_id) == professional_id, col(SessionRow.ended_at).is_(None))
        ended = await self._session.execute(update(SessionRow).where(*living).values(ended_at=at, ended_by=why.value))
        return ended.rowcount if isinstance(ended, CursorResult) else 0

    async def forget(self, before: datetime) -> int:
        """Drop sessions that were over before; the trace keeps who signed in when. Returns how many."""
        gone = await self._session.execute(delete(SessionRow).where(col(SessionRow.expires_at) < before))
        return gone.rowcount if isinstance(gone, CursorResult) else 0


def _to_session(row: SessionRow) -> Session:
    return Session(
        id=row.id,
        professional_id=row.professional_id,
        means=SignInMeans(row.means),
        factors=row.factors,
        device=row.device,
        opened_at=row.opened_at,
        last_seen_at=row.last_seen_at,
        expires_at=row.expires_at,
        ended_at=row.ended_at,
        end=SessionEnd(row.ended_by) if row.ended_by else None,
    )
