"""Booking on both databases, alone and in a crowd."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, time, timedelta

import pytest

from telemed.acts.teleconsultation.model import Kind, OpeningHours, State
from telemed.acts.teleconsultation.service.booking import BookingRequest
from telemed.kernel.errors import Conflict, Forbidden, NotFound, Refused
from telemed.kernel.period import Interval
from tests.fixtures.http import Api
from tests.fixtures.people import make_draft
from tests.integration.acts.teleconsultation.conftest import Scene

pytestmark = pytest.mark.asyncio


def request_for(scene: Scene, start: datetime, minutes: int = 15) -> BookingRequest:
    slot = Interval(start, start + timedelta(minutes=minutes))
    return BookingRequest(scene.act.professional_id, scene.patient.id, slot)


async def refusal(scene: Scene, request: BookingRequest) -> list[str]:
    with pytest.raises(Refused) as refused:
        await scene.services.booking.book(scene.people.secretary, request)
    return [reason.code for reason in refused.value.decision.refusals]


async def test_a_time_in_the_past_is_refused_and_traced(scene: Scene) -> None:
    assert await refusal(scene, request_for(scene, scene.clock.now() - timedelta(hours=1))) == ["booking.past"]
    entries = await scene.services.trace.page(scene.people.auditor, limit=5)
    booking = next(entry for entry in entries if entry.note.action == "teleconsultation.book")
    assert (booking.outcome.value, booking.code) == ("refused", "refused")


async def test_the_same_time_twice_is_refused(scene: Scene) -> None:
    assert scene.act.slot is not None
    codes = await refusal(scene, request_for(scene, scene.act.slot.start))
    assert codes == ["booking.slot_taken", "booking.patient_busy"]


async def test_a_crowd_at_one_time_gets_one_booking(scene: Scene) -> None:
    start = scene.clock.now() + timedelta(hours=5)
    others = [(await scene.services.patients.create(scene.people.secretary, make_draft()))[0].id for _ in range(8)]
    slot = Interval(start, start + timedelta(minutes=15))
    results = await asyncio.gather(
        *(
            scene.services.booking.book(
                scene.people.secretary, BookingRequest(scene.act.professional_id, patient_id, slot)
            )
            for patient_id in others
        ),
        return_exceptions=True,
    )
    assert sum(not isinstance(result, BaseException) for result in results) == 1
    assert all(isinstance(result, Refused | Conflict) for result in results if isinstance(result, BaseException))


async def test_overlapping_times_in_a_crowd_never_both_look_free(scene: Scene) -> None:
    start = scene.clock.now() + timedelta(hours=5)
    results = await asyncio.gather(
        *(
            scene.services.booking.book(
                scene.people.secretary, request_for(scene, start + timedelta(minutes=5 * number), 30)
            )
            for number in range(6)
        ),
        return_exceptions=True,
    )
    assert sum(not isinstance(result, BaseException) for result in results) == 1


async def test_a_cancelled_time_may_be_taken_and_then_not_be_restored(scene: Scene) -> None:
    assert scene.act.slot is not None
    booking, secretary = scene.services.booking, scene.people.secretary
    await booking.cancel(secretary, scene.act.id)
    await booking.book(secretary, request_for(scene, scene.act.slot.start))
    with pytest.raises(Refused):
        await booking.restore(secretary, scene.act.id)


async def test_a_cancellation_is_undone_for_ten_minutes(scene: Scene) -> None:
    booking, secretary = scene.services.booking, scene.people.secretary
    await booking.cancel(secretary, scene.act.id)
    scene.clock.advance(timedelta(minutes=9))
    assert (await booking.restore(secretary, scene.act.id)).state is State.BOOKED
    await booking.cancel(secretary, scene.act.id)
    scene.clock.advance(timedelta(minutes=11))
    with pytest.raises(Conflict):
        await booking.restore(secretary, scene.act.id)


async def test_who_comes_without_an_appointment_joins_the_queue(scene: Scene) -> None:
    request = BookingRequest(scene.act.professional_id, scene.patient.id, None)
    booked = await scene.services.booking.book(scene.people.doctor, request)
    assert (booked.act.kind, booked.act.slot) == (Kind.UNPROGRAMMED, None)


async def test_a_doctor_books_for_himself_only(scene: Scene) -> None:
    assert scene.people.colleague.id is not None
    request = BookingRequest(scene.people.colleague.id, scene.patient.id, None)
    with pytest.raises(Forbidden):
        await scene.services.booking.book(scene.people.doctor, request)


async def test_another_practice_does_not_exist(scene: Scene) -> None:
    with pytest.raises(NotFound):
        await scene.services.booking.book(scene.people.stranger, request_for(scene, scene.clock.now()))
    with pytest.raises(NotFound):
        await scene.services.booking.cancel(scene.people.stranger, scene.act.id)


async def test_an_absent_patient_who_comes_after_all_is_let_to_wait(scene: Scene) -> None:
    await scene.prepare()
    await scene.services.booking.mark_absent(scene.people.secretary, scene.act.id)
    assert scene.visitor is not None
    assert (await scene.services.visits.arrive(scene.visitor)).state is State.WAITING


async def test_free_slots_leave_out_what_is_booked(scene: Scene) -> None:
    assert scene.act.slot is not None
    booking, secretary, doctor_id = scene.services.booking, scene.people.secretary, scene.act.professional_id
    await booking.set_hours(secretary, doctor_id, [OpeningHours(2, time(14), time(15), 15)])
    slots = await booking.slots(secretary, doctor_id, date(2026, 11, 25), 7)
    starts = [slot.start for slot in slots]
    assert starts == [datetime(2026, 11, 25, 13, minute, tzinfo=UTC) for minute in (0, 15, 45)]


async def test_the_day_shows_who_waits_first(scene: Scene) -> None:
    await scene.arrive()
    day = await scene.services.overview.day(scene.people.doctor, scene.act.professional_id, date(2026, 11, 25))
    assert [view.act.id for view in day.waiting] == [scene.act.id]
    assert day.waiting[0].has_consent
    assert day.to_come == ()
    assert await scene.services.overview.waiting_count(scene.people.doctor) == 1


async def test_opening_hours_are_wall_times_over_http(scene: Scene, api: Api) -> None:
    path = f"/professionals/{scene.act.professional_id}/opening-hours"
    morning = {"weekday": 0, "opens_at": "09:00", "closes_at": "12:30", "slot_minutes": 20}
    saved = await api.call("PUT", path, {"items": [morning]}, by=scene.people.secretary)
    assert saved.status == 200
    assert (await api.call("GET", path, by=scene.people.doctor)).body == {"items": [morning]}
    for wrong in ("9:00", "24:00", "09:00:01", "09:00+01:00", "0"):
        reply = await api.call("PUT", path, {"items": [morning | {"opens_at": wrong}]}, by=scene.people.secretary)
        assert reply.status == 422, wrong
    reversed_hours = morning | {"opens_at": "13:00"}
    assert (await api.call("PUT", path, {"items": [reversed_hours]}, by=scene.people.secretary)).status == 422


async def test_who_was_sent_a_link_learns_of_the_cancellation(scene: Scene) -> None:
    await scene.deliver()
    await scene.services.booking.cancel(scene.people.secretary, scene.act.id)
    assert await scene.deliver() == 1
    told = scene.sms.messages[-1]
    assert told.to == "+33639981234"
    assert "du mercredi 25 novembre à 14 h 30 est annulé" in told.text
    assert not {"LEROY", "Jeanne", "Moreau", "tension"} & set(told.text.split())


async def test_a_cancellation_taken_back_at_once_is_not_told_and_the_link_goes_again(scene: Scene) -> None:
    await scene.deliver()
    await scene.services.booking.cancel(scene.people.secretary, scene.act.id)
    await scene.services.booking.restore(scene.people.secretary, scene.act.id)
    await scene.deliver()
    assert ["annulé" in message.text for message in scene.sms.messages] == [False, False]
    assert (await scene.services.links.open(scene.last_token(), "1955-03-12")).token


async def test_word_of_a_cancellation_waits_for_the_operator_and_goes_once(scene: Scene) -> None:
    await scene.deliver()
    scene.sms.is_away = True
    await scene.services.booking.cancel(scene.people.secretary, scene.act.id)
    await scene.deliver()
    scene.sms.is_away = False
    scene.clock.advance(timedelta(hours=1))
    await scene.deliver()
    assert len([message for message in scene.sms.messages if "annulé" in message.text]) == 1


async def test_who_was_sent_nothing_or_whose_time_is_past_is_told_nothing(scene: Scene) -> None:
    silent = await scene.services.booking.book(
        scene.people.secretary, request_for(scene, scene.clock.now() + timedelta(days=1))
    )
    await scene.services.booking.cancel(scene.people.secretary, silent.act.id)
    await scene.deliver()
    scene.clock.advance(timedelta(days=2))
    await scene.services.booking.cancel(scene.people.secretary, scene.act.id)
    await scene.deliver()
    assert ["annulé" in message.text for message in scene.sms.messages] == [False]
