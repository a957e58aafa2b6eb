"""Questionnaires of a practice, and how often which one is asked of a patient."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.acts.telemonitoring.model.entry import Asking
from telemed.acts.telemonitoring.tables.questionnaires import AskingRow, QuestionnaireRow
from telemed.kernel.errors import Conflict
from telemed.kernel.messages import Channel
from telemed.storage.engine import violated_constraint


@dataclass(frozen=True)
class Imported:
    """A questionnaire of a practice as it is kept; `content` is the resource as it came."""

    id: UUID
    practice_id: UUID
    canonical: str
    title: str
    content: bytes = field(repr=False)
    imported_by: UUID
    imported_at: datetime
    retired_at: datetime | None = None


@dataclass(frozen=True)
class SetAsking:
    """An asking as somebody set it. `is_off`: what the pathway asks for is not asked of this patient."""

    id: UUID
    follow_up_id: UUID
    asking: Asking
    is_off: bool
    set_by: UUID
    set_at: datetime


class QuestionnaireStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, imported: Imported) -> None:
        """Raises Conflict when the practice has this version already."""
        self._session.add(
            QuestionnaireRow(
                id=imported.id,
                practice_id=imported.practice_id,
                canonical=imported.canonical,
                title=imported.title,
                content=imported.content.decode(),
                imported_by=imported.imported_by,
                imported_at=imported.imported_at,
            )
        )
        try:
            await self._session.flush()
        except IntegrityError as err:
            if "canonical" not in (violated_constraint(err) or ""):
                raise
            text = "Cette version du questionnaire est déjà importée : changez-en la version."
            raise Conflict(text, code="telemonitoring.questionnaire_known") from err

    async def find(self, practice_id: UUID, questionnaire_id: UUID) -> Imported | None:
        row = await self._session.get(QuestionnaireRow, questionnaire_id)
        return _to_imported(row) if row and row.practice_id == practice_id else None

    async def find_named(self, practice_id: UUID, canonical: str) -> Imported | None:
        """By `url|version`."""
        row = QuestionnaireRow
        query = select(row).where(col(row.practice_id) == practice_id, col(row.canonical) == canonical)
        found = await self._session.scalar(query)
        return _to_imported(found) if found else None

    async def find_all_named(self, practice_id: UUID, names: Collection[str]) -> list[Imported]:
        """Those of these names, in one statement."""
        row = QuestionnaireRow
        query = select(row).where(col(row.practice_id) == practice_id, col(row.canonical).in_(sorted(set(names))))
        return [_to_imported(one) for one in await self._session.scalars(query)] if names else []

    async def page(self, practice_id: UUID, *, before: UUID | None, limit: int) -> list[Imported]:
        """The newest first, the retired ones too."""
        row = QuestionnaireRow
        query = select(row).where(col(row.practice_id) == practice_id)
        if before is not None:
            query = query.where(col(row.id) < before)
        rows = await self._session.scalars(query.order_by(col(row.id).desc()).limit(limit))
        return [_to_imported(one) for one in rows]

    async def find_many(self, practice_id: UUID, ids: Collection[UUID]) -> dict[UUID, Imported]:
        """Those of `ids` that this practice has, in one statement."""
        row = QuestionnaireRow
        query = select(row).where(col(row.id).in_(set(ids)), col(row.practice_id) == practice_id)
        return {one.id: _to_imported(one) for one in await self._session.scalars(query)} if ids else {}

    async def retire(self, questionnaire_id: UUID, at: datetime) -> None:
        row = QuestionnaireRow
        await self._session.execute(update(row).where(col(row.id) == questionnaire_id).values(retired_at=at))


class AskingStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def living(self, follow_up_id: UUID) -> list[SetAsking]:
        """What holds for a patient, as somebody set it."""
        row = AskingRow
        query = select(row).where(col(row.follow_up_id) == follow_up_id, col(row.ended_at).is_(None))
        return [_to_asking(one) for one in await self._session.scalars(query.order_by(col(row.id)))]

    async def replace(self, new: SetAsking, next_reminder_at: datetime | None) -> None:
        """Take the place of the one that held for this questionnaire. The follow-up is locked by the caller."""
        await self.end(new.follow_up_id, new.asking.questionnaire_id, new.set_at)
        asking = new.asking
        self._session.add(
            AskingRow(
                id=new.id,
                follow_up_id=new.follow_up_id,
                questionnaire_id=asking.questionnaire_id,
                every_days=asking.every_days,
                first_day=asking.first_day,
                last_day=asking.last_day,
                remind_at=asking.remind_at,
                channel=asking.channel.value if asking.channel else None,
                next_reminder_at=next_reminder_at,
                is_off=new.is_off,
                set_by=new.set_by,
                set_at=new.set_at,
            )
        )
        await self._session.flush()

    async def end(self, follow_up_id: UUID, questionnaire_id: UUID, at: datetime) -> None:
        row = AskingRow
        query = update(row).where(
            col(row.follow_up_id) == follow_up_id,
            col(row.questionnaire_id) == questionnaire_id,
            col(row.ended_at).is_(None),
        )
        await self._session.execute(query.values(ended_at=at, next_reminder_at=None))

    async def end_all(self, follow_up_id: UUID, at: datetime) -> None:
        """Nothing is asked of this patient any more, nor is he reminded."""
        row = AskingRow
        query = update(row).where(col(row.follow_up_id) == follow_up_id, col(row.ended_at).is_(None))
        await self._session.execute(query.values(ended_at=at, next_reminder_at=None))

    async def due(self, now: datetime, limit: int) -> list[SetAsking]:
        """Those whose patient is to be reminded by `now`, the oldest first, locked; what another has, is left to it."""
        row = AskingRow
        query = select(row).where(col(row.next_reminder_at) <= now)
        query = query.order_by(col(row.next_reminder_at), col(row.id)).limit(limit)
        return [_to_asking(one) for one in await self._session.scalars(query.with_for_update(skip_locked=True))]

    async def move_reminder(self, asking_id: UUID, at: datetime | None) -> None:
        row = AskingRow
        await self._session.execute(update(row).where(col(row.id) == asking_id).values(next_reminder_at=at))


def _to_imported(row: QuestionnaireRow) -> Imported:
    return Imported(
        id=row.id,
        practice_id=row.practice_id,
        canonical=row.canonical,
        title=row.title,
        content=row.content.encode(),
        imported_by=row.imported_by,
        imported_at=row.imported_at,
        retired_at=row.retired_at,
    )


def _to_asking(row: AskingRow) -> SetAsking:
    asking = Asking(
        questionnaire_id=row.questionnaire_id,
        every_days=row.every_days,
        first_day=row.first_day,
        last_day=row.last_day,
        remind_at=row.remind_at,
        channel=Channel(row.channel) if row.channel else None,
    )
    return SetAsking(row.id, row.follow_up_id, asking, row.is_off, row.set_by, row.set_at)
