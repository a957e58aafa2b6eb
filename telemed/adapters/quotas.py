"""The yearly quotas of billing, as a télé-expertise reserves and gives them back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from billing.rules.quota import exhausted, find_quota, has_quota
from billing.rules.teleexpertise import find_opinion_code
from billing.service.quotas import QuotaService
from telemed.acts.teleexpertise.model import QuotaRoom, Side
from telemed.kernel.decision import Decision, Reason, combine, warn
from telemed.law.law import Law
from telemed.law.parameter import NotInForce
from telemed.storage.uow import UnitOfWork

_REQUEST = "RQD"


class BillingQuotas:
    """One place for the opinion of the requis, one for the request of the requérant, under the law of their days.

    Codes are judged again when the opinion is signed, which may be another year: billing moves the places then.
    """

    def __init__(self, *, quotas: QuotaService, law: Law) -> None:
        self._quotas = quotas
        self._law = law

    async def reserve(
        self,
        uow: UnitOfWork,
        *,
        case_id: UUID,
        patient_id: UUID,
        requerant: Side,
        requis: Side,
        days: tuple[date, date],
    ) -> Decision:
        opinion = find_opinion_code(self._law.on(days[1]), level=None)
        places = ((_REQUEST, requerant, days[0]), (opinion, requis, days[1]))
        return combine(
            [
                await self._reserve_one(uow, case_id, patient_id, code, side, day)
                for code, side, day in places
                if code is not None and self._is_limited(code, day)
            ]
        )

    async def room(self, uow: UnitOfWork, *, patient_id: UUID, rpps: Sequence[str], day: date) -> QuotaRoom:
        code = find_opinion_code(self._law.on(day), level=None)
        if code is None or not self._is_limited(code, day):
            return QuotaRoom()
        limit, taken = await self._quotas.taken_of_each(
            uow.session, code=code, rpps=rpps, patient_id=patient_id, day=day
        )
        return QuotaRoom(limit, taken)

    async def release(self, uow: UnitOfWork, case_id: UUID, *, why: str) -> None:
        await self._quotas.release_within(uow, act_id=case_id, why=why)

    def _is_limited(self, code: str, day: date) -> bool:
        """Did the code exist that day, with a limit? Before, there is nothing to reserve."""
        try:
            return has_quota(code) and find_quota(self._law.on(day), code) is not None
        except NotInForce:
            return False

    async def _reserve_one(
        self, uow: UnitOfWork, case_id: UUID, patient_id: UUID, code: str, side: Side, day: date
    ) -> Decision:
        place = await self._quotas.reserve_within(
            uow, act_id=case_id, code=code, rpps=side.rpps, patient_id=patient_id, day=day
        )
        if place.is_granted:
            return Decision()
        full = exhausted(place.standing)
        return warn(Reason("teleexpertise.quota_full", full.text, full.reference, full.compared))
