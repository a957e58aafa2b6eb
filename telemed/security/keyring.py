"""Authenticated encryption of stored values (AES-256-GCM) and blind indexes (HMAC-SHA-256)."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_VERSION = 1
_NONCE_BYTES = 12


class CannotOpenError(Exception):
    """A sealed value was made with an unknown key, for another context, or was changed."""


class Keyring:
    """Seals with the first key, opens with any: to rotate, put a new key first and keep the old ones.

    A sealed value is `version ‖ length of key id ‖ key id ‖ nonce ‖ ciphertext and tag`; the context
    (`table.column`) is authenticated, so that a value moved to another column does not open.
    """

    def __init__(self, keys: Mapping[str, bytes], index_key: bytes) -> None:
        """`keys`: id to 32 bytes, current first. Raises ValueError if there is none."""
        if not keys:
            raise ValueError("a keyring needs a key")
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._current = next(iter(keys))
        self._index_key = index_key

    @property
    def current_key_id(self) -> str:
        return self._current

    def seal(self, plaintext: bytes, context: str) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        key_id = self._current.encode()
        head = bytes((_VERSION, len(key_id))) + key_id
        return head + nonce + self._ciphers[self._current].encrypt(nonce, plaintext, head + context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """The plaintext. Raises CannotOpenError."""
        key_id = self.key_id_of(sealed)
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise CannotOpenError(f"no key {key_id!r} in the keyring")
        start = 2 + len(key_id.encode())
        nonce, body = sealed[start : start + _NONCE_BYTES], sealed[start + _NONCE_BYTES :]
        try:
            return cipher.decrypt(nonce, body, sealed[:start] + context.encode())
        except (InvalidTag, ValueError):
            raise CannotOpenError(f"a value of {context} was changed or moved") from None

    @staticmethod
    def key_id_of(sealed: bytes) -> str:
        """The id of the key that sealed a value. Raises CannotOpenError if it is not a sealed value."""
        if len(sealed) < 2 or sealed[0] != _VERSION or len(sealed) < 2 + sealed[1]:
            raise CannotOpenError("not a sealed value")
        return sealed[2 : 2 + sealed[1]].decode("ascii", "replace")

    def blind_index(self, value: str, context: str) -> bytes:
        """32 bytes that are equal for equal values of one context and say nothing without the index key."""
        return hmac.digest(self._index_key, f"{context}\x00{value}".encode(), hashlib.sha256)
