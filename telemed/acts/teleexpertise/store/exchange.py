"""Messages and opinions."""

from __future__ import annotations

from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.acts.teleexpertise.model import (
    Message,
    MessageKind,
    Opinion,
    OpinionContent,
)
from telemed.acts.teleexpertise.tables import MessageRow, OpinionRow
from telemed.documents.formats.seal import plain

_CONTENT: TypeAdapter[OpinionContent] = TypeAdapter(OpinionContent)


class ExchangeStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add_message(self, message: Message) -> None:
        row = MessageRow(
            id=message.id,
            case_id=message.case_id,
            author_id=message.author_id,
            kind=message.kind.value,
            at=message.at,
            words=message.text,
        )
        self._session.add(row)
        await self._session.flush()

    async def messages(self, case_id: UUID, *, after: UUID | None, limit: int) -> list[Message]:
        """What was written inside a case, the oldest first."""
        query = select(MessageRow).where(col(MessageRow.case_id) == case_id)
        if after is not None:
            query = query.where(col(MessageRow.id) > after)
        rows = await self._session.scalars(query.order_by(col(MessageRow.id)).limit(limit))
        return [Message(row.id, row.case_id, row.author_id, MessageKind(row.kind), row.at, row.words) for row in rows]

    async def add_opinion(self, opinion: Opinion) -> None:
        row = OpinionRow(
            case_id=opinion.case_id,
            revision=opinion.revision,
            author_id=opinion.author_id,
            content=plain(opinion.content),
            at=opinion.at,
            signature=opinion.signature,
            document_id=opinion.document_id,
            reason=opinion.reason or None,
        )
        self._session.add(row)
        await self._session.flush()

    async def last_opinion(self, case_id: UUID, author_id: UUID) -> Opinion | None:
        """The last revision that this person wrote about a case."""
        query = select(OpinionRow).where(col(OpinionRow.case_id) == case_id, col(OpinionRow.author_id) == author_id)
        row = await self._session.scalar(query.order_by(col(OpinionRow.revision).desc()).limit(1))
        return _to_opinion(row) if row else None

    async def signed_opinion(self, case_id: UUID) -> Opinion | None:
        """The last signed revision: the opinion as it was given, or corrected since."""
        query = select(OpinionRow).where(col(OpinionRow.case_id) == case_id, col(OpinionRow.signature).is_not(None))
        row = await self._session.scalar(query.order_by(col(OpinionRow.at).desc(), col(OpinionRow.id).desc()).limit(1))
        return _to_opinion(row) if row else None


def _to_opinion(row: OpinionRow) -> Opinion:
    content = _CONTENT.validate_python(row.content)
    return Opinion(
        row.case_id,
        row.revision,
        row.author_id,
        content,
        row.at,
        row.signature,
        document_id=row.document_id,
        reason=row.reason or "",
    )
