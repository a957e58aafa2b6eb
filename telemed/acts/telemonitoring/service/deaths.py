"""What a death stops: living follow-ups, links, the access of devices, what is asked; nothing is erased."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from telemed.acts.telemonitoring.model.care import EndReason, FollowUp
from telemed.acts.telemonitoring.model.doors import doors_changed
from telemed.acts.telemonitoring.model.follow_up import FollowUpState, FollowUpStep
from telemed.acts.telemonitoring.model.rights import Right, find_actor
from telemed.acts.telemonitoring.service.care_access import require_right
from telemed.acts.telemonitoring.service.follow_up_steps import FollowUpSteps
from telemed.acts.telemonitoring.store.devices import DeviceStore
from telemed.acts.telemonitoring.store.follow_ups import FollowUpStore
from telemed.acts.telemonitoring.store.questionnaires import AskingStore
from telemed.kernel.caller import Caller
from telemed.links.store import LinkStore
from telemed.storage.uow import UnitOfWork


class EndOfLife:
    """Implements `patients.ports.DeathFollower`."""

    def __init__(self, *, steps: FollowUpSteps) -> None:
        self._steps = steps

    async def follow_death(self, uow: UnitOfWork, caller: Caller, *, records: Collection[UUID]) -> None:
        """Every follow-up of the person: what lives ends, what ended loses what still opened something."""
        store = FollowUpStore(uow.session)
        for one in await store.of_patients(records):
            follow_up = await store.find(one.id, lock=True)
            if follow_up is not None:
                await self._close(uow, caller, follow_up)
                if follow_up.is_living:
                    await self._end(uow, caller, await self._steps.catch_up(uow, follow_up))

    async def _end(self, uow: UnitOfWork, caller: Caller, follow_up: FollowUp) -> None:
        if not follow_up.is_living:
            return
        require_right(caller, Right.ENROL)
        is_draft = follow_up.state is FollowUpState.DRAFT
        self._steps.journal.note(
            uow,
            caller,
            "telemonitoring.end_by_death",
            patient_id=follow_up.patient_id,
            resource=f"follow_up:{follow_up.id}",
        )
        await self._steps.take(
            uow,
            follow_up,
            FollowUpStep.DROP if is_draft else FollowUpStep.STOP,
            find_actor(caller),
            by=caller.id,
            end_reason=EndReason.DEATH,
        )

    async def _close(self, uow: UnitOfWork, caller: Caller, follow_up: FollowUp) -> None:
        """Links and browsers, devices with what they are known by, questionnaires with their reminders."""
        now, devices = self._steps.clock.now(), DeviceStore(uow.session)
        await LinkStore(uow.session).revoke_links(follow_up.id, now)
        await AskingStore(uow.session).end_all(follow_up.id, now)
        for device in await devices.of_follow_up(follow_up.id):
            assignment = await devices.assignment_of(device.id)
            if assignment is not None:
                await devices.end_assignment(assignment.id, now)
                gateway = device.content.gateway_id
                uow.tell(*(doors_changed(one, now) for one in (device.id, *filter(None, (gateway,)))))
        uow.tell(doors_changed(follow_up.id, now))
