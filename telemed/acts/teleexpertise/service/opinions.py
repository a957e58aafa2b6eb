"""The opinion: drafts kept by revision, then signed; the signature answers the case and tells billing."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from telemed.acts.teleexpertise.formats import closing_event, opinion_bytes
from telemed.acts.teleexpertise.model import Actor, Case, Opinion, OpinionContent, State, Step
from telemed.acts.teleexpertise.ports import OpinionSigner
from telemed.acts.teleexpertise.rules.contents import check_opinion
from telemed.acts.teleexpertise.service.access import open_case, require_carer, require_side, require_step
from telemed.acts.teleexpertise.service.casework import Casework
from telemed.acts.teleexpertise.service.people import get_professional
from telemed.acts.teleexpertise.store import ExchangeStore
from telemed.consent.model import ActKind
from telemed.consent.rules import check_consent
from telemed.consent.service import ConsentService
from telemed.kernel.caller import Caller
from telemed.kernel.errors import Conflict, NotFound, Refused
from telemed.patients.store import PatientStore
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork


class OpinionService:
    def __init__(
        self, *, database: Database, casework: Casework, consents: ConsentService, signer: OpinionSigner
    ) -> None:
        self._database = database
        self._casework = casework
        self._clock = casework.clock
        self._consents = consents
        self._signer = signer

    async def read(self, caller: Caller, case_id: UUID) -> Opinion:
        """The signed opinion, for both sides; before it is signed, the last draft, for its author alone.

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
        async with self._database.begin() as uow:
            case = await self._accepted(uow, caller, case_id, "read_opinion")
            draft = await self._signable(uow, caller, case, revision)
        opinion = replace(draft, revision=revision + 1, at=self._clock.now())
        rpps = caller.rpps or ""
        signature = await self._signer.sign(opinion_bytes(opinion, rpps), rpps=rpps)
        signed = replace(opinion, signature=signature)
        async with self._database.begin() as uow:
            case = await self._accepted(uow, caller, case_id, "answer")
            await self._signable(uow, caller, case, revision)
            await ExchangeStore(uow.session).add_opinion(signed)
            answered = await self._casework.take(
                uow, case, Step.ANSWER, Actor.REQUIS, by=caller.id, answered_at=signed.at
            )
            await self._tell_billing(uow, answered)
            return signed

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
