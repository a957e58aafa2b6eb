"""A small certificate authority: both ends of a mutual TLS connection for tests, demonstration and a first set-up.

Keys are on P-256. A caisse or an agency brings certificates of its own: then nothing of this is used.
"""

from __future__ import annotations

import ipaddress
import os
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_PRIVATE_MODE = 0o600
_LIFETIME = timedelta(days=365)
_EARLIER = timedelta(hours=1)
"""A certificate holds since a little before it is made: two clocks are never the same."""


@dataclass(frozen=True)
class TlsFiles:
    """One end of a connection, as PEM files: its certificate and key, and the authority that the other end is under."""

    certificate: Path
    key: Path
    authority: Path

    def server_context(self) -> ssl.SSLContext:
        """Asks every client for a certificate of the authority."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=self.authority)
        context.verify_mode = ssl.CERT_REQUIRED
        return self._with_own(context)

    def client_context(self) -> ssl.SSLContext:
        """Believes this authority only, none of the machine's, and checks the name of the server."""
        return self._with_own(ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=self.authority))

    def _with_own(self, context: ssl.SSLContext) -> ssl.SSLContext:
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self.certificate, self.key)
        return context


class CertificateAuthority:
    """Issues certificates that hold from `now` for `lifetime`."""

    def __init__(self, name: str, now: datetime, *, lifetime: timedelta = _LIFETIME) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named(name)
        self._now = now
        self._lifetime = lifetime
        usage = _key_usage(signs_certificates=True)
        unsigned = _builder(self._name, self._key.public_key(), now, lifetime).add_extension(usage, critical=True)
        unsigned = unsigned.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        self._certificate = self._sign(unsigned)

    def write_server(self, folder: Path, name: str, *, hosts: Sequence[str]) -> TlsFiles:
        """A server's files in `folder`; `hosts` are the names and addresses that clients may call it by."""
        names = x509.SubjectAlternativeName([_host(host) for host in hosts])
        return self._write(folder, name, ExtendedKeyUsageOID.SERVER_AUTH, names)

    def write_client(self, folder: Path, name: str) -> TlsFiles:
        """A client's files in `folder`."""
        return self._write(folder, name, ExtendedKeyUsageOID.CLIENT_AUTH, None)

    def _write(
        self, folder: Path, name: str, purpose: x509.ObjectIdentifier, names: x509.SubjectAlternativeName | None
    ) -> TlsFiles:
        key = ec.generate_private_key(ec.SECP256R1())
        unsigned = _builder(_named(name), key.public_key(), self._now, self._lifetime)
        unsigned = unsigned.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        unsigned = unsigned.add_extension(_key_usage(signs_certificates=False), critical=True)
        unsigned = unsigned.add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        if names is not None:
            unsigned = unsigned.add_extension(names, critical=False)
        folder.mkdir(parents=True, exist_ok=True)
        files = TlsFiles(folder / f"{name}.pem", folder / f"{name}.key", folder / f"{name}.authority.pem")
        files.certificate.write_bytes(_pem(self._sign(unsigned)))
        files.authority.write_bytes(_pem(self._certificate))
        _write_key(files.key, key)
        return files

    def _sign(self, unsigned: x509.CertificateBuilder) -> x509.Certificate:
        own = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        named = unsigned.issuer_name(self._name).add_extension(own, critical=False)
        return named.sign(self._key, hashes.SHA256())


def _builder(
    subject: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, lifetime: timedelta
) -> x509.CertificateBuilder:
    own = x509.SubjectKeyIdentifier.from_public_key(key)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _EARLIER)
        .not_valid_after(now + lifetime)
        .add_extension(own, critical=False)
    )


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    """In the clear, for its owner alone; an older key of that name is replaced."""
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_MODE), "wb") as file:
        file.write(pem)
