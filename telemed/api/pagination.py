"""Lists by cursor: a page and where the next one starts."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from typing import Annotated, Generic, TypeVar
from uuid import UUID

import orjson
from pydantic import BaseModel, Field

from telemed.kernel.clock import parse_instant
from telemed.kernel.errors import Invalid

T = TypeVar("T")
DEFAULT_LIMIT = 50
_GREATEST = 2**31 - 1  # the integer columns of both databases
Limit = Annotated[int, Field(ge=1, le=200, description="How many items a page holds at most.")]
Cursor = Annotated[str | None, Field(max_length=512, description="`next_cursor` of the page before.")]


class Page(BaseModel, Generic[T]):
    """A page of a list; `next_cursor` is null on the last one."""

    items: list[T]
    next_cursor: str | None = None


def encode_cursor(*keys: str | int) -> str:
    """The sort keys of the last item, opaque to the caller."""
    return urlsafe_b64encode(orjson.dumps(keys)).decode().rstrip("=")


def decode_cursor(cursor: str | None, *kinds: type[str] | type[int]) -> tuple[str | int, ...] | None:
    """The sort keys behind a cursor, None on the first page. Raises Invalid on one that we did not make."""
    if cursor is None:
        return None
    try:
        keys = orjson.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error):
        keys = None
    is_ours = isinstance(keys, list) and [type(key) for key in keys] == list(kinds)
    if not is_ours or any(not 0 <= key <= _GREATEST if isinstance(key, int) else "\0" in key for key in keys):
        raise wrong_cursor()
    return tuple(keys)


def decode_cursor_id(cursor: str | None) -> UUID | None:
    """The id behind a cursor whose only key is one, None on the first page. Raises Invalid."""
    keys = decode_cursor(cursor, str)
    try:
        return UUID(str(keys[0])) if keys else None
    except ValueError:
        raise wrong_cursor() from None


def encode_place(at: datetime, item_id: UUID) -> str:
    """Of an item of a list in order of instants."""
    return encode_cursor(at.astimezone(UTC).isoformat(), str(item_id))


def decode_place(cursor: str | None) -> tuple[datetime, UUID] | None:
    """The instant, in UTC, and the id behind a cursor of such a list, None on the first page. Raises Invalid."""
    keys = decode_cursor(cursor, str, str)
    try:
        return (parse_instant(str(keys[0])), UUID(str(keys[1]))) if keys else None
    except ValueError:
        raise wrong_cursor() from None


def wrong_cursor() -> Invalid:
    """What is raised on a cursor that we did not make."""
    return Invalid("Ce repère de page n'est pas valable : reprenez la liste au début.", field="cursor")
