"""Sealed files: what was changed, moved, cut or put elsewhere does not open."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.security.keyring import CannotOpenError, Keyring
from telemed.security.sealed_files import (
    PIECE_BYTES,
    SEALED_PIECE_BYTES,
    DataKey,
    SealedFile,
    SealedReader,
    piece_count,
    sealed_length,
)

KEY = DataKey(b"k" * 32)
CONTENT = bytes(range(256)) * 700  # three pieces


def sealed(content: bytes = CONTENT, *, key: DataKey = KEY, file: str = "a") -> bytes:
    last = piece_count(len(content)) - 1
    pieces = [content[at : at + PIECE_BYTES] for at in range(0, len(content), PIECE_BYTES)]
    return b"".join(key.seal(one, file=file, index=at, is_last=at == last) for at, one in enumerate(pieces))


def opened(raw: bytes, *, key: DataKey = KEY, file: str = "a", length: int = len(CONTENT)) -> SealedFile:
    return SealedFile(io.BytesIO(raw), key, file=file, length=length)


def read(raw: bytes) -> bytes:
    return b"".join(opened(raw).read_range(0, len(CONTENT)))


def test_what_was_sealed_is_read() -> None:
    assert read(sealed()) == CONTENT
    assert len(sealed()) == sealed_length(len(CONTENT))
    assert CONTENT[:64] not in sealed()


@given(st.integers(0, len(CONTENT)), st.integers(0, len(CONTENT)))
def test_any_range_is_read(start: int, end: int) -> None:
    assert b"".join(opened(_SEALED).read_range(start, end)) == CONTENT[start:end]


_SEALED = sealed()


@pytest.mark.parametrize("at", [0, 13, PIECE_BYTES, SEALED_PIECE_BYTES + 5, len(_SEALED) - 1])
def test_a_changed_byte_is_seen(at: int) -> None:
    changed = bytearray(_SEALED)
    changed[at] ^= 1
    with pytest.raises(CannotOpenError):
        read(bytes(changed))


def test_pieces_that_changed_places_are_seen() -> None:
    first, second = _SEALED[:SEALED_PIECE_BYTES], _SEALED[SEALED_PIECE_BYTES : 2 * SEALED_PIECE_BYTES]
    with pytest.raises(CannotOpenError):
        read(second + first + _SEALED[2 * SEALED_PIECE_BYTES :])


@pytest.mark.parametrize("kept", [2 * SEALED_PIECE_BYTES, len(_SEALED) - 1, 0])
def test_a_file_that_was_cut_does_not_even_open(kept: int) -> None:
    with pytest.raises(CannotOpenError):
        opened(_SEALED[:kept])


def test_a_file_cut_between_two_pieces_is_seen_whatever_length_is_believed() -> None:
    with pytest.raises(CannotOpenError):
        opened(_SEALED[: 2 * SEALED_PIECE_BYTES], length=2 * PIECE_BYTES)


def test_a_piece_after_the_end_is_seen() -> None:
    whole = sealed(CONTENT[:PIECE_BYTES])
    with pytest.raises(CannotOpenError):
        opened(whole + whole, length=2 * PIECE_BYTES)


def test_another_file_or_another_key_does_not_open() -> None:
    with pytest.raises(CannotOpenError):
        opened(_SEALED, file="b")
    with pytest.raises(CannotOpenError):
        opened(_SEALED, key=DataKey.make())


def test_a_piece_sealed_twice_is_never_the_same() -> None:
    one, other = (KEY.seal(b"x", file="a", index=0, is_last=True) for _ in range(2))
    assert one != other


def test_a_data_key_is_wrapped_for_one_owner() -> None:
    keyring = Keyring({"k": b"r" * 32}, b"i" * 32)
    wrapped = KEY.wrap(keyring, "of:one")
    assert b"k" * 32 not in wrapped
    assert DataKey.unwrap(wrapped, keyring, "of:one").reveal() == b"k" * 32
    with pytest.raises(CannotOpenError):
        DataKey.unwrap(wrapped, keyring, "of:another")
    with pytest.raises(ValueError, match="32 bytes"):
        DataKey(b"short")


def test_a_reader_goes_back_and_forth_as_in_a_plain_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(_SEALED)
    with path.open("rb") as raw:
        reader = io.BufferedReader(SealedReader(SealedFile(raw, KEY, file="a", length=len(CONTENT))))
        assert reader.read(10) == CONTENT[:10]
        assert reader.seek(-5, os.SEEK_END) == len(CONTENT) - 5
        assert reader.read() == CONTENT[-5:]
        reader.seek(PIECE_BYTES - 3)
        assert reader.read(6) == CONTENT[PIECE_BYTES - 3 : PIECE_BYTES + 3]
