"""The patient's link: sent, opened, locked, asked again, revoked."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from telemed.kernel.errors import Conflict, DomainError, Forbidden, Invalid
from telemed.kernel.messages import Channel
from telemed.kernel.period import Interval
from telemed.links.model import LINK_TRIES, SendingState
from tests.integration.acts.teleconsultation.conftest import Scene

pytestmark = pytest.mark.asyncio


async def code_of_opening(scene: Scene, token: str, birth_date: str = "1955-03-12") -> str:
    try:
        await scene.services.links.open(token, birth_date)
    except DomainError as refused:
        return refused.code
    return "opened"


async def test_a_booking_sends_a_link_without_health_data(scene: Scene) -> None:
    await scene.deliver()
    message = scene.sms.messages[0]
    assert message.to == "+33639981234"
    assert "mercredi 25 novembre à 14 h 30" in message.text
    assert not {"LEROY", "Jeanne", "Moreau", "tension", "généraliste"} & set(message.text.split())


async def test_the_token_is_kept_nowhere_in_clear(scene: Scene) -> None:
    await scene.deliver()
    token = scene.last_token()
    async with scene.services.database.read() as session:
        connection = await session.connection()
        for table in ("visit_links", "outbox", "link_deliveries", "trace_entries"):
            rows = (await connection.exec_driver_sql(f"SELECT * FROM {table}")).all()  # noqa: S608 - our own names
            assert token not in str(rows)


async def test_the_right_birth_date_opens(scene: Scene) -> None:
    await scene.deliver()
    assert await code_of_opening(scene, scene.last_token()) == "opened"


async def test_five_wrong_birth_dates_lock_the_link_even_for_the_right_one(scene: Scene) -> None:
    await scene.deliver()
    token = scene.last_token()
    seen = [await code_of_opening(scene, token, "1955-03-13") for _ in range(LINK_TRIES)]
    assert seen == ["link.birth_date"] * 4 + ["link.locked"]
    assert await code_of_opening(scene, token) == "link.locked"


async def test_each_wrong_try_says_how_many_are_left(scene: Scene) -> None:
    await scene.deliver()
    with pytest.raises(Invalid, match="4 essais"):
        await scene.services.links.open(scene.last_token(), "1955-03-13")


async def test_guessing_at_once_gives_no_more_tries(scene: Scene) -> None:
    await scene.deliver()
    token = scene.last_token()
    seen = await asyncio.gather(*(code_of_opening(scene, token, f"1955-04-{day:02d}") for day in range(1, 21)))
    assert seen.count("link.birth_date") == 4
    assert seen.count("link.locked") == 16


async def test_a_right_answer_gives_the_tries_back(scene: Scene) -> None:
    await scene.deliver()
    token = scene.last_token()
    for _ in range(2):
        assert [await code_of_opening(scene, token, "1999-01-01") for _ in range(4)] == ["link.birth_date"] * 4
        assert await code_of_opening(scene, token) == "opened"


async def test_a_guessed_link_is_unknown(scene: Scene) -> None:
    assert await code_of_opening(scene, "A" * 43) == "link.unknown"


async def test_an_expired_link_is_unknown(scene: Scene) -> None:
    await scene.deliver()
    scene.clock.advance(timedelta(hours=16))
    assert await code_of_opening(scene, scene.last_token()) == "link.unknown"


async def test_a_revoked_link_is_unknown_and_its_browsers_are_out(scene: Scene) -> None:
    await scene.deliver()
    opened = await scene.services.links.open(scene.last_token(), "1955-03-12")
    await scene.services.links.revoke(scene.people.secretary, scene.act.id)
    assert await code_of_opening(scene, scene.last_token()) == "link.unknown"
    assert await scene.services.links.authenticate(opened.token) is None


async def test_the_link_of_a_cancelled_visit_is_unknown(scene: Scene) -> None:
    await scene.deliver()
    await scene.services.booking.cancel(scene.people.secretary, scene.act.id)
    assert await code_of_opening(scene, scene.last_token()) == "link.unknown"


async def test_a_moved_visit_keeps_its_link_alive_and_tells_the_patient(scene: Scene) -> None:
    await scene.deliver()
    token, start = scene.last_token(), scene.clock.now() + timedelta(days=3)
    await scene.services.booking.move(
        scene.people.secretary, scene.act.id, Interval(start, start + timedelta(minutes=15))
    )
    await scene.deliver()
    assert "samedi 28 novembre" in scene.sms.messages[-1].text
    scene.clock.advance(timedelta(days=3))
    assert await code_of_opening(scene, token) == "opened"


async def test_a_locked_patient_gets_a_new_link_by_himself_three_times_a_day(scene: Scene) -> None:
    await scene.deliver()
    first = scene.last_token()
    for _ in range(LINK_TRIES):
        await code_of_opening(scene, first, "1999-01-01")
    for _ in range(5):
        await scene.services.links.ask_again(first)
        await scene.deliver()
    assert len(scene.sms.messages) == 4
    assert await code_of_opening(scene, scene.last_token()) == "opened"


async def test_asking_again_with_a_guess_says_and_does_nothing(scene: Scene) -> None:
    await scene.deliver()
    await scene.services.links.ask_again("A" * 43)
    assert await scene.deliver() == 0


async def test_a_message_waits_for_an_operator_that_is_away_and_is_sent_once(scene: Scene) -> None:
    scene.sms.is_away = True
    await scene.deliver()
    scene.sms.is_away = False
    scene.clock.advance(timedelta(seconds=3))
    await scene.deliver()
    await scene.deliver()
    assert len(scene.sms.messages) == 1
    assert await code_of_opening(scene, scene.last_token()) == "opened"


async def test_the_secretary_sees_how_far_the_message_went(scene: Scene) -> None:
    async def state() -> SendingState:
        return (await scene.services.overview.get(scene.people.secretary, scene.act.id)).deliveries[0].state

    states = [await state()]
    await scene.deliver()
    states.append(await state())
    await scene.services.links.follow_up()
    states.append(await state())
    assert states == [SendingState.QUEUED, SendingState.ACCEPTED, SendingState.DELIVERED]
    await scene.open_link()
    view = await scene.services.overview.get(scene.people.secretary, scene.act.id)
    assert view.deliveries[0].opened_at is not None


async def test_a_channel_without_operator_is_refused_before_anything_is_booked(scene: Scene) -> None:
    with pytest.raises(Conflict) as refused:
        await scene.services.links.send(scene.people.secretary, scene.act.id, Channel.EMAIL)
    assert refused.value.code == "link.channel_off"


async def test_the_auditor_sends_no_link(scene: Scene) -> None:
    with pytest.raises(DomainError) as refused:
        await scene.services.links.send(scene.people.auditor, scene.act.id, Channel.SMS)
    assert isinstance(refused.value, Forbidden) or refused.value.code == "not_found"


async def test_an_unknown_cookie_is_nobody(scene: Scene) -> None:
    assert await scene.services.links.authenticate("nothing") is None
