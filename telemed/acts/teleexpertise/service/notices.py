"""Where and when professionals want to be told, and the subscribers that tell them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from telemed.acts.teleexpertise.formats import (
    digest_event,
    digest_text,
    notice_text,
    read_notice,
)
from telemed.acts.teleexpertise.model import Contact, HeldNotice, Notice, Urgency
from telemed.acts.teleexpertise.rules.telling import held_until, worth_telling
from telemed.acts.teleexpertise.service.access import require_carer
from telemed.acts.teleexpertise.store import CaseStore, DigestStore
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Clock
from telemed.kernel.events import Event
from telemed.kernel.messages import Channel, MessageSender
from telemed.professionals.service.telling import Teller, find_reader
from telemed.professionals.store import ContactStore
from telemed.storage.engine import Database
from telemed.trace.service import Journal

_AT_ONCE = 100
_KEPT = timedelta(days=7)


class NoticeService:
    """`public_url` is where people sign in; `senders` carry messages by channel."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        journal: Journal,
        public_url: str,
        senders: Mapping[Channel, MessageSender],
    ) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal
        self._public_url = public_url
        self._teller = Teller(senders)

    async def contact(self, caller: Caller) -> Contact:
        """Where and when the caller wants to be told."""
        async with self._database.read() as session:
            return await ContactStore(session).find(require_carer(caller))

    async def set_contact(self, caller: Caller, contact: Contact) -> Contact:
        """Replace where and when the caller wants to be told; nothing at all is a choice too."""
        async with self._database.begin() as uow:
            resource = f"professional:{caller.id}"
            self._journal.note(uow, caller, "teleexpertise.set_contact", resource=resource, purpose="management")
            await ContactStore(uow.session).save(require_carer(caller), contact)
            return contact

    async def deliver(self, event: Event) -> None:
        """Subscriber of `teleexpertise.notice`: told at once, or kept for the person's digest.

        Raises Unavailable, so that the outbox tries again; a message already handed over carries the same key.
        """
        notice, now = read_notice(event.payload), self._clock.now()
        async with self._database.read() as session:
            case = await CaseStore(session).find(notice.case_id)
            reader = await find_reader(session, notice.to)
        if case is None or reader is None:
            return
        leaves_at = held_until(notice, case.content.urgency, reader.contact, now, reader.territory)
        if leaves_at is not None:
            await self._hold(HeldNotice(notice, leaves_at), event.key)
            return
        text = notice_text(notice, reader.territory, self._public_url)
        await self._teller.tell(reader, text, event.key, is_urgent=case.content.urgency is Urgency.HOURS)

    async def deliver_digest(self, event: Event) -> None:
        """Subscriber of `teleexpertise.digest`. Raises Unavailable, as `deliver` does."""
        async with self._database.read() as session:
            reader = await find_reader(session, UUID(event.payload["to"]))
        if reader is not None:
            text = digest_text(event.payload, reader.territory, self._public_url)
            await self._teller.tell(reader, text, event.key, is_urgent=False)

    async def run_digests(self) -> None:
        """Job: each digest that is due leaves once, with what is still news; late or twice changes nothing."""
        async with self._database.read() as session:
            people = await DigestStore(session).ripe(self._clock.now(), limit=_AT_ONCE)
        for person in people:
            await self._leave(person)
        if people:
            async with self._database.begin() as uow:
                await DigestStore(uow.session).forget(self._clock.now() - _KEPT)

    async def _leave(self, person: UUID) -> None:
        now = self._clock.now()
        async with self._database.begin() as uow:
            held = await DigestStore(uow.session).take(person, now)
            cases = CaseStore(uow.session)
            found = [await cases.find(case_id) for case_id in dict.fromkeys(one.notice.case_id for one in held)]
            notices: list[Notice] = worth_telling(held, [case for case in found if case is not None])
            if notices:
                mark = min(one.leaves_at for one in held).isoformat()
                uow.add_event(digest_event(person, notices, mark, now))

    async def _hold(self, held: HeldNotice, key: str) -> None:
        async with self._database.begin() as uow:
            await DigestStore(uow.session).hold(held, key)
