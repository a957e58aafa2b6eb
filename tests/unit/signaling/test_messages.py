"""Strict checks of what a client says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from signaling.codes import ErrorCode, Refusal
from signaling.messages import CLIENT_TYPES, check_body, parse, parse_join
from tests.unit.signaling.support import CANDIDATE, SDP, refusal_of

EXPECTED = {None, ErrorCode.INVALID, ErrorCode.MALFORMED_SDP, ErrorCode.MALFORMED_CANDIDATE}
"""A field of another value passes, or is told by one of these."""
GOOD: dict[str, dict[str, Any]] = {
    "offer": {"n": 1, "to": "peer", "call": "c-1", "sdp": SDP},
    "answer": {"n": 1, "to": "peer", "call": "c-1", "sdp": SDP},
    "candidate": {"n": 1, "to": "peer", "call": "c-1", "candidate": CANDIDATE},
    "restart": {"n": 1, "to": "peer", "call": None},
    "chat": {"n": 1, "text": "Bonjour, m'entendez-vous ?"},
    "state": {"n": 1, "audio": True, "video": False, "screen": False, "link": "fair"},
    "report": {"n": 1, "kind": "first_frame", "at": "2026-11-22T12:00:00.123Z", "details": {"ms": 412, "via": "relay"}},
    "ack": {"s": 3},
    "ice": {},
    "ping": {},
    "leave": {},
}
JOIN = {"type": "join", "protocol": 1, "page": "page-1", "next": 1, "epoch": "", "received": 0, "token": "t"}


def message(kind: str, /, **changes: Any) -> dict[str, Any]:
    return {"type": kind, **GOOD[kind], **changes}


def test_every_client_type_has_an_example_here() -> None:
    assert GOOD.keys() | {"join"} == CLIENT_TYPES


@pytest.mark.parametrize("kind", GOOD)
def test_a_good_message_passes(kind: str) -> None:
    assert refusal_of(check_body, message(kind)) is None


@pytest.mark.parametrize("kind", GOOD)
def test_an_extra_field_is_refused(kind: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_body(message(kind, **{"from": "somebody-else"}))
    assert refused.value.code == "invalid"


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, fields in GOOD.items() for name in fields])
def test_a_missing_field_is_refused(kind: str, name: str) -> None:
    incomplete = message(kind)
    del incomplete[name]
    with pytest.raises(Refusal):
        check_body(incomplete)


@pytest.mark.parametrize(
    ("kind", "changes", "code"),
    [
        ("offer", {"to": "t" * 65}, "invalid"),
        ("offer", {"to": 7}, "invalid"),
        ("offer", {"call": "a b"}, "invalid"),
        ("offer", {"call": None}, "invalid"),
        ("offer", {"sdp": 3}, "malformed_sdp"),
        ("offer", {"sdp": "v=0"}, "malformed_sdp"),
        ("candidate", {"candidate": "candidate:1"}, "malformed_candidate"),
        ("candidate", {"candidate": {}}, "malformed_candidate"),
        ("candidate", {"candidate": {**CANDIDATE, "more": 1}}, "malformed_candidate"),
        ("candidate", {"candidate": {**CANDIDATE, "sdpMLineIndex": -1}}, "malformed_candidate"),
        ("candidate", {"candidate": {**CANDIDATE, "sdpMid": "m" * 300}}, "malformed_candidate"),
        ("restart", {"call": 4}, "invalid"),
        ("chat", {"text": ""}, "invalid"),
        ("chat", {"text": " \n "}, "invalid"),
        ("chat", {"text": "a" * 4001}, "invalid"),
        ("chat", {"text": ["a"]}, "invalid"),
        ("state", {"audio": 1}, "invalid"),
        ("state", {"link": "excellent"}, "invalid"),
        ("report", {"kind": "joined"}, "invalid"),
        ("report", {"kind": "gone_fishing"}, "invalid"),
        ("report", {"at": "yesterday"}, "invalid"),
        ("report", {"at": "2026-11-22T12:00:00"}, "invalid"),
        ("report", {"details": {"note": "Mme Leroy tousse"}}, "invalid"),
        ("report", {"details": {"Nom": "x"}}, "invalid"),
        ("report", {"details": {f"k{i}": i for i in range(9)}}, "invalid"),
        ("report", {"details": {"deep": {}}}, "invalid"),
        ("ack", {"s": -1}, "invalid"),
        ("ack", {"s": True}, "invalid"),
    ],
)
def test_a_wrong_field_is_refused(kind: str, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_body(message(kind, **changes))
    assert refused.value.code == code


@pytest.mark.parametrize("frame", ["", "{", "[]", "null", '"join"', "NaN", b"\xff\xfe", '{"a":1}}'])
def test_bad_json_is_refused(frame: str | bytes) -> None:
    with pytest.raises(Refusal) as refused:
        parse(frame)
    assert refused.value.code == "bad_json"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"type": "chat"}, "not_joined"),
        ({"protocol": 2}, "protocol_version"),
        ({"resume": "r"}, "invalid"),
        ({"token": 7}, "invalid"),
        ({"page": ""}, "invalid"),
        ({"page": "é"}, "invalid"),
        ({"next": 0}, "invalid"),
        ({"epoch": None}, "invalid"),
        ({"received": -1}, "invalid"),
        ({"room": "r"}, "invalid"),
    ],
)
def test_a_wrong_join_is_refused(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse_join(json.dumps(JOIN | changes))
    assert refused.value.code == code


def test_a_join_says_whether_it_resumes() -> None:
    resume = {**JOIN, "resume": JOIN["token"]}
    del resume["token"]
    assert parse_join(json.dumps(resume)).resumes
    assert not parse_join(json.dumps(JOIN)).resumes
