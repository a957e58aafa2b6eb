"""The second factor of a link, tried: each try is counted, whoever tries meanwhile."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from telemed.links.model import LINK_TRIES
from telemed.links.rules import is_born_on
from telemed.links.store import LinkStore
from telemed.patients.model import Patient


async def try_birth_date(session: AsyncSession, act_id: UUID, patient: Patient, typed: str) -> tuple[bool, int]:
    """Does the date open the links of this act? And how many tries are left: none, and it is locked."""
    access = await LinkStore(session).lock_access(act_id)
    is_open = access.failed_tries < LINK_TRIES
    matches = is_open and is_born_on(patient.identity.traits.birth_date, typed)
    access.failed_tries = 0 if matches else min(access.failed_tries + 1, LINK_TRIES)
    return matches, LINK_TRIES - access.failed_tries
