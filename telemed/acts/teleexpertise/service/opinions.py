"""The opinion: drafts kept by revision, then signed; the signature answers the case and tells billing.

A signed opinion is corrected by a new version of its document, with a reason; billing hears nothing of it.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from telemed.acts.teleexpertise.formats import closing_event
from telemed.acts.teleexpertise.model import Actor, Case, Opinion, OpinionContent, State, Step
from telemed.acts.teleexpertise.rules.contents import check_opinion
from telemed.acts.teleexpertise.service.access import open_case, require_carer, require_side, require_step
from telemed.acts.teleexpertise.service.casework import Casework
from telemed.acts.teleexpertise.service.papers import Paper, Papers
from telemed.acts.teleexpertise.service.people import get_professional
from telemed.acts.teleexpertise.store import ExchangeStore
from telemed.acts.teleexpertise.store.levels import LevelStore
from telemed.consent.model import ActKind
from telemed.consent.rules import check_consent
from telemed.consent.service import ConsentService
from telemed.documents.model import SignedDocument
from telemed.kernel.caller import Caller
from telemed.kernel.errors import Conflict, NotFound, Refused
from telemed.patients.store import PatientStore
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork


class OpinionService:
    def __init__(self, *, database: Database, casework: Casework, consents: ConsentService, papers: Papers) -> None:
        self._database = database
        self._casework = casework
        self._clock = casework.clock
        self._consents = consents
        self._papers = papers

    async def read(self, caller: Caller, case_id: UUID) -> Opinion:
        """The opinion as it was last signed, for both sides; before that, the last draft, for its author alone.

        Raises NotFound when there is nothing to read yet.
        """
        async with self._database.begin() as uow:
            journal = self._casework.journal
            case, actor = await open_case(uow, journal, caller, case_id, "read_opinion", lock=False)
            store = ExchangeStore(uow.session)
            found = await store.signed_opinion(case.id)
            if found is None and actor is Actor.REQUIS:
                found = await store.last_opinion(case.id, require_carer(caller))
        if found is None:
            raise NotFound("Cette demande n'a pas encore d'avis.")
        return found

    async def save(self, caller: Caller, case_id: UUID, content: OpinionContent, *, revision: int) -> Opinion:
        """Keep a draft written on `revision` (0 for the first). Raises Conflict `draft.stale`, nothing is lost."""
        async with self._database.begin() as uow:
            case = await self._accepted(uow, caller, case_id, "write_opinion")
            last = await ExchangeStore(uow.session).last_opinion(case.id, require_carer(caller))
            _require_revision(last, revision)
            draft = Opinion(case.id, revision + 1, require_carer(caller), content, self._clock.now())
            await ExchangeStore(uow.session).add_opinion(draft)
            return draft

    async def sign(self, caller: Caller, case_id: UUID, *, revision: int) -> Opinion:
        """Sign what was read as `revision`: the case is answered, its requérant told, billing gets its facts.

        Raises Refused (incomplete, consent taken back), Conflict (changed meanwhile, not accepted, over).
        """
        now = self._clock.now()
        async with self._database.begin() as uow:
            case = await self._accepted(uow, caller, case_id, "read_opinion")
            written = await self._signable(uow, caller, case, revision)
            draft = await self._papers.draft_opinion(uow, case, written.content, answered_at=now)
        paper = await self._papers.prepare(caller, draft)
        async with self._database.begin() as uow:
            case = await self._accepted(uow, caller, case_id, "answer")
            await self._signable(uow, caller, case, revision)
            document = await self._papers.keep(uow, caller, case, paper)
            signed = _signed(replace(written, revision=revision + 1, at=now), paper, document)
            await ExchangeStore(uow.session).add_opinion(signed)
            answered = await self._casework.take(uow, case, Step.ANSWER, Actor.REQUIS, by=caller.id, answered_at=now)
            await LevelStore(uow.session).set_avoided(case_id, written.content.avoided_consultation)
            await self._tell_billing(uow, answered)
            return signed

    async def correct(
        self, caller: Caller, case_id: UUID, content: OpinionContent, *, revision: int, reason: str
    ) -> Opinion:
        """Replace the opinion that was signed as `revision`, and say why (R-39); both sides are told, billing is not.

        Raises Refused, Conflict (not signed yet, or corrected meanwhile).
        """
        now = self._clock.now()
        async with self._database.begin() as uow:
            case, given = await self._given(uow, caller, case_id, "read_opinion", revision)
            check = check_opinion(content)
            if not check.is_allowed:
                raise Refused(check)
            draft = await self._papers.draft_opinion(
                uow, case, content, answered_at=case.answered_at or given.at, reason=reason
            )
        paper = await self._papers.prepare(caller, draft)
        async with self._database.begin() as uow:
            case, given = await self._given(uow, caller, case_id, "correct_opinion", revision)
            document = await self._papers.keep(uow, caller, case, paper)
            corrected = replace(given, revision=revision + 1, at=now, content=content, reason=reason)
            corrected = _signed(corrected, paper, document)
            await ExchangeStore(uow.session).add_opinion(corrected)
            await self._casework.take(uow, case, Step.CORRECT, Actor.REQUIS, by=caller.id)
            await LevelStore(uow.session).set_avoided(case_id, content.avoided_consultation)
            return corrected

    async def _given(
        self, uow: UnitOfWork, caller: Caller, case_id: UUID, action: str, revision: int
    ) -> tuple[Case, Opinion]:
        """The case of a signed opinion, and the opinion, for who signed it."""
        case, actor = await self._casework.open(uow, caller, case_id, action)
        require_side(actor, Actor.REQUIS)
        require_step(case, Step.CORRECT, Actor.REQUIS)
        given = await ExchangeStore(uow.session).signed_opinion(case.id)
        _require_revision(given, revision)
        if given is None or given.author_id != caller.id:
            raise NotFound("Cette demande n'a pas d'avis de vous à corriger.")
        return case, given

    async def _accepted(self, uow: UnitOfWork, caller: Caller, case_id: UUID, action: str) -> Case:
        case, actor = await self._casework.open(uow, caller, case_id, action)
        require_side(actor, Actor.REQUIS)
        require_step(case, Step.ANSWER, Actor.REQUIS)
        if case.requis is None or case.requis.professional_id != caller.id:
            text = "Acceptez d'abord de reprendre ce dossier."
            raise Conflict(text, code="teleexpertise.not_accepted")
        return case

    async def _signable(self, uow: UnitOfWork, caller: Caller, case: Case, revision: int) -> Opinion:
        """The draft, if it may be signed: complete, and with the patient's consent still there (R-1)."""
        draft = await ExchangeStore(uow.session).last_opinion(case.id, require_carer(caller))
        _require_revision(draft, revision)
        if draft is None:
            raise NotFound("Cette demande n'a pas encore d'avis.")
        facts = await self._consents.facts_within(
            uow, patient_id=case.patient_id, act_kind=ActKind.TELEEXPERTISE, act_id=case.id
        )
        decision = check_opinion(draft.content) & check_consent(facts, self._clock.now())
        if not decision.is_allowed:
            raise Refused(decision)
        return draft

    async def _tell_billing(self, uow: UnitOfWork, case: Case) -> None:
        if case.state is not State.ANSWERED or case.requis is None:
            raise LookupError("an answered case has a requis")
        requerant = await get_professional(uow.session, case.requerant.professional_id)
        requis = await get_professional(uow.session, case.requis.professional_id)
        attending = await PatientStore(uow.session).attending_doctors(case.patient_id)
        uow.add_event(closing_event(case, requerant, requis, attending))


def _require_revision(last: Opinion | None, revision: int) -> None:
    """Raises Conflict unless `revision` is the last one kept, 0 for none."""
    if (last.revision if last else 0) != revision:
        text = "Cet avis a changé entre-temps : votre texte n'a rien remplacé. Relisez la version enregistrée."
        raise Conflict(text, code="draft.stale")


def _signed(opinion: Opinion, paper: Paper, document: SignedDocument) -> Opinion:
    """An opinion under the seal of its document."""
    return replace(opinion, signature=paper.document.files.seal, document_id=document.identity.document_id)
