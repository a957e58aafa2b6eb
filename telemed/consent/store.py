"""The only SQL of consents, and the folder of their words."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.consent.formats import Wordings, read_wording
from telemed.consent.model import (
    ActKind,
    ConsentBy,
    ConsentChannel,
    ConsentDecision,
    ConsentRecord,
)
from telemed.consent.tables import ConsentRow


def published_wordings() -> Wordings:
    """The texts of `wording/`. Raises ValueError on a file whose name says neither day nor act."""
    folder = files("telemed.consent").joinpath("wording")
    return Wordings(
        read_wording(entry.name, entry.read_bytes()) for entry in folder.iterdir() if entry.name.endswith(".md")
    )


class ConsentStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, record: ConsentRecord) -> None:
        row = ConsentRow(
            id=record.id,
            patient_id=record.patient_id,
            act_kind=record.act_kind.value,
            act_id=record.act_id,
            decision=record.decision.value,
            channel=record.channel.value,
            by=record.by.value,
            at=record.at,
            wording_version=record.wording_version,
            wording_sha256=record.wording_sha256,
            recorded_by=record.recorded_by,
            representative_name=record.representative_name,
        )
        self._session.add(row)
        await self._session.flush()

    async def of_patient(self, patient_id: UUID, act_kind: ActKind) -> tuple[ConsentRecord, ...]:
        """Every decision of a patient about a kind of act, the oldest first."""
        query = select(ConsentRow).where(
            col(ConsentRow.patient_id) == patient_id, col(ConsentRow.act_kind) == act_kind.value
        )
        return tuple(_to_record(row) for row in await self._session.scalars(query.order_by(col(ConsentRow.id))))

    async def of_patients(self, patient_ids: Sequence[UUID], act_kind: ActKind) -> dict[UUID, list[ConsentRecord]]:
        """The same for several patients, in one statement."""
        query = select(ConsentRow).where(
            col(ConsentRow.patient_id).in_(patient_ids), col(ConsentRow.act_kind) == act_kind.value
        )
        found: dict[UUID, list[ConsentRecord]] = {}
        for row in await self._session.scalars(query.order_by(col(ConsentRow.id))):
            found.setdefault(row.patient_id, []).append(_to_record(row))
        return found

    async def page(self, patient_id: UUID, *, before: UUID | None, limit: int) -> list[ConsentRecord]:
        """Decisions of a patient, the newest first."""
        query = select(ConsentRow).where(col(ConsentRow.patient_id) == patient_id)
        if before is not None:
            query = query.where(col(ConsentRow.id) < before)
        rows = await self._session.scalars(query.order_by(col(ConsentRow.id).desc()).limit(limit))
        return [_to_record(row) for row in rows]


def _to_record(row: ConsentRow) -> ConsentRecord:
    return ConsentRecord(
        id=row.id,
        patient_id=row.patient_id,
        act_kind=ActKind(row.act_kind),
        act_id=row.act_id,
        decision=ConsentDecision(row.decision),
        channel=ConsentChannel(row.channel),
        by=ConsentBy(row.by),
        at=row.at,
        wording_version=row.wording_version,
        wording_sha256=row.wording_sha256,
        recorded_by=row.recorded_by,
        representative_name=row.representative_name,
    )
