"""What is left of a patient's quotas, for who bills him and for the practice."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from billing.ports import Directory, KnownPatients
from billing.rules.quota import QuotaScope, QuotaStanding
from billing.service.access import PROFESSIONALS, require_claim_reader
from billing.service.quotas import QuotaService
from telemed.kernel.caller import Caller, Role
from telemed.kernel.clock import Clock, Territory, civil_date
from telemed.kernel.errors import NotFound
from telemed.storage.engine import Database
from telemed.trace.service import Journal


class QuotaReader:
    """Reads only; the records of the caller's practice, as every page of billing."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        journal: Journal,
        quotas: QuotaService,
        directory: Directory,
        patients: KnownPatients,
    ) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal
        self._quotas = quotas
        self._directory = directory
        self._patients = patients

    @property
    def scope(self) -> QuotaScope:
        return self._quotas.scope

    async def read(
        self, caller: Caller, *, patient_id: UUID, year: int | None, professional_id: UUID | None
    ) -> tuple[int, tuple[QuotaStanding, ...]]:
        """The year (the present one in Paris if None), and each quota of it, under the limit that held last in it.

        Of the caller himself without `professional_id`. Raises Forbidden for a role without billing, NotFound for a
        patient or a professional who is not the caller's.
        """
        is_known = caller.practice_id is not None and await self._patients.is_of_practice(
            patient_id, caller.practice_id
        )
        async with self._database.begin() as uow:
            self._journal.note(uow, caller, "billing.read_quotas", patient_id=patient_id, purpose="billing")
            require_claim_reader(caller)
            if not is_known:
                raise NotFound("Ce patient est introuvable.")
            rpps = await self._require_rpps(uow.session, caller, professional_id or caller.id)
            asked = year or civil_date(self._clock.now(), Territory.METROPOLE).year
            return asked, await self._quotas.standings(uow.session, rpps=rpps, patient_id=patient_id, year=asked)

    async def _require_rpps(self, session: AsyncSession, caller: Caller, professional_id: UUID | None) -> str:
        """Of the caller himself; or of a professional of the practice, for its secretary and its administrator."""
        if caller.id == professional_id and caller.has_role(*PROFESSIONALS) and caller.rpps:
            return caller.rpps
        if professional_id is not None and caller.has_role(Role.SECRETARY, Role.ADMINISTRATOR):
            biller = await self._directory.find_biller(session, professional_id, patient_id=None, at=self._clock.now())
            if biller is not None and biller.practice_id == caller.practice_id:
                return biller.rpps
        raise NotFound("Ce professionnel est introuvable, ou il ne facture pas d'acte.")
