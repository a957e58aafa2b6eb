"""The increased forfait: a doctor asks for it, on grounds that he answers for; billing judges each month (R-32)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from telemed.acts.telemonitoring.model.care import FollowUp, IncreaseAsked
from telemed.acts.telemonitoring.model.pathway import Pathway
from telemed.acts.telemonitoring.model.rights import Right
from telemed.acts.telemonitoring.rules.terms import find_increase_term
from telemed.acts.telemonitoring.service.care_access import open_follow_up, require_right
from telemed.acts.telemonitoring.service.follow_up_steps import FollowUpSteps
from telemed.acts.telemonitoring.store.care import CareStore
from telemed.kernel.caller import Caller
from telemed.kernel.clock import civil_date
from telemed.kernel.decision import Reason
from telemed.kernel.errors import Conflict, Invalid, Refused
from telemed.kernel.ids import new_id
from telemed.law.law import Law
from telemed.storage.engine import Database


class IncreaseService:
    def __init__(self, *, database: Database, steps: FollowUpSteps, law: Law, pathways: Mapping[str, Pathway]) -> None:
        self._database = database
        self._steps = steps
        self._law = law
        self._pathways = pathways

    async def ask(
        self, caller: Caller, follow_up_id: UUID, *, level: int, grounds: Sequence[str], is_renewal: bool
    ) -> IncreaseAsked:
        """From this month on: level 1 or 2, or 0 to ask no more. Raises Forbidden, Invalid, Refused, Conflict."""
        async with self._database.begin() as uow:
            follow_up = await self._steps.open(uow, caller, follow_up_id, "ask_increase", right=Right.DECIDE)
            if not follow_up.is_living or follow_up.started_on is None:
                raise Conflict("Ce suivi n'a pas commencé ou est terminé.", code="telemonitoring.over")
            if level and not grounds:
                raise Invalid("Le forfait majoré suppose un critère de l'arrêté.", field="grounds")
            self._require_open(follow_up)
            asked = IncreaseAsked(
                id=new_id(),
                follow_up_id=follow_up_id,
                level=level,
                grounds=tuple(dict.fromkeys(grounds)) if level else (),
                is_renewal=is_renewal and level > 0,
                from_month=follow_up.months_done + 1,
                by=require_right(caller, Right.DECIDE),
                at=self._steps.clock.now(),
            )
            await CareStore(uow.session).add_increase(asked)
            return asked

    async def asked(self, caller: Caller, follow_up_id: UUID) -> list[IncreaseAsked]:
        """What was asked, in order."""
        async with self._database.begin() as uow:
            await open_follow_up(uow, self._steps.journal, caller, follow_up_id, "read_increases")
            return await CareStore(uow.session).increases(follow_up_id)

    def _require_open(self, follow_up: FollowUp) -> None:
        activity = self._pathways[follow_up.plan.pathway].activity
        today = civil_date(self._steps.clock.now(), follow_up.plan.territory)
        if find_increase_term(activity, self._law.on(today)) is None:
            text = "Aucun forfait majoré n'est ouvert à cette activité."
            raise Refused.because(
                Reason("telemonitoring.no_increase", text, "Arrêté du 21 décembre 2023", {"pathway": activity})
            )
