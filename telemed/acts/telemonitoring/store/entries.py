"""What was keyed in: each version added, never changed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from telemed.acts.telemonitoring.model.entry import Answer, Entry, EntryChannel, EntryStatus
from telemed.acts.telemonitoring.model.hands import Hand
from telemed.acts.telemonitoring.model.observation import Quarantine
from telemed.acts.telemonitoring.tables.questionnaires import EntryRow


class EntryStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, entry: Entry) -> None:
        """Keep a version. Two at once of one entry, or one kept already: the database refuses."""
        self._session.add(
            EntryRow(
                id=entry.id,
                first_id=entry.first_id,
                number=entry.number,
                follow_up_id=entry.follow_up_id,
                practice_id=entry.practice_id,
                patient_id=entry.patient_id,
                questionnaire=entry.questionnaire,
                title=entry.title,
                hand=entry.hand.value,
                channel=entry.channel.value,
                author_id=entry.author_id,
                measured_at=entry.measured_at,
                received_at=entry.received_at,
                status=entry.status.value,
                period_on=entry.period_on,
                answers=[_write(answer) for answer in entry.answers],
            )
        )
        await self._session.flush()

    async def find(self, entry_id: UUID) -> Entry | None:
        """One version."""
        row = await self._session.get(EntryRow, entry_id)
        return _to_entry(row) if row else None

    async def versions(self, first_id: UUID) -> list[Entry]:
        """Every version of an entry, in order."""
        row = EntryRow
        query = select(row).where(col(row.first_id) == first_id).order_by(col(row.number))
        return [_to_entry(one) for one in await self._session.scalars(query)]

    async def page(self, follow_up_id: UUID, *, before: UUID | None = None, limit: int) -> list[Entry]:
        """Entries as they stand, the last keyed first; a correction does not move its entry."""
        row = EntryRow
        query = select(row).where(col(row.follow_up_id) == follow_up_id, _is_last())
        if before is not None:
            query = query.where(col(row.first_id) < before)
        rows = await self._session.scalars(query.order_by(col(row.first_id).desc()).limit(limit))
        return [_to_entry(one) for one in rows]

    async def answered(self, follow_up_id: UUID, since: date) -> dict[tuple[str, date], datetime]:
        """(questionnaire, first day of the period) to when it was answered, for the periods from `since` on.

        What was taken back answers nothing.
        """
        row = EntryRow
        query = select(col(row.questionnaire), col(row.period_on), col(row.measured_at)).where(
            col(row.follow_up_id) == follow_up_id,
            col(row.period_on) >= since,
            col(row.status) != EntryStatus.ENTERED_IN_ERROR.value,
            _is_last(),
        )
        found = await self._session.execute(query.order_by(col(row.measured_at)))
        return {(name, day): at for name, day, at in found if day is not None}


def _is_last() -> ColumnElement[bool]:
    """No later version of the same entry."""
    row, later = EntryRow, aliased(EntryRow)
    newer = select(col(later.id)).where(col(later.first_id) == col(row.first_id), col(later.number) > col(row.number))
    return ~newer.exists()


def _write(answer: Answer) -> list[Any]:
    quarantine = answer.quarantine.value if answer.quarantine else None
    return [answer.link_id, answer.signal, answer.words, answer.value, answer.answer, answer.raw, quarantine]


def _read(raw: list[Any]) -> Answer:
    link_id, signal, words, value, answer, text, quarantine = raw
    return Answer(link_id, signal, words, value, answer, text, Quarantine(quarantine) if quarantine else None)


def _to_entry(row: EntryRow) -> Entry:
    return Entry(
        id=row.id,
        first_id=row.first_id,
        number=row.number,
        follow_up_id=row.follow_up_id,
        practice_id=row.practice_id,
        patient_id=row.patient_id,
        questionnaire=row.questionnaire,
        title=row.title,
        hand=Hand(row.hand),
        channel=EntryChannel(row.channel),
        author_id=row.author_id,
        measured_at=row.measured_at,
        received_at=row.received_at,
        status=EntryStatus(row.status),
        answers=tuple(_read(raw) for raw in row.answers),
        period_on=row.period_on,
    )
