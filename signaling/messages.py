"""What a client may send: parsing and strict checks. Nothing unknown passes, nothing is repaired."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from signaling.codes import ErrorCode, Refusal
from signaling.limits import MAX_CHAT_CHARS, MAX_DETAILS, MAX_SEQUENCE, PROTOCOL_VERSION
from signaling.ports import SEAT_KINDS
from signaling.sdp import check_candidate, check_sdp

Message = dict[str, Any]
LINKS = frozenset({"good", "fair", "poor", "unknown"})

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_WORD = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_KINDS = frozenset(kind.value for kind in SEAT_KINDS)
_JOIN_KEYS = {"type", "protocol", "page", "next", "epoch", "received"}


@dataclass(frozen=True, slots=True)
class JoinRequest:
    """The first frame. `next` numbers the first message that will follow; `received` the last one got in `epoch`."""

    token: str
    resumes: bool
    page: str
    next: int
    epoch: str
    received: int


def parse(data: bytes | str) -> Message:
    """The JSON object in a frame. Raises Refusal(bad_json)."""
    try:
        message = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise Refusal(ErrorCode.BAD_JSON, "not JSON in UTF-8") from None
    if type(message) is not dict:
        raise Refusal(ErrorCode.BAD_JSON, "a frame holds one JSON object")
    return message


def parse_join(data: bytes | str) -> JoinRequest:
    """The first frame of a socket. Raises Refusal: bad_json, not_joined, protocol_version or invalid."""
    message = parse(data)
    if message.get("type") != "join":
        raise Refusal(ErrorCode.NOT_JOINED, "the first frame is a join")
    if message.get("protocol") != PROTOCOL_VERSION:
        raise Refusal(ErrorCode.PROTOCOL_VERSION, f"this server speaks version {PROTOCOL_VERSION}")
    credential = message.keys() - _JOIN_KEYS
    _require(len(credential) == 1 and credential <= {"token", "resume"}, "exactly one of token and resume")
    name = credential.pop()
    _require(message.keys() == _JOIN_KEYS | {name}, "a field is missing")
    _require(isinstance(message[name], str), name)
    _require(_is_name(message["page"]), "page")
    _require(is_sequence(message["next"]), "next")
    _require(isinstance(message["epoch"], str) and len(message["epoch"]) <= 64, "epoch")
    received = message["received"]
    _require(type(received) is int and 0 <= received <= MAX_SEQUENCE, "received")
    return JoinRequest(message[name], name == "resume", message["page"], message["next"], message["epoch"], received)


def check_body(message: Message) -> None:
    """Raises Refusal unless the message has exactly the fields of its type, each of the right form."""
    kind = message["type"]
    keys, check = _BODIES[kind]
    if message.keys() != keys:
        raise Refusal(ErrorCode.INVALID, f"the fields of {kind} are {', '.join(sorted(keys))}")
    check(message)


def is_sequence(value: object) -> bool:
    """Is this a sequence number: a whole number from 1 up to what JavaScript counts exactly?"""
    return type(value) is int and 1 <= value <= MAX_SEQUENCE


def parse_instant(text: str) -> datetime:
    """An ISO 8601 instant with its offset. Raises Refusal(invalid)."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal(ErrorCode.INVALID, "at is not an ISO 8601 instant") from None
    _require(instant.utcoffset() is not None, "at carries no offset")
    return instant


def _require(condition: bool, what: str) -> None:
    if not condition:
        raise Refusal(ErrorCode.INVALID, what)


def _is_name(value: object) -> bool:
    return type(value) is str and _NAME.fullmatch(value) is not None


def _check_target(message: Message) -> None:
    to, call = message["to"], message["call"]
    if type(to) is not str or not 0 < len(to) <= 64:  # compared with names that exist, never kept longer than a moment
        raise Refusal(ErrorCode.INVALID, "to")
    if type(call) is not str or _NAME.fullmatch(call) is None:
        raise Refusal(ErrorCode.INVALID, "call")


def _check_description(message: Message) -> None:
    _check_target(message)
    if type(message["sdp"]) is not str:
        raise Refusal(ErrorCode.MALFORMED_SDP, "sdp is a string")
    check_sdp(message["sdp"])


