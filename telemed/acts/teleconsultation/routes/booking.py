"""Booking, lists, links."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from aiohttp import web
from pydantic import AwareDatetime

from telemed.acts.teleconsultation.model import State
from telemed.acts.teleconsultation.schemas.professional import (
    BookedOut,
    BookingIn,
    DeliveryOut,
    FreeSlotOut,
    LinkIn,
    LinkOut,
    OpeningHoursItem,
    OpeningHoursList,
    SlotIn,
    TeleconsultationOut,
)
from telemed.acts.teleconsultation.service.booking import Booked, BookingRequest, BookingService
from telemed.acts.teleconsultation.service.links import LinkService
from telemed.acts.teleconsultation.service.overview import ActView, OverviewService
from telemed.api.auth import only
from telemed.api.operation import Operations
from telemed.api.pagination import (
    DEFAULT_LIMIT,
    Cursor,
    Limit,
    Page,
    decode_cursor,
    decode_place,
    encode_cursor,
    encode_place,
)
from telemed.api.problems import to_reason
from telemed.kernel.caller import Caller, Role
from telemed.kernel.errors import Invalid

BOOKING = web.AppKey("booking", BookingService)
LINKS = web.AppKey("links", LinkService)
OVERVIEW = web.AppKey("overview", OverviewService)
operations = Operations("teleconsultations")
_BOOKERS = only(Role.SECRETARY, Role.DOCTOR)


@operations.post("/teleconsultations", access=_BOOKERS, status=201, errors=(404,))
async def book_teleconsultation(request: web.Request, caller: Caller, body: BookingIn) -> BookedOut:
    """Book a time, or put a patient in a doctor's queue.

    Where the yearly cap holds it (`cap.held`), urgent care goes through, and so does a booking that says why.
    """
    asked = BookingRequest(
        professional_id=body.professional_id,
        patient_id=body.patient_id,
        slot=body.slot.to_interval() if body.slot else None,
        motive=body.motive,
        channel=body.send_link,
        is_urgent=body.is_urgent,
        cap_override=body.cap_override,
    )
    return await _booked(request, caller, await request.app[BOOKING].book(caller, asked))


@operations.get("/teleconsultations", access=_BOOKERS)
async def list_teleconsultations(
    request: web.Request,
    caller: Caller,
    *,
    professional_id: UUID | None = None,
    patient_id: UUID | None = None,
    state: list[State] | None = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[TeleconsultationOut]:
    """List teleconsultations by their time: a doctor's own, or all of a secretary's practice."""
    views = await request.app[OVERVIEW].page(
        caller,
        limit=limit + 1,
        after=decode_place(cursor),
        professional_id=professional_id,
        patient_id=patient_id,
        states=frozenset(state or ()),
        start=since,
        end=until,
    )
    more = _cursor(views[limit - 1]) if len(views) > limit else None
    return Page(items=[TeleconsultationOut.of(view) for view in views[:limit]], next_cursor=more)


@operations.get("/teleconsultations/{act_id}", access=_BOOKERS)
async def get_teleconsultation(request: web.Request, caller: Caller, act_id: UUID) -> TeleconsultationOut:
    """Read one teleconsultation."""
    return TeleconsultationOut.of(await request.app[OVERVIEW].get(caller, act_id))


@operations.put("/teleconsultations/{act_id}/slot", access=_BOOKERS)
async def move_teleconsultation(request: web.Request, caller: Caller, act_id: UUID, body: SlotIn) -> BookedOut:
    """Give a booked teleconsultation another time."""
    return await _booked(request, caller, await request.app[BOOKING].move(caller, act_id, body.to_interval()))


@operations.post("/teleconsultations/{act_id}/cancellation", access=_BOOKERS)
async def cancel_teleconsultation(request: web.Request, caller: Caller, act_id: UUID) -> TeleconsultationOut:
    """Cancel before the call."""
    await request.app[BOOKING].cancel(caller, act_id)
    return TeleconsultationOut.of(await request.app[OVERVIEW].get(caller, act_id))


@operations.delete("/teleconsultations/{act_id}/cancellation", access=_BOOKERS)
async def restore_teleconsultation(request: web.Request, caller: Caller, act_id: UUID) -> TeleconsultationOut:
    """Undo a cancellation of the last ten minutes."""
    await request.app[BOOKING].restore(caller, act_id)
    return TeleconsultationOut.of(await request.app[OVERVIEW].get(caller, act_id))


@operations.post("/teleconsultations/{act_id}/absence", access=_BOOKERS)
async def mark_patient_absent(request: web.Request, caller: Caller, act_id: UUID) -> TeleconsultationOut:
    """Note that the patient did not come."""
    await request.app[BOOKING].mark_absent(caller, act_id)
    return TeleconsultationOut.of(await request.app[OVERVIEW].get(caller, act_id))


@operations.post("/teleconsultations/{act_id}/links", access=_BOOKERS, status=202)
async def send_link(request: web.Request, caller: Caller, act_id: UUID, body: LinkIn) -> DeliveryOut:
    """Send the patient a link, by SMS or by e-mail; it also frees a patient who was locked out."""
    return DeliveryOut.of(await request.app[LINKS].send(caller, act_id, body.channel))


@operations.post("/teleconsultations/{act_id}/links/by-hand", access=_BOOKERS, status=201)
async def make_link(request: web.Request, caller: Caller, act_id: UUID) -> LinkOut:
    """Make a link to show or dictate; it is not kept."""
    return LinkOut(url=await request.app[LINKS].make_link(caller, act_id))


@operations.delete("/teleconsultations/{act_id}/links", access=_BOOKERS)
async def revoke_links(request: web.Request, caller: Caller, act_id: UUID) -> None:
    """Revoke every link of a teleconsultation, and the browsers that they let in."""
    await request.app[LINKS].revoke(caller, act_id)


@operations.get("/professionals/{professional_id}/slots", access=_BOOKERS)
async def list_free_slots(
    request: web.Request,
    caller: Caller,
    professional_id: UUID,
    *,
    first_day: date,
    days: int = 7,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[FreeSlotOut]:
    """List the free slots of a professional of the practice, in order, over at most 62 days."""
    keys = decode_cursor(cursor, int)
    slots = await request.app[BOOKING].slots(caller, professional_id, first_day, days)
    left = [slot for slot in slots if keys is None or slot.start.timestamp() > int(keys[0])]
    more = encode_cursor(int(left[limit - 1].start.timestamp())) if len(left) > limit else None
    items = [FreeSlotOut(starts_at=slot.start, ends_at=slot.end) for slot in left[:limit]]
    return Page(items=items, next_cursor=more)


@operations.get("/professionals/{professional_id}/opening-hours", access=_BOOKERS)
async def get_opening_hours(request: web.Request, caller: Caller, professional_id: UUID) -> OpeningHoursList:
    """Read when a professional offers slots."""
    hours = await request.app[BOOKING].hours(caller, professional_id)
    return OpeningHoursList(items=[OpeningHoursItem.of(opening) for opening in hours])


@operations.put("/professionals/{professional_id}/opening-hours", access=_BOOKERS)
async def set_opening_hours(
    request: web.Request, caller: Caller, professional_id: UUID, body: OpeningHoursList
) -> OpeningHoursList:
    """Replace when a professional offers slots."""
    for opening in body.items:
        if opening.closes_at <= opening.opens_at:
            raise Invalid("L'heure de fin doit suivre l'heure de début.", field="closes_at")
    await request.app[BOOKING].set_hours(caller, professional_id, [item.to_model() for item in body.items])
    return body


async def _booked(request: web.Request, caller: Caller, booked: Booked) -> BookedOut:
    view = await request.app[OVERVIEW].get(caller, booked.act.id)
    warnings = [to_reason(reason) for reason in booked.decision.warnings]
    return BookedOut(teleconsultation=TeleconsultationOut.of(view), warnings=warnings)


def _cursor(view: ActView) -> str:
    listed_at = view.act.slot.start if view.act.slot else view.act.booked_at
    return encode_place(listed_at, view.act.id)
