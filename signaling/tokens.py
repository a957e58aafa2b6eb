"""Signed room tokens: who may sit where, until when. HMAC-SHA256 under a list of keys, so that keys can rotate."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import orjson

from signaling.codes import ErrorCode, Refusal

_CONTEXT = b"signaling room token v1\x00"
_MAX_TOKEN_CHARS = 2048
_MIN_SECRET_BYTES = 32


class Role(StrEnum):
    """What a seat may do: one host a room, up to three guests, who wait until they are admitted."""

    HOST = "host"
    GUEST = "guest"


class Purpose(StrEnum):
    """`join` opens one session, once; `resume` comes back to the session that it names, as often as needed."""

    JOIN = "join"
    RESUME = "resume"


@dataclass(frozen=True, slots=True)
class TokenKey:
    """One signing key. `id` travels in clear in the token; `secret` holds at least 32 bytes."""

    id: str
    secret: bytes

    def __post_init__(self) -> None:
        if len(self.secret) < _MIN_SECRET_BYTES:
            raise ValueError("a token key needs at least 32 bytes")
        if not self.id or not self.id.isascii() or "." in self.id:
            raise ValueError("a key id is ASCII without a dot")


@dataclass(frozen=True, slots=True)
class RoomGrant:
    """What a verified token says. `id` names the token (join) or the session (resume)."""

    room: str
    seat: str
    role: Role
    purpose: Purpose
    id: str
    expires_at: datetime


class RoomTokens:
    """Issues under the first key, verifies under any: put the new key first, drop the old one a day later."""

    def __init__(self, keys: Sequence[TokenKey], *, now: Callable[[], datetime]) -> None:
        if not keys:
            raise ValueError("at least one token key is needed")
        self._signing = keys[0]
        self._keys = {key.id: key for key in keys}
        self._now = now

    def issue(self, room: str, seat: str, *, role: Role, lifetime: timedelta = timedelta(minutes=2)) -> str:
        """A token that opens one session on `seat`; give it to the page that will use it at once."""
        return self._sign(room, seat, role, Purpose.JOIN, secrets.token_urlsafe(12), lifetime)

    def issue_resume(self, room: str, seat: str, *, role: Role, session: str, lifetime: timedelta) -> str:
        """A token by which the page that holds `session` comes back to it, also on a server that has restarted."""
        return self._sign(room, seat, role, Purpose.RESUME, session, lifetime)

    def verify(self, token: str) -> RoomGrant:
        """What the token grants. Raises Refusal: token_forged or token_expired (expired from that instant on)."""
        grant = self._open(token)
        if grant.expires_at <= self._now():
            raise Refusal(ErrorCode.TOKEN_EXPIRED, "the token has expired")
        return grant

    def _sign(self, room: str, seat: str, role: Role, purpose: Purpose, name: str, lifetime: timedelta) -> str:
        expires = int((self._now() + lifetime).timestamp())
        body = _encode(orjson.dumps([room, seat, role.value, purpose.value, name, expires]))
        signed = f"{self._signing.id}.{body}"
        return f"{signed}.{_encode(_seal(self._signing.secret, signed))}"

    def _open(self, token: str) -> RoomGrant:
        signed, _, seal = token.rpartition(".")
        key = self._keys.get(signed.partition(".")[0])
        if len(token) > _MAX_TOKEN_CHARS or not token.isascii() or key is None:
            raise Refusal(ErrorCode.TOKEN_FORGED, "the token is not ours")
        if not hmac.compare_digest(_encode(_seal(key.secret, signed)), seal):
            raise Refusal(ErrorCode.TOKEN_FORGED, "the token is not ours")
        room, seat, role, purpose, name, expires = orjson.loads(_decode(signed.partition(".")[2]))
        return RoomGrant(room, seat, Role(role), Purpose(purpose), name, datetime.fromtimestamp(expires, UTC))


def _seal(secret: bytes, signed: str) -> bytes:
    return hmac.digest(secret, _CONTEXT + signed.encode(), hashlib.sha256)


def _encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
