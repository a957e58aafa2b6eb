"""What the server sends: one function a message type, each returns the bytes of a text frame."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson

from signaling.codes import FATAL, Refusal
from signaling.ice import IceOffer

encode = orjson.dumps


def error(refusal: Refusal) -> bytes:
    """Something was refused. `n` names the numbered message that it was, if any; `fatal` announces a close."""
    return encode(
        {
            "type": "error",
            "code": refusal.code.value,
            "detail": refusal.detail,
            "n": refusal.sequence,
            "fatal": refusal.code in FATAL,
        }
    )


def presence(seats: list[dict[str, Any]], *, now: datetime) -> bytes:
    """Everybody else in the room, as this member may see them."""
    return encode({"type": "presence", "now": now, "seats": seats})


def admission(*, admitted: bool) -> bytes:
    return encode({"type": "admission", "admitted": admitted})


def waiting(place: dict[str, Any]) -> bytes:
    """The place in the queue, as the application computed it."""
    return encode({"type": "waiting", **place})


def closed(reason: str) -> bytes:
    return encode({"type": "closed", "reason": reason})


def ack(number: int) -> bytes:
    return encode({"type": "ack", "n": number})


def ice(offer: IceOffer, resume_token: str) -> bytes:
    return encode(
        {"type": "ice", "servers": offer.servers, "expires_in": offer.expires_in, "resume_token": resume_token}
    )


PONG = encode({"type": "pong"})
