"""Signatures made by the server: ECDSA P-256 over SHA-256, as detached JWS (ES256), and their verification.

A detached JWS in compact form is `header..signature` (RFC 7515, appendix F): the payload travels beside it. The header
names the key by the thumbprint of its public half (RFC 7638), so that a seal finds its key after any rotation.
Signatures are deterministic (RFC 6979): the same payload and key give the same bytes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

_COORDINATE_BYTES = 32
_PRIVATE_MODE = 0o600


@dataclass(frozen=True)
class PublicKey:
    """A P-256 public key and its thumbprint."""

    key: ec.EllipticCurvePublicKey
    key_id: str

    @classmethod
    def of(cls, key: ec.EllipticCurvePublicKey) -> PublicKey:
        if not isinstance(key.curve, ec.SECP256R1):
            raise ValueError("a seal key is on the curve P-256")  # noqa: TRY004 - a file with the wrong content
        return cls(key, _thumbprint(key))

    @classmethod
    def from_pem(cls, pem: bytes) -> PublicKey:
        """Read a public key, or the public half of a private one. Raises ValueError."""
        if b"PRIVATE KEY" in pem:
            return PublicKey.of(_load_private(pem).public_key())
        key = serialization.load_pem_public_key(pem)
        if not isinstance(key, ec.EllipticCurvePublicKey):
            raise ValueError("a seal key is on the curve P-256")  # noqa: TRY004 - a file with the wrong content
        return cls.of(key)

    def to_pem(self) -> bytes:
        return self.key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


class ServerSigner:
    """Signs with one private key. Implements `documents.ports.Signer`; `rpps` goes into the payload, not the key."""

    def __init__(self, pem: bytes) -> None:
        self._key = _load_private(pem)
        self.public_key = PublicKey.of(self._key.public_key())

    async def sign(self, payload: bytes, *, rpps: str) -> str:
        """A detached JWS. Raises ValueError unless the payload names `rpps` as its signer."""
        if not rpps or rpps.encode() not in payload:
            raise ValueError("the payload does not name its signer")
        return self.sign_now(payload)

    def sign_now(self, payload: bytes) -> str:
        header = _encode(_header(self.public_key.key_id))
        der = self._key.sign(_input(header, payload), ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
        r, s = decode_dss_signature(der)
        return f"{header}..{_encode(r.to_bytes(_COORDINATE_BYTES) + s.to_bytes(_COORDINATE_BYTES))}"


class SealVerifier:
    """Verifies seals made by any of the known keys."""

    def __init__(self, keys: Iterable[PublicKey]) -> None:
        self._keys = {key.key_id: key for key in keys}

    def is_valid(self, payload: bytes, seal: str) -> bool:
        """Was this very payload sealed by a known key? Never raises."""
        header, _, signature = seal.partition("..")
        try:
            fields = json.loads(_decode(header))
            raw = _decode(signature)
        except (ValueError, binascii.Error):
            return False
        key_id = fields.get("kid") if isinstance(fields, dict) else None
        key = self._keys.get(key_id) if isinstance(key_id, str) else None
        if key is None or fields != json.loads(_header(key.key_id)) or len(raw) != 2 * _COORDINATE_BYTES:
            return False
        r, s = int.from_bytes(raw[:_COORDINATE_BYTES]), int.from_bytes(raw[_COORDINATE_BYTES:])
        try:
            key.key.verify(encode_dss_signature(r, s), _input(header, payload), ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class SealKeys:
    """What signs now, and what verifies seals of now and of before."""

    signer: ServerSigner
    verifier: SealVerifier


def open_seal_keys(path: Path) -> SealKeys:
    """The key at `path`, made there if absent, and the public keys kept in `retired/` beside it.

    To rotate: move the public half of the old key into `retired/` (any name in `.pem`), then put a new key at `path`.
    """
    signer = ServerSigner(load_or_make_signing_key(path))
    retired = [PublicKey.from_pem(file.read_bytes()) for file in sorted((path.parent / "retired").glob("*.pem"))]
    return SealKeys(signer, SealVerifier([signer.public_key, *retired]))


def make_signing_key() -> bytes:
    """A new private key, PKCS#8 in PEM, not encrypted."""
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def load_or_make_signing_key(path: Path) -> bytes:
    """The key kept at `path`, made on the first start and readable by its owner alone; two starts at once agree."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made = path.with_name(f".{path.name}.{os.getpid()}")
    if not path.exists():
        descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_MODE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(make_signing_key())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(made, path)
        except FileExistsError:
            pass
        finally:
            made.unlink()
    return path.read_bytes()


def _load_private(pem: bytes) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(pem, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("a seal key is on the curve P-256")  # noqa: TRY004 - a file with the wrong content
    return key


def _thumbprint(key: ec.EllipticCurvePublicKey) -> str:
    numbers = key.public_numbers()
    x, y = (_encode(number.to_bytes(_COORDINATE_BYTES)) for number in (numbers.x, numbers.y))
    members = f'{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}'
    return _encode(hashlib.sha256(members.encode()).digest())


def _header(key_id: str) -> bytes:
    return json.dumps({"alg": "ES256", "kid": key_id}, separators=(",", ":")).encode()


def _input(header: str, payload: bytes) -> bytes:
    return f"{header}.{_encode(payload)}".encode()


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    """Strict base64url without padding: each byte string has one spelling. Raises ValueError."""
    data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if _encode(data) != text:
        raise ValueError("not canonical base64url")
    return data
