"""Brings signed reports to those whom they are meant for; each thing that happens is one line.

No health data leaves by SMS or ordinary mail (R-51): a message only says that something is there. What has no way yet
(MSSanté, DMP) stays queued, and says for what.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from telemed.documents.formats.notices import Notice, to_doctor, to_patient, to_patient_page
from telemed.documents.model import (
    Addressees,
    Delivery,
    DeliveryReason,
    DeliveryStep,
    DocumentKind,
    ExpertiseReport,
    PreparedDocument,
    Recipient,
    SignedDocument,
)
from telemed.documents.ports import CaseReaders, Contacts, PatientPages
from telemed.documents.rules import Planned, plan_deliveries, plan_monitoring, telling_time
from telemed.documents.service.opening import open_document
from telemed.documents.store import DeliveryStore, DocumentStore
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Clock, Territory
from telemed.kernel.errors import Conflict, Forbidden
from telemed.kernel.events import Event
from telemed.kernel.ids import new_id
from telemed.kernel.messages import Channel, DeliveryState, MessageSender, OutgoingMessage
from telemed.patients.model import Contact
from telemed.patients.store import DeathStore, PatientStore
from telemed.professionals.store import ProfessionalStore
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal

WANTED = "document.delivery_wanted"
_STILL_TO_TELL = frozenset({DeliveryReason.TO_TELL, DeliveryReason.HAS_ACCOUNT})
_AS_WHAT = {Recipient.MEDECIN_TRAITANT: "médecin traitant", Recipient.PRESCRIBER: "prescripteur"}
_TO_HAND_OVER = frozenset({DocumentKind.EXPERTISE_REPORT, DocumentKind.MONITORING_REPORT})
_MAY_BE_GIVEN = frozenset({DeliveryStep.QUEUED, DeliveryStep.AVAILABLE, DeliveryStep.TOLD, DeliveryStep.FAILED})


@dataclass(frozen=True)
class Post:
    """The way of messages: `senders` by channel, where professionals want to be told, where people sign in, and where
    patients open what is theirs."""

    senders: Mapping[Channel, MessageSender]
    contacts: Contacts
    public_url: str
    pages: PatientPages


class DeliveryService:
    def __init__(self, *, database: Database, clock: Clock, journal: Journal, post: Post, readers: CaseReaders) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal
        self._post = post
        self._readers = readers

    async def plan(self, uow: UnitOfWork, prepared: PreparedDocument, *, requerant_id: UUID) -> None:
        """Write to whom an opinion goes, in the transaction that keeps it; messages leave after it, by day."""
        report, document_id = prepared.statement, prepared.manifest.document_id
        if not isinstance(report, ExpertiseReport):
            raise TypeError("only the report of a télé-expertise has this plan")
        rpps = report.medecin_traitant.rpps if report.medecin_traitant else ""
        for planned in plan_deliveries(report):
            account = requerant_id if planned[0] is Recipient.REQUERANT else None
            await self._begin(uow, document_id, planned, report.territory, rpps=rpps, account=account)

    async def plan_monitoring(
        self, uow: UnitOfWork, prepared: PreparedDocument, people: Addressees, *, page_id: UUID
    ) -> None:
        """The same for a report of télésurveillance; the patient opens it on the page of his follow-up, `page_id`."""
        territory, document_id = prepared.statement.territory, prepared.manifest.document_id
        for planned in plan_monitoring(people):
            rpps = people.rpps_of(planned[0])
            await self._begin(uow, document_id, planned, territory, rpps=rpps, page_id=page_id)

    async def send_again(
        self,
        uow: UnitOfWork,
        caller: Caller,
        document_id: UUID,
        recipient: Recipient,
        people: Addressees,
        *,
        territory: Territory,
        page_id: UUID,
    ) -> Delivery:
        """Send a report of télésurveillance again, to who is the recipient now. Whoever calls has opened its follow-up.

        Raises Conflict `document.sending` while a message is on its way, `document.not_to_send` where none may leave.
        """
        last = await DeliveryStore(uow.session).last(document_id, recipient)
        if last is not None and last.reason is DeliveryReason.TO_TELL:
            raise Conflict("Un message est déjà en route : attendez qu'il parte.", code="document.sending")
        planned = next((one for one in plan_monitoring(people) if one[0] is recipient), None)
        has_moved = planned is not None and (last is None or last.reason is not planned[2])
        if planned is None or recipient is Recipient.DMP or not has_moved:
            text = "Rien ne peut partir vers ce destinataire : complétez d'abord le dossier du patient."
            raise Conflict(text, code="document.not_to_send")
        rpps = people.rpps_of(recipient)
        return await self._begin(uow, document_id, planned, territory, rpps=rpps, page_id=page_id, by=caller.id)

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
            page_id = event.payload.get("page_id")
            await self._tell_patient(document, event.key, UUID(page_id) if page_id else None)
        else:
            is_open = last.reason is DeliveryReason.HAS_ACCOUNT
            await self._tell_doctor(document_id, recipient, str(event.payload["rpps"]), event.key, is_open=is_open)

    async def hand_over(self, caller: Caller, document_id: UUID) -> Delivery:
        """Note that the document was given to the patient by hand, by a side of the case.

        Raises NotFound, Conflict `document.not_to_hand_over` when it is hidden from him or was given already.
        """
        async with self._database.begin() as uow:
            document = await open_document(uow, self._journal, caller, document_id, "document.hand_over", self._readers)
            if caller.practice_id != document.practice_id:
                raise Forbidden("Le document se remet au cabinet qui tient le dossier du patient.")
            return await self.hand_over_within(uow, caller, document)

    async def hand_over_within(self, uow: UnitOfWork, caller: Caller, document: SignedDocument) -> Delivery:
        """The same in an open transaction, once it was decided that the caller may."""
        document_id = document.identity.document_id
        last = await DeliveryStore(uow.session).last(document_id, Recipient.PATIENT)
        if document.kind not in _TO_HAND_OVER or last is None or last.step not in _MAY_BE_GIVEN:
            text = "Ce document est masqué au patient, ou lui a déjà été remis."
            raise Conflict(text, code="document.not_to_hand_over")
        step, reason = DeliveryStep.HANDED_OVER, DeliveryReason.BY_HAND
        return await self._add(uow, document_id, Recipient.PATIENT, step, reason, by=caller.id)

    async def _tell_patient(self, document: SignedDocument, key: str, page_id: UUID | None) -> None:
        """He opens it on his own page where he has one; else whoever cares for him hands it over."""
        async with self._database.read() as session:
            patient = await PatientStore(session).find(document.patient_id)
            died_on = await DeathStore(session).died_on(document.patient_id)
        if died_on is not None:
            await self._write(
                document.identity.document_id, Recipient.PATIENT, DeliveryStep.WITHHELD, DeliveryReason.DECEASED
            )
            return
        contact = patient.contact if patient else Contact()
        found = {Channel.EMAIL: contact.email or "", Channel.SMS: contact.phone or ""}
        ways = {channel: address for channel, address in found.items() if address}
        notice = await self._notice_of(page_id) if page_id and self._channel(ways) else to_patient()
        await self._send(document.identity.document_id, Recipient.PATIENT, ways, notice, key)

    async def _notice_of(self, page_id: UUID) -> Notice:
        async with self._database.begin() as uow:
            link = await self._post.pages.link_to(uow, page_id)
        return to_patient_page(link) if link else to_patient()

    async def _tell_doctor(
        self, document_id: UUID, recipient: Recipient, rpps: str, key: str, *, is_open: bool
    ) -> None:
        """A doctor with an account opens the document there, told of it or not; another waits for secure mail."""
        contacts = self._post.contacts
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
        notice = to_doctor(f"{self._post.public_url.rstrip('/')}/avis/recus", as_what=_AS_WHAT[recipient])
        await self._send(document_id, recipient, chosen, notice, key)

    async def _send(
        self, document_id: UUID, recipient: Recipient, ways: Mapping[Channel, str], notice: Notice, key: str
    ) -> None:
        senders, channel = self._post.senders, self._channel(ways)
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

    def _channel(self, ways: Iterable[Channel]) -> Channel | None:
        """By e-mail where there is one, else by SMS."""
        return next((one for one in (Channel.EMAIL, Channel.SMS) if one in ways and one in self._post.senders), None)

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

    async def _begin(
        self,
        uow: UnitOfWork,
        document_id: UUID,
        planned: Planned,
        territory: Territory,
        *,
        rpps: str = "",
        page_id: UUID | None = None,
        account: UUID | None = None,
        by: UUID | None = None,
    ) -> Delivery:
        """A line that begins a delivery; the outbox tells who is to be told, by day."""
        recipient, step, reason = planned
        line = await self._add(uow, document_id, recipient, step, reason, professional_id=account, by=by)
        if reason is DeliveryReason.TO_TELL:
            payload = {
                "document_id": str(document_id),
                "recipient": recipient.value,
                "rpps": rpps,
                "page_id": str(page_id) if page_id else None,
            }
            at = telling_time(self._clock.now(), territory)
            uow.add_event(Event(WANTED, key=f"{WANTED}:{line.id}", occurred_at=at, payload=payload))
        return line