_CANDIDATE_KEYS = frozenset({"candidate", "sdpMid", "sdpMLineIndex", "usernameFragment"})


def _check_candidate(message: Message) -> None:
    _check_target(message)
    candidate = message["candidate"]
    if candidate is None:
        return
    if type(candidate) is not dict or not candidate.keys() <= _CANDIDATE_KEYS:
        raise Refusal(ErrorCode.MALFORMED_CANDIDATE, "the fields of a candidate are those of RTCIceCandidateInit")
    line, index = candidate.get("candidate"), candidate.get("sdpMLineIndex")
    if type(line) is not str:
        raise Refusal(ErrorCode.MALFORMED_CANDIDATE, "candidate is a string")
    check_candidate(line)
    for name in ("sdpMid", "usernameFragment"):
        value = candidate.get(name)
        if value is not None and (type(value) is not str or len(value) > 256):
            raise Refusal(ErrorCode.MALFORMED_CANDIDATE, name)
    if index is not None and (type(index) is not int or not 0 <= index <= 255):
        raise Refusal(ErrorCode.MALFORMED_CANDIDATE, "sdpMLineIndex")


def _check_restart(message: Message) -> None:
    _require(_is_name(message["to"]), "to")
    _require(message["call"] is None or _is_name(message["call"]), "call")


def _check_chat(message: Message) -> None:
    text = message["text"]
    _require(type(text) is str and 0 < len(text) <= MAX_CHAT_CHARS and bool(text.strip()), "text")


def _check_state(message: Message) -> None:
    for name in ("audio", "video", "screen"):
        _require(type(message[name]) is bool, name)
    _require(type(message["link"]) is str and message["link"] in LINKS, "link")


def _check_report(message: Message) -> None:
    _require(type(message["kind"]) is str and message["kind"] in _KINDS, "kind is not one that a seat reports")
    _require(type(message["at"]) is str and len(message["at"]) <= 40, "at")
    parse_instant(message["at"])
    details = message["details"]
    _require(type(details) is dict and len(details) <= MAX_DETAILS, "details")
    for name, value in details.items():
        _require(_WORD.fullmatch(name) is not None and _is_detail(value), "details hold words and numbers")


def _is_detail(value: object) -> bool:
    """Numbers, booleans and enum-like words: free text has no place in the ledger."""
    if type(value) is float:
        return math.isfinite(value)
    if type(value) is int:
        return abs(value) <= MAX_SEQUENCE
    return type(value) is bool or (type(value) is str and _WORD.fullmatch(value) is not None)


def _check_ack(message: Message) -> None:
    _require(type(message["s"]) is int and 0 <= message["s"] <= MAX_SEQUENCE, "s")


def _check_nothing(_message: Message) -> None:
    """The type says it all."""


Check = Callable[[Message], None]
_BODIES: dict[str, tuple[set[str], Check]] = {
    "offer": ({"type", "n", "to", "call", "sdp"}, _check_description),
    "answer": ({"type", "n", "to", "call", "sdp"}, _check_description),
    "candidate": ({"type", "n", "to", "call", "candidate"}, _check_candidate),
    "restart": ({"type", "n", "to", "call"}, _check_restart),
    "chat": ({"type", "n", "text"}, _check_chat),
    "state": ({"type", "n", "audio", "video", "screen", "link"}, _check_state),
    "report": ({"type", "n", "kind", "at", "details"}, _check_report),
    "ack": ({"type", "s"}, _check_ack),
    "ice": ({"type"}, _check_nothing),
    "ping": ({"type"}, _check_nothing),
    "leave": ({"type"}, _check_nothing),
}
NUMBERED = frozenset(kind for kind, (keys, _) in _BODIES.items() if "n" in keys)
CLIENT_TYPES = frozenset(_BODIES) | {"join"}
SERVER_ONLY_TYPES = frozenset({"welcome", "presence", "admission", "waiting", "closed", "error", "pong"})
SERVER_TYPES = SERVER_ONLY_TYPES | {"offer", "answer", "candidate", "restart", "chat", "ice", "ack"}
