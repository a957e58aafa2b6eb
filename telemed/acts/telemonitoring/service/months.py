"""Closes a month of a follow-up: what came of its data is counted and kept, and billing is told the facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from telemed.acts.telemonitoring.formats.months import MonthFacts, Operator, month_event
from telemed.acts.telemonitoring.model.care import FollowUp, Month, PaperKind, Prescription
from telemed.acts.telemonitoring.model.enrolment import Transmitted
from telemed.acts.telemonitoring.model.pathway import Pathway
from telemed.acts.telemonitoring.rules.cover import find_consent, find_cover, papers_of
from telemed.acts.telemonitoring.rules.due import find_month
from telemed.acts.telemonitoring.rules.enrolment import CHECKED_MONTHS, check_adherence
from telemed.acts.telemonitoring.rules.increases import find_increase
from telemed.acts.telemonitoring.rules.team import find_responsible
from telemed.acts.telemonitoring.service.transmissions import count_transmissions
from telemed.acts.telemonitoring.store.care import CareStore
from telemed.acts.telemonitoring.store.follow_ups import FollowUpStore
from telemed.acts.telemonitoring.store.practices import PaperStore
from telemed.consent.model import ActKind
from telemed.consent.store import ConsentStore
from telemed.kernel.clock import Clock
from telemed.kernel.period import DayRange
from telemed.law.law import Law
from telemed.patients.store import PatientStore
from telemed.professionals.store import PracticeStore, ProfessionalStore
from telemed.storage.uow import UnitOfWork


class MonthCloser:
    """In the transaction of the step that comes after it; the follow-up is locked."""

    def __init__(self, *, clock: Clock, law: Law, pathways: Mapping[str, Pathway]) -> None:
        self._clock = clock
        self._law = law
        self._pathways = pathways

    async def close(self, uow: UnitOfWork, follow_up: FollowUp) -> Month:
        """Close the next month. Billing hears of it while a prescription covers some of it."""
        month = await self._count(uow, follow_up)
        care = CareStore(uow.session)
        await care.add_month(month)
        prescriptions = await care.prescriptions(follow_up.id)
        last_day = month.days.last_day or month.days.first_day
        if any(one.days.touches(month.days.first_day, last_day) for one in prescriptions):
            await self._tell_billing(uow, follow_up, month, prescriptions)
        return month

    async def _count(self, uow: UnitOfWork, follow_up: FollowUp) -> Month:
        number = follow_up.months_done + 1
        if follow_up.started_on is None:
            raise LookupError("a follow-up that has not started has no month")
        days = find_month(follow_up.started_on, number)
        last_day = days.last_day or days.first_day
        version = self._pathways[follow_up.plan.pathway].on(last_day)
        expected, received = await count_transmissions(uow, follow_up, days, version)
        law, is_adherent = self._law.on(last_day), None
        if expected and number <= law.value(CHECKED_MONTHS).integer:
            is_adherent = check_adherence(Transmitted(number, expected, received), law).is_allowed
        return Month(follow_up.id, number, days, expected, received, is_adherent, self._clock.now())

    async def _tell_billing(
        self, uow: UnitOfWork, follow_up: FollowUp, month: Month, prescriptions: Sequence[Prescription]
    ) -> None:
        care, activity = CareStore(uow.session), self._pathways[follow_up.plan.pathway].activity
        responsible = find_responsible(await care.team(follow_up.id))
        if responsible is None:
            raise LookupError("a follow-up that started has a doctor who answers for it")
        operator = await _operator(uow, responsible.professional_id, follow_up.patient_id)
        papers = await PaperStore(uow.session).of_practice(follow_up.practice_id)
        plan, days = follow_up.plan, month.days

        def paper(kind: PaperKind, name: str = "") -> DayRange | None:
            return find_cover(papers_of(papers, kind, activity=activity, name=name), days)

        last_day = days.last_day or days.first_day
        used = [one for one in prescriptions if one.days.touches(days.first_day, last_day)]
        facts = MonthFacts(
            follow_up=follow_up,
            activity=activity,
            month=month,
            returns=await care.months(follow_up.id),
            prescription=find_cover([one.days for one in used], days),
            is_prescriber_qualified=all(one.is_qualified for one in used),
            consent=await self.consent(uow, follow_up, ActKind.TELEMONITORING),
            usage_data_consent=await self.consent(uow, follow_up, ActKind.TELEMONITORING_USAGE),
            ars_declaration=paper(PaperKind.ARS_DECLARATION),
            convention=paper(PaperKind.CONVENTION, plan.exploitant),
            dmn_listing=paper(PaperKind.DMN_LISTING, plan.dmn),
            is_only_follow_up=await self._is_only(uow, follow_up, days, activity),
            increase=find_increase(await care.increases(follow_up.id), month.number),
        )
        uow.add_event(month_event(facts, operator))

    async def consent(self, uow: UnitOfWork, follow_up: FollowUp, kind: ActKind) -> DayRange | None:
        """The days of the patient's consent to this follow-up."""
        records = await ConsentStore(uow.session).of_patient(follow_up.patient_id, kind)
        return find_consent([one for one in records if one.act_id == follow_up.id], follow_up.plan.territory)

    async def _is_only(self, uow: UnitOfWork, follow_up: FollowUp, days: DayRange, activity: str) -> bool:
        """One forfait a patient, activity and month: that of the follow-up which started first."""
        patients = PatientStore(uow.session)
        person = await patients.find(follow_up.patient_id)
        if person is None:
            return True
        records = [person.id, *(one.id for one in await patients.absorbed_by(person.id))]
        return not any(
            _is_before(other, follow_up, days)
            for other in await FollowUpStore(uow.session).of_patients(records)
            if self._pathways[other.plan.pathway].activity == activity
        )


def _is_before(other: FollowUp, follow_up: FollowUp, days: DayRange) -> bool:
    """Did another follow-up, started before this one, still live in these days?"""
    if other.id == follow_up.id or other.started_on is None or follow_up.started_on is None:
        return False
    started_before = (other.started_on, other.id) < (follow_up.started_on, follow_up.id)
    return started_before and (other.ended_at is None or other.ended_at.date() >= days.first_day)


async def _operator(uow: UnitOfWork, doctor_id: UUID, patient_id: UUID) -> Operator:
    doctor = await ProfessionalStore(uow.session).find(doctor_id)
    territory = await PracticeStore(uow.session).territory_of(doctor.practice_id) if doctor else None
    if doctor is None or territory is None:
        raise LookupError("a doctor practises somewhere")
    return Operator(doctor, territory, await PatientStore(uow.session).attending_doctors(patient_id))
