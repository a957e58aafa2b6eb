"""Who gets in, who comes back, who takes over from whom."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from signaling.codes import Refusal
from signaling.limits import Limits
from signaling.ports import SeatStatus
from signaling.tokens import Role
from tests.unit.signaling.support import FakeConnection, House, Page

pytestmark = pytest.mark.asyncio


async def refused(knock: object) -> str:
    with pytest.raises(Refusal) as caught:
        await knock  # type: ignore[misc]  # a coroutine of Page, whatever it returns
    return caught.value.code.value


async def test_the_welcome_says_what_the_page_needs() -> None:
    house = House()
    welcome = (await house.patient().join()).welcome
    assert (welcome["role"], welcome["seat"], welcome["admitted"], welcome["resumed"]) == (
        "guest",
        "patient",
        False,
        False,
    )
    assert welcome["resume_within"] == 90
    assert welcome["ice"]["expires_in"] == 300
    assert welcome["ice"]["servers"][0]["urls"] == ["turn:127.0.0.1:3478"]


async def test_a_token_opens_one_session_only() -> None:
    house = House()
    token = house.tokens.issue("room", "patient", role=Role.GUEST)
    await house.patient().join(token=token)
    assert await refused(house.patient().join(token=token)) == "token_replayed"


async def test_a_token_is_used_up_even_when_its_session_has_ended() -> None:
    house = House()
    token = house.tokens.issue("room", "patient", role=Role.GUEST)
    page = await house.patient().join(token=token)
    page.say({"type": "leave"})
    assert await refused(house.patient().join(token=token)) == "token_replayed"


async def test_an_expired_token_and_a_token_of_the_other_purpose_are_refused() -> None:
    house = House()
    token = house.tokens.issue("room", "patient", role=Role.GUEST, lifetime=timedelta(seconds=5))
    page = await house.patient().join()
    house.clock.advance(5)
    assert await refused(house.patient().join(token=token)) == "token_expired"
    assert await refused(house.patient().join(token=page.welcome["resume_token"])) == "token_forged"
    fresh = house.tokens.issue("room", "patient", role=Role.GUEST)
    assert await refused(page.resume(received=0, token=fresh)) == "token_forged"


async def test_the_directory_decides_who_may_sit() -> None:
    house = House()
    assert await refused(Page(house, "stranger", Role.GUEST).join()) == "room_unknown"
    house.directory.seats["room", "patient"] = SeatStatus.CLOSED
    assert await refused(house.patient().join()) == "room_closed"


async def test_a_directory_that_is_away_asks_to_come_back() -> None:
    house = House()

    async def away(_room: str, _seat: str) -> SeatStatus:
        raise ConnectionError

    house.directory.seat_status = away  # type: ignore[method-assign,assignment]  # the store is down
    assert await refused(house.patient().join()) == "unavailable"


async def test_two_hosts_are_refused_while_the_first_is_here_or_may_come_back() -> None:
    house = House()
    house.directory.seats["room", "colleague"] = SeatStatus.ADMITTED
    doctor = await house.doctor().join()
    assert await refused(Page(house, "colleague", Role.HOST).join()) == "host_taken"
    doctor.lose()
    assert await refused(Page(house, "colleague", Role.HOST).join()) == "host_taken"
    house.clock.advance(90)
    house.hub.sweep()
    assert (await Page(house, "colleague", Role.HOST).join()).welcome["role"] == "host"
    assert doctor.connection.closed is None


async def test_a_room_has_four_seats() -> None:
    house = House(limits=Limits(seats_per_room=2))
    house.directory.seats["room", "relative"] = SeatStatus.WAITING
    await house.both()
    assert await refused(Page(house, "relative", Role.GUEST).join()) == "room_full"


async def test_a_second_person_on_a_seat_supersedes_the_first_with_a_notice() -> None:
    house = House()
    first = await house.patient().join()
    second = await house.patient().join()
    assert first.connection.last("error")["code"] == "superseded"
    assert first.connection.closed is not None
    assert first.connection.closed[0] == 4409
    assert second.connection.closed is None
    assert await refused(first.resume(received=0)) == "superseded"
    first.lose()
    assert house.hub.occupancy().here == 1


async def test_a_reload_takes_over_its_own_session_and_gets_a_new_name() -> None:
    house = House()
    doctor, patient = await house.both()
    again = await patient.reload()
    assert again.welcome["admitted"] is True
    assert again.peer != patient.peer
    assert patient.connection.closed is not None
    seats = doctor.connection.last("presence")["seats"]
    assert [(seat["seat"], seat["status"], seat["peer"]) for seat in seats] == [("patient", "here", again.peer)]


async def test_a_lost_socket_comes_back_under_the_same_name_and_nobody_is_told_twice() -> None:
    house = House()
    doctor, patient = await house.both()
    name = patient.peer
    patient.lose()
    await patient.resume(received=0)
    assert patient.welcome["resumed"] is True
    assert patient.peer == name
    assert [m["seats"][0]["status"] for m in doctor.connection.of("presence")][-2:] == ["dropped", "here"]


async def test_a_reload_finds_the_conversation_again() -> None:
    house = House()
    doctor, patient = await house.both()
    doctor.send("chat", text="Bonjour")
    patient.send("chat", text="Bonjour docteur")
    again = await patient.reload()
    assert [(line["seat"], line["text"]) for line in again.welcome["chat"]] == [
        ("doctor", "Bonjour"),
        ("patient", "Bonjour docteur"),
    ]


async def test_after_a_restart_pages_keep_their_names_and_are_told_that_buffers_are_gone() -> None:
    house = House()
    doctor, patient = await house.both()
    before = (doctor.peer, patient.peer, doctor.welcome["epoch"])
    house.open_hub()
    await doctor.resume(received=3)
    await patient.resume(received=0)
    assert (doctor.peer, patient.peer) == before[:2]
    assert doctor.welcome["epoch"] != before[2]
    assert doctor.welcome["resumed"] is False
    assert patient.welcome["admitted"] is True
    kinds = await house.record()
    assert kinds[-2:] == [("doctor", "resumed"), ("patient", "resumed")]


async def test_after_a_restart_numbers_go_on_where_the_page_was() -> None:
    house = House()
    doctor, patient = await house.both()
    for _ in range(5):
        patient.candidate(doctor.peer)
    house.open_hub()
    await doctor.resume(received=0)
    await patient.resume(received=0)
    patient.candidate(doctor.peer)
    assert [m["n"] for m in doctor.connection.of("candidate")] == [6]
    assert patient.connection.of("error") == []


async def test_one_who_comes_back_after_the_ghost_was_removed_is_seated_again() -> None:
    house = House()
    doctor, patient = await house.both()
    patient.lose()
    house.clock.advance(91)
    house.hub.sweep()
    assert doctor.connection.last("presence")["seats"][0]["status"] == "left"
    await patient.resume(received=0)
    assert patient.welcome["admitted"] is True
    assert doctor.connection.last("presence")["seats"][0]["status"] == "here"


async def test_a_resume_token_lives_a_quarter_of_an_hour_and_is_renewed_with_the_ice_servers() -> None:
    house = House()
    page = await house.patient().join()
    first = page.welcome["resume_token"]
    house.clock.advance(800)
    page.say({"type": "ice"})
    renewed = page.connection.last("ice")["resume_token"]
    house.clock.advance(100)
    assert await refused(page.resume(received=0, token=first)) == "token_expired"
    assert (await page.resume(received=0, token=renewed)).welcome["resumed"] is True


async def test_a_bad_first_frame_is_refused() -> None:
    house = House()
    assert await refused(house.hub.join(FakeConnection(), '{"type":"chat","n":1,"text":"x"}')) == "not_joined"


async def test_presence_says_since_when_somebody_is_missing() -> None:
    house = House()
    doctor, patient = await house.both()
    house.clock.advance(30)
    patient.lose()
    house.clock.advance(12)
    doctor.lose()
    await doctor.resume(received=0)
    (seat,) = doctor.welcome["seats"]
    assert seat["status"] == "dropped"
    missing = datetime.fromisoformat(doctor.welcome["now"]) - datetime.fromisoformat(seat["since"])
    assert missing == timedelta(seconds=12)
