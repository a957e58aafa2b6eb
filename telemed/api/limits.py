"""How much one caller may ask: a token bucket per address, bounded in memory."""

from __future__ import annotations

from collections import OrderedDict
from ipaddress import ip_address

from aiohttp import web

from telemed.kernel.clock import Clock
from telemed.kernel.errors import TooMany

_MOST_CALLERS = 20_000


class RateLimiter:
    """Allows `per_minute` calls a minute to each key, with a burst of as many."""

    def __init__(self, *, clock: Clock, per_minute: int) -> None:
        self._clock = clock
        self._rate = per_minute / 60
        self._burst = float(per_minute)
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> None:
        """Count one call. Raises TooMany when the bucket is empty."""
        now = self._clock.monotonic()
        tokens, seen = self._buckets.pop(key, (self._burst, now))
        tokens = min(self._burst, tokens + (now - seen) * self._rate)
        self._buckets[key] = (max(tokens - 1, 0), now) if tokens >= 1 else (tokens, now)
        if len(self._buckets) > _MOST_CALLERS:
            self._buckets.popitem(last=False)
        if tokens < 1:
            wait = int((1 - tokens) / self._rate) + 1
            raise TooMany(f"Trop de demandes : réessayez dans {wait} s.", retry_after_seconds=wait)


def client_address(request: web.Request, trusted_proxies: frozenset[str]) -> str:
    """The caller's address; X-Forwarded-For is believed only from a trusted proxy, its last hop first."""
    address = request.remote or ""
    if address not in trusted_proxies:
        return address
    for hop in reversed(request.headers.get("X-Forwarded-For", "").split(",")):
        candidate = hop.strip()
        if not _is_address(candidate):
            return address
        address = candidate
        if candidate not in trusted_proxies:
            break
    return address


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
