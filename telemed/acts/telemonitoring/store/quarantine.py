"""Measures set aside: found by an index that holds no other, and the decisions that take them off the list."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, and_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.acts.telemonitoring.model.quarantine import Judgement, Place, SetAside
from telemed.acts.telemonitoring.rules.arrivals import find_current
from telemed.acts.telemonitoring.store.observations import ObservationStore
from telemed.acts.telemonitoring.store.rows import RowWriter
from telemed.acts.telemonitoring.tables.observations import ObservationRow
from telemed.acts.telemonitoring.tables.quarantine import JudgementRow


class QuarantineStore:
    def __init__(self, session: AsyncSession, writer: RowWriter) -> None:
        self._session = session
        self._writer = writer

    async def page(
        self, follow_up_id: UUID, *, before: tuple[datetime, UUID, str, int] | None, limit: int
    ) -> list[SetAside]:
        """What waits for somebody, the latest measure first; in two statements."""
        row = ObservationRow
        key = (col(row.measured_at), col(row.device_id), col(row.signal), col(row.version))
        query = self._waiting().where(col(row.follow_up_id) == follow_up_id)
        if before is not None:
            query = query.where(tuple_(*key) < before)
        return await self._read(query.order_by(*(one.desc() for one in key)).limit(limit))

    async def find(self, place: Place, follow_up_id: UUID) -> SetAside | None:
        """One that waits; None if it does not, or is of another follow-up."""
        row = ObservationRow
        query = self._waiting().where(
            col(row.device_id) == place.device_id,
            col(row.signal) == place.signal,
            col(row.component) == place.component,
            col(row.measured_at) == place.measured_at,
            col(row.version) == place.version,
            col(row.follow_up_id) == follow_up_id,
        )
        found = await self._read(query)
        return found[0] if found else None

    async def add(self, judgement: Judgement) -> None:
        """Raises IntegrityError where somebody has decided."""
        self._session.add(
            JudgementRow(
                **judgement.place._asdict(),
                follow_up_id=judgement.follow_up_id,
                verdict=judgement.verdict.value,
                by=judgement.by,
                at=judgement.at,
                reason=judgement.reason,
            )
        )
        await self._session.flush()

    def _waiting(self) -> Select[ObservationRow]:
        row, judged = ObservationRow, JudgementRow
        same = and_(
            col(judged.device_id) == col(row.device_id),
            col(judged.signal) == col(row.signal),
            col(judged.component) == col(row.component),
            col(judged.measured_at) == col(row.measured_at),
            col(judged.version) == col(row.version),
        )
        joined = select(row).outerjoin(judged, same)
        return joined.where(col(row.quarantine).is_not(None), col(judged.verdict).is_(None))

    async def _read(self, query: Select[ObservationRow]) -> list[SetAside]:
        rows = list(await self._session.scalars(query))
        keys = {(row.device_id, row.signal, row.component, row.measured_at) for row in rows}
        versions = await ObservationStore(self._session, self._writer).versions(keys) if keys else {}
        found = []
        for row in rows:
            place = Place(row.device_id, row.signal, row.component, row.measured_at, row.version)
            standing = find_current(versions[place[:4]])
            counts = standing.observation.quarantine is None
            found.append(SetAside(place, self._writer.read(row), standing if counts else None))
        return found
