"""Declare who stood beside the patient during a téléconsultation: the nurse's or the pharmacist's claim follows."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid5

from billing.facts import AccompanimentFacts, ActFacts, ActKind, LinkedTeleconsultation, Setting
from billing.model import Claim
from billing.ports import Directory
from billing.service.access import may_read_claim, require_claim_reader
from billing.service.claims import ClaimService
from billing.store import BillingStore
from telemed.kernel.caller import Caller
from telemed.kernel.errors import NotFound
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal


class AccompanimentService:
    def __init__(self, *, database: Database, journal: Journal, claims: ClaimService, directory: Directory) -> None:
        self._database = database
        self._journal = journal
        self._claims = claims
        self._directory = directory

    async def declare(
        self,
        caller: Caller,
        *,
        teleconsultation_id: UUID,
        professional_id: UUID,
        setting: Setting,
        done_at: datetime,
        uses_smartphone: bool,
    ) -> Claim:
        """The claim of a professional of the caller's practice beside the patient of a closed téléconsultation.

        The same declaration again changes nothing; another one of the same professional supersedes it. Raises
        NotFound for a téléconsultation or a professional who is not the caller's.
        """
        async with self._database.begin() as uow:
            resource = f"teleconsultation:{teleconsultation_id}"
            self._journal.note(uow, caller, "billing.declare_accompaniment", resource=resource, purpose="billing")
            require_claim_reader(caller)
            held = await self._require_teleconsultation(uow, caller, teleconsultation_id)
            biller = await self._directory.find_biller(
                uow.session, professional_id, patient_id=held.patient_id, at=done_at
            )
            if biller is None or biller.practice_id != held.practice_id:
                raise NotFound("Ce professionnel est introuvable, ou il ne facture pas d'acte.")
            facts = AccompanimentFacts(
                act_id=uuid5(teleconsultation_id, str(professional_id)),
                revision=1,
                kind=ActKind.ACCOMPANIMENT,
                patient_id=held.patient_id,
                biller=biller,
                setting=setting,
                teleconsultation=_link(held),
                done_at=done_at,
                uses_smartphone=uses_smartphone,
            )
            former = await BillingStore(uow.session).find_current(facts.act_id)
            (claim,) = await self._claims.propose_within(uow, _revise(facts, former))
            return claim

    async def _require_teleconsultation(self, uow: UnitOfWork, caller: Caller, act_id: UUID) -> ActFacts:
        claim = await BillingStore(uow.session).find_current(act_id)
        if claim is None or not isinstance(claim.facts, ActFacts) or not may_read_claim(caller, claim):
            raise NotFound("Cette téléconsultation est introuvable, ou son compte rendu n'est pas encore signé.")
        return claim.facts


def _link(held: ActFacts) -> LinkedTeleconsultation:
    return LinkedTeleconsultation(
        act_id=held.act_id,
        patient_id=held.patient_id,
        rpps=held.rpps,
        started_at=held.started_at,
        is_video_established=held.is_video_established,
    )


def _revise(facts: AccompanimentFacts, former: Claim | None) -> AccompanimentFacts:
    """The number of this declaration: that of the former one if it says the same, the next one otherwise."""
    if former is None:
        return facts
    same = replace(facts, revision=former.facts.revision)
    return same if same == former.facts else replace(facts, revision=former.facts.revision + 1)
