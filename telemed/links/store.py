"""Patients' links, their tries, their sendings and the sessions that they opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from telemed.kernel.messages import Channel
from telemed.links.model import Delivery, SendingState
from telemed.links.tables import LinkDeliveryRow, VisitAccessRow, VisitLinkRow, VisitSessionRow


@dataclass(frozen=True)
class Link:
    """A link as it is known by its token."""

    id: UUID
    act_id: UUID
    expires_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True)
class VisitSession:
    """A browser that passed both factors."""

    id: UUID
    act_id: UUID
    patient_id: UUID
    expires_at: datetime


class LinkStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add_link(
        self, act_id: UUID, token_hash: bytes, *, at: datetime, expires_at: datetime, delivery_id: UUID | None
    ) -> None:
        self._session.add(
            VisitLinkRow(
                act_id=act_id, token_hash=token_hash, created_at=at, expires_at=expires_at, delivery_id=delivery_id
            )
        )

    async def find_link(self, token_hash: bytes) -> Link | None:
        row = await self._session.scalar(select(VisitLinkRow).where(col(VisitLinkRow.token_hash) == token_hash))
        return Link(row.id, row.act_id, row.expires_at, row.revoked_at) if row else None

    async def mark_opened(self, link_id: UUID, at: datetime) -> None:
        await self._session.execute(
            update(VisitLinkRow)
            .where(col(VisitLinkRow.id) == link_id, col(VisitLinkRow.opened_at).is_(None))
            .values(opened_at=at)
        )

    async def revoke_links(self, act_id: UUID, at: datetime) -> None:
        """Links and the sessions that they opened."""
        for table in (VisitLinkRow, VisitSessionRow):
            await self._session.execute(
                update(table).where(col(table.act_id) == act_id, col(table.revoked_at).is_(None)).values(revoked_at=at)
            )

    async def move_expiry(self, act_id: UUID, expires_at: datetime) -> None:
        """After the act was moved: what is not revoked lives until then."""
        for table in (VisitLinkRow, VisitSessionRow):
            await self._session.execute(
                update(table)
                .where(col(table.act_id) == act_id, col(table.revoked_at).is_(None))
                .values(expires_at=expires_at)
            )

    async def lock_access(self, act_id: UUID) -> VisitAccessRow:
        """The row that counts the tries of one act, locked until the transaction ends."""
        dialect = self._session.get_bind().dialect.name
        insert = sqlite_insert if dialect == "sqlite" else postgresql_insert
        await self._session.execute(
            insert(VisitAccessRow).values(act_id=act_id, failed_tries=0, resent_count=0).on_conflict_do_nothing()
        )
        row = await self._session.get(VisitAccessRow, act_id, with_for_update=True, populate_existing=True)
        if row is None:
            raise LookupError("the row was just inserted")
        return row

    async def count_resend(self, act_id: UUID, day: date) -> int:
        """How many times the patient asked for a new link on `day`, this time included."""
        row = await self.lock_access(act_id)
        row.resent_count = row.resent_count + 1 if row.resent_on == day else 1
        row.resent_on = day
        return row.resent_count

    async def add_session(
        self, act_id: UUID, patient_id: UUID, token_hash: bytes, *, at: datetime, expires_at: datetime
    ) -> None:
        self._session.add(
            VisitSessionRow(
                act_id=act_id, patient_id=patient_id, token_hash=token_hash, created_at=at, expires_at=expires_at
            )
        )

    async def find_session(self, token_hash: bytes, now: datetime) -> VisitSession | None:
        query = select(VisitSessionRow).where(
            col(VisitSessionRow.token_hash) == token_hash,
            col(VisitSessionRow.revoked_at).is_(None),
            col(VisitSessionRow.expires_at) > now,
        )
        row = await self._session.scalar(query)
        return VisitSession(row.id, row.act_id, row.patient_id, row.expires_at) if row else None

    async def add_delivery(self, delivery: Delivery) -> None:
        self._session.add(
            LinkDeliveryRow(
                id=delivery.id,
                act_id=delivery.act_id,
                channel=delivery.channel.value,
                state=delivery.state.value,
                asked_at=delivery.asked_at,
                updated_at=delivery.updated_at,
            )
        )

    async def find_delivery(self, delivery_id: UUID) -> Delivery | None:
        row = await self._session.get(LinkDeliveryRow, delivery_id)
        return _to_delivery(row) if row else None

    async def settle_delivery(
        self, delivery_id: UUID, state: SendingState, *, at: datetime, provider_id: str, detail: str
    ) -> None:
        await self._session.execute(
            update(LinkDeliveryRow)
            .where(col(LinkDeliveryRow.id) == delivery_id)
            .values(state=state.value, updated_at=at, provider_id=provider_id, detail=detail)
        )

    async def last_deliveries(self, act_ids: Sequence[UUID]) -> dict[UUID, list[Delivery]]:
        """Sendings of these acts, the newest first, each with when its link was first opened."""
        query = (
            select(LinkDeliveryRow, col(VisitLinkRow.opened_at))
            .outerjoin(VisitLinkRow, col(VisitLinkRow.delivery_id) == col(LinkDeliveryRow.id))
            .where(col(LinkDeliveryRow.act_id).in_(act_ids))
            .order_by(col(LinkDeliveryRow.asked_at).desc(), col(LinkDeliveryRow.id).desc())
        )
        found: dict[UUID, dict[UUID, Delivery]] = {}
        for row, opened_at in (await self._session.execute(query)).all():
            deliveries = found.setdefault(row.act_id, {})
            known = deliveries.get(row.id)
            deliveries[row.id] = _to_delivery(row, opened_at or (known.opened_at if known else None))
        return {act_id: list(deliveries.values()) for act_id, deliveries in found.items()}

    async def awaiting_receipt(self, since: datetime, limit: int) -> list[Delivery]:
        """Accepted by an operator, not yet known to be delivered."""
        query = select(LinkDeliveryRow).where(
            col(LinkDeliveryRow.state) == SendingState.ACCEPTED.value, col(LinkDeliveryRow.updated_at) > since
        )
        return [_to_delivery(row) for row in await self._session.scalars(query.limit(limit))]

    async def forget_expired(self, before: datetime) -> None:
        for table in (VisitLinkRow, VisitSessionRow):
            await self._session.execute(delete(table).where(col(table.expires_at) < before))


def _to_delivery(row: LinkDeliveryRow, opened_at: datetime | None = None) -> Delivery:
    return Delivery(
        id=row.id,
        act_id=row.act_id,
        channel=Channel(row.channel),
        state=SendingState(row.state),
        asked_at=row.asked_at,
        updated_at=row.updated_at,
        provider_id=row.provider_id,
        detail=row.detail,
        opened_at=opened_at,
    )
