"""Record the decisions that raise a doctor's rate, end them early, withdraw those recorded by mistake."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

from billing.model import DerogationEntry
from billing.rules.derogation import Derogation, check_derogation, end_derogation
from billing.service.access import require_cap_reader
from billing.store import BillingStore, CountStore, DerogationStore
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Clock
from telemed.kernel.errors import Invalid, NotFound, Refused
from telemed.kernel.ids import new_id
from telemed.law.law import Law
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal


class DerogationService:
    def __init__(self, *, database: Database, clock: Clock, law: Law, journal: Journal) -> None:
        self._database = database
        self._clock = clock
        self._law = law
        self._journal = journal

    async def record(
        self, caller: Caller, professional_id: UUID, derogation: Derogation, *, source: str
    ) -> DerogationEntry:
        """Keep a decision of the CPN or of a CPAM. Raises Refused where the text does not allow it."""
        async with self._database.begin() as uow:
            self._note(uow, caller, "record_derogation", professional_id)
            rpps = await self._open(uow, caller, professional_id)
            practice = await BillingStore(uow.session).find_practice(rpps, until=derogation.last_day)
            specialty = "" if practice is None else practice.specialty
            decision = check_derogation(derogation, self._law.on(derogation.first_day), specialty=specialty)
            if not decision.is_allowed:
                raise Refused(decision)
            return self._add(uow, caller, DerogationEntry(new_id(), rpps, derogation, source, None, self._clock.now()))

    async def end(
        self, caller: Caller, professional_id: UUID, entry_id: UUID, *, last_day: date | None, source: str
    ) -> DerogationEntry:
        """Let a decision end earlier, on `last_day`; None withdraws it whole. The former entry is kept."""
        async with self._database.begin() as uow:
            self._note(uow, caller, "end_derogation", professional_id)
            rpps = await self._open(uow, caller, professional_id)
            await CountStore(uow.session).lock(rpps, self._clock.now().year)
            former = await DerogationStore(uow.session).find(rpps, entry_id)
            if former is None:
                raise NotFound("Cette dérogation est introuvable, ou déjà modifiée.")
            entry = replace(
                former,
                id=new_id(),
                derogation=former.derogation if last_day is None else _ended(former.derogation, last_day),
                source=source,
                recorded_at=self._clock.now(),
                replaces_id=former.id,
                is_withdrawn=last_day is None,
            )
            return self._add(uow, caller, entry)

    async def page(
        self, caller: Caller, professional_id: UUID, *, limit: int, after: tuple[date, UUID] | None = None
    ) -> list[DerogationEntry]:
        """Present entries, the latest period first; withdrawn ones stay to be seen."""
        async with self._database.begin() as uow:
            self._note(uow, caller, "list_derogations", professional_id)
            rpps = await self._open(uow, caller, professional_id)
            return await DerogationStore(uow.session).page(rpps, limit=limit, after=after)

    async def _open(self, uow: UnitOfWork, caller: Caller, professional_id: UUID) -> str:
        return await require_cap_reader(caller, professional_id, BillingStore(uow.session))

    def _add(self, uow: UnitOfWork, caller: Caller, entry: DerogationEntry) -> DerogationEntry:
        entry = replace(entry, recorded_by=caller.id)
        DerogationStore(uow.session).add(entry)
        return entry

    def _note(self, uow: UnitOfWork, caller: Caller, action: str, professional_id: UUID) -> None:
        resource = f"professional:{professional_id}"
        self._journal.note(uow, caller, f"billing.{action}", resource=resource, purpose="billing")


def _ended(derogation: Derogation, last_day: date) -> Derogation:
    try:
        return end_derogation(derogation, last_day)
    except ValueError:
        text = "Une dérogation s'arrête pendant sa période, avant son dernier jour."
        raise Invalid(text, field="last_day") from None
