"""How a device comes in: what its CONNECT may not ask, and what it is told of our limits."""

from __future__ import annotations

import asyncio
import hashlib
import ssl

from telemed.adapters.mqtt.door import Guest, Shown
from telemed.adapters.mqtt.limits import Limits
from telemed.adapters.mqtt.packets import Connect
from telemed.adapters.mqtt.reasons import Reason
from telemed.adapters.mqtt.wire import Properties


def refuse_connect(connect: Connect, *, is_full: bool) -> Reason | None:
    """Why this CONNECT cannot be granted, whoever sends it; None where it may.

    A will is refused: it would be dated when the device connected, and say so hours later as if it were news.
    """
    if connect.said.authentication_method is not None:
        return Reason.BAD_AUTHENTICATION_METHOD
    if connect.has_will:
        return Reason.IMPLEMENTATION_SPECIFIC
    return Reason.SERVER_BUSY if is_full else None


def shown_by(connect: Connect, transport: asyncio.Transport | None) -> Shown:
    """Its password is the token; where it gives none, the certificate of its connection speaks for it."""
    if connect.password:
        return Shown(token=connect.password.decode("utf-8", "replace"))
    secured = transport.get_extra_info("ssl_object") if transport else None
    certificate = secured.getpeercert(True) if isinstance(secured, ssl.SSLObject) else None
    return Shown(thumbprint=hashlib.sha256(certificate).hexdigest() if certificate else "")


def keep_alive_of(connect: Connect, limits: Limits) -> int:
    """Seconds after which it must have said something, give or take half: as it asked and we allow."""
    return min(connect.keep_alive or limits.keep_alive_seconds, limits.keep_alive_seconds)


def session_seconds_of(connect: Connect, limits: Limits) -> int:
    """How long its session outlives its connection: as it asked and we allow."""
    return min(connect.said.session_expiry or 0, limits.session_seconds)


def name_of(guest: Guest) -> str:
    """The name of a client that gave none."""
    return f"device-{guest.device_id}"


def welcome(connect: Connect, limits: Limits, guest: Guest) -> Properties:
    """What CONNACK says beside its reason: limits, and what was granted otherwise than asked."""
    keep_alive, session = keep_alive_of(connect, limits), session_seconds_of(connect, limits)
    return Properties(
        session_expiry=session if session != (connect.said.session_expiry or 0) else None,
        receive_maximum=limits.receive_maximum,
        maximum_qos=1,
        retain_available=0,
        maximum_packet=limits.packet_bytes,
        assigned_client_id=None if connect.client_id else name_of(guest),
        server_keep_alive=keep_alive if keep_alive != connect.keep_alive else None,
        wildcards_available=0,
        subscription_ids_available=0,
        shared_available=0,
    )
