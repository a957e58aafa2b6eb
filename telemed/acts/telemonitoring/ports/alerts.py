"""What the team's work asks from outside télésurveillance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from telemed.kernel.caller import Caller
from telemed.kernel.messages import Channel
from telemed.kernel.period import Interval
from telemed.storage.uow import UnitOfWork


@dataclass(frozen=True)
class BookingWish:
    """A teleconsultation that was decided. `slot` None: the next free time. No channel: the patient gets no link."""

    professional_id: UUID
    patient_id: UUID
    slot: Interval | None = None
    channel: Channel | None = None
    is_urgent: bool = False


@dataclass(frozen=True)
class Appointment:
    """What was booked."""

    act_id: UUID
    professional_id: UUID
    slot: Interval


class Bookings(Protocol):
    """Where teleconsultations are booked."""

    async def book(self, uow: UnitOfWork, caller: Caller, wish: BookingWish) -> Appointment:
        """Book in the open transaction, for a caller who may act on an alert of this patient.

        Raises Refused by the rules of booking, NotFound for who is not of the caller's practice, Conflict where
        nothing is free.
        """
        ...
