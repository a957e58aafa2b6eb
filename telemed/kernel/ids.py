"""Identifiers of our own: time-ordered, unguessable enough to name things, never to protect them."""

from __future__ import annotations

from uuid import UUID

import uuid_utils
from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A UUID version 7: sorts by creation, so that indexes stay compact."""
    return uuid7()


def new_name() -> str:
    """The same, written: three times as fast."""
    return str(uuid_utils.uuid7())
