"""Certificates that a person brings: read, never believed; what they say of themselves is shown before it is used."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

_MOST_SUBJECT = 300


@dataclass(frozen=True)
class ShownCertificate:
    """`thumbprint` is the SHA-256 of its DER, lower-case hexadecimal; it holds from `first_at` until `last_at`."""

    thumbprint: str
    subject: str
    first_at: datetime
    last_at: datetime


def read_certificate(content: bytes) -> ShownCertificate:
    """The first certificate of a PEM, or the one of a DER. Raises ValueError, in French, on anything else."""
    if b"PRIVATE KEY" in content:
        raise ValueError("c'est une clé privée, ou un fichier qui en contient une : elle ne se donne à personne")
    try:
        if b"-----BEGIN" in content:
            found = x509.load_pem_x509_certificates(content)[0]
        else:
            found = x509.load_der_x509_certificate(content)
        return ShownCertificate(
            thumbprint=hashlib.sha256(found.public_bytes(Encoding.DER)).hexdigest(),
            subject=found.subject.rfc4514_string()[:_MOST_SUBJECT],
            first_at=found.not_valid_before_utc,
            last_at=found.not_valid_after_utc,
        )
    except ValueError as error:
        raise ValueError("ceci n'est pas un certificat : un PEM commence par -----BEGIN CERTIFICATE-----") from error
