"""Opaque tokens: random, given once, kept only as a hash."""

from __future__ import annotations

import hashlib
import hmac
import secrets


def make_token() -> str:
    """A new secret of 256 bits, safe in a URL path or a cookie."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> bytes:
    """What is stored of a token; a plain hash suffices for 256 random bits."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def equals(left: str, right: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(left.encode("utf-8", "surrogatepass"), right.encode("utf-8", "surrogatepass"))
