"""Where and when professionals want to be told."""

from __future__ import annotations

from datetime import time
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from telemed.professionals.model import Contact, QuietHours
from telemed.professionals.tables import ContactRow


class ContactStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find(self, professional_id: UUID) -> Contact:
        """Where and when this person wants to be told; nowhere, if he never said."""
        row = await self._session.get(ContactRow, professional_id)
        if row is None:
            return Contact()
        is_quiet = row.quiet_from is not None and row.quiet_until is not None
        quiet = QuietHours(_time(row.quiet_from), _time(row.quiet_until)) if is_quiet else None
        digest_at = None if row.digest_at is None else _time(row.digest_at)
        return Contact(row.phone, row.email, quiet, digest_at, row.holds_urgent)

    async def save(self, professional_id: UUID, contact: Contact) -> None:
        row = ContactRow(
            professional_id=professional_id,
            phone=contact.phone,
            email=contact.email,
            quiet_from=_minute(contact.quiet.start) if contact.quiet else None,
            quiet_until=_minute(contact.quiet.end) if contact.quiet else None,
            digest_at=_minute(contact.digest_at) if contact.digest_at else None,
            holds_urgent=contact.holds_urgent,
        )
        await self._session.merge(row)
        await self._session.flush()


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def _time(minute: int | None) -> time:
    return time(*divmod(minute or 0, 60))
