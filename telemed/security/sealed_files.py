"""Files sealed piece by piece (AES-256-GCM): each is bound to its file, to its place and to being the last or not.

A sealed file is a row of `nonce ‖ ciphertext ‖ tag`, one for every 64 KiB. Nonces are drawn: a piece that is written
again after a cut never meets an old one. A piece that was moved, swapped with another file's or dropped does not open.
"""

from __future__ import annotations

import io
import os
from collections import OrderedDict
from collections.abc import Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from telemed.security.keyring import CannotOpenError, Keyring

PIECE_BYTES = 64 * 1024
_NONCE_BYTES = 12
_OVERHEAD = _NONCE_BYTES + 16
SEALED_PIECE_BYTES = PIECE_BYTES + _OVERHEAD
_DOMAIN = b"telemed.sealed-file.1\x00"
_PIECES_KEPT = 4


class DataKey:
    """The key of the files of one owner; it is stored only wrapped by the keyring."""

    def __init__(self, key: bytes) -> None:
        """Raises ValueError unless there are 32 bytes."""
        if len(key) != 32:
            raise ValueError("a data key has 32 bytes")
        self._key = key
        self._cipher = AESGCM(key)

    @classmethod
    def make(cls) -> DataKey:
        return cls(os.urandom(32))

    @classmethod
    def unwrap(cls, wrapped: bytes, keyring: Keyring, context: str) -> DataKey:
        """Raises CannotOpenError."""
        return cls(keyring.open(wrapped, context))

    def wrap(self, keyring: Keyring, context: str) -> bytes:
        """The key, sealed for storage; `context` names whose it is."""
        return keyring.seal(self._key, context)

    def reveal(self) -> bytes:
        """The key itself, for a process of ours that opens one file; never to be stored or logged."""
        return self._key

    def seal(self, plaintext: bytes, *, file: str, index: int, is_last: bool) -> bytes:
        """Seal the piece at a place of a file."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plaintext, _place(file, index, is_last=is_last))

    def open(self, sealed: bytes, *, file: str, index: int, is_last: bool) -> bytes:
        """Raises CannotOpenError on a piece that was changed, moved, or is not the end where the end should be."""
        try:
            return self._cipher.decrypt(
                sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _place(file, index, is_last=is_last)
            )
        except (InvalidTag, ValueError):
            raise CannotOpenError("a piece of a sealed file was changed, moved or lost") from None


def sealed_length(length: int) -> int:
    """How long a file of `length` bytes (at least one) is once sealed."""
    return length + piece_count(length) * _OVERHEAD


def piece_count(length: int) -> int:
    return max(1, -(-length // PIECE_BYTES))


class SealedFile:
    """A sealed file, read at any place. `length` is that of its content."""

    def __init__(self, raw: BinaryIO, key: DataKey, *, file: str, length: int) -> None:
        """Raises CannotOpenError when the file is shorter or longer than it was, or its end is not its end."""
        self._raw = raw
        self._key = key
        self._file = file
        self._last = piece_count(length) - 1
        self.length = length
        if raw.seek(0, os.SEEK_END) != sealed_length(length):
            raise CannotOpenError("a sealed file was cut or lengthened")
        self.piece(self._last)

    def piece(self, index: int) -> bytes:
        """The content of one piece. Raises CannotOpenError."""
        self._raw.seek(index * SEALED_PIECE_BYTES)
        sealed = self._raw.read(SEALED_PIECE_BYTES)
        return self._key.open(sealed, file=self._file, index=index, is_last=index == self._last)

    def read_range(self, start: int, end: int) -> Iterator[bytes]:
        """The content from `start` (included) to `end` (excluded), at most a piece at a time."""
        for index in range(start // PIECE_BYTES, piece_count(end) if end > start else 0):
            base = index * PIECE_BYTES
            yield self.piece(index)[max(start - base, 0) : end - base]

    def close(self) -> None:
        self._raw.close()


class SealedReader(io.RawIOBase):
    """A sealed file as an ordinary file that may be sought in; a few pieces are kept open, never the whole."""

    name = "sealed"
    """Readers of files ask for one."""

    def __init__(self, sealed: SealedFile) -> None:
        self._sealed = sealed
        self._at = 0
        self._kept: OrderedDict[int, bytes] = OrderedDict()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._sealed.length}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        if self._at >= self._sealed.length:
            return 0
        index, start = divmod(self._at, PIECE_BYTES)
        found = self._piece(index)[start : start + len(buffer)]
        buffer[: len(found)] = found
        self._at += len(found)
        return len(found)

    def _piece(self, index: int) -> bytes:
        if index not in self._kept:
            self._kept[index] = self._sealed.piece(index)
            if len(self._kept) > _PIECES_KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(index)
        return self._kept[index]


def _place(file: str, index: int, *, is_last: bool) -> bytes:
    """What a piece is bound to."""
    return b"".join((_DOMAIN, file.encode(), b"\x00", index.to_bytes(8, "big"), b"\x01" if is_last else b"\x00"))
