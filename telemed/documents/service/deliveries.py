"""Brings signed reports to those whom they are meant for; each thing that happens is one line.

No health data leaves by SMS or ordinary mail (R-51): a message only says that something is there. What has no way yet
(MSSanté, DMP) stays queued, and says for what.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from telemed.documents.formats.notices import Notice, to_doctor, to_patient
from telemed.documents.model import (
    Delivery,
    DeliveryReason,
    DeliveryStep,
    DocumentKind,
    ExpertiseReport,
    PreparedDocument,
    Recipient,
    SignedDocument,
)
from telemed.documents.ports import CaseReaders, Contacts
from telemed.documents.rules import plan_deliveries, telling_time
from telemed.documents.service.opening import open_document
from telemed.documents.store import DeliveryStore, DocumentStore
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Clock
from telemed.kernel.errors import Conflict, Forbidden
from telemed.kernel.events import Event
from telemed.kernel.ids import new_id
from telemed.kernel.messages import Channel, DeliveryState, MessageSender, OutgoingMessage
from telemed.patients.model import Contact
from telemed.patients.store import PatientStore
from telemed.professionals.store import ProfessionalStore
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal

WANTED = "document.delivery_wanted"
_STILL_TO_TELL = frozenset({DeliveryReason.TO_TELL, DeliveryReason.HAS_ACCOUNT})
_MAY_BE_GIVEN = frozenset({DeliveryStep.QUEUED, DeliveryStep.AVAILABLE, DeliveryStep.TOLD, DeliveryStep.FAILED})


@dataclass(frozen=True)
class Post:
    """The way of messages: `senders` by channel, where professionals want to be told, and where people sign in."""

    senders: Mapping[Channel, MessageSender]
    contacts: Contacts
    public_url: str


class DeliveryService:
    def __init__(self, *, database: Database, clock: Clock, journal: Journal, post: Post, readers: CaseReaders) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal
        self._post = post
        self._readers = readers

    async def plan(self, uow: UnitOfWork, prepared: PreparedDocument, *, requerant_id: UUID) -> None:
        """Write to whom a report goes, in the transaction that keeps it; messages leave after it, by day."""
        report, document_id = prepared.statement, prepared.manifest.document_id
        if not isinstance(report, ExpertiseReport):
            raise TypeError("only the report of a télé-expertise has a plan")
        doctor, at = report.medecin_traitant, telling_time(self._clock.now(), report.territory)
        for recipient, step, reason in plan_deliveries(report):
            account = requerant_id if recipient is Recipient.REQUERANT else None
            await self._add(uow, document_id, recipient, step, reason, professional_id=account)
            if reason is DeliveryReason.TO_TELL:
                rpps = doctor.rpps if doctor and recipient is Recipient.MEDECIN_TRAITANT else None
                uow.add_event(self._wanted(document_id, recipient, rpps, at))

    async def deliver(self, event: Event) -> None:
        """Subscriber of `document.delivery_wanted`. Raises Unavailable, so that the outbox tries again.

        Called twice, it writes no line twice, and a message already handed over carries the same key.
        """
        document_id, recipient = UUID(event.payload["document_id"]), Recipient(event.payload["recipient"])
        async with self._database.read() as session:
            document = await DocumentStore(session).find_signed(document_id)
            last = await DeliveryStore(session).last(document_id, recipient)
        if document is None or last is None or last.reason not in _STILL_TO_TELL:
            return
        if recipient is Recipient.PATIENT:
            await self._tell_patient(document, event.key)
        else:
            is_open = last.reason is DeliveryReason.HAS_ACCOUNT
            await self._tell_doctor(document_id, str(event.payload["rpps"]), event.key, is_open=is_open)

    async def hand_over(self, caller: Caller, document_id: UUID) -> Delivery:
        """Note that the document was given to the patient by hand, by a side of the case.

        Raises NotFound, Conflict `document.not_to_hand_over` when it is hidden from him or was given already.
        """
        async with self._database.begin() as uow:
            document = await open_document(uow, self._journal, caller, document_id, "document.hand_over", self._readers)
            if caller.practice_id != document.practice_id:
                raise Forbidden("Le document se remet au cabinet qui tient le dossier du patient.")
            last = await DeliveryStore(uow.session).last(document_id, Recipient.PATIENT)
            if document.kind is not DocumentKind.EXPERTISE_REPORT or last is None or last.step not in _MAY_BE_GIVEN:
                text = "Ce document est masqué au patient, ou lui a déjà été remis."
                raise Conflict(text, code="document.not_to_hand_over")
            step, reason = DeliveryStep.HANDED_OVER, DeliveryReason.BY_HAND
            return await self._add(uow, document_id, Recipient.PATIENT, step, reason, by=caller.id)

    async def _tell_patient(self, document: SignedDocument, key: str) -> None:
        async with self._database.read() as session:
            patient = await PatientStore(session).find(document.patient_id)
        contact = patient.contact if patient else Contact()
        found = {Channel.EMAIL: contact.email or "", Channel.SMS: contact.phone or ""}
        ways = {channel: address for channel, address in found.items() if address}
        await self._send(document.identity.document_id, Recipient.PATIENT, ways, to_patient(), key)

    async def _tell_doctor(self, document_id: UUID, rpps: str, key: str, *, is_open: bool) -> None:
        """A doctor with an account opens the document there, told of it or not; another waits for secure mail."""
        recipient, contacts = Recipient.MEDECIN_TRAITANT, self._post.contacts
        async with self._database.read() as session:
            accounts = [one.id for one in await ProfessionalStore(session).find_by_rpps(rpps) if not one.is_suspended]
        if not accounts:
            await self._write(document_id, recipient, DeliveryStep.QUEUED, DeliveryReason.MSSANTE_NOT_CONNECTED)
            return
        if not is_open:
            async with self._database.begin() as uow:
                for account in accounts:
                    step, reason = DeliveryStep.AVAILABLE, DeliveryReason.HAS_ACCOUNT
                    await self._add(uow, document_id, recipient, step, reason, professional_id=account)
        ways = [await contacts.of(account) for account in accounts]
        chosen = next((way for way in ways if way), None)
        if chosen is None:
            return
        await self._send(document_id, recipient, chosen, to_doctor(self._post.public_url), key)

    async def _send(
        self, document_id: UUID, recipient: Recipient, ways: Mapping[Channel, str], notice: Notice, key: str
    ) -> None:
        """By e-mail where there is one, else by SMS."""
        senders = self._post.senders
        channel = next((one for one in (Channel.EMAIL, Channel.SMS) if one in ways and one in senders), None)
        if channel is None:
            await self._write(document_id, recipient, DeliveryStep.AVAILABLE, DeliveryReason.NO_CONTACT)
            return
        message = OutgoingMessage(ways[channel], notice.text, f"{key}:{channel}", subject=notice.subject)
        receipt = await senders[channel].send(message)
        step, reason, word = DeliveryStep.TOLD, DeliveryReason.MESSAGE_TAKEN, receipt.provider_id
        if receipt.state is DeliveryState.FAILED:
            step, reason, word = DeliveryStep.FAILED, DeliveryReason.MESSAGE_REFUSED, receipt.detail
        await self._write(
            document_id, recipient, step, reason, channel=channel, receipt=word or message.idempotency_key
        )

    async def _write(
        self, document_id: UUID, recipient: Recipient, step: DeliveryStep, reason: DeliveryReason, **more: Any
    ) -> None:
        async with self._database.begin() as uow:
            await self._add(uow, document_id, recipient, step, reason, **more)

    async def _add(
        self,
        uow: UnitOfWork,
        document_id: UUID,
        recipient: Recipient,
        step: DeliveryStep,
        reason: DeliveryReason,
        **more: Any,
    ) -> Delivery:
        line = Delivery(new_id(), document_id, recipient, step, reason, self._clock.now(), **more)
        await DeliveryStore(uow.session).add(line)
        return line

    def _wanted(self, document_id: UUID, recipient: Recipient, rpps: str | None, at: datetime) -> Event:
        """The outbox takes it from `at` on."""
        payload = {"document_id": str(document_id), "recipient": recipient.value, "rpps": rpps}
        return Event(WANTED, key=f"{WANTED}:{document_id}:{recipient}", occurred_at=at, payload=payload)
