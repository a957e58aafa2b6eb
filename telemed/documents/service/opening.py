"""Who may work on documents, and the one way to a signed one."""

from __future__ import annotations

from uuid import UUID

from telemed.documents import rules
from telemed.documents.model import SignedDocument
from telemed.documents.store import DocumentStore
from telemed.kernel.caller import Caller, CallerKind, Role
from telemed.kernel.errors import Forbidden, NotFound
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal


async def open_document(
    uow: UnitOfWork, journal: Journal, caller: Caller, document_id: UUID, action: str
) -> SignedDocument:
    """Decided and traced. Raises NotFound when it is absent and when it is not the caller's, told alike."""
    document = await DocumentStore(uow.session).find_signed(document_id)
    patient_id = document.patient_id if document else None
    journal.note(uow, caller, action, patient_id=patient_id, resource=f"document:{document_id}")
    if document is None or not rules.check_reading(caller, document).is_allowed:
        raise NotFound
    return document


def require_doctor(caller: Caller) -> tuple[UUID, UUID]:
    """The professional and the practice. Raises Forbidden for anyone but a doctor."""
    is_doctor = caller.kind is CallerKind.PROFESSIONAL and caller.has_role(Role.DOCTOR)
    if not is_doctor or caller.id is None or caller.practice_id is None:
        raise Forbidden("Les comptes rendus sont réservés aux médecins.")
    return caller.id, caller.practice_id
