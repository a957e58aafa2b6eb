"""Where professionals want to be told, and the subscriber that tells them."""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from telemed.acts.teleexpertise.formats import notice_text, read_notice
from telemed.acts.teleexpertise.model import Case, Contact, Urgency
from telemed.acts.teleexpertise.service.access import require_carer
from telemed.acts.teleexpertise.store import CaseStore, ContactStore
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Territory
from telemed.kernel.events import Event
from telemed.kernel.messages import Channel, DeliveryState, MessageSender, OutgoingMessage
from telemed.professionals.store import PracticeStore, ProfessionalStore
from telemed.storage.engine import Database
from telemed.trace.service import Journal

log = structlog.get_logger("notices")


class NoticeService:
    """`public_url` is where people sign in; `senders` carry messages by channel."""

    def __init__(
        self, *, database: Database, journal: Journal, public_url: str, senders: Mapping[Channel, MessageSender]
    ) -> None:
        self._database = database
        self._journal = journal
        self._public_url = public_url
        self._senders = senders

    async def contact(self, caller: Caller) -> Contact:
        """Where the caller wants to be told."""
        async with self._database.read() as session:
            return await ContactStore(session).find(require_carer(caller))

    async def set_contact(self, caller: Caller, contact: Contact) -> Contact:
        """Replace where the caller wants to be told; nothing at all is a choice too."""
        async with self._database.begin() as uow:
            resource = f"professional:{caller.id}"
            self._journal.note(uow, caller, "teleexpertise.set_contact", resource=resource, purpose="management")
            await ContactStore(uow.session).save(require_carer(caller), contact)
            return contact

    async def deliver(self, event: Event) -> None:
        """Subscriber of `teleexpertise.notice`: e-mail where there is one, SMS too when hours count, or instead.

        Raises Unavailable, so that the outbox tries again; a message already handed over carries the same key.
        """
        notice = read_notice(event.payload)
        async with self._database.read() as session:
            case = await CaseStore(session).find(notice.case_id)
            person = await ProfessionalStore(session).find(notice.to)
            contact = await ContactStore(session).find(notice.to)
            practices = PracticeStore(session)
            territory = await practices.territory_of(person.practice_id) if person else None
        if case is None or person is None or person.is_suspended:
            return
        text = notice_text(notice, territory or Territory.METROPOLE, self._public_url)
        for channel, address in self._ways(case, contact):
            message = OutgoingMessage(address, text.text, f"{event.key}:{channel}", subject=text.subject)
            receipt = await self._senders[channel].send(message)
            if receipt.state is DeliveryState.FAILED:
                log.warning("notices.refused", code=receipt.detail)

    def _ways(self, case: Case, contact: Contact) -> list[tuple[Channel, str]]:
        ways = [(Channel.EMAIL, contact.email)] if contact.email and Channel.EMAIL in self._senders else []
        if contact.phone and Channel.SMS in self._senders and (not ways or case.content.urgency is Urgency.HOURS):
            ways.append((Channel.SMS, contact.phone))
        return [(channel, address) for channel, address in ways if address]
