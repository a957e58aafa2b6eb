"""ICE servers with credentials that live a few minutes: coturn's `use-auth-secret` scheme."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

MAX_LIFETIME = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class IceOffer:
    """What a client puts into RTCPeerConnection, and for how many seconds its credentials open a relay."""

    servers: list[dict[str, object]]
    expires_in: int


class IceServers:
    """Makes time-limited TURN credentials. Without `turn_urls` only STUN, or nothing, is offered."""

    def __init__(
        self,
        *,
        now: Callable[[], datetime],
        stun_urls: Sequence[str] = (),
        turn_urls: Sequence[str] = (),
        turn_secret: str = "",
        lifetime: timedelta = MAX_LIFETIME,
    ) -> None:
        if not timedelta(0) < lifetime <= MAX_LIFETIME:
            raise ValueError("TURN credentials live at most five minutes")
        if turn_urls and not turn_secret:
            raise ValueError("TURN servers need a shared secret")
        self._now = now
        self._stun_urls = list(stun_urls)
        self._turn_urls = list(turn_urls)
        self._secret = turn_secret.encode()
        self._lifetime = lifetime

    def offer(self, label: str) -> IceOffer:
        """Servers for one page. `label` tells pages apart in coturn's log: opaque, never a person."""
        servers: list[dict[str, object]] = []
        if self._stun_urls:
            servers.append({"urls": self._stun_urls})
        if self._turn_urls:
            servers.append({"urls": self._turn_urls, **self._credentials(label)})
        return IceOffer(servers, int(self._lifetime.total_seconds()))

    def _credentials(self, label: str) -> dict[str, str]:
        username = f"{int((self._now() + self._lifetime).timestamp())}:{label}"
        # HMAC-SHA1 is what coturn and the TURN REST draft fix; the secret never leaves the two servers.
        seal = hmac.digest(self._secret, username.encode(), hashlib.sha1)
        return {"username": username, "credential": b64encode(seal).decode()}
