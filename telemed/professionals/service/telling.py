"""Tells one professional something by e-mail or SMS, where he wants to be told; never health data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from telemed.kernel.clock import Territory
from telemed.kernel.messages import Channel, DeliveryState, MessageSender, OutgoingMessage
from telemed.professionals.model import Contact, NoticeText
from telemed.professionals.store import ContactStore, PracticeStore, ProfessionalStore

log = structlog.get_logger("notices")


@dataclass(frozen=True, repr=False)
class Reader:
    """Somebody to tell: where, when, and on which walls he reads the time."""

    contact: Contact
    territory: Territory


async def find_reader(session: AsyncSession, professional_id: UUID) -> Reader | None:
    """None for who left the service."""
    person = await ProfessionalStore(session).find(professional_id)
    if person is None or person.is_suspended:
        return None
    territory = await PracticeStore(session).territory_of(person.practice_id)
    return Reader(await ContactStore(session).find(professional_id), territory or Territory.METROPOLE)


class Teller:
    """`senders` carry messages by channel."""

    def __init__(self, senders: Mapping[Channel, MessageSender]) -> None:
        self._senders = senders

    async def tell(self, reader: Reader, text: NoticeText, key: str, *, is_urgent: bool) -> None:
        """Hand it over by each of his ways; the same `key` is the same message. Raises Unavailable."""
        for channel, address in self._ways(reader.contact, is_urgent=is_urgent):
            message = OutgoingMessage(address, text.text, f"{key}:{channel}", subject=text.subject)
            receipt = await self._senders[channel].send(message)
            if receipt.state is DeliveryState.FAILED:
                log.warning("notices.refused", code=receipt.detail)

    def _ways(self, contact: Contact, *, is_urgent: bool) -> list[tuple[Channel, str]]:
        """E-mail where there is one, SMS too when hours count, or instead."""
        ways = [(Channel.EMAIL, contact.email)] if contact.email and Channel.EMAIL in self._senders else []
        if contact.phone and Channel.SMS in self._senders and (not ways or is_urgent):
            ways.append((Channel.SMS, contact.phone))
        return [(channel, address) for channel, address in ways if address]
