"""Lines of deliveries: appended, never changed."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.documents.model import Delivery, DeliveryReason, DeliveryStep, Recipient
from telemed.documents.tables import DeliveryRow
from telemed.kernel.messages import Channel

_BY_ACCOUNT = (Recipient.MEDECIN_TRAITANT, Recipient.PRESCRIBER)


class DeliveryStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, delivery: Delivery) -> None:
        row = DeliveryRow(
            id=delivery.id,
            document_id=delivery.document_id,
            recipient=delivery.recipient.value,
            step=delivery.step.value,
            reason=delivery.reason.value,
            at=delivery.at,
            channel=delivery.channel.value if delivery.channel else None,
            receipt=delivery.receipt,
            professional_id=delivery.professional_id,
            by=delivery.by,
        )
        self._session.add(row)
        await self._session.flush()

    async def page(self, document_id: UUID, *, after: UUID | None, limit: int) -> list[Delivery]:
        """What happened to a version, the oldest first."""
        query = select(DeliveryRow).where(col(DeliveryRow.document_id) == document_id)
        if after is not None:
            query = query.where(col(DeliveryRow.id) > after)
        rows = await self._session.scalars(query.order_by(col(DeliveryRow.id)).limit(limit))
        return [_to_delivery(row) for row in rows]

    async def of_documents(self, document_ids: Collection[UUID]) -> dict[UUID, list[Delivery]]:
        """The same for several versions, in one statement."""
        query = select(DeliveryRow).where(col(DeliveryRow.document_id).in_(set(document_ids)))
        found: dict[UUID, list[Delivery]] = {}
        for row in await self._session.scalars(query.order_by(col(DeliveryRow.id))):
            found.setdefault(row.document_id, []).append(_to_delivery(row))
        return found

    async def last(self, document_id: UUID, recipient: Recipient) -> Delivery | None:
        """Where the delivery to a recipient stands."""
        query = select(DeliveryRow).where(
            col(DeliveryRow.document_id) == document_id, col(DeliveryRow.recipient) == recipient.value
        )
        row = await self._session.scalar(query.order_by(col(DeliveryRow.id).desc()).limit(1))
        return _to_delivery(row) if row else None

    async def of_account(self, document_id: UUID, professional_id: UUID) -> list[Delivery]:
        """What says that this version is for this account, and that it was opened there."""
        query = select(DeliveryRow).where(
            col(DeliveryRow.document_id) == document_id, col(DeliveryRow.professional_id) == professional_id
        )
        return [_to_delivery(row) for row in await self._session.scalars(query.order_by(col(DeliveryRow.id)))]

    async def received(self, professional_id: UUID, *, before: UUID | None, limit: int) -> list[UUID]:
        """Versions delivered to an account as médecin traitant or prescriber, the newest first."""
        query = select(col(DeliveryRow.document_id)).where(
            col(DeliveryRow.professional_id) == professional_id,
            col(DeliveryRow.recipient).in_([one.value for one in _BY_ACCOUNT]),
        )
        if before is not None:
            query = query.where(col(DeliveryRow.document_id) < before)
        query = query.distinct().order_by(col(DeliveryRow.document_id).desc())
        return list(await self._session.scalars(query.limit(limit)))


def _to_delivery(row: DeliveryRow) -> Delivery:
    return Delivery(
        id=row.id,
        document_id=row.document_id,
        recipient=Recipient(row.recipient),
        step=DeliveryStep(row.step),
        reason=DeliveryReason(row.reason),
        at=row.at,
        channel=Channel(row.channel) if row.channel else None,
        receipt=row.receipt,
        professional_id=row.professional_id,
        by=row.by,
    )
