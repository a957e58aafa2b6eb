"""The life of a follow-up, one use case a step: draft, start, suspension, return, decision, renewal, stop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from telemed.acts.telemonitoring.model.care import (
    EndReason,
    FollowUp,
    Plan,
    Prescription,
    TeamMember,
    TeamRole,
)
from telemed.acts.telemonitoring.model.follow_up import FollowUpState, FollowUpStep
from telemed.acts.telemonitoring.model.observation import Catalogue
from telemed.acts.telemonitoring.model.pathway import Pathway
from telemed.acts.telemonitoring.model.rights import Right, find_actor
from telemed.acts.telemonitoring.rules.cover import find_covered_until
from telemed.acts.telemonitoring.rules.enrolment import EXCLUSIONS, check_prescription, find_longest
from telemed.acts.telemonitoring.rules.silence import check_window
from telemed.acts.telemonitoring.rules.stays import add_stay, end_open_stay, end_stay
from telemed.acts.telemonitoring.service.care_access import open_follow_up, require_move, require_right
from telemed.acts.telemonitoring.service.enrolments import Enrolments
from telemed.acts.telemonitoring.service.follow_up_reader import FollowUpReader
from telemed.acts.telemonitoring.service.follow_up_steps import FollowUpSteps
from telemed.acts.telemonitoring.store.care import CareStore
from telemed.acts.telemonitoring.store.follow_ups import FollowUpStore
from telemed.kernel.caller import Caller, Role
from telemed.kernel.clock import Territory, civil_date
from telemed.kernel.decision import Decision
from telemed.kernel.errors import Conflict, Invalid, NotFound, Refused
from telemed.kernel.ids import new_id
from telemed.kernel.period import DayRange
from telemed.law.law import Law
from telemed.patients.store import DeathStore, PatientStore
from telemed.professionals.store import PracticeStore
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork


@dataclass(frozen=True)
class PlanDraft:
    """A plan as somebody writes it: what he leaves out is that of the pathway, or of the practice."""

    pathway: str
    silence_days: int | None = None
    territory: Territory | None = None
    dmn: str = ""
    exploitant: str = ""
    hand_signals: frozenset[str] = frozenset()
    exclusions: frozenset[str] = frozenset()
    is_tiers_payant: bool = False


@dataclass(frozen=True)
class Equipment:
    """What a follow-up is done with, which may change while it lasts."""

    dmn: str
    exploitant: str
    hand_signals: frozenset[str]
    is_tiers_payant: bool


@dataclass(frozen=True, repr=False)
class PrescriptionDraft:
    prescriber_name: str
    prescriber_rpps: str | None
    specialty_code: str | None
    is_qualified: bool
    prescribed_on: date
    first_day: date
    last_day: date


@dataclass(frozen=True)
class Started:
    """The follow-up, and what the rules warned of."""

    follow_up: FollowUp
    decision: Decision


class FollowUpService(FollowUpReader):
    """Every step of a follow-up that a person takes, beside what is read of them."""

    def __init__(
        self,
        *,
        database: Database,
        steps: FollowUpSteps,
        enrolments: Enrolments,
        law: Law,
        pathways: Mapping[str, Pathway],
        catalogue: Catalogue,
    ) -> None:
        super().__init__(database=database, steps=steps, law=law, pathways=pathways)
        self._enrolments = enrolments
        self._catalogue = catalogue

    async def create(self, caller: Caller, patient_id: UUID, draft: PlanDraft) -> FollowUp:
        """Begin a draft about a patient of the caller's practice. A doctor who begins one answers for it.

        Raises Forbidden, NotFound, Invalid, Refused, Conflict `telemonitoring.already_followed`.
        """
        now = self._clock.now()
        async with self._database.begin() as uow:
            resource = f"patient:{patient_id}"
            self._steps.journal.note(uow, caller, "telemonitoring.create", patient_id=patient_id, resource=resource)
            caller_id = require_right(caller, Right.ENROL)
            patient = await PatientStore(uow.session).find(patient_id)
            if patient is None or caller.practice_id is None or patient.practice_id != caller.practice_id:
                raise NotFound("Ce patient n'existe pas ou n'est pas de votre cabinet.")
            if await DeathStore(uow.session).died_on(patient.id) is not None:
                raise Conflict("Ce patient est décédé : aucun suivi ne commence.", code="patient.deceased")
            plan = await self._plan(uow, caller, draft)
            follow_up = FollowUp(new_id(), caller.practice_id, patient.id, FollowUpState.DRAFT, plan, created_at=now)
            timed = self._steps.timed(follow_up, None)
            await FollowUpStore(uow.session).add(timed)
            if caller.has_role(Role.DOCTOR):
                member = TeamMember(new_id(), timed.id, caller_id, TeamRole.RESPONSIBLE, now)
            else:
                member = TeamMember(new_id(), timed.id, caller_id, TeamRole.CARER, now)
            await CareStore(uow.session).add_member(member)
            await self._steps.tell(uow, None, timed)
            return timed

    async def edit(self, caller: Caller, follow_up_id: UUID, draft: PlanDraft, *, version: int) -> FollowUp:
        """Replace what a draft says, on the version that was read. Raises Conflict (`stale`, already started)."""
        async with self._database.begin() as uow:
            follow_up = await self._steps.open(uow, caller, follow_up_id, "edit")
            require_move(follow_up, FollowUpStep.EDIT, find_actor(caller))
            if follow_up.version != version:
                raise Conflict("Ce suivi a changé entre-temps : relisez-le.", code="stale")
            if draft.pathway != follow_up.plan.pathway:
                raise Invalid("Le parcours d'un suivi ne change pas : commencez-en un autre.", field="pathway")
            plan = await self._plan(uow, caller, draft)
            return await self._steps.save(uow, follow_up, replace(follow_up, plan=plan))

    async def equip(self, caller: Caller, follow_up_id: UUID, equipment: Equipment, *, version: int) -> FollowUp:
        """Change what it is done with, also once it has started: what is left must still be enough (R-37).

        Raises Conflict (`stale`, over), Invalid, Refused.
        """
        async with self._database.begin() as uow:
            follow_up = await self._steps.open(uow, caller, follow_up_id, "equip")
            if not follow_up.is_living:
                raise Conflict("Ce suivi est terminé.", code="telemonitoring.over")
            if follow_up.version != version:
                raise Conflict("Ce suivi a changé entre-temps : relisez-le.", code="stale")
            self._require_known(equipment.hand_signals)
            plan = replace(
                follow_up.plan,
                dmn=equipment.dmn.strip(),
                exploitant=equipment.exploitant.strip(),
                hand_signals=equipment.hand_signals,
                is_tiers_payant=equipment.is_tiers_payant,
            )
            changed = replace(follow_up, plan=plan)
            if follow_up.state is not FollowUpState.DRAFT:
                _require(await self._enrolments.check_supplies(uow, changed))
            return await self._steps.save(uow, follow_up, changed)

    async def check(self, caller: Caller, follow_up_id: UUID) -> Decision:
        """May this draft start? Everything that lacks, with its text."""
        async with self._database.begin() as uow:
            follow_up = await open_follow_up(uow, self._steps.journal, caller, follow_up_id, "check")
            require_move(follow_up, FollowUpStep.START, find_actor(caller))
            return await self._enrolments.check(uow, follow_up)

    async def prescribe(self, caller: Caller, follow_up_id: UUID, draft: PrescriptionDraft) -> Prescription:
        """Record the prescription of a draft. Raises Conflict once it has started: then it is renewed."""
        async with self._database.begin() as uow:
            follow_up = await self._steps.open(uow, caller, follow_up_id, "prescribe")
            require_move(follow_up, FollowUpStep.EDIT, find_actor(caller))
            prescription = self._prescription(caller, follow_up, draft, renews=None)
            law = self._law.on(draft.first_day)
            _require(check_prescription(prescription.days, draft.first_day, law, is_qualified=draft.is_qualified))
            await CareStore(uow.session).add_prescription(prescription)
            await self._steps.save(uow, follow_up, follow_up)
            return prescription

    async def start(self, caller: Caller, follow_up_id: UUID) -> Started:
        """Start a draft today. Raises Refused with every reason (R-30, R-33, R-37)."""
        async with self._database.begin() as uow:
            follow_up = await self._steps.open(uow, caller, follow_up_id, "start")
            actor = find_actor(caller)
            require_move(follow_up, FollowUpStep.START, actor)
            decision = await self._enrolments.check(uow, follow_up)
            _require(decision)
            today = self._today(follow_up)
            until = self._covered_until(await CareStore(uow.session).prescriptions(follow_up.id), today)
            started = await self._steps.take(
                uow, follow_up, FollowUpStep.START, actor, by=caller.id, started_on=today, prescribed_until=until
            )
            return Started(started, decision)

    async def drop(self, caller: Caller, follow_up_id: UUID) -> FollowUp:
        """Give a draft up."""
        async with self._database.begin() as uow:
            follow_up = await self._steps.open(uow, caller, follow_up_id, "drop")
            return await self._steps.take(
                uow,
                follow_up,
                FollowUpStep.DROP,
                find_actor(caller),
                by=caller.id,
                end_reason=EndReason.NOT_STARTED,
            )

    async def suspend(self, caller: Caller, follow_up_id: UUID, *, first_day: date, reason: str) -> FollowUp:
        """The patient is cared for elsewhere from `first_day` on. Raises Invalid: before the start, or ahead."""
        async with self._database.begin() as uow:
            follow_up = await self._steps.open(uow, caller, follow_up_id, "suspend")
            actor = find_actor(caller)
            require_move(follow_up, FollowUpStep.SUSPEND, actor)
            if not (follow_up.started_on or date.max) <= first_day <= self._today(follow_up):
                raise Invalid("Une suspension commence pendant le suivi, aujourd'hui au plus tard.", field="first_day")
            stays = add_stay(follow_up.stays, first_day)
            if stays is None:
                raise Invalid("Une autre absence est plus récente que ce jour.", field="first_day")
            return await self._steps.take(
                uow, follow_up, FollowUpStep.SUSPEND, actor, by=caller.id, reason=reason, day=first_day, stays=stays
            )

    async def resume(self, caller: Caller, follow_up_id: UUID, *, day: date) -> FollowUp:
        """The patient is back on `day`. Raises Invalid: before he left, or ahead."""
        async with self._database.begin() as uow:
            follow_up = await self._steps.open(uow, caller, follow_up_id, "resume")
            actor = find_actor(caller)
            require_move(follow_up, FollowUpStep.RESUME, actor)
            if not follow_up.stays[-1].first_day <= day <= self._today(follow_up):
                raise Invalid("Un retour vient après le départ, aujourd'hui au plus tard.", field="day")
            stays = end_stay(follow_up.stays, day)
            resumed = await self._steps.take(
                uow, follow_up, FollowUpStep.RESUME, actor, by=caller.id, day=day, stays=stays
            )
            return await self._steps.flag_if_due(uow, resumed)

    async def keep(self, caller: Caller, follow_up_id: UUID, *, reason: str) -> FollowUp:
        """A doctor goes on with a patient whose data seldom come (R-33); billing stays stopped."""
        async with self._database.begin() as uow:
            follow_up = await self._steps.open(uow, caller, follow_up_id, "keep", right=Right.DECIDE)
            return await self._steps.take(
                uow, follow_up, FollowUpStep.KEEP, find_actor(caller), by=caller.id, reason=reason
            )

    async def renew(self, caller: Caller, follow_up_id: UUID, draft: PrescriptionDraft) -> FollowUp:
        """A doctor renews it, before its prescription is over or after: then it is active, and a stay that had no end
        ends. Raises Refused, Conflict."""
        async with self._database.begin() as uow:
            follow_up = await self._steps.open(uow, caller, follow_up_id, "renew", right=Right.DECIDE)
            actor = find_actor(caller)
            require_move(follow_up, FollowUpStep.RENEW, actor)
            care = CareStore(uow.session)
            former = await care.prescriptions(follow_up.id)
            renewal = self._prescription(caller, follow_up, draft, renews=former[-1].id if former else None)
            today = self._today(follow_up)
            until = follow_up.prescribed_until or today
            since = min(today, until) if follow_up.state is not FollowUpState.LAPSED else today
            covered = self._covered_until([*former, renewal], since)
            law = self._law.on(today)
            day = draft.first_day if covered and covered > until else today
            _require(check_prescription(renewal.days, day, law, is_qualified=draft.is_qualified))
            await care.add_prescription(renewal)
            changes: dict[str, Any] = {"prescribed_until": max(covered or until, until)}
            if follow_up.state is not FollowUpState.LAPSED:
                return await self._steps.take(uow, follow_up, FollowUpStep.RENEW, actor, by=caller.id, **changes)
            changes["stays"] = end_open_stay(follow_up.stays, today)
            renewed = await self._steps.take(uow, follow_up, FollowUpStep.RENEW, actor, by=caller.id, **changes)
            return await self._steps.flag_if_due(uow, renewed)

    async def stop(self, caller: Caller, follow_up_id: UUID, *, end_reason: EndReason, reason: str) -> FollowUp:
        """End it, with why. Raises Conflict: over, or a death, which is recorded on the patient and ends them all."""
        if end_reason is EndReason.DEATH:
            text = "Notez le décès dans le dossier du patient : il arrête tous ses suivis."
            raise Conflict(text, code="telemonitoring.death_unrecorded")
        async with self._database.begin() as uow:
            follow_up = await self._steps.open(uow, caller, follow_up_id, "stop")
            return await self._steps.take(
                uow,
                follow_up,
                FollowUpStep.STOP,
                find_actor(caller),
                by=caller.id,
                reason=reason,
                end_reason=end_reason,
            )

    async def _plan(self, uow: UnitOfWork, caller: Caller, draft: PlanDraft) -> Plan:
        pathway = self._pathways.get(draft.pathway)
        if pathway is None:
            raise Invalid("Ce parcours n'existe pas.", field="pathway")
        self._require_known(draft.hand_signals)
        territory = draft.territory or await PracticeStore(uow.session).territory_of(caller.practice_id or new_id())
        if territory is None:
            raise NotFound("Ce cabinet n'existe pas.")
        today = civil_date(self._clock.now(), territory)
        law, version = self._law.on(today), pathway.on(today)
        if not draft.exclusions <= set(law.value(EXCLUSIONS).labels):
            raise Invalid("Cette situation n'est pas de celles que la loi liste.", field="exclusions")
        silence_days = draft.silence_days if draft.silence_days is not None else version.silence.days
        _require(check_window(silence_days, version.silence))
        return Plan(
            pathway=draft.pathway,
            silence_days=silence_days,
            territory=territory,
            dmn=draft.dmn.strip(),
            exploitant=draft.exploitant.strip(),
            hand_signals=draft.hand_signals,
            exclusions=draft.exclusions,
            is_tiers_payant=draft.is_tiers_payant,
        )

    def _require_known(self, signals: frozenset[str]) -> None:
        if any(self._catalogue.find(name) is None for name in signals):
            raise Invalid("Ce signal n'est pas au catalogue.", field="hand_signals")

    def _prescription(
        self, caller: Caller, follow_up: FollowUp, draft: PrescriptionDraft, *, renews: UUID | None
    ) -> Prescription:
        if draft.last_day < draft.first_day:
            raise Invalid("Une prescription se termine après son premier jour.", field="last_day")
        if draft.prescribed_on > self._today(follow_up):
            raise Invalid("Une prescription n'est pas datée de l'avenir.", field="prescribed_on")
        return Prescription(
            id=new_id(),
            follow_up_id=follow_up.id,
            prescriber_name=draft.prescriber_name,
            prescriber_rpps=draft.prescriber_rpps,
            specialty_code=draft.specialty_code,
            is_qualified=draft.is_qualified,
            prescribed_on=draft.prescribed_on,
            days=DayRange(draft.first_day, draft.last_day),
            recorded_by=require_right(caller, Right.ENROL),
            recorded_at=self._clock.now(),
            renews=renews,
        )

    def _covered_until(self, prescriptions: list[Prescription], day: date) -> date | None:
        """The last day covered without a break from `day`, each prescription for as long as the law lets it."""
        ranges = []
        for one in prescriptions:
            longest = find_longest(one.days, self._law.on(one.days.first_day))
            last_day = min(one.days.last_day or longest, longest)
            if one.is_qualified and last_day >= one.days.first_day:
                ranges.append(DayRange(one.days.first_day, last_day))
        return find_covered_until(ranges, day)

    def _today(self, follow_up: FollowUp) -> date:
        return civil_date(self._clock.now(), follow_up.plan.territory)


def _require(decision: Decision) -> None:
    if not decision.is_allowed:
        raise Refused(decision)
