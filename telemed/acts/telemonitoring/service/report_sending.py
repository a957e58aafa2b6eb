"""To whom the reports of a follow-up go: who prescribed it, the médecin traitant, the patient; and sending again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from telemed.acts.telemonitoring.model.rights import Right
from telemed.acts.telemonitoring.service.care_access import open_follow_up
from telemed.acts.telemonitoring.service.report_acts import KIND, act_id_of
from telemed.acts.telemonitoring.store.care import CareStore
from telemed.documents.model import (
    Addressees,
    Delivery,
    MonitoringReport,
    PreparedDocument,
    Recipient,
    SignedDocument,
)
from telemed.documents.service import DeliveryService
from telemed.documents.store import DeliveryStore, DocumentStore
from telemed.kernel.caller import Caller
from telemed.kernel.clock import Clock, civil_date
from telemed.kernel.errors import NotFound
from telemed.patients.model import attending_doctor_on
from telemed.patients.store import DeathStore, PatientStore
from telemed.professionals.store import ProfessionalStore
from telemed.storage.engine import Database
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal


@dataclass(frozen=True)
class Sending:
    """One thing that happened on the way of a report, and the name of who did it, empty where nobody did."""

    delivery: Delivery
    by: str


class ReportSending:
    def __init__(self, *, database: Database, clock: Clock, journal: Journal, deliveries: DeliveryService) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal
        self._deliveries = deliveries

    async def plan(self, uow: UnitOfWork, prepared: PreparedDocument) -> None:
        """In the transaction that keeps a report: to whom it goes, by what it states."""
        report = prepared.statement
        if not isinstance(report, MonitoringReport):
            raise TypeError("only the report of a télésurveillance has this plan")
        follow_up_id, doctor = report.facts.follow_up_id, report.medecin_traitant
        died_on = await DeathStore(uow.session).died_on(prepared.filing.patient_id)
        people = Addressees(
            author=report.author.rpps,
            prescriber=await _prescriber(uow, follow_up_id),
            attending=doctor.rpps if doctor else "",
            may_leave=report.patient.matricule_to_send is not None,
            is_dead=died_on is not None,
        )
        await self._deliveries.plan_monitoring(uow, prepared, people, page_id=follow_up_id)

    async def send_again(self, caller: Caller, follow_up_id: UUID, month: int | None, recipient: Recipient) -> Delivery:
        """Tell a recipient again, or one who was not known when it was signed. Any carer of the practice may.

        Raises Forbidden, NotFound, Conflict (`document.sending`, `document.not_to_send`).
        """
        async with self._database.begin() as uow:
            follow_up = await open_follow_up(
                uow, self._journal, caller, follow_up_id, "send_report", right=Right.ENROL, lock=True
            )
            document = await _signed(uow, follow_up_id, month)
            territory = follow_up.plan.territory
            history = await PatientStore(uow.session).attending_doctors(follow_up.patient_id)
            doctor = attending_doctor_on(history, civil_date(self._clock.now(), territory))
            people = Addressees(
                author=document.signer_rpps,
                prescriber=await _prescriber(uow, follow_up_id),
                attending=(doctor.rpps if doctor else None) or "",
                may_leave=False,
                is_dead=await DeathStore(uow.session).died_on(follow_up.patient_id) is not None,
            )
            return await self._deliveries.send_again(
                uow,
                caller,
                document.identity.document_id,
                recipient,
                people,
                territory=territory,
                page_id=follow_up_id,
            )

    async def hand_over(self, caller: Caller, follow_up_id: UUID, month: int | None) -> Delivery:
        """Note that a report was given to the patient by hand. Raises Forbidden, NotFound, Conflict."""
        async with self._database.begin() as uow:
            await open_follow_up(
                uow, self._journal, caller, follow_up_id, "hand_report_over", right=Right.ENROL, lock=True
            )
            return await self._deliveries.hand_over_within(uow, caller, await _signed(uow, follow_up_id, month))

    async def of_documents(self, uow: UnitOfWork, ids: Iterable[UUID]) -> dict[UUID, tuple[Sending, ...]]:
        """What happened to each of these, the oldest first, with who did it: two statements."""
        lines = await DeliveryStore(uow.session).of_documents(list(ids))
        known = {line.by for found in lines.values() for line in found if line.by is not None}
        people = await ProfessionalStore(uow.session).find_many(list(known))
        names = {person_id: person.full_name for person_id, person in people.items()}
        return {
            document_id: tuple(Sending(line, names.get(line.by, "") if line.by else "") for line in found)
            for document_id, found in lines.items()
        }


async def _prescriber(uow: UnitOfWork, follow_up_id: UUID) -> str:
    """The RPPS of the last prescriber, empty where it was not recorded."""
    found = await CareStore(uow.session).prescriptions(follow_up_id)
    return (found[-1].prescriber_rpps if found else None) or ""


async def _signed(uow: UnitOfWork, follow_up_id: UUID, month: int | None) -> SignedDocument:
    document = await DocumentStore(uow.session).find_current_of_act(act_id_of(follow_up_id, month), KIND)
    if document is None:
        raise NotFound("Ce rapport n'est pas signé.")
    return document
