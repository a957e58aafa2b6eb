"""What is remembered of a device that went: that it had subscribed, so that it need not say so again."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from uuid import UUID

_KEPT = 100_000


@dataclass(frozen=True, slots=True)
class Session:
    """Nothing of a measure is in it: what was not acknowledged is the device's to send again."""

    client_id: str
    is_subscribed: bool
    expires_at: float


class Sessions:
    """In memory, one for each device, the oldest forgotten first: like those of a broker without a store."""

    def __init__(self, kept: int = _KEPT) -> None:
        self._by_device: OrderedDict[UUID, Session] = OrderedDict()
        self._kept = kept

    def keep(self, device_id: UUID, session: Session) -> None:
        self._by_device.pop(device_id, None)
        self._by_device[device_id] = session
        if len(self._by_device) > self._kept:
            self._by_device.popitem(last=False)

    def forget(self, device_id: UUID) -> None:
        self._by_device.pop(device_id, None)

    def take_up(self, device_id: UUID, client_id: str, now: float) -> Session | None:
        """The session to resume, if it is this client's and not over; it is kept no longer either way."""
        found = self._by_device.pop(device_id, None)
        return found if found and found.client_id == client_id and found.expires_at > now else None
