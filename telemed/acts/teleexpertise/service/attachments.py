"""Who adds, sees and takes away the files of a case."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from telemed.acts.teleexpertise.model import END_STATES, Actor, Case, State
from telemed.acts.teleexpertise.service.access import require_carer, side_of
from telemed.acts.teleexpertise.service.casework import Casework
from telemed.acts.teleexpertise.service.news import tell_word
from telemed.acts.teleexpertise.store import CaseStore
from telemed.attachments.model import Party
from telemed.kernel.caller import Caller
from telemed.kernel.errors import NotFound
from telemed.storage.uow import UnitOfWork


class CaseAttachments:
    """The requérant adds until the case ends; a requis sees what is in his hands, and adds once he accepted.

    A colleague who refused, or whose offer lapsed, was overtaken or cancelled, sees nothing any more.
    """

    def __init__(self, *, casework: Casework) -> None:
        self._casework = casework

    async def enter(self, uow: UnitOfWork, caller: Caller, owner_id: UUID, *, action: str, resource: str) -> Party:
        case = await CaseStore(uow.session).find(owner_id, lock=True)
        patient_id = case.patient_id if case else None
        self._casework.journal.note(uow, caller, action, patient_id=patient_id, resource=resource)
        require_carer(caller)
        if case is None:
            raise NotFound("Cette demande n'existe pas ou n'est pas la vôtre.")
        side_of(caller, case)
        present = await self._casework.catch_up(uow, case)
        actor = side_of(caller, present)
        return Party(
            patient_id=present.patient_id,
            side=actor.value,
            may_add=_may_add(present, actor, caller.id),
            is_sent=present.state is not State.DRAFT,
        )

    async def patient_of(self, uow: UnitOfWork, owner_id: UUID) -> UUID:
        case = await CaseStore(uow.session).find(owner_id)
        if case is None:
            raise LookupError("files of a case that does not exist")
        return case.patient_id

    async def void_among(self, uow: UnitOfWork, owner_ids: Collection[UUID]) -> set[UUID]:
        return await CaseStore(uow.session).never_sent(owner_ids)

    async def tell(self, uow: UnitOfWork, owner_id: UUID) -> None:
        case = await CaseStore(uow.session).find(owner_id)
        if case is not None:
            tell_word(uow, case, self._casework.clock.now())


def _may_add(case: Case, actor: Actor, professional_id: UUID | None) -> bool:
    if case.state in END_STATES:
        return False
    return actor is Actor.REQUERANT or (case.requis is not None and case.requis.professional_id == professional_id)
