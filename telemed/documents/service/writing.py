"""Writing documents: what the acts call, within their own transaction where they have one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from telemed.documents import rules
from telemed.documents.model import (
    DocumentIdentity,
    DocumentKind,
    Draft,
    PreparedDocument,
    Report,
    ReportContent,
    ReportFacts,
    SignedDocument,
)
from telemed.documents.service.opening import open_document, require_doctor
from telemed.documents.service.registry import Registry, superseded
from telemed.documents.store import DocumentStore
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Clock
from telemed.kernel.decision import Decision
from telemed.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from telemed.kernel.ids import new_id
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal


@dataclass(frozen=True, repr=False)
class Preview:
    """A draft as it would look, and what its author should know before signing."""

    pdf: bytes
    decision: Decision


@dataclass(frozen=True, repr=False)
class PreparedReport:
    """A signed version of a draft that only needs storing, and the revision of the draft that it was made of."""

    revision: int
    document: PreparedDocument


class DocumentService:
    """Drafts, signatures and corrections.

    Drafts belong to the act that calls: it checks that the act is the caller's before it asks anything here.
    """

    def __init__(self, *, database: Database, clock: Clock, journal: Journal, registry: Registry) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal
        self._registry = registry

    async def find_draft(self, caller: Caller, act_id: UUID) -> Draft | None:
        """The draft of an act's report, None before the first save and after the signature."""
        require_doctor(caller)
        async with self._database.read() as session:
            draft = await DocumentStore(session).find_draft(act_id)
        return draft if draft is None or draft.practice_id == caller.practice_id else None

    async def save_draft(
        self, caller: Caller, *, act_id: UUID, patient_id: UUID, content: ReportContent, revision: int
    ) -> Draft:
        """Keep what was written. `revision` is that of the draft it was written on, 0 when there was none.

        Raises Conflict `draft.stale` if the draft moved on meanwhile: nothing is overwritten.
        """
        async with self._database.begin() as uow:
            return await self.save_draft_in(
                uow, caller, act_id=act_id, patient_id=patient_id, content=content, revision=revision
            )

    async def save_draft_in(
        self,
        uow: UnitOfWork,
        caller: Caller,
        *,
        act_id: UUID,
        patient_id: UUID,
        content: ReportContent,
        revision: int,
    ) -> Draft:
        """`save_draft` within a transaction of the act."""
        resource, details = f"act:{act_id}", {"on": revision}
        self._journal.note(
            uow, caller, "document.save_draft", patient_id=patient_id, resource=resource, details=details
        )
        author_id, practice_id = require_doctor(caller)
        store = DocumentStore(uow.session)
        draft = await store.find_draft(act_id)
        if draft is None:
            if revision != 0 or await store.find_current_of_act(act_id) is not None:
                raise _stale()
            identity = DocumentIdentity(new_id(), new_id(), 1)
            draft = Draft(identity, practice_id, patient_id, act_id, author_id, 1, content, self._clock.now())
            await _add_draft(store, draft)
            return draft
        _require_own(caller, draft)
        saved = replace(draft, content=content, revision=revision + 1, updated_at=self._clock.now())
        if draft.revision != revision or not await store.update_draft(saved, on_revision=revision):
            raise _stale()
        return saved

    def check(self, facts: ReportFacts, content: ReportContent) -> Decision:
        """May this be signed? Each refusal and warning has its text for the page."""
        return self._registry.check(DocumentKind.TELECONSULTATION_REPORT, Report(facts, content))

    async def preview(self, facts: ReportFacts, content: ReportContent, *, draft: Draft | None = None) -> Preview:
        """The report as it would be, saved or not; nothing is stored."""
        identity = draft.identity if draft else DocumentIdentity(new_id(), new_id(), 1)
        report = Report(facts, content)
        kind = DocumentKind.TELECONSULTATION_REPORT
        return Preview(await self._registry.preview(kind, identity, report), self._registry.check(kind, report))

    async def prepare(
        self, caller: Caller, act_id: UUID, *, revision: int, facts: ReportFacts | None = None
    ) -> PreparedReport:
        """Make the signed version of a draft, outside any transaction; `store_signed` keeps it.

        `revision` is what the author has read: a draft that moved on is refused (Conflict `draft.stale`).
        `facts` may be left out for a correction, which then states those of the version that it replaces.
        Raises Refused with every reason; the refusal is traced.
        """
        draft = await self.find_draft(caller, act_id)
        if draft is None or draft.revision != revision:
            raise _stale()
        _require_own(caller, draft)
        report = Report(facts or await self._facts_replaced(draft), draft.content)
        return PreparedReport(draft.revision, await self._registry.prepare(caller, draft.filing, report))

    async def store_signed(self, uow: UnitOfWork, caller: Caller, prepared: PreparedReport) -> SignedDocument:
        """Keep a prepared version within a transaction of the act; supersedes the version that it replaces.

        Raises Conflict `draft.stale` if the draft changed since it was prepared, `document.superseded` if the
        version that it replaces is not current any more.
        """
        document = prepared.document
        self._registry.note(uow, caller, document)
        draft_id = document.filing.identity.document_id
        if not await DocumentStore(uow.session).remove_draft(draft_id, on_revision=prepared.revision):
            raise _stale()
        return await self._registry.store(uow, document)

    async def sign(
        self, caller: Caller, act_id: UUID, *, revision: int, facts: ReportFacts | None = None
    ) -> SignedDocument:
        """Prepare, then store in a transaction of its own."""
        prepared = await self.prepare(caller, act_id, revision=revision, facts=facts)
        async with self._database.begin() as uow:
            return await self.store_signed(uow, caller, prepared)

    async def replace(self, caller: Caller, document_id: UUID, *, reason: str) -> Draft:
        """Begin a correction of a signed version: a draft with its words, to be edited and signed in its place.

        Only its author corrects it (R-39). Raises Conflict if it is not the current version or a correction is
        already being written.
        """
        reason = reason.strip()
        if not reason or len(reason) > 500:
            raise Invalid("Indiquez en quelques mots pourquoi ce document est corrigé.", field="reason")
        async with self._database.begin() as uow:
            document = await open_document(uow, self._journal, caller, document_id, "document.replace")
            if document.author_id != caller.id:
                raise Forbidden("Seul l'auteur d'un document signé peut le remplacer.")
            store = DocumentStore(uow.session)
            if (await store.versions(document.identity.set_id))[-1].identity.document_id != document_id:
                raise superseded()
            report, _ = await store.report(document_id)
            draft = self._correction_of(document, report.content, reason)
            await _add_draft(store, draft)
            return draft

    async def find_of_act(self, caller: Caller, act_id: UUID) -> SignedDocument | None:
        """The current signed report of an act, if there is one that the caller may read; not an opening."""
        async with self._database.read() as session:
            document = await DocumentStore(session).find_current_of_act(act_id)
        return document if document and rules.check_reading(caller, document).is_allowed else None

    def _correction_of(self, document: SignedDocument, content: ReportContent, reason: str) -> Draft:
        identity = DocumentIdentity(
            document_id=new_id(),
            set_id=document.identity.set_id,
            version=document.identity.version + 1,
            replaces=document.identity.document_id,
            replacement_reason=reason,
        )
        return Draft(
            identity,
            document.practice_id,
            document.patient_id,
            document.act_id,
            document.author_id,
            1,
            content,
            self._clock.now(),
        )

    async def _facts_replaced(self, draft: Draft) -> ReportFacts:
        if draft.identity.replaces is None:
            raise LookupError("a first version needs the facts of its act")
        async with self._database.read() as session:
            report, _ = await DocumentStore(session).report(draft.identity.replaces)
        return report.facts


async def _add_draft(store: DocumentStore, draft: Draft) -> None:
    try:
        await store.add_draft(draft)
    except IntegrityError:
        raise Conflict("Un compte rendu est déjà en cours d'écriture pour cet acte.", code="draft.exists") from None


def _require_own(caller: Caller, draft: Draft) -> None:
    if draft.author_id != caller.id or draft.practice_id != caller.practice_id:
        raise NotFound


def _stale() -> Conflict:
    return Conflict(
        "Ce compte rendu a changé entre-temps : votre texte n'a rien remplacé. Relisez la version enregistrée.",
        code="draft.stale",
    )
