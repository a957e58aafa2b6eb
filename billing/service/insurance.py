"""The rights of a patient as billing needs them, and the calendar of a practice. A number never leaves in a log."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from billing.model.invoice import Insurance
from billing.ports import KnownPatients
from billing.service.access import BILLERS, READERS
from billing.store import BillingStore
from billing.store.invoices import InvoiceStore
from telemed.kernel.caller import Caller, Role
from telemed.kernel.clock import Clock, Territory, civil_date
from telemed.kernel.errors import Forbidden, Invalid, NotFound
from telemed.law.calendar import CalendarZone
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal


class InsuranceService:
    def __init__(self, *, database: Database, clock: Clock, journal: Journal, patients: KnownPatients) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal
        self._patients = patients

    async def get(self, caller: Caller, patient_id: UUID) -> Insurance | None:
        """The rights that the caller's practice read last; None while it read none. Raises NotFound for a stranger."""
        practice_id = _require_billing(caller)
        is_known = await self._patients.is_of_practice(patient_id, practice_id)
        async with self._database.begin() as uow:
            self._note(uow, caller, "billing.read_insurance", patient_id)
            await _require_patient(uow, practice_id, patient_id, is_known=is_known)
            return await InvoiceStore(uow.session).find_insurance(practice_id, patient_id)

    async def put(self, caller: Caller, insurance: Insurance) -> Insurance:
        """Keep rights as they were read; the former reading is kept too. Raises Invalid on a day to come."""
        practice_id = _require_billing(caller)
        is_known = await self._patients.is_of_practice(insurance.patient_id, practice_id)
        async with self._database.begin() as uow:
            self._note(uow, caller, "billing.record_insurance", insurance.patient_id, source=insurance.source.value)
            await _require_patient(uow, practice_id, insurance.patient_id, is_known=is_known)
            if insurance.practice_id != practice_id:
                raise NotFound("Ce patient est introuvable.")
            if insurance.seen_on > self._latest_today():
                raise Invalid("Les droits n'ont pas pu être lus demain.", field="seen_on")
            InvoiceStore(uow.session).add_insurance(insurance, by=caller.id, at=self._clock.now())
        return insurance

    async def calendar(self, caller: Caller) -> CalendarZone | None:
        """The public holidays that the caller's practice says are its own; None: those of its territory."""
        practice_id = _require_member(caller)
        async with self._database.read() as session:
            return await InvoiceStore(session).find_calendar(practice_id)

    async def set_calendar(self, caller: Caller, zone: CalendarZone) -> CalendarZone:
        """Say which public holidays the practice has; delays already counted do not change."""
        practice_id = _require_member(caller)
        async with self._database.begin() as uow:
            details = {"zone": zone.value}
            resource = f"practice:{practice_id}"
            self._journal.note(
                uow, caller, "billing.set_calendar", resource=resource, purpose="billing", details=details
            )
            if not caller.has_role(Role.ADMINISTRATOR, Role.DOCTOR):
                raise Forbidden("Le calendrier du cabinet revient à son administrateur ou à un médecin.")
            InvoiceStore(uow.session).set_calendar(practice_id, zone, by=caller.id, at=self._clock.now())
        return zone

    def _latest_today(self) -> date:
        """The present day where it comes first, so that no territory is refused its own."""
        return civil_date(self._clock.now(), Territory.LA_REUNION)

    def _note(
        self, uow: UnitOfWork, caller: Caller, action: str, patient_id: UUID, *, source: str | None = None
    ) -> None:
        details = None if source is None else {"source": source}
        self._journal.note(uow, caller, action, patient_id=patient_id, purpose="billing", details=details)


def _require_member(caller: Caller) -> UUID:
    if caller.practice_id is None or not caller.has_role(*READERS):
        raise Forbidden("Votre compte n'est rattaché à aucun cabinet.")
    return caller.practice_id


def _require_billing(caller: Caller) -> UUID:
    practice_id = _require_member(caller)
    if not caller.has_role(*BILLERS):
        raise Forbidden("Les droits d'un patient se lisent par qui facture et son secrétariat.")
    return practice_id


async def _require_patient(uow: UnitOfWork, practice_id: UUID, patient_id: UUID, *, is_known: bool) -> None:
    """A patient of the practice, or one for whom it bills, such as that of a télé-expertise. Raises NotFound."""
    if not is_known and not await BillingStore(uow.session).has_billed(practice_id, patient_id):
        raise NotFound("Ce patient est introuvable.")
