"""Where a broker is, as the settings write it."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True)
class Broker:
    """A host and a port, who we are there, and how the connection is secured."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    tls: ssl.SSLContext | None = field(default=None, repr=False)


def parse_broker(url: str, tls: ssl.SSLContext | None = None) -> Broker:
    """Read `mqtt[s]://[user:password@]host[:port]`; `tls` is of use with mqtts alone. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname or parts.path not in ("", "/") or parts.query:
        raise ValueError("a broker is written mqtt[s]://[user:password@]host[:port]")
    secured = (tls or ssl.create_default_context()) if parts.scheme == "mqtts" else None
    port = parts.port or (8883 if secured else 1883)
    return Broker(parts.hostname, port, unquote(parts.username or ""), unquote(parts.password or ""), secured)
