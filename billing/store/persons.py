"""The persons behind several records: quotas follow a merge or a verified matricule at once, and part again."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import delete, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from billing.model.quotas import LinkCause
from billing.store.at_once import HOLD, hold_key
from billing.store.dialects import insert_into
from billing.tables import QuotaLinkRow, QuotaPersonRow

_record, _other, _cause = col(QuotaLinkRow.patient_id), col(QuotaLinkRow.other_id), col(QuotaLinkRow.cause)


class PersonStore:
    """Who is who: records that links hold together. A change holds the whole table, so that no decision runs beside.

    Such changes are rare: merges, and a person verified in a second practice. A first verification holds nothing.
    """

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def merge(self, *, kept: UUID, absorbed: UUID) -> None:
        """The two records are of one person; again changes nothing."""
        await self._hold_all()
        await self._link(absorbed, kept, LinkCause.MERGE)
        await self._group([absorbed])

    async def split(self, *, kept: UUID, absorbed: UUID) -> None:
        """The two records are no longer merged; again changes nothing."""
        await self._hold_all()
        await self._unlink(absorbed, kept)
        await self._group([absorbed, kept])

    async def know(self, patient_id: UUID, matricule: UUID | None) -> None:
        """The record is of the person whose verified matricule this stands for; None: of nobody known elsewhere.

        Two practices that verify one person at once wait for each other.
        """
        query = select(_other).where(_record == patient_id, _cause == LinkCause.INS.value)
        former = await self._session.scalar(query)
        if former == matricule:
            return
        concerned = sorted({one for one in (former, matricule) if one is not None})
        for one in concerned:
            await self._hold(one)
        if former is not None:
            await self._unlink(patient_id, former)
        if matricule is not None:
            await self._link(patient_id, matricule, LinkCause.INS)
        others = select(_record).where(_other.in_(concerned), _record != patient_id)
        records = list(await self._session.scalars(others))
        if records:
            await self._hold_all()
            await self._group([patient_id, *records])

    async def _hold(self, matricule: UUID) -> None:
        if self._is_postgresql:
            await self._session.execute(select(HOLD), {"hold": hold_key(matricule)})

    async def _hold_all(self) -> None:
        """Wait for whoever has read who is who, and keep others waiting; SQLite has one writer anyway."""
        if self._is_postgresql:
            await self._session.execute(text(f"LOCK TABLE {QuotaPersonRow.__tablename__} IN ACCESS EXCLUSIVE MODE"))

    @property
    def _is_postgresql(self) -> bool:
        return self._session.get_bind().dialect.name == "postgresql"

    async def _link(self, patient_id: UUID, other_id: UUID, cause: LinkCause) -> None:
        row = {"patient_id": patient_id, "other_id": other_id, "cause": cause.value}
        await self._session.execute(insert_into(self._session, QuotaLinkRow).values(row).on_conflict_do_nothing())

    async def _unlink(self, patient_id: UUID, other_id: UUID) -> None:
        await self._session.execute(delete(QuotaLinkRow).where(_record == patient_id, _other == other_id))

    async def _group(self, records: Collection[UUID]) -> None:
        """Write again who is behind these records, and behind those that were or are one person with them."""
        left, grouped = set(records), list[set[UUID]]()
        while left:
            together = await self._records_with(left.pop())
            left -= together
            grouped.append(together)
        every = set[UUID]().union(*grouped)
        person, record = col(QuotaPersonRow.person_id), col(QuotaPersonRow.patient_id)
        await self._session.execute(delete(QuotaPersonRow).where(or_(record.in_(every), person.in_(every))))
        for together in grouped:
            first = min(together)
            rows = [{"patient_id": one, "person_id": first} for one in together - {first}]
            if rows:
                await self._session.execute(insert_into(self._session, QuotaPersonRow).values(rows))

    async def _records_with(self, record: UUID) -> set[UUID]:
        """The records that links lead to from one, itself included; what stands for a matricule is none."""
        found, latest, records = {record}, {record}, {record}
        while latest:
            query = select(_record, _other, _cause).where(or_(_record.in_(latest), _other.in_(latest)))
            rows = (await self._session.execute(query)).all()
            latest = {one for row in rows for one in row[:2]} - found
            found |= latest
            records |= {row[0] for row in rows} | {row[1] for row in rows if row[2] == LinkCause.MERGE.value}
        return records
