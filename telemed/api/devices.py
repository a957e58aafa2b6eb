"""What a device shows when it calls: a bearer token, or the certificate of its end of the TLS connection."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import ssl
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import unquote

from aiohttp import web

from telemed.kernel.caller import Caller

_BEARER = "bearer "
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_LONGEST_HEADER = 8_000


class DeviceAuthenticator(Protocol):
    """Who knows devices. A certificate is named by its thumbprint: SHA-256 of its DER, hexadecimal."""

    def recognises(self, *, token: str = "", certificate: str = "") -> bool:
        """Is it one of ours, revoked or not? Asks no database."""
        ...

    async def caller(self, *, token: str = "", certificate: str = "") -> Caller:
        """Raises Unauthenticated."""
        ...


@dataclass(frozen=True)
class DeviceDoor:
    """`header` is where a proxy of `trusted_proxies` hands on the certificate that it saw; empty: nowhere."""

    authenticator: DeviceAuthenticator
    header: str = ""
    trusted_proxies: frozenset[str] = frozenset()


DOOR = web.AppKey("device_door", DeviceDoor)


async def find_device(request: web.Request) -> Caller | None:
    """The device that calls, None if none shows itself. Raises Unauthenticated on one that is not let in."""
    door = request.app.get(DOOR)
    token, certificate = _shown(request, door) if door else ("", "")
    if door is None or not (token or certificate):
        return None
    return await door.authenticator.caller(token=token, certificate=certificate)


def is_recognised(request: web.Request) -> bool:
    """Does a device call that we know? Whether it is still let in is not asked."""
    door = request.app.get(DOOR)
    if door is None:
        return False
    token, certificate = _shown(request, door)
    return bool(token or certificate) and door.authenticator.recognises(token=token, certificate=certificate)


def _shown(request: web.Request, door: DeviceDoor) -> tuple[str, str]:
    authorization = request.headers.get("Authorization", "")
    if authorization[: len(_BEARER)].lower() == _BEARER:
        return authorization[len(_BEARER) :].strip(), ""
    return "", _thumbprint(request, door)


def _thumbprint(request: web.Request, door: DeviceDoor) -> str:
    """That of the certificate on this very connection, or on the proxy's."""
    shown: Any = request.get_extra_info("ssl_object")
    der = shown.getpeercert(binary_form=True) if shown is not None else None
    if der:
        return hashlib.sha256(der).hexdigest()
    if not door.header or request.remote not in door.trusted_proxies:
        return ""
    return read_certificate_header(request.headers.get(door.header, ""))


def read_certificate_header(text: str) -> str:
    """The thumbprint behind what proxies write: RFC 9440, a PEM with its escapes, or the SHA-256 itself. Else empty."""
    text = text.strip()
    if not text or len(text) > _LONGEST_HEADER:
        return ""
    digest = text.replace(":", "").lower()
    if _DIGEST.fullmatch(digest):
        return digest
    try:
        if text.startswith(":") and text.endswith(":"):
            return hashlib.sha256(base64.b64decode(text[1:-1], validate=True)).hexdigest()
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(unquote(text))).hexdigest()
    except (ValueError, binascii.Error):
        return ""
