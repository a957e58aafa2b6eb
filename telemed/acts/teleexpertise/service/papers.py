"""The documents of a case: the request when it is sent, the opinion when it is signed, and its corrections.

Each is prepared (laid out, encoded, sealed) before the transaction that keeps it, on the case as it was read then: a
case that moved meanwhile refuses.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from telemed.acts.teleexpertise.model import Actor, Case, OpinionContent, Side, State, Target
from telemed.acts.teleexpertise.service.access import open_case, require_carer
from telemed.acts.teleexpertise.service.casework import Casework
from telemed.acts.teleexpertise.service.people import get_colleagues, get_professional
from telemed.acts.teleexpertise.service.statements import (
    Person,
    Sources,
    files_of,
    opinion_statement,
    request_statement,
)
from telemed.acts.teleexpertise.store import CallStore, CaseStore, ExchangeStore
from telemed.attachments.store import AttachmentStore
from telemed.consent.model import ActKind
from telemed.consent.service import ConsentService
from telemed.documents.model import (
    AttachedFile,
    DocumentIdentity,
    DocumentKind,
    Filing,
    PreparedDocument,
    SignedDocument,
    Statement,
)
from telemed.documents.service import DeliveryService, Registry
from telemed.documents.store import DocumentStore
from telemed.experts.store import LineStore
from telemed.kernel.caller import Caller
from telemed.kernel.decision import Decision
from telemed.kernel.errors import Conflict, NotFound
from telemed.kernel.ids import new_id
from telemed.patients.store import PatientStore
from telemed.professionals.store import PracticeStore
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork

REQUEST, REPORT = DocumentKind.EXPERTISE_REQUEST, DocumentKind.EXPERTISE_REPORT


@dataclass(frozen=True, repr=False)
class Draft:
    """What a document would say of a case as it is now."""

    case: Case
    filing: Filing
    statement: Statement
    files: tuple[AttachedFile, ...]


@dataclass(frozen=True, repr=False)
class Paper:
    """A document ready to be kept, and what it was made of."""

    draft: Draft
    document: PreparedDocument


class Papers:
    def __init__(
        self,
        *,
        database: Database,
        casework: Casework,
        consents: ConsentService,
        registry: Registry,
        deliveries: DeliveryService,
    ) -> None:
        self._database = database
        self._clock = casework.clock
        self._journal = casework.journal
        self._consents = consents
        self._registry = registry
        self._deliveries = deliveries

    async def prepare_request(self, caller: Caller, case_id: UUID, target: Target) -> Paper | None:
        """The request of a draft, ready to be sealed. None where the rules of sending have to say first why not.

        Raises Refused when the document cannot be made.
        """
        async with self._database.begin() as uow:
            case = await CaseStore(uow.session).find(case_id)
            is_own = case is not None and case.requerant.professional_id == caller.id
            if case is None or not is_own or case.state is not State.DRAFT or not case.content.question.strip():
                return None
            draft, has_consent = await self._draft_request(uow, case, target)
        return await self.prepare(caller, draft) if has_consent else None

    async def draft_opinion(
        self, uow: UnitOfWork, case: Case, content: OpinionContent, *, answered_at: datetime, reason: str = ""
    ) -> Draft:
        """What an opinion would say; with a `reason` it replaces the one that was given.

        Raises Conflict when there is nothing to replace, or an opinion already.
        """
        store = DocumentStore(uow.session)
        request = await store.find_current_of_act(case.id, REQUEST)
        former = await store.find_current_of_act(case.id, REPORT)
        if (former is not None) != bool(reason) or case.requis is None:
            raise Conflict("Cet avis est déjà signé, ou ne l'est pas encore.", code="stale")
        identity = DocumentIdentity(new_id(), new_id(), 1)
        if former is not None:
            given = former.identity
            identity = replace(
                identity,
                set_id=given.set_id,
                version=given.version + 1,
                replaces=given.document_id,
                replacement_reason=reason,
            )
        sources = await self._sources(uow, case)
        request_id = request.identity.document_id if request else None
        statement = opinion_statement(sources, content, answered_at=answered_at, request_id=request_id)
        return Draft(case, _filing(sources, REPORT, identity, case.requis), statement, sources.files)

    async def prepare(self, caller: Caller, draft: Draft) -> Paper:
        """Lay out, encode and seal, outside any transaction. Raises Refused with every reason, traced."""
        return Paper(draft, await self._registry.prepare(caller, draft.filing, draft.statement))

    async def keep(self, uow: UnitOfWork, caller: Caller, case: Case, paper: Paper | None) -> SignedDocument:
        """Keep a document of the locked case in its transaction; an opinion goes to whom it is meant for.

        Raises Conflict when the case or its files are not those that the document states.
        """
        if paper is None or paper.draft.case.version != case.version:
            raise _moved()
        if files_of(await AttachmentStore(uow.session).of_owner(case.id)) != paper.draft.files:
            raise _moved()
        signed = await self._registry.keep(uow, caller, paper.document)
        if signed.kind is REPORT:
            await self._deliveries.plan(uow, paper.document, requerant_id=case.requerant.professional_id)
        return signed

    async def check(self, caller: Caller, case_id: UUID) -> Decision:
        """What would refuse the document that the caller is about to sign, or restrict it: nothing is written."""
        draft = await self._mine(caller, case_id, "check_signing")
        return self._registry.check(draft.filing.kind, draft.statement)

    async def preview(self, caller: Caller, case_id: UUID) -> bytes:
        """The PDF that the caller is about to sign, marked as a draft."""
        draft = await self._mine(caller, case_id, "preview")
        return await self._registry.preview(draft.filing.kind, draft.filing.identity, draft.statement)

    async def _mine(self, caller: Caller, case_id: UUID, action: str) -> Draft:
        """What the caller's side is about to sign: a draft of a request, an opinion being written. Raises NotFound."""
        async with self._database.begin() as uow:
            case, actor = await open_case(uow, self._journal, caller, case_id, action, lock=False)
            if actor is Actor.REQUERANT and case.state is State.DRAFT:
                return (await self._draft_request(uow, case, Target()))[0]
            written = await ExchangeStore(uow.session).last_opinion(case.id, require_carer(caller))
            if actor is not Actor.REQUIS or case.state is not State.ACCEPTED or written is None:
                raise NotFound("Il n'y a rien à signer dans ce dossier.")
            return await self.draft_opinion(uow, case, written.content, answered_at=self._clock.now())

    async def _draft_request(self, uow: UnitOfWork, case: Case, target: Target) -> tuple[Draft, bool]:
        """What a request would say, and whether the patient's consent is there."""
        sources = await self._sources(uow, case)
        people = await get_colleagues(uow.session, target.colleague_ids)
        places = await PracticeStore(uow.session).find_many([one.practice_id for one in people])
        colleagues = [Person(one, places[one.practice_id]) for one in people]
        line = await LineStore(uow.session).find(target.line_id) if target.line_id else None
        statement = request_statement(sources, colleagues, line=line.name if line else "", at=self._clock.now())
        filing = _filing(sources, REQUEST, DocumentIdentity(new_id(), new_id(), 1), case.requerant)
        return Draft(case, filing, statement, sources.files), statement.facts.consent is not None

    async def _sources(self, uow: UnitOfWork, case: Case) -> Sources:
        patients = PatientStore(uow.session)
        patient = await patients.find(case.patient_id)
        if patient is None:
            raise LookupError("a case has a patient")
        calls = CallStore(uow.session)
        call = await calls.last_of(case.id)
        consent = await self._consents.current_within(
            uow, patient_id=case.patient_id, act_kind=ActKind.TELEEXPERTISE, act_id=case.id
        )
        return Sources(
            case=case,
            patient=patient,
            requerant=await _person(uow, case.requerant),
            consent=consent,
            attending=await patients.attending_doctors(patient.id),
            files=files_of(await AttachmentStore(uow.session).of_owner(case.id)),
            requis=await _person(uow, case.requis) if case.requis else None,
            call=call,
            ledger=tuple(await calls.ledger(call.id)) if call else (),
        )


async def _person(uow: UnitOfWork, side: Side) -> Person:
    practice = await PracticeStore(uow.session).find(side.practice_id)
    if practice is None:
        raise LookupError("a professional practises somewhere")
    return Person(await get_professional(uow.session, side.professional_id), practice)


def _filing(sources: Sources, kind: DocumentKind, identity: DocumentIdentity, author: Side) -> Filing:
    """In the record of the patient, whoever writes it."""
    patient = sources.patient
    return Filing(identity, kind, patient.practice_id, patient.id, sources.case.id, author.professional_id)


def _moved() -> Conflict:
    text = "Le dossier a changé pendant la signature : relisez-le, puis signez à nouveau."
    return Conflict(text, code="stale")
