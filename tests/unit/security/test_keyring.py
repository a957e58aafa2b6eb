"""Sealed values, blind indexes, passwords and one-time codes."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.security import totp
from telemed.security.keyring import CannotOpenError, Keyring
from telemed.security.opaque import hash_token, make_token
from telemed.security.passwords import Passwords

OLD, NEW, INDEX = b"o" * 32, b"n" * 32, b"i" * 32
RING = Keyring({"old": OLD}, INDEX)
NOW = datetime(2026, 11, 25, 11, 0, 5, tzinfo=UTC)


@given(st.binary(max_size=2000))
def test_what_is_sealed_opens(plaintext: bytes) -> None:
    assert RING.open(RING.seal(plaintext, "patients.traits"), "patients.traits") == plaintext


def test_the_same_value_never_looks_the_same() -> None:
    assert RING.seal(b"x", "t.c") != RING.seal(b"x", "t.c")


def test_a_value_moved_to_another_column_does_not_open() -> None:
    with pytest.raises(CannotOpenError, match="changed or moved"):
        RING.open(RING.seal(b"x", "patients.phone"), "patients.email")


@given(st.binary(min_size=1, max_size=60), st.data())
def test_one_changed_bit_does_not_open(plaintext: bytes, data: st.DataObject) -> None:
    sealed = bytearray(RING.seal(plaintext, "t.c"))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(CannotOpenError):
        RING.open(bytes(sealed), "t.c")


def test_keys_rotate() -> None:
    sealed = RING.seal(b"x", "t.c")
    rotated = Keyring({"new": NEW, "old": OLD}, INDEX)
    assert rotated.open(sealed, "t.c") == b"x"
    assert Keyring.key_id_of(rotated.seal(b"x", "t.c")) == "new"
    with pytest.raises(CannotOpenError, match="no key"):
        Keyring({"new": NEW}, INDEX).open(sealed, "t.c")


@pytest.mark.parametrize("junk", [b"", b"\x01", b"\x02\x03abc", b"\x01\xff" + b"a" * 20])
def test_what_was_never_sealed_does_not_open(junk: bytes) -> None:
    with pytest.raises(CannotOpenError):
        RING.open(junk, "t.c")


def test_a_blind_index_is_stable_and_bound_to_its_context_and_key() -> None:
    same = RING.blind_index("LEROY", "patients.name")
    assert same == Keyring({"new": NEW}, INDEX).blind_index("LEROY", "patients.name")
    assert same != RING.blind_index("LEROY", "patients.other")
    assert same != Keyring({"old": OLD}, b"j" * 32).blind_index("LEROY", "patients.name")


def test_tokens_are_long_and_kept_as_hashes() -> None:
    token = make_token()
    assert len(token) >= 43
    assert hash_token(token) != hash_token(make_token())
    assert len(hash_token(token)) == 32


def test_a_password_matches_itself_alone() -> None:
    passwords = Passwords()

    async def verdicts() -> list[bool]:
        stored = await passwords.hash("agrafe cheval pile correct")
        return [
            await passwords.matches("agrafe cheval pile correct", stored),
            await passwords.matches("agrafe cheval pile", stored),
            await passwords.matches("agrafe cheval pile correct", None),
            await passwords.matches("a password that nobody has", None),
            await passwords.matches("x", "not a hash"),
        ]

    assert asyncio.run(verdicts()) == [True, False, False, False, False]


def test_a_code_serves_once_and_within_half_a_minute() -> None:
    secret = totp.make_secret()
    code = totp.code_at(secret, NOW)
    step = totp.accepted_step(secret, code, NOW, last_step=0)
    assert step is not None
    assert totp.accepted_step(secret, code, NOW, last_step=step) is None
    assert totp.accepted_step(secret, code, NOW + timedelta(seconds=30), last_step=0) == step
    assert totp.accepted_step(secret, code, NOW + timedelta(seconds=90), last_step=0) is None
    assert totp.accepted_step(secret, "000000" if code != "000000" else "111111", NOW, last_step=0) is None


def test_an_authenticator_can_scan_it() -> None:
    uri = totp.provisioning_uri(totp.make_secret(), "claire.moreau")
    assert uri.startswith("otpauth://totp/Telemed:claire.moreau")
    assert totp.qr_svg(uri).startswith("<svg")
