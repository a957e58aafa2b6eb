"""Teleconsultations that télésurveillance decides, booked where all are."""

from __future__ import annotations

from telemed.acts.teleconsultation.service.booking import BookingRequest, BookingService
from telemed.acts.telemonitoring.ports.alerts import Appointment, BookingWish
from telemed.kernel.caller import Caller
from telemed.kernel.errors import Conflict
from telemed.storage.uow import UnitOfWork

_DAYS = 14
_MOTIVE = "Télésurveillance"


class TeleconsultationBookings:
    """The port `Bookings` of télésurveillance."""

    def __init__(self, booking: BookingService) -> None:
        self._booking = booking

    async def book(self, uow: UnitOfWork, caller: Caller, wish: BookingWish) -> Appointment:
        slot = wish.slot or await self._booking.find_next_free(uow, caller, wish.professional_id, days=_DAYS)
        if slot is None:
            text = f"Aucun créneau de ce médecin n'est libre dans les {_DAYS} jours : choisissez une heure."
            raise Conflict(text, code="telemonitoring.no_free_slot")
        request = BookingRequest(
            professional_id=wish.professional_id,
            patient_id=wish.patient_id,
            slot=slot,
            motive=_MOTIVE,
            channel=wish.channel,
            is_urgent=wish.is_urgent,
        )
        booked = await self._booking.book_decided(uow, caller, request)
        return Appointment(booked.act.id, booked.act.professional_id, slot)
