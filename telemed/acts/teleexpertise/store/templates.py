"""Templates of answers: rows of one professional, by title; a removed one is kept a while, so that it can come back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.acts.teleexpertise.model.templates import AnswerTemplate, TemplateContent
from telemed.acts.teleexpertise.tables import TemplateRow


class TemplateStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def of(self, professional_id: UUID, *, after: tuple[str, UUID] | None, limit: int) -> list[AnswerTemplate]:
        """What this person keeps, by title."""
        query = select(TemplateRow).where(
            col(TemplateRow.professional_id) == professional_id, col(TemplateRow.removed_at).is_(None)
        )
        if after is not None:
            query = query.where(tuple_(col(TemplateRow.title), col(TemplateRow.id)) > after)
        rows = await self._session.scalars(query.order_by(col(TemplateRow.title), col(TemplateRow.id)).limit(limit))
        return [_to_template(row) for row in rows]

    async def count(self, professional_id: UUID) -> int:
        query = (
            select(func.count())
            .select_from(TemplateRow)
            .where(col(TemplateRow.professional_id) == professional_id, col(TemplateRow.removed_at).is_(None))
        )
        counted: int = await self._session.scalar(query) or 0
        return counted

    async def find(
        self, template_id: UUID, professional_id: UUID, *, is_removed: bool = False
    ) -> AnswerTemplate | None:
        """One of this person's own; `is_removed` looks among those that he removed."""
        row = await self._row(template_id, professional_id, is_removed=is_removed)
        return _to_template(row) if row else None

    async def save(self, template: AnswerTemplate) -> None:
        content = template.content
        row = TemplateRow(
            id=template.id,
            professional_id=template.professional_id,
            title=content.title,
            conclusion=content.conclusion,
            conduct=content.conduct,
        )
        await self._session.merge(row)
        await self._session.flush()

    async def remove(self, template: AnswerTemplate, at: datetime) -> None:
        row = await self._row(template.id, template.professional_id, is_removed=False)
        if row is not None:
            row.removed_at = at
            await self._session.flush()

    async def forget_removed(self, professional_id: UUID, before: datetime) -> None:
        """Drop what this person removed longer ago."""
        await self._session.execute(
            delete(TemplateRow).where(
                col(TemplateRow.professional_id) == professional_id, col(TemplateRow.removed_at) < before
            )
        )

    async def _row(self, template_id: UUID, professional_id: UUID, *, is_removed: bool) -> TemplateRow | None:
        removed = col(TemplateRow.removed_at)
        query = select(TemplateRow).where(
            col(TemplateRow.id) == template_id,
            col(TemplateRow.professional_id) == professional_id,
            removed.is_not(None) if is_removed else removed.is_(None),
        )
        row: TemplateRow | None = await self._session.scalar(query)
        return row


def _to_template(row: TemplateRow) -> AnswerTemplate:
    return AnswerTemplate(row.id, row.professional_id, TemplateContent(row.title, row.conclusion, row.conduct))
