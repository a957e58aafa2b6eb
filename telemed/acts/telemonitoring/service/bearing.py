"""Between follow-ups and devices: what those of a patient supply; and doors hear when a follow-up changes."""

from __future__ import annotations

from uuid import UUID

from telemed.acts.telemonitoring.model.care import FollowUp
from telemed.acts.telemonitoring.model.doors import doors_changed
from telemed.acts.telemonitoring.model.follow_up import TAKES_DATA
from telemed.acts.telemonitoring.store.devices import DeviceStore
from telemed.kernel.clock import Clock
from telemed.storage.uow import UnitOfWork


class DeviceBearing:
    """The ports `Supplies` and `FollowUpFollower` of follow-ups."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock

    async def signals_of(self, uow: UnitOfWork, follow_up_id: UUID) -> frozenset[str]:
        return await DeviceStore(uow.session).signals_of(follow_up_id)

    async def changed(self, uow: UnitOfWork, former: FollowUp | None, saved: FollowUp) -> None:
        """Doors open when it starts, and close with its end; its other changes are nothing to them."""
        if former is not None and (former.state in TAKES_DATA) != (saved.state in TAKES_DATA):
            uow.tell(doors_changed(saved.id, self._clock.now()))
