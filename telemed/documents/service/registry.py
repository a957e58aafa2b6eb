"""Signs documents of any kind: prepared before the transaction of the act, kept within it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

from telemed.documents import rules
from telemed.documents.model import (
    DocumentIdentity,
    DocumentKind,
    Filing,
    PreparedDocument,
    SignedDocument,
    Statement,
)
from telemed.documents.service.preparing import Preparer
from telemed.documents.store import DocumentStore
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Clock
from telemed.kernel.decision import Decision
from telemed.kernel.errors import Conflict, Refused
from telemed.kernel.events import Event
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal


class Registry:
    """The only way into the archive. The act that calls has checked that the document is its author's to sign."""

    def __init__(self, *, database: Database, clock: Clock, journal: Journal, preparer: Preparer) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal
        self._preparer = preparer

    def check(self, kind: DocumentKind, statement: Statement) -> Decision:
        """What would refuse the signature, and what it would restrict."""
        return self._preparer.check(kind, statement)

    async def preview(self, kind: DocumentKind, identity: DocumentIdentity, statement: Statement) -> bytes:
        """The PDF as it would be, marked as a draft; nothing is stored."""
        return await self._preparer.preview(kind, identity, statement)

    async def prepare(self, caller: Caller, filing: Filing, statement: Statement) -> PreparedDocument:
        """Judge, render, encode and seal, outside any transaction. Raises Refused with every reason, traced."""
        decision = self._preparer.check(filing.kind, statement) & rules.check_signer(caller, statement)
        if decision.is_allowed:
            try:
                return await self._preparer.prepare(filing, statement, signed_at=self._clock.now())
            except Refused as refusal:
                decision = refusal.decision
        return await self._refuse(caller, filing, decision)

    async def keep(self, uow: UnitOfWork, caller: Caller, prepared: PreparedDocument) -> SignedDocument:
        """Keep a prepared version in the caller's transaction; it takes the place of the one that it replaces.

        Raises Conflict `document.superseded` if that one is not current any more, IntegrityError if this one exists.
        """
        self.note(uow, caller, prepared)
        return await self.store(uow, prepared)

    def note(self, uow: UnitOfWork, caller: Caller, prepared: PreparedDocument) -> None:
        """Trace a signature; what undoes it from here on is traced as its refusal."""
        manifest = prepared.manifest
        details: dict[str, str | int] = {"version": manifest.version, "content_sha256": manifest.content_sha256}
        self._note(uow, caller, prepared.filing, details)

    async def store(self, uow: UnitOfWork, prepared: PreparedDocument) -> SignedDocument:
        """`keep`, once the signature is traced."""
        manifest, store = prepared.manifest, DocumentStore(uow.session)
        if manifest.replaces is not None and not await store.supersede(manifest.replaces, manifest.signed_at):
            raise superseded()
        signed = await store.add_signed(prepared)
        uow.add_event(_signed_event(prepared))
        return signed

    async def _refuse(self, caller: Caller, filing: Filing, decision: Decision) -> NoReturn:
        """Trace the refusal, then raise it."""
        async with self._database.begin() as uow:
            self._note(uow, caller, filing, {"reasons": ",".join(reason.code for reason in decision.refusals)})
            raise Refused(decision)

    def _note(self, uow: UnitOfWork, caller: Caller, filing: Filing, details: Mapping[str, str | int]) -> None:
        resource = f"document:{filing.identity.document_id}"
        self._journal.note(
            uow, caller, "document.sign", patient_id=filing.patient_id, resource=resource, details=details
        )


def superseded() -> Conflict:
    return Conflict("Ce document a déjà été remplacé par une version plus récente.", code="document.superseded")


def _signed_event(prepared: PreparedDocument) -> Event:
    filing, manifest, statement = prepared.filing, prepared.manifest, prepared.statement
    recipient = statement.medecin_traitant
    return Event(
        name="document.signed",
        key=f"document.signed:{manifest.document_id}",
        occurred_at=manifest.signed_at,
        payload={
            "document_id": str(manifest.document_id),
            "kind": filing.kind.value,
            "set_id": str(manifest.set_id),
            "version": manifest.version,
            "replaces": str(manifest.replaces) if manifest.replaces else None,
            "act_id": str(filing.act_id),
            "patient_id": str(filing.patient_id),
            "practice_id": str(filing.practice_id),
            "author_id": str(filing.author_id),
            "has_qualified_identity": statement.patient.matricule_to_send is not None,
            "visibility": sorted(code.value for code in statement.visibility),
            "medecin_traitant_rpps": recipient.rpps if recipient else None,
        },
    )
