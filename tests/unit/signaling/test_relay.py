"""What passes between members: once, in order, to whom it is meant, or a clear refusal."""

from __future__ import annotations

from typing import Any

import pytest

from signaling.limits import Limits
from signaling.ports import SeatStatus
from signaling.tokens import Role
from tests.unit.signaling.support import CANDIDATE, SDP, House, Page

pytestmark = pytest.mark.asyncio


async def test_negotiation_reaches_the_page_it_names_with_its_sender() -> None:
    house = House()
    doctor, patient = await house.both()
    doctor.send("offer", to=patient.peer, call="c1", sdp=SDP)
    patient.send("answer", to=doctor.peer, call="c1", sdp=SDP)
    patient.candidate(doctor.peer)
    offer = patient.connection.last("offer")
    assert offer == {"type": "offer", "s": 1, "n": 1, "from": doctor.peer, "call": "c1", "sdp": SDP}
    assert [(m["type"], m["s"]) for m in doctor.connection.sent if "s" in m] == [("answer", 1), ("candidate", 2)]


async def test_the_server_tells_who_is_polite_and_exactly_one_is() -> None:
    house = House()
    doctor, patient = await house.both()
    assert doctor.connection.last("presence")["seats"][0]["polite"] is False
    assert patient.connection.last("presence")["seats"][0]["polite"] is True


async def test_of_two_guests_exactly_one_is_polite() -> None:
    house = House()
    house.directory.seats["room", "relative"] = SeatStatus.ADMITTED
    _doctor, patient = await house.both()
    relative = await Page(house, "relative", Role.GUEST).join()
    to_relative = {s["seat"]: s["polite"] for s in patient.connection.last("presence")["seats"]}["relative"]
    to_patient = {s["seat"]: s["polite"] for s in relative.welcome["seats"]}["patient"]
    assert {to_relative, to_patient} == {True, False}


async def test_a_message_said_again_is_heard_once_and_acknowledged_again() -> None:
    house = House()
    doctor, patient = await house.both()
    patient.candidate(doctor.peer)
    house.tick()
    patient.next = 1
    patient.candidate(doctor.peer)
    house.tick()
    assert len(doctor.connection.of("candidate")) == 1
    assert [m["n"] for m in patient.connection.of("ack")] == [1, 1]


async def test_a_hole_in_the_numbers_is_refused_and_nothing_is_lost() -> None:
    house = House()
    doctor, patient = await house.both()
    patient.next = 3
    patient.candidate(doctor.peer)
    error = patient.connection.last("error")
    assert (error["code"], error["n"], error["fatal"]) == ("out_of_order", 3, False)
    patient.next = 1
    for _ in range(3):
        patient.candidate(doctor.peer)
    assert [m["n"] for m in doctor.connection.of("candidate")] == [1, 2, 3]


async def test_what_is_missed_while_away_is_heard_on_return() -> None:
    house = House()
    doctor, patient = await house.both()
    doctor.candidate(patient.peer)
    patient.lose()
    doctor.send("chat", text="Je vous attends")
    doctor.candidate(patient.peer)
    await patient.resume(received=1)
    assert patient.welcome["resumed"] is True
    assert [(m["type"], m["s"]) for m in patient.connection.sent if "s" in m] == [("chat", 2), ("candidate", 3)]


async def test_one_who_misses_too_much_is_told_that_buffers_are_gone() -> None:
    house = House(limits=Limits(log_messages=4))
    doctor, patient = await house.both()
    patient.lose()
    for _ in range(9):
        doctor.candidate(patient.peer)
    assert doctor.connection.of("error") == []
    await patient.resume(received=0)
    assert patient.welcome["resumed"] is False
    doctor.candidate(patient.peer)
    assert patient.connection.last("candidate")["s"] == 1


async def test_a_reader_who_never_acknowledges_loses_its_socket_not_its_session() -> None:
    house = House(limits=Limits(log_messages=4))
    doctor, patient = await house.both()
    for _ in range(5):
        doctor.candidate(patient.peer)
    assert patient.connection.last("error")["code"] == "slow_consumer"
    assert patient.connection.closed is not None
    assert patient.connection.closed[0] == 4413
    patient.lose()
    assert house.hub.presence("room")[1].status == "dropped"
    assert doctor.connection.of("error") == []


async def test_acknowledged_messages_are_let_go() -> None:
    house = House(limits=Limits(log_messages=4))
    doctor, patient = await house.both()
    for number in range(1, 21):
        doctor.candidate(patient.peer)
        patient.say({"type": "ack", "s": number})
    assert patient.connection.closed is None
    assert len(patient.connection.of("candidate")) == 20


