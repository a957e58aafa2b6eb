"""“May I bill this, and what?”, before the act and after it: the same rules as the claim, and nothing is taken."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from billing.facts import ActFacts, Biller, Facts, FactsError
from billing.model.preview import Answer, Question, TeleconsultationQuestion, TelemonitoringQuestion
from billing.ports import Directory, KnownPatients
from billing.rules.judgement import judge
from billing.rules.surroundings import ALONE
from billing.rules.tariff import ClaimState
from billing.rules.telemonitoring import group_months, quote_technical
from billing.service.access import require_claim_reader
from billing.service.cap import CapService
from billing.service.quotas import QuotaService
from billing.service.surroundings import look
from telemed.kernel.caller import Caller, Role
from telemed.kernel.decision import Decision
from telemed.kernel.errors import Invalid, NotFound
from telemed.law.law import Law
from telemed.law.parameter import LawOfDay
from telemed.storage.engine import Database
from telemed.trace.service import Journal


class PreviewService:
    def __init__(
        self,
        *,
        database: Database,
        law: Law,
        journal: Journal,
        quotas: QuotaService,
        cap: CapService,
        directory: Directory,
        patients: KnownPatients,
    ) -> None:
        self._database = database
        self._law = law
        self._journal = journal
        self._quotas = quotas
        self._cap = cap
        self._directory = directory
        self._patients = patients

    async def answer(self, caller: Caller, question: Question) -> Answer:
        """The code, the amount, every refusal with its text and numbers, under the law of the day of the act.

        Raises NotFound for a professional or a patient who is not the caller's, Invalid for facts that cannot be.
        """
        is_known = await self._is_known(caller, question.patient_id)
        async with self._database.begin() as uow:
            self._journal.note(
                uow,
                caller,
                "billing.preview",
                patient_id=question.patient_id,
                resource=f"professional:{question.professional_id}",
                purpose="billing",
            )
            require_claim_reader(caller)
            if not is_known:
                raise NotFound("Ce patient est introuvable.")
            biller = await self._require_biller(uow.session, caller, question)
            facts = _to_facts(question, biller)
            law = self._law.on(facts.day_of(question.part))
            if question.patient_id is None:
                return _with_months(Answer(law.day, judge(facts, question.part, law, ALONE)), question, law)
            around, quota = await look(uow.session, self._quotas, facts, question.part, law)
            quote = judge(facts, question.part, law, around)
            answer = Answer(law.day, quote, quota, await self._check_cap(uow.session, facts, question))
            return _with_months(answer, question, law)

    async def _is_known(self, caller: Caller, patient_id: UUID | None) -> bool:
        """A question about no patient in particular, or about one of the caller's practice."""
        if patient_id is None:
            return True
        return caller.practice_id is not None and await self._patients.is_of_practice(patient_id, caller.practice_id)

    async def _require_biller(self, session: AsyncSession, caller: Caller, question: Question) -> Biller:
        biller = await self._directory.find_biller(
            session, question.professional_id, patient_id=question.patient_id, at=question.at
        )
        if biller is None or not _may_ask_for(caller, biller):
            raise NotFound("Ce professionnel est introuvable, ou il ne facture pas d'acte.")
        return biller

    async def _check_cap(self, session: AsyncSession, facts: Facts, question: Question) -> Decision | None:
        """What the yearly cap says of a téléconsultation; other acts are not held by it."""
        if not isinstance(facts, ActFacts) or not isinstance(question, TeleconsultationQuestion):
            return None
        return await self._cap.check_conventioned(
            session,
            rpps=facts.rpps,
            specialty=facts.specialty,
            territory=facts.territory,
            day=facts.day,
            is_own_patient=facts.is_for_own_patient,
            is_urgent=question.is_urgent,
            override_reason=None,
        )


def _may_ask_for(caller: Caller, biller: Biller) -> bool:
    """His own acts; or those of the professionals of the practice, for its secretary and its administrator."""
    if caller.has_role(Role.DOCTOR) and biller.professional_id == caller.id:
        return True
    return caller.has_role(Role.SECRETARY, Role.ADMINISTRATOR) and biller.practice_id == caller.practice_id


def _with_months(answer: Answer, question: Question, law: LawOfDay) -> Answer:
    """Of télésurveillance: the forfait that the exploitant bills beside, and which months may leave in one invoice."""
    if not isinstance(question, TelemonitoringQuestion):
        return answer
    is_billed = answer.quote.state is not ClaimState.NOT_BILLABLE
    months = {*question.months_done, question.month} if is_billed else {*question.months_done} - {question.month}
    return replace(answer, technical=quote_technical(question.pathway, law), invoices=group_months(months, law))


def _to_facts(question: Question, biller: Biller) -> Facts:
    try:
        return question.to_facts(biller)
    except FactsError as error:
        raise Invalid(f"Ces faits ne vont pas ensemble : {error}") from error
