"""Seals: made once, verified for ever, broken by one bit."""

from __future__ import annotations

import json
import stat
from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from telemed.security.signing import (
    PublicKey,
    SealVerifier,
    ServerSigner,
    load_or_make_signing_key,
    make_signing_key,
    open_seal_keys,
)

KEY, OTHER = make_signing_key(), make_signing_key()
SIGNER = ServerSigner(KEY)
VERIFIER = SealVerifier([SIGNER.public_key])
PAYLOAD = b'{"document_id":"x","signer_rpps":"10100000017"}'


@given(st.binary(max_size=200))
def test_a_seal_verifies_its_own_payload_and_no_other(payload: bytes) -> None:
    seal = SIGNER.sign_now(payload)
    assert VERIFIER.is_valid(payload, seal)
    assert not VERIFIER.is_valid(payload + b"\x00", seal)


def test_the_same_payload_gives_the_same_seal() -> None:
    assert SIGNER.sign_now(PAYLOAD) == SIGNER.sign_now(PAYLOAD)
    assert SIGNER.sign_now(PAYLOAD) != ServerSigner(OTHER).sign_now(PAYLOAD)


def test_the_seal_is_a_detached_jws_that_names_its_key() -> None:
    header, payload, signature = SIGNER.sign_now(PAYLOAD).split(".")
    assert payload == ""
    assert json.loads(urlsafe_b64decode(header + "==")) == {"alg": "ES256", "kid": SIGNER.public_key.key_id}
    assert len(urlsafe_b64decode(signature + "==")) == 64


def test_any_changed_character_of_the_seal_breaks_it() -> None:
    seal = SIGNER.sign_now(PAYLOAD)
    for place, character in enumerate(seal):
        changed = seal[:place] + ("A" if character != "A" else "B") + seal[place + 1 :]
        assert not VERIFIER.is_valid(PAYLOAD, changed), place


@pytest.mark.parametrize("seal", ["", "..", "a..b", "e30..", "bnVsbA..AAAA", "W10..AAAA", "eyJraWQiOltdfQ..AAAA"])
def test_what_is_not_a_seal_is_invalid_and_never_raises(seal: str) -> None:
    assert not VERIFIER.is_valid(PAYLOAD, seal)


def test_an_unsigned_or_symmetric_algorithm_is_not_accepted() -> None:
    _, _, signature = SIGNER.sign_now(PAYLOAD).partition("..")
    for algorithm in ("none", "HS256", "ES384"):
        fields = json.dumps({"alg": algorithm, "kid": SIGNER.public_key.key_id}, separators=(",", ":"))
        header = urlsafe_b64encode(fields.encode()).decode()
        assert not VERIFIER.is_valid(PAYLOAD, f"{header.rstrip('=')}..{signature}")


def test_an_unknown_key_is_an_invalid_seal() -> None:
    seal = ServerSigner(OTHER).sign_now(PAYLOAD)
    assert not VERIFIER.is_valid(PAYLOAD, seal)
    assert SealVerifier([SIGNER.public_key, PublicKey.from_pem(OTHER)]).is_valid(PAYLOAD, seal)


def test_a_public_key_travels_as_pem_and_keeps_its_thumbprint() -> None:
    pem = SIGNER.public_key.to_pem()
    assert b"PRIVATE" not in pem
    assert PublicKey.from_pem(pem).key_id == SIGNER.public_key.key_id == PublicKey.from_pem(KEY).key_id


def test_another_curve_is_refused() -> None:
    pem = ec.generate_private_key(ec.SECP384R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with pytest.raises(ValueError, match="P-256"):
        ServerSigner(pem)
    with pytest.raises(ValueError, match="P-256"):
        PublicKey.from_pem(pem)


@pytest.mark.asyncio
async def test_the_port_refuses_a_payload_of_another_signer() -> None:
    seal = await SIGNER.sign(PAYLOAD, rpps="10100000017")
    assert VERIFIER.is_valid(PAYLOAD, seal)
    for rpps in ("", "10100000033"):
        with pytest.raises(ValueError, match="signer"):
            await SIGNER.sign(PAYLOAD, rpps=rpps)


def test_the_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "seal.pem"
    first = load_or_make_signing_key(path)
    assert load_or_make_signing_key(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["seal.pem"]
    assert ServerSigner(first).public_key.key_id


def test_a_retired_key_still_verifies_and_does_not_sign(tmp_path: Path) -> None:
    path = tmp_path / "seal.pem"
    old = open_seal_keys(path)
    seal = old.signer.sign_now(PAYLOAD)
    path.unlink()
    forgotten = open_seal_keys(path)
    assert not forgotten.verifier.is_valid(PAYLOAD, seal)
    (tmp_path / "retired").mkdir()
    (tmp_path / "retired" / "2026.pem").write_bytes(old.signer.public_key.to_pem())
    rotated = open_seal_keys(path)
    assert rotated.verifier.is_valid(PAYLOAD, seal)
    assert rotated.verifier.is_valid(PAYLOAD, rotated.signer.sign_now(PAYLOAD))
    assert rotated.signer.public_key.key_id != old.signer.public_key.key_id