async def test_the_conversation_reaches_all_others_and_not_those_who_wait() -> None:
    house = House()
    house.directory.seats["room", "relative"] = SeatStatus.WAITING
    doctor, patient = await house.both()
    relative = await Page(house, "relative", Role.GUEST).join()
    doctor.send("chat", text="Bonjour")
    line = patient.connection.last("chat")
    assert (line["text"], line["seat"], line["from"], line["id"]) == (
        "Bonjour",
        "doctor",
        doctor.peer,
        f"{doctor.peer}:1",
    )
    assert relative.connection.of("chat") == []
    assert doctor.connection.of("chat") == []


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("{", "bad_json"),
        ("[1]", "bad_json"),
        ({"n": 1}, "unknown_type"),
        ({"type": "dance", "n": 1}, "unknown_type"),
        ({"type": ["offer"], "n": 1}, "unknown_type"),
        ({"type": "welcome"}, "wrong_direction"),
        ({"type": "presence"}, "wrong_direction"),
        ({"type": "join"}, "already_joined"),
        ({"type": "ack", "s": 99}, "invalid"),
        ({"type": "chat", "n": "1", "text": "x"}, "invalid"),
        ({"type": "chat", "n": True, "text": "x"}, "invalid"),
        ({"type": "chat", "text": "x"}, "invalid"),
        ({"type": "offer", "n": 1, "to": "nobody", "call": "c", "sdp": SDP}, "peer_gone"),
        ({"type": "offer", "n": 1, "to": "nobody", "call": "c", "sdp": "v=0\r\n"}, "malformed_sdp"),
        ({"type": "candidate", "n": 1, "to": "x", "call": "c", "candidate": {"candidate": "x"}}, "malformed_candidate"),
        ({"type": "offer", "n": 1, "to": "x", "call": "c", "sdp": SDP, "from": "doctor"}, "invalid"),
    ],
)
async def test_a_bad_frame_is_answered_and_nothing_else_happens(frame: object, code: str) -> None:
    house = House()
    house.grow_old()
    doctor, patient = await house.both()
    heard = len(doctor.connection.sent)
    patient.say(frame)
    assert patient.connection.last("error")["code"] == code
    assert patient.connection.closed is None
    assert len(doctor.connection.sent) == heard
    patient.next = 1 + (isinstance(frame, dict) and type(frame.get("n")) is int)
    patient.candidate(doctor.peer)
    assert len(doctor.connection.of("candidate")) == 1


async def test_a_refused_message_is_used_up_so_that_those_behind_it_pass() -> None:
    house = House()
    doctor, patient = await house.both()
    patient.send("offer", to=doctor.peer, call="c", sdp="v=0")
    patient.candidate(doctor.peer)
    house.tick()
    assert patient.connection.last("error")["n"] == 1
    assert doctor.connection.last("candidate")["n"] == 2
    assert patient.connection.last("ack")["n"] == 2


async def test_one_cannot_call_oneself_nor_a_page_that_was_reloaded() -> None:
    house = House()
    house.grow_old()
    doctor, patient = await house.both()
    patient.candidate(patient.peer)
    assert patient.connection.last("error")["code"] == "peer_gone"
    await patient.reload()
    doctor.candidate(patient.peer)
    assert doctor.connection.last("error")["code"] == "peer_gone"


async def test_errors_that_pile_up_close_the_socket() -> None:
    house = House(limits=Limits(errors_per_socket=5))
    _doctor, patient = await house.both()
    for _ in range(5):
        patient.say("{")
    assert patient.connection.last("error")["code"] == "too_many_errors"
    assert patient.connection.closed is not None
    assert patient.connection.closed[0] == 4400


async def test_a_superseded_page_is_no_longer_heard() -> None:
    house = House()
    doctor, patient = await house.both()
    await patient.reload()
    heard = len(doctor.connection.of("chat"))
    patient.send("chat", text="encore moi")
    assert len(doctor.connection.of("chat")) == heard


async def test_a_ping_is_answered() -> None:
    house = House()
    page = await house.patient().join()
    page.say({"type": "ping"})
    assert page.connection.last("pong") == {"type": "pong"}


async def test_a_restart_request_reaches_the_other_end() -> None:
    house = House()
    doctor, patient = await house.both()
    patient.send("restart", to=doctor.peer, call=None)
    wanted: dict[str, Any] = {"type": "restart", "s": 1, "n": 1, "from": patient.peer, "call": None}
    assert doctor.connection.last("restart") == wanted


async def test_the_end_of_candidates_passes() -> None:
    house = House()
    doctor, patient = await house.both()
    for candidate in (None, {**CANDIDATE, "candidate": ""}):
        patient.send("candidate", to=doctor.peer, call="c", candidate=candidate)
    assert [m["candidate"] for m in doctor.connection.of("candidate")] == [None, {**CANDIDATE, "candidate": ""}]


async def test_after_a_restart_what_is_said_to_one_who_is_not_back_yet_waits_for_it() -> None:
    house = House()
    doctor, patient = await house.both()
    house.open_hub()
    await doctor.resume(received=0)
    doctor.candidate(patient.peer)
    doctor.candidate("somebody-who-never-comes")
    await patient.resume(received=0)
    assert [m["from"] for m in patient.connection.of("candidate")] == [doctor.peer]
    assert doctor.connection.of("error") == []
