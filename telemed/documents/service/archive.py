"""Reading signed documents: each opening is decided and traced."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from telemed.documents.model import Delivery, DeliveryReason, DeliveryStep, Recipient, SealedFiles, SignedDocument
from telemed.documents.ports import CaseReaders, Verifier
from telemed.documents.service.forms import FORMS
from telemed.documents.service.opening import may_read, open_document, require_doctor
from telemed.documents.service.verifying import Verification, verify_stored
from telemed.documents.store import DeliveryStore, DocumentStore
from telemed.kernel.caller import Caller, CallerKind
from telemed.kernel.clock import Clock
from telemed.kernel.errors import NotFound
from telemed.kernel.ids import new_id
from telemed.patients.store import PatientStore
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal


class Artifact(StrEnum):
    """What may be downloaded of a signed document."""

    PDF = "pdf"
    CDA = "cda"
    SEAL = "seal"


@dataclass(frozen=True, repr=False)
class Download:
    """A signed document with its files."""

    document: SignedDocument
    files: SealedFiles


class DocumentArchive:
    """Signed documents, for those who may read them."""

    def __init__(
        self, *, database: Database, clock: Clock, journal: Journal, verifier: Verifier, readers: CaseReaders
    ) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal
        self._verifier = verifier
        self._readers = readers

    async def get(self, caller: Caller, document_id: UUID) -> tuple[SignedDocument, tuple[SignedDocument, ...]]:
        """A signed document and all the versions of its set, in order. Raises NotFound also when not the caller's."""
        async with self._database.begin() as uow:
            document = await self._open(uow, caller, document_id, "document.read")
            versions = await DocumentStore(uow.session).versions(document.identity.set_id)
            readable = [each for each in versions if await may_read(uow, caller, each, self._readers)]
            return document, tuple(readable)

    async def download(self, caller: Caller, document_id: UUID, artifact: Artifact) -> Download:
        """The files of a signed document; `artifact` says which one leaves, for the trace."""
        async with self._database.begin() as uow:
            document = await self._open(uow, caller, document_id, f"document.download_{artifact.value}")
            await self._note_opening(uow, caller, document_id)
            return Download(document, await DocumentStore(uow.session).files(document_id))

    async def list_of_patient(
        self, caller: Caller, patient_id: UUID, *, limit: int, before: UUID | None = None
    ) -> list[SignedDocument]:
        """Current documents that the caller may read, the newest first, identified below `before`."""
        async with self._database.begin() as uow:
            self._journal.note(uow, caller, "document.list", patient_id=patient_id)
            store = DocumentStore(uow.session)
            if caller.kind is CallerKind.PATIENT:
                if caller.id != patient_id or caller.act_id is None:
                    raise NotFound
                return await store.current_page(patient_id=patient_id, limit=limit, before=before, act_id=caller.act_id)
            reader_id, practice_id = require_doctor(caller)
            return await store.current_page(
                patient_id=patient_id, limit=limit, before=before, practice_id=practice_id, reader_id=reader_id
            )

    async def verify(self, caller: Caller, document_id: UUID) -> Verification:
        """Recompute everything that the seal of a document covers."""
        async with self._database.begin() as uow:
            document = await self._open(uow, caller, document_id, "document.verify")
            store = DocumentStore(uow.session)
            files = await store.files(document_id)
            statement, reason = await store.statement(document_id, FORMS[document.kind].statement)
        identity = replace(document.identity, replacement_reason=reason)
        return verify_stored(files, self._verifier, identity=identity, statement=statement)

    async def of_act(
        self, caller: Caller, act_id: UUID, *, after: UUID | None = None, limit: int = 50
    ) -> list[SignedDocument]:
        """Every version of every document of a case, the oldest first, for the sides of the case.

        Raises NotFound for anybody else.
        """
        async with self._database.begin() as uow:
            self._journal.note(uow, caller, "document.list", resource=f"act:{act_id}")
            if not await self._readers.may_read(uow, caller, act_id):
                raise NotFound
            return await DocumentStore(uow.session).of_act(act_id, after=after, limit=limit)

    async def received(self, caller: Caller, *, before: UUID | None = None, limit: int = 50) -> list[SignedDocument]:
        """Documents that were delivered to the caller's account, the newest first."""
        async with self._database.begin() as uow:
            self._journal.note(uow, caller, "document.list_received")
            reader_id, _ = require_doctor(caller)
            found = await DeliveryStore(uow.session).received(reader_id, before=before, limit=limit)
            return await DocumentStore(uow.session).find_many(found)

    async def received_with_names(
        self, caller: Caller, *, before: UUID | None = None, limit: int = 50
    ) -> list[tuple[SignedDocument, str]]:
        """The same, each with the name of the patient whom it is about."""
        found = await self.received(caller, before=before, limit=limit)
        async with self._database.read() as session:
            people = await PatientStore(session).find_many([one.patient_id for one in found])
        return [(one, people[one.patient_id].full_name) for one in found]

    async def deliveries(
        self, caller: Caller, document_id: UUID, *, after: UUID | None = None, limit: int = 50
    ) -> list[Delivery]:
        """To whom a document went, and how far, the oldest line first."""
        async with self._database.begin() as uow:
            await self._open(uow, caller, document_id, "document.read_deliveries")
            return await DeliveryStore(uow.session).page(document_id, after=after, limit=limit)

    async def _open(self, uow: UnitOfWork, caller: Caller, document_id: UUID, action: str) -> SignedDocument:
        return await open_document(uow, self._journal, caller, document_id, action, self._readers)

    async def _note_opening(self, uow: UnitOfWork, caller: Caller, document_id: UUID) -> None:
        """The receipt of a recipient: the first time that he opens the document, from his account or on his page."""
        store = DeliveryStore(uow.session)
        if caller.kind is CallerKind.PATIENT:
            found = (await store.of_documents([document_id])).get(document_id, [])
            lines = [one for one in found if one.recipient is Recipient.PATIENT]
        else:
            lines = await store.of_account(document_id, caller.id) if caller.id else []
        if lines and not any(line.reason is DeliveryReason.OPENED for line in lines):
            opened = Delivery(
                new_id(),
                document_id,
                lines[0].recipient,
                DeliveryStep.AVAILABLE,
                DeliveryReason.OPENED,
                self._clock.now(),
                professional_id=lines[0].professional_id,
            )
            await store.add(opened)
