"""What proxies write of a client certificate, as its thumbprint."""

from __future__ import annotations

import base64
import hashlib
import ssl
from urllib.parse import quote

from telemed.api.devices import read_certificate_header

DER = b"\x30\x03\x02\x01\x05" * 20
THUMBPRINT = hashlib.sha256(DER).hexdigest()


def test_each_way_of_writing_it_gives_the_same_thumbprint() -> None:
    ways = (f":{base64.b64encode(DER).decode()}:", quote(ssl.DER_cert_to_PEM_cert(DER)), THUMBPRINT.upper())
    assert {read_certificate_header(way) for way in ways} == {THUMBPRINT}
    assert read_certificate_header(":".join(THUMBPRINT[n : n + 2] for n in range(0, 64, 2))) == THUMBPRINT


def test_nonsense_is_nobody() -> None:
    for text in ("", "PEM", ":é:", ":not base64:", "0" * 63, "x" * 9_000, "%2D%2DBEGIN"):
        assert read_certificate_header(text) == ""
