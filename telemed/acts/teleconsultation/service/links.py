"""The patient's link: sent, opened with a birth date, re-sent, revoked; never kept in clear, never with health data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from telemed.acts.teleconsultation.formats import cancellation_message, link_message
from telemed.acts.teleconsultation.model import (
    LINK_LIFE_AFTER_SLOT,
    LINK_LIFE_UNPROGRAMMED,
    OPEN_STATES,
    VISIT_SESSION_LIFE,
    State,
    Teleconsultation,
)
from telemed.acts.teleconsultation.service.access import open_act
from telemed.acts.teleconsultation.store import ActStore
from telemed.kernel.caller import Caller, CallerKind, Role
from telemed.kernel.clock import Clock, civil_date
from telemed.kernel.errors import Conflict
from telemed.kernel.events import Event
from telemed.kernel.ids import new_id
from telemed.kernel.messages import Channel, MessageSender
from telemed.links.formats import address_message
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

LINK_WANTED = "teleconsultation.link_wanted"
CANCELLATION_TOLD = "teleconsultation.cancellation_told"
_SENDERS = frozenset({Role.SECRETARY, Role.DOCTOR})
_RESENDS_A_DAY = 3
_RECEIPTS_AT_ONCE = 100
log = structlog.get_logger("links")


@dataclass(frozen=True, repr=False)
class OpenedVisit:
    """A browser that passed both factors: the secret of its cookie, and until when."""

    token: str
    expires_at: datetime
    caller: Caller


class LinkService:
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

    async def queue(self, uow: UnitOfWork, act: Teleconsultation, patient: Patient, channel: Channel) -> Delivery:
        """Have a link sent after the commit. Raises Conflict (channel not configured) or Invalid (no address)."""
        require_channel(patient, channel, self.channels)
        now = self._clock.now()
        delivery = Delivery(new_id(), act.id, channel, SendingState.QUEUED, asked_at=now, updated_at=now)
        await LinkStore(uow.session).add_delivery(delivery)
        payload = {"act_id": str(act.id), "delivery_id": str(delivery.id)}
        uow.add_event(Event(LINK_WANTED, key=f"link:{delivery.id}", occurred_at=now, payload=payload))
        return delivery

    async def queue_again(self, uow: UnitOfWork, act: Teleconsultation) -> None:
        """Whoever was sent a link is sent one again the same way, such as for another time."""
        channel = await self._last_channel(uow, act)
        patient = await PatientStore(uow.session).find(act.patient_id)
        if channel is not None and patient is not None:
            await self.queue(uow, act, patient, channel)

    async def tell_cancelled(self, uow: UnitOfWork, act: Teleconsultation) -> None:
        """Whoever was sent a link to a time that is still to come learns, after the commit, that it is off."""
        now, channel = self._clock.now(), await self._last_channel(uow, act)
        if channel is None or (act.slot is not None and act.slot.end <= now):
            return
        notice_id = str(new_id())
        payload = {"act_id": str(act.id), "channel": channel.value, "notice_id": notice_id}
        uow.add_event(Event(CANCELLATION_TOLD, key=f"notice:{notice_id}", occurred_at=now, payload=payload))

    async def send(self, caller: Caller, act_id: UUID, channel: Channel) -> Delivery:
        """Send a link, again or by another channel; a patient who was locked out may try anew."""
        async with self._database.begin() as uow:
            act = await open_act(uow, self._journal, caller, act_id, "send_link", roles=_SENDERS)
            patient = await self._patient_of(uow, act)
            (await LinkStore(uow.session).lock_access(act.id)).failed_tries = 0
            return await self.queue(uow, act, patient, channel)

    async def make_link(self, caller: Caller, act_id: UUID) -> str:
        """A link to hand over by hand, such as on a screen beside the patient."""
        async with self._database.begin() as uow:
            act = await open_act(uow, self._journal, caller, act_id, "make_link", roles=_SENDERS)
            await self._patient_of(uow, act)
            return await self._mint(uow, act, None)

    async def revoke(self, caller: Caller, act_id: UUID) -> None:
        """Every link of the act dies, and the browsers that they let in."""
        async with self._database.begin() as uow:
            act = await open_act(uow, self._journal, caller, act_id, "revoke_links", roles=_SENDERS)
            await LinkStore(uow.session).revoke_links(act.id, self._clock.now())

    async def open(self, token: str, birth_date: str) -> OpenedVisit:
        """Pass the second factor. `birth_date` is `YYYY-MM-DD`.

        Raises Unauthenticated (`link.unknown`: wrong, expired, revoked or of an act that is over, never told
        apart), Invalid (`link.birth_date` with the tries left), TooMany (`link.locked`).
        """
        now = self._clock.now()
        async with self._database.begin() as uow:
            act, link, patient = await self._usable(uow, token, now)
            caller = Caller(CallerKind.PATIENT, id=patient.id, practice_id=act.practice_id, act_id=act.id)
            store = LinkStore(uow.session)
            matches, left = await try_birth_date(uow.session, act.id, patient, birth_date)
            self._journal.note(
                uow,
                caller,
                "teleconsultation.open_link" if matches else "teleconsultation.wrong_birth_date",
                patient_id=patient.id,
                resource=f"teleconsultation:{act.id}",
                details={"tries_left": left},
            )
            secret, expires_at = make_token(), min(now + VISIT_SESSION_LIFE, link.expires_at)
            if matches:
                await store.mark_opened(link.id, now)
                await store.add_session(act.id, patient.id, hash_token(secret), at=now, expires_at=expires_at)
        # The count of tries commits before the refusal is raised: a refusal must not undo it.
        if not matches:
            raise refuse_birth_date(left)
        return OpenedVisit(token=secret, expires_at=expires_at, caller=caller)

    async def ask_again(self, token: str) -> None:
        """A patient asks for a new link with an old one. Says nothing of what it found; three a day at most."""
        now = self._clock.now()
        async with self._database.begin() as uow:
            store = LinkStore(uow.session)
            link = await store.find_link(hash_token(token))
            act = await ActStore(uow.session).find(link.act_id) if link else None
            if link is None or act is None or act.state not in OPEN_STATES or act.state is State.FINISHED:
                return
            patient = await PatientStore(uow.session).find(act.patient_id)
            if patient is None or await store.count_resend(act.id, civil_date(now, act.territory)) > _RESENDS_A_DAY:
                return
            caller = Caller(CallerKind.PATIENT, practice_id=act.practice_id, act_id=act.id)
            self._journal.note(uow, caller, "teleconsultation.ask_link_again", patient_id=patient.id)
            channel = find_channel(patient, self.channels)
            if channel is not None:
                (await store.lock_access(act.id)).failed_tries = 0
                await self.queue(uow, act, patient, channel)

    async def authenticate(self, token: str) -> Caller | None:
        """The patient behind a visit cookie; None when it is unknown, expired or revoked."""
        async with self._database.read() as session:
            visit = await LinkStore(session).find_session(hash_token(token), self._clock.now())
            act = await ActStore(session).find(visit.act_id) if visit else None
        if visit is None or act is None:
            return None
        return Caller(
            CallerKind.PATIENT,
            id=visit.patient_id,
            practice_id=act.practice_id,
            act_id=act.id,
            session_id=visit.id,
            factors=2,
        )

    async def deliver(self, event: Event) -> None:
        """Subscriber of LINK_WANTED: mint a link, hand it to the operator, keep the receipt.

        Each try mints a link of its own, and all carry one idempotency key: whichever message arrives, its link works.
        Raises Unavailable, so that the outbox tries again.
        """
        act_id, delivery_id = UUID(event.payload["act_id"]), UUID(event.payload["delivery_id"])
        async with self._database.begin() as uow:
            act = await ActStore(uow.session).find(act_id)
            delivery = await LinkStore(uow.session).find_delivery(delivery_id)
            patient = await PatientStore(uow.session).find(act.patient_id) if act else None
            if act is None or patient is None or delivery is None or delivery.state is not SendingState.QUEUED:
                return
            if act.state not in (State.BOOKED, State.WAITING, State.IN_CALL):
                await self._settle(uow, delivery_id, SendingState.FAILED, "", "act_over")
                return
            link = await self._mint(uow, act, delivery_id)
        message = link_message(act, link)
        receipt = await self._senders[delivery.channel].send(
            address_message(patient, delivery.channel, message, idempotency_key=str(delivery_id))
        )
        async with self._database.begin() as uow:
            await self._settle(uow, delivery_id, SendingState(receipt.state.value), receipt.provider_id, receipt.detail)

    async def deliver_cancellation(self, event: Event) -> None:
        """Subscriber of CANCELLATION_TOLD; says nothing when the act was restored meanwhile. Raises Unavailable."""
        channel = Channel(event.payload["channel"])
        async with self._database.read() as session:
            act = await ActStore(session).find(UUID(event.payload["act_id"]))
            patient = await PatientStore(session).find(act.patient_id) if act else None
        if act is None or patient is None or act.state is not State.CANCELLED or channel not in self._senders:
            return
        message = cancellation_message(act)
        receipt = await self._senders[channel].send(
            address_message(patient, channel, message, idempotency_key=event.payload["notice_id"])
        )
        log.info("links.cancellation", state=receipt.state.value)

    async def follow_up(self) -> None:
        """Job: ask the operators what became of the messages of the last day."""
        now = self._clock.now()
        async with self._database.read() as session:
            pending = await LinkStore(session).awaiting_receipt(now - timedelta(days=1), _RECEIPTS_AT_ONCE)
        for delivery in pending:
            if delivery.channel is not Channel.SMS or delivery.channel not in self._senders:
                continue
            receipt = await self._senders[delivery.channel].receipt(delivery.provider_id)
            if receipt.state.value != delivery.state.value:
                async with self._database.begin() as uow:
                    await self._settle(
                        uow, delivery.id, SendingState(receipt.state.value), receipt.provider_id, receipt.detail
                    )

    async def forget_expired(self) -> None:
        """Job: links and sessions that ended a month ago."""
        async with self._database.begin() as uow:
            await LinkStore(uow.session).forget_expired(self._clock.now() - timedelta(days=30))

    async def _usable(self, uow: UnitOfWork, token: str, now: datetime) -> tuple[Teleconsultation, Link, Patient]:
        link = await LinkStore(uow.session).find_link(hash_token(token))
        act = await ActStore(uow.session).find(link.act_id) if link else None
        patient = await PatientStore(uow.session).find(act.patient_id) if act else None
        if link is None or act is None or patient is None or link.revoked_at is not None or link.expires_at <= now:
            self._note_unknown(uow, link)
            raise refuse_unknown()
        if act.state in (State.CANCELLED, State.CLOSED):
            self._note_unknown(uow, link)
            raise refuse_unknown()
        return act, link, patient

    def _note_unknown(self, uow: UnitOfWork, link: Link | None) -> None:
        resource = f"teleconsultation:{link.act_id}" if link else ""
        self._journal.note(uow, Caller(CallerKind.PATIENT), "teleconsultation.open_link", resource=resource)

    async def _mint(self, uow: UnitOfWork, act: Teleconsultation, delivery_id: UUID | None) -> str:
        now, token = self._clock.now(), make_token()
        end = act.slot.end + LINK_LIFE_AFTER_SLOT if act.slot else now + LINK_LIFE_UNPROGRAMMED
        await LinkStore(uow.session).add_link(
            act.id, hash_token(token), at=now, expires_at=max(end, now), delivery_id=delivery_id
        )
        return f"{self._public_url}/v/{token}"

    async def _last_channel(self, uow: UnitOfWork, act: Teleconsultation) -> Channel | None:
        sent = (await LinkStore(uow.session).last_deliveries([act.id])).get(act.id, [])
        return sent[0].channel if sent else None

    async def _patient_of(self, uow: UnitOfWork, act: Teleconsultation) -> Patient:
        if act.state not in (State.BOOKED, State.WAITING, State.IN_CALL, State.NO_SHOW):
            raise Conflict(
                "Cette téléconsultation est passée ou annulée : il n'y a plus de lien à envoyer.", code="over"
            )
        patient = await PatientStore(uow.session).find(act.patient_id)
        if patient is None:
            raise LookupError("an act has a patient")
        return patient

    async def _settle(
        self, uow: UnitOfWork, delivery_id: UUID, state: SendingState, provider_id: str, detail: str
    ) -> None:
        await LinkStore(uow.session).settle_delivery(
            delivery_id, state, at=self._clock.now(), provider_id=provider_id, detail=detail
        )
        log.info("links.sending", state=state.value)
