"""Who follows a patient: the doctor who answers for it, other doctors, carers."""

from __future__ import annotations

from uuid import UUID

from telemed.acts.telemonitoring.model.care import FollowUp, TeamMember, TeamRole
from telemed.acts.telemonitoring.model.rights import Right
from telemed.acts.telemonitoring.rules.team import find_responsible
from telemed.acts.telemonitoring.service.care_access import open_follow_up
from telemed.acts.telemonitoring.service.follow_up_steps import FollowUpSteps
from telemed.acts.telemonitoring.store.care import CareStore
from telemed.kernel.caller import Caller, Role
from telemed.kernel.errors import Conflict, Invalid, NotFound
from telemed.kernel.ids import new_id
from telemed.professionals.store import ProfessionalStore
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork

_ROLES = {
    TeamRole.RESPONSIBLE: (Role.DOCTOR,),
    TeamRole.DOCTOR: (Role.DOCTOR,),
    TeamRole.CARER: (Role.DOCTOR, Role.HEALTH_PROFESSIONAL),
}


class TeamService:
    def __init__(self, *, database: Database, steps: FollowUpSteps) -> None:
        self._database = database
        self._steps = steps

    async def members(self, caller: Caller, follow_up_id: UUID) -> list[TeamMember]:
        """Everybody who is or was in it, in order of entry."""
        async with self._database.begin() as uow:
            await open_follow_up(uow, self._steps.journal, caller, follow_up_id, "read_team", right=Right.LIST)
            return await CareStore(uow.session).team(follow_up_id)

    async def put(self, caller: Caller, follow_up_id: UUID, professional_id: UUID, role: TeamRole) -> list[TeamMember]:
        """Bring somebody of the practice in, or give him another part. A new responsible doctor takes the place of the
        former one, who stays as a doctor. Raises NotFound, Invalid, Conflict once it is over."""
        async with self._database.begin() as uow:
            follow_up = await self._open_living(uow, caller, follow_up_id)
            await _require_person(uow, follow_up, professional_id, role)
            care, now = CareStore(uow.session), self._steps.clock.now()
            present = [one for one in await care.team(follow_up_id) if one.until is None]
            own = next((one for one in present if one.professional_id == professional_id), None)
            if own is not None and own.role is role:
                return await care.team(follow_up_id)
            former = find_responsible(present)
            if own is not None and own == former:
                raise Conflict("Choisissez d'abord un autre médecin responsable.", code="telemonitoring.responsible")
            if own is not None:
                await care.end_member(own.id, now)
            if former is not None and role is TeamRole.RESPONSIBLE:
                await care.end_member(former.id, now)
                await care.add_member(TeamMember(new_id(), follow_up_id, former.professional_id, TeamRole.DOCTOR, now))
            await care.add_member(TeamMember(new_id(), follow_up_id, professional_id, role, now))
            await self._steps.save(uow, follow_up, follow_up)
            return await care.team(follow_up_id)

    async def remove(self, caller: Caller, follow_up_id: UUID, professional_id: UUID) -> list[TeamMember]:
        """Take somebody out; the responsible doctor is replaced first. Raises NotFound, Conflict."""
        async with self._database.begin() as uow:
            follow_up = await self._open_living(uow, caller, follow_up_id)
            care = CareStore(uow.session)
            present = [one for one in await care.team(follow_up_id) if one.until is None]
            own = next((one for one in present if one.professional_id == professional_id), None)
            if own is None:
                raise NotFound("Cette personne n'est pas dans l'équipe.")
            if own.role is TeamRole.RESPONSIBLE:
                raise Conflict("Choisissez d'abord un autre médecin responsable.", code="telemonitoring.responsible")
            await care.end_member(own.id, self._steps.clock.now())
            await self._steps.save(uow, follow_up, follow_up)
            return await care.team(follow_up_id)

    async def _open_living(self, uow: UnitOfWork, caller: Caller, follow_up_id: UUID) -> FollowUp:
        follow_up = await self._steps.open(uow, caller, follow_up_id, "change_team")
        if not follow_up.is_living:
            raise Conflict("Ce suivi est terminé.", code="telemonitoring.over")
        return follow_up


async def _require_person(uow: UnitOfWork, follow_up: FollowUp, professional_id: UUID, role: TeamRole) -> None:
    person = await ProfessionalStore(uow.session).find(professional_id)
    if person is None or person.practice_id != follow_up.practice_id or person.suspended_at is not None:
        raise NotFound("Cette personne n'existe pas ou n'est pas de votre cabinet.")
    if person.roles.isdisjoint(_ROLES[role]):
        raise Invalid("Ce rôle ne va pas avec sa profession.", field="role")
