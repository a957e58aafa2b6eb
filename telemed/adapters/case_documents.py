"""What documents ask of télé-expertise: who works on a case, and where professionals want to be told."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from telemed.acts.teleexpertise.service.access import require_carer, side_of
from telemed.acts.teleexpertise.store import CaseStore
from telemed.kernel.caller import Caller
from telemed.kernel.errors import DomainError
from telemed.kernel.messages import Channel
from telemed.professionals.store import ContactStore
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork


class CaseSides:
    """Implements `documents.ports.CaseReaders`: both sides, as long as the case is in their hands."""

    async def may_read(self, uow: UnitOfWork, caller: Caller, act_id: UUID) -> bool:
        case = await CaseStore(uow.session).find(act_id)
        if case is None:
            return False
        try:
            require_carer(caller)
            side_of(caller, case)
        except DomainError:
            return False
        return True


class CaseContacts:
    """Implements `documents.ports.Contacts` with the contacts that professionals gave for télé-expertise."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def of(self, professional_id: UUID) -> Mapping[Channel, str]:
        async with self._database.read() as session:
            contact = await ContactStore(session).find(professional_id)
        found = {Channel.EMAIL: contact.email or "", Channel.SMS: contact.phone or ""}
        return {channel: address for channel, address in found.items() if address}
