"""Passwords by argon2id, off the event loop and never more than a few at a time."""

from __future__ import annotations

import asyncio
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MINIMUM_LENGTH = 12
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


class Passwords:
    """Hashes and checks passwords: 19 MiB and two passes, about 45 ms of one core each."""

    def __init__(self, *, at_once: int = 2) -> None:
        self._hasher = _HASHER
        self._room = asyncio.Semaphore(at_once)
        self._nobody = _hash_of_nobody()

    async def hash(self, password: str) -> str:
        async with self._room:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def matches(self, password: str, stored: str | None) -> bool:
        """Does the password match? Costs the same when there is no such account (`stored` is None)."""
        async with self._room:
            return await asyncio.to_thread(self._check, password, stored)

    def needs_rehash(self, stored: str) -> bool:
        """Was it made with weaker settings than today's?"""
        return self._hasher.check_needs_rehash(stored)

    def _check(self, password: str, stored: str | None) -> bool:
        try:
            return self._hasher.verify(stored or self._nobody, password) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


@cache
def _hash_of_nobody() -> str:
    """What is compared where there is no account: made at start, so that the first to ask is no slower."""
    return _HASHER.hash("a password that nobody has")
