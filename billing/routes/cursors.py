"""The cursor of a list of claims: civil day and identifier of the last one shown."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from billing.model import Claim
from billing.schemas.claims import ClaimEntry
from telemed.api.pagination import Page, decode_cursor, encode_cursor
from telemed.kernel.errors import Invalid


def read_cursor(cursor: str | None) -> tuple[date, UUID] | None:
    """Where the page starts. Raises Invalid on a cursor that we did not make."""
    keys = decode_cursor(cursor, str, str)
    if keys is None:
        return None
    try:
        return date.fromisoformat(str(keys[0])), UUID(str(keys[1]))
    except ValueError as error:
        raise Invalid("Ce repère de page n'est pas valable : reprenez la liste au début.", field="cursor") from error


def make_page(claims: list[Claim], limit: int) -> Page[ClaimEntry]:
    """A page of `limit` claims at most, out of one more asked for."""
    more = None
    if len(claims) > limit:
        last = claims[limit - 1]
        more = encode_cursor(last.day.isoformat(), str(last.id))
    return Page(items=[ClaimEntry.of(claim) for claim in claims[:limit]], next_cursor=more)
