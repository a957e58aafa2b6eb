"""Who may work on documents, and the one way to a signed one."""

from __future__ import annotations

from uuid import UUID

from telemed.documents import rules
from telemed.documents.model import DocumentKind, SignedDocument
from telemed.documents.ports import CaseReaders
from telemed.documents.store import DeliveryStore, DocumentStore
from telemed.kernel.caller import Caller, CallerKind, Role
from telemed.kernel.errors import Forbidden, NotFound
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal

OF_CASES = frozenset({DocumentKind.EXPERTISE_REQUEST, DocumentKind.EXPERTISE_REPORT})
_DELIVERED = OF_CASES | {DocumentKind.MONITORING_REPORT}


async def open_document(
    uow: UnitOfWork,
    journal: Journal,
    caller: Caller,
    document_id: UUID,
    action: str,
    readers: CaseReaders | None = None,
) -> SignedDocument:
    """Decided and traced; without `readers`, for the practice alone.

    Raises NotFound when it is absent and when it is not the caller's, told alike.
    """
    document = await DocumentStore(uow.session).find_signed(document_id)
    patient_id = document.patient_id if document else None
    journal.note(uow, caller, action, patient_id=patient_id, resource=f"document:{document_id}")
    if document is None or not await may_read(uow, caller, document, readers):
        raise NotFound
    return document


async def may_read(uow: UnitOfWork, caller: Caller, document: SignedDocument, readers: CaseReaders | None) -> bool:
    """By the rule of reading; or as a side of its case; or because it was delivered to the caller's account."""
    if rules.check_reading(caller, document).is_allowed:
        return True
    if readers is None or caller.kind is not CallerKind.PROFESSIONAL or caller.id is None:
        return False
    if document.kind in OF_CASES and await readers.may_read(uow, caller, document.act_id):
        return True
    if document.kind not in _DELIVERED or not caller.has_role(Role.DOCTOR):
        return False
    return bool(await DeliveryStore(uow.session).of_account(document.identity.document_id, caller.id))


def require_doctor(caller: Caller) -> tuple[UUID, UUID]:
    """The professional and the practice. Raises Forbidden for anyone but a doctor."""
    is_doctor = caller.kind is CallerKind.PROFESSIONAL and caller.has_role(Role.DOCTOR)
    if not is_doctor or caller.id is None or caller.practice_id is None:
        raise Forbidden("Les comptes rendus sont réservés aux médecins.")
    return caller.id, caller.practice_id
