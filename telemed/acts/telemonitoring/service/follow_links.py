"""The patient's link to his follow-up: sent, opened with a birth date, sent again, revoked; and his reminders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from telemed.acts.telemonitoring.formats.messages import link_message, reminder_message
from telemed.acts.telemonitoring.model.care import EndReason, FollowUp
from telemed.acts.telemonitoring.model.follow_up import TAKES_DATA, FollowUpState
from telemed.acts.telemonitoring.model.rights import Right
from telemed.acts.telemonitoring.service.care_access import open_follow_up
from telemed.acts.telemonitoring.store.follow_ups import FollowUpStore
from telemed.kernel.caller import Caller, CallerKind
from telemed.kernel.clock import Clock, civil_date
from telemed.kernel.errors import Conflict
from telemed.kernel.events import Event
from telemed.kernel.ids import new_id
from telemed.kernel.messages import Channel, MessageSender
from telemed.links.formats import address_message, address_of
from telemed.links.model import Delivery, SendingState
from telemed.links.rules import find_channel, refuse_birth_date, refuse_unknown, require_channel
from telemed.links.service import try_birth_date
from telemed.links.store import Link, LinkStore
from telemed.patients.model import Patient
from telemed.patients.store import PatientStore
from telemed.security.opaque import hash_token, make_token
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal

LINK_WANTED = "telemonitoring.link_wanted"
LINK_LIFE = timedelta(days=90)
"""How long a link opens, while its follow-up lives."""
BROWSER_LIFE = timedelta(days=30)
"""How long a browser that passed the birth date is known: whoever keys in each day is not asked each day."""
_RESENDS_A_DAY = 3
log = structlog.get_logger("follow_links")


@dataclass(frozen=True, repr=False)
class OpenedPage:
    """A browser that passed both factors: the secret of its cookie, and until when."""

    token: str
    expires_at: datetime


class FollowLinkService:
    """`public_url` is where patients find us; `senders` carry messages by channel."""

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
        self._senders = senders

    @property
    def channels(self) -> frozenset[Channel]:
        """The channels that are configured; no other is offered."""
        return frozenset(self._senders)

    async def send(self, caller: Caller, follow_up_id: UUID, channel: Channel) -> Delivery:
        """Send a link; a patient who was locked out may try anew.

        Raises Forbidden, NotFound, Conflict (over, `link.channel_off`), Invalid `link.no_address`.
        """
        async with self._database.begin() as uow:
            follow_up, patient = await self._open(uow, caller, follow_up_id, "send_link")
            require_channel(patient, channel, self.channels)
            (await LinkStore(uow.session).lock_access(follow_up.id)).failed_tries = 0
            return await self.queue(uow, follow_up, channel, is_reminder=False)

    async def make_link(self, caller: Caller, follow_up_id: UUID) -> str:
        """A link to hand over by hand, such as on a screen beside the patient."""
        async with self._database.begin() as uow:
            follow_up, _ = await self._open(uow, caller, follow_up_id, "make_link")
            return await self._mint(uow, follow_up, None)

    async def revoke(self, caller: Caller, follow_up_id: UUID) -> None:
        """Every link of the follow-up dies, and the browsers that they let in."""
        async with self._database.begin() as uow:
            await open_follow_up(uow, self._journal, caller, follow_up_id, "revoke_links", right=Right.LIST, lock=True)
            await LinkStore(uow.session).revoke_links(follow_up_id, self._clock.now())

    async def deliveries(self, caller: Caller, follow_up_id: UUID) -> list[Delivery]:
        """What was sent, the newest first. Raises Forbidden, NotFound."""
        async with self._database.begin() as uow:
            await open_follow_up(uow, self._journal, caller, follow_up_id, "read_links", right=Right.LIST)
            return (await LinkStore(uow.session).last_deliveries([follow_up_id])).get(follow_up_id, [])

    async def link_to(self, uow: UnitOfWork, page_id: UUID) -> str | None:
        """Port `PatientPages` of documents: a link to the page where his reports are, also once the care is over."""
        follow_up = await FollowUpStore(uow.session).find(page_id)
        return await self._mint(uow, follow_up, None) if follow_up is not None and _opens(follow_up) else None

    async def changed(self, uow: UnitOfWork, former: FollowUp | None, saved: FollowUp) -> None:
        """Port `FollowUpFollower`: with the care, the links that keyed measures in die; his report brings a new one."""
        if former is not None and former.is_living and not saved.is_living:
            await LinkStore(uow.session).revoke_links(saved.id, self._clock.now())

    async def queue(self, uow: UnitOfWork, follow_up: FollowUp, channel: Channel, *, is_reminder: bool) -> Delivery:
        """Have a link, or a reminder with one, leave after the commit."""
        now = self._clock.now()
        delivery = Delivery(new_id(), follow_up.id, channel, SendingState.QUEUED, asked_at=now, updated_at=now)
        await LinkStore(uow.session).add_delivery(delivery)
        payload = {"follow_up_id": str(follow_up.id), "delivery_id": str(delivery.id), "is_reminder": is_reminder}
        uow.add_event(Event(LINK_WANTED, key=f"link:{delivery.id}", occurred_at=now, payload=payload))
        return delivery

    async def open(self, token: str, birth_date: str) -> OpenedPage:
        """Pass the second factor. `birth_date` is `YYYY-MM-DD`.

        Raises Unauthenticated (`link.unknown`: wrong, expired, revoked or of a follow-up that is over, never told
        apart), Invalid (`link.birth_date` with the tries left), TooMany (`link.locked`).
        """
        now = self._clock.now()
        async with self._database.begin() as uow:
            follow_up, link, patient = await self._usable(uow, token, now)
            caller = _caller(follow_up)
            store = LinkStore(uow.session)
            matches, left = await try_birth_date(uow.session, follow_up.id, patient, birth_date)
            self._journal.note(
                uow,
                caller,
                "telemonitoring.open_link" if matches else "telemonitoring.wrong_birth_date",
                patient_id=patient.id,
                resource=f"follow_up:{follow_up.id}",
                details={"tries_left": left},
            )
            secret, expires_at = make_token(), now + BROWSER_LIFE
            if matches:
                await store.mark_opened(link.id, now)
                await store.add_session(
                    follow_up.id, follow_up.patient_id, hash_token(secret), at=now, expires_at=expires_at
                )
        # The count of tries commits before the refusal is raised: a refusal must not undo it.
        if not matches:
            raise refuse_birth_date(left)
        return OpenedPage(secret, expires_at)

    async def ask_again(self, token: str) -> None:
        """A patient asks for a new link with an old one. Says nothing of what it found; three a day at most."""
        now = self._clock.now()
        async with self._database.begin() as uow:
            store = LinkStore(uow.session)
            link = await store.find_link(hash_token(token))
            follow_up = await FollowUpStore(uow.session).find(link.act_id) if link else None
            patient = await PatientStore(uow.session).find(follow_up.patient_id) if follow_up else None
            if link is None or follow_up is None or patient is None or not _opens(follow_up):
                return
            if follow_up.state not in TAKES_DATA and link.revoked_at is not None:
                return
            if await store.count_resend(follow_up.id, civil_date(now, follow_up.plan.territory)) > _RESENDS_A_DAY:
                return
            self._journal.note(uow, _caller(follow_up), "telemonitoring.ask_link_again", patient_id=patient.id)
            channel = find_channel(patient, self.channels)
            if channel is not None:
                (await store.lock_access(follow_up.id)).failed_tries = 0
                await self.queue(uow, follow_up, channel, is_reminder=False)

    async def is_of(self, token: str, follow_up_id: UUID | None) -> bool:
        """Is this a link of that follow-up? A browser that several people use is then known to be the right one's."""
        async with self._database.read() as session:
            link = await LinkStore(session).find_link(hash_token(token))
        return link is not None and link.act_id == follow_up_id

    async def authenticate(self, token: str) -> Caller | None:
        """The patient behind a cookie of his page; None when it is unknown, expired, revoked, or opens nothing more."""
        async with self._database.read() as session:
            browser = await LinkStore(session).find_session(hash_token(token), self._clock.now())
            follow_up = await FollowUpStore(session).find(browser.act_id) if browser else None
        if browser is None or follow_up is None or not _opens(follow_up):
            return None
        return Caller(
            CallerKind.PATIENT,
            id=browser.patient_id,
            practice_id=follow_up.practice_id,
            act_id=follow_up.id,
            session_id=browser.id,
            factors=2,
        )

    async def deliver(self, event: Event) -> None:
        """Subscriber of LINK_WANTED: mint a link, hand it to the operator, keep the receipt.

        Each try mints a link of its own, and all carry one idempotency key: whichever message arrives, its link works.
        Raises Unavailable, so that the outbox tries again.
        """
        delivery_id = UUID(event.payload["delivery_id"])
        async with self._database.begin() as uow:
            follow_up = await FollowUpStore(uow.session).find(UUID(event.payload["follow_up_id"]))
            delivery = await LinkStore(uow.session).find_delivery(delivery_id)
            patient = await PatientStore(uow.session).find(follow_up.patient_id) if follow_up else None
            if follow_up is None or patient is None or delivery is None or delivery.state is not SendingState.QUEUED:
                return
            if not _opens(follow_up) or not address_of(patient, delivery.channel):
                await self._settle(uow, delivery_id, SendingState.FAILED, detail="act_over")
                return
            link = await self._mint(uow, follow_up, delivery_id)
        message = reminder_message(link) if event.payload["is_reminder"] else link_message(link)
        receipt = await self._senders[delivery.channel].send(
            address_message(patient, delivery.channel, message, idempotency_key=str(delivery_id))
        )
        async with self._database.begin() as uow:
            state = SendingState(receipt.state.value)
            await self._settle(uow, delivery_id, state, provider_id=receipt.provider_id, detail=receipt.detail)

    async def _open(self, uow: UnitOfWork, caller: Caller, follow_up_id: UUID, action: str) -> tuple[FollowUp, Patient]:
        follow_up = await open_follow_up(uow, self._journal, caller, follow_up_id, action, right=Right.LIST, lock=True)
        if follow_up.state not in TAKES_DATA:
            text = "Ce suivi n'a pas commencé ou est terminé : il n'y a pas de lien à envoyer."
            raise Conflict(text, code="telemonitoring.not_followed")
        patient = await PatientStore(uow.session).find(follow_up.patient_id)
        if patient is None:
            raise LookupError("a follow-up has a patient")
        return follow_up, patient

    async def _usable(self, uow: UnitOfWork, token: str, now: datetime) -> tuple[FollowUp, Link, Patient]:
        link = await LinkStore(uow.session).find_link(hash_token(token))
        follow_up = await FollowUpStore(uow.session).find(link.act_id) if link else None
        patient = await PatientStore(uow.session).find(follow_up.patient_id) if follow_up else None
        is_live = link is not None and link.revoked_at is None and link.expires_at > now
        if link is None or follow_up is None or patient is None or not is_live or not _opens(follow_up):
            resource = f"follow_up:{link.act_id}" if link else ""
            self._journal.note(uow, Caller(CallerKind.PATIENT), "telemonitoring.open_link", resource=resource)
            raise refuse_unknown()
        return follow_up, link, patient

    async def _mint(self, uow: UnitOfWork, follow_up: FollowUp, delivery_id: UUID | None) -> str:
        now, token = self._clock.now(), make_token()
        await LinkStore(uow.session).add_link(
            follow_up.id, hash_token(token), at=now, expires_at=now + LINK_LIFE, delivery_id=delivery_id
        )
        return f"{self._public_url}/s/{token}"

    async def _settle(
        self, uow: UnitOfWork, delivery_id: UUID, state: SendingState, *, provider_id: str = "", detail: str = ""
    ) -> None:
        await LinkStore(uow.session).settle_delivery(
            delivery_id, state, at=self._clock.now(), provider_id=provider_id, detail=detail
        )
        log.info("follow_links.sending", state=state.value)


def _opens(follow_up: FollowUp) -> bool:
    """Does a link that is not revoked open something? While it lasts, all of the page; afterwards, his reports."""
    if follow_up.state is FollowUpState.ENDED:
        return follow_up.started_on is not None and follow_up.end_reason is not EndReason.DEATH
    return follow_up.state in TAKES_DATA


def _caller(follow_up: FollowUp) -> Caller:
    return Caller(CallerKind.PATIENT, id=follow_up.patient_id, practice_id=follow_up.practice_id, act_id=follow_up.id)
