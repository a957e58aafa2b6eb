"""Quota decisions, each in a transaction of its own."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from billing.model.quotas import Reservation
from billing.rules.quota import QuotaStanding
from billing.service import QuotaService
from billing.store.quotas import QuotaStore
from telemed.kernel.ids import new_id
from telemed.storage.engine import Database

ANNE, KARIM = "10100000016", "10100000024"
DAY = date(2026, 11, 25)


class Desk:
    """Each decision in a transaction of its own."""

    def __init__(self, database: Database, quotas: QuotaService) -> None:
        self.database = database
        self.quotas = quotas

    async def reserve(
        self, patient_id: UUID, *, act_id: UUID | None = None, rpps: str = ANNE, code: str = "TE2", day: date = DAY
    ) -> Reservation:
        async with self.database.begin() as uow:
            return await self.quotas.reserve_within(
                uow, act_id=act_id or new_id(), code=code, rpps=rpps, patient_id=patient_id, day=day
            )

    async def settle(
        self, patient_id: UUID, *, act_id: UUID | None = None, rpps: str = ANNE, code: str = "TE2", day: date = DAY
    ) -> Reservation:
        async with self.database.begin() as uow:
            return await self.quotas.settle_within(
                uow, act_id=act_id or new_id(), code=code, rpps=rpps, patient_id=patient_id, day=day
            )

    async def release(self, act_id: UUID, code: str | None = None, why: str = "withdrawn") -> tuple[str, ...]:
        async with self.database.begin() as uow:
            return await self.quotas.release_within(uow, act_id=act_id, code=code, why=why)

    async def void(self, act_id: UUID, code: str | None = None) -> tuple[str, ...]:
        async with self.database.begin() as uow:
            return await self.quotas.void_within(uow, act_id=act_id, code=code)

    async def merge(self, kept: UUID, absorbed: UUID) -> None:
        async with self.database.begin() as uow:
            await self.quotas.follow_merge(uow, kept=kept, absorbed=absorbed)

    async def split(self, kept: UUID, absorbed: UUID) -> None:
        async with self.database.begin() as uow:
            await self.quotas.follow_undo(uow, kept=kept, absorbed=absorbed)

    async def standing(
        self, patient_id: UUID, *, rpps: str = ANNE, code: str = "TE2", day: date = DAY, act_id: UUID | None = None
    ) -> QuotaStanding:
        async with self.database.read() as session:
            return await self.quotas.standing(
                session, code=code, rpps=rpps, patient_id=patient_id, day=day, act_id=act_id
            )

    async def taken(self, patient_id: UUID, *, rpps: str = ANNE, code: str = "TE2", day: date = DAY) -> tuple[int, int]:
        now = await self.standing(patient_id, rpps=rpps, code=code, day=day)
        return now.reserved, now.consumed

    async def check_counters(self) -> None:
        """The maintained counters equal a recount of the acts' places."""
        async with self.database.read() as session:
            store = QuotaStore(session)
            assert await store.counters() == await store.recount()
