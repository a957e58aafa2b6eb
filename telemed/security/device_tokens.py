"""Tokens of devices: signed (HMAC-SHA-256), bound to one credential, one device and one follow-up."""

from __future__ import annotations

import binascii
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from telemed.security.keyring import Keyring

PREFIX = "tmd1_"
_CONTEXT = "telemonitoring.device_token"
_REMEMBERED = 16_384
"""How many tokens need not be checked again: a device shows the same one with each message."""

_NOBODY = bytes(16)
_SIGNED = 48
_LENGTH = len(PREFIX) + 108
"""80 bytes in base64url, without padding, are 107 characters."""


class DeviceClaims(NamedTuple):
    """What a token says. `follow_up_id` is None for a gateway."""

    credential_id: UUID
    device_id: UUID
    follow_up_id: UUID | None


class DeviceTokens:
    """Signs and checks without asking anybody; whether the credential still lives is another question."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._remembered = lru_cache(maxsize=_REMEMBERED)(self._read)

    def sign(self, claims: DeviceClaims) -> str:
        """The token, to be shown once."""
        follow_up = claims.follow_up_id.bytes if claims.follow_up_id else _NOBODY
        body = claims.credential_id.bytes + claims.device_id.bytes + follow_up
        return PREFIX + urlsafe_b64encode(body + self._seal(body)).rstrip(b"=").decode()

    def read(self, token: str) -> DeviceClaims | None:
        """What a token of ours says, None if it is not ours."""
        return self._remembered(token) if len(token) < _LENGTH else None

    def _read(self, token: str) -> DeviceClaims | None:
        if not token.startswith(PREFIX) or not token.isascii():
            return None
        try:
            raw = urlsafe_b64decode(token[len(PREFIX) :] + "=")
        except binascii.Error:
            return None
        body, seal = raw[:_SIGNED], raw[_SIGNED:]
        if len(body) < _SIGNED or not hmac.compare_digest(seal, self._seal(body)):
            return None
        follow_up = body[32:]
        return DeviceClaims(
            UUID(bytes=body[:16]),
            UUID(bytes=body[16:32]),
            None if follow_up == _NOBODY else UUID(bytes=follow_up),
        )

    def _seal(self, body: bytes) -> bytes:
        return self._keyring.blind_index(body.hex(), _CONTEXT)
