"""Column types: aware instants in UTC, and values that the database only ever sees encrypted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import DateTime, Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator

from telemed.kernel.clock import require_aware
from telemed.security.keyring import Keyring

_KEYRING = "telemed_keyring"


def attach_keyring(dialect: Dialect, keyring: Keyring) -> None:
    """Give the encrypted columns of one engine their keys: they find them on its dialect."""
    setattr(dialect, _KEYRING, keyring)


def keyring_of(dialect: Dialect) -> Keyring:
    """The keys attached to an engine's dialect. Raises LookupError if none were."""
    keyring = getattr(dialect, _KEYRING, None)
    if isinstance(keyring, Keyring):
        return keyring
    raise LookupError("this engine has no keyring: open it through telemed.storage.engine.Database")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, kept in UTC on both databases. Raises ValueError on a naive one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        instant = require_aware(value).astimezone(UTC)
        return instant.replace(tzinfo=None) if dialect.name == "sqlite" else instant

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class EncryptedBytes(TypeDecorator[bytes]):
    """Bytes sealed under a context, by custom `table.column`; it cannot be searched: add a blind index for that."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, context: str) -> None:
        super().__init__()
        self.context = context

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        return None if value is None else keyring_of(dialect).seal(self.encode(value), self.context)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else self.decode(keyring_of(dialect).open(bytes(value), self.context))

    def encode(self, value: Any) -> bytes:
        return bytes(value)

    def decode(self, value: bytes) -> Any:
        return value


class Encrypted(EncryptedBytes):
    """Text, sealed."""

    cache_ok = True

    def encode(self, value: Any) -> bytes:
        return str(value).encode()

    def decode(self, value: bytes) -> Any:
        return value.decode()


class EncryptedJson(EncryptedBytes):
    """Anything that JSON can say, sealed."""

    cache_ok = True

    def encode(self, value: Any) -> bytes:
        return orjson.dumps(value)

    def decode(self, value: bytes) -> Any:
        return orjson.loads(value)
