"""What is known of a follow-up when somebody wants to start it, and what still lacks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from telemed.acts.telemonitoring.model.care import FollowUp, PaperKind, Prescription
from telemed.acts.telemonitoring.model.enrolment import Enrolment
from telemed.acts.telemonitoring.model.pathway import Pathway
from telemed.acts.telemonitoring.ports.care import Supplies
from telemed.acts.telemonitoring.rules.cover import find_cover, papers_of
from telemed.acts.telemonitoring.rules.enrolment import check_minimum_data, check_start
from telemed.acts.telemonitoring.rules.team import check_team
from telemed.acts.telemonitoring.service.months import MonthCloser
from telemed.acts.telemonitoring.store.care import CareStore
from telemed.acts.telemonitoring.store.practices import PaperStore
from telemed.consent.model import ActKind
from telemed.kernel.clock import Clock, civil_date
from telemed.kernel.decision import Decision
from telemed.kernel.period import DayRange
from telemed.law.law import Law
from telemed.storage.uow import UnitOfWork


class Enrolments:
    """`supplies` is what the devices given to the patient can measure."""

    def __init__(
        self, *, clock: Clock, law: Law, pathways: Mapping[str, Pathway], supplies: Supplies, months: MonthCloser
    ) -> None:
        self._clock = clock
        self._law = law
        self._pathways = pathways
        self._supplies = supplies
        self._months = months

    async def check(self, uow: UnitOfWork, follow_up: FollowUp) -> Decision:
        """May it start today, where the patient lives? Every reason why not."""
        care = CareStore(uow.session)
        today = civil_date(self._clock.now(), follow_up.plan.territory)
        prescription = find_prescription(await care.prescriptions(follow_up.id), today)
        enrolment = await self._enrolment(uow, follow_up, prescription, today)
        return check_start(enrolment, self._law.on(today)) & check_team(await care.team(follow_up.id))

    async def check_supplies(self, uow: UnitOfWork, follow_up: FollowUp) -> Decision:
        """Do its devices, and what is keyed by hand, still make up the minimum data today (R-37)?"""
        plan, today = follow_up.plan, civil_date(self._clock.now(), follow_up.plan.territory)
        signals = plan.hand_signals | await self._supplies.signals_of(uow, follow_up.id)
        return check_minimum_data(self._pathways[plan.pathway].on(today), signals)

    async def _enrolment(
        self, uow: UnitOfWork, follow_up: FollowUp, prescription: Prescription | None, today: date
    ) -> Enrolment:
        plan, days = follow_up.plan, DayRange(today, today)
        pathway = self._pathways[plan.pathway]
        papers = await PaperStore(uow.session).of_practice(follow_up.practice_id)

        def paper(kind: PaperKind, name: str = "") -> DayRange | None:
            return find_cover(papers_of(papers, kind, activity=pathway.activity, name=name), days)

        return Enrolment(
            pathway=pathway,
            starts_on=today,
            prescription=prescription.days if prescription else None,
            is_prescriber_qualified=prescription is not None and prescription.is_qualified,
            consent=await self._months.consent(uow, follow_up, ActKind.TELEMONITORING),
            usage_data_consent=await self._months.consent(uow, follow_up, ActKind.TELEMONITORING_USAGE),
            ars_declaration=paper(PaperKind.ARS_DECLARATION),
            convention=paper(PaperKind.CONVENTION, plan.exploitant),
            dmn_listing=paper(PaperKind.DMN_LISTING, plan.dmn),
            signals=plan.hand_signals | await self._supplies.signals_of(uow, follow_up.id),
            silence_days=plan.silence_days,
            exclusions=plan.exclusions,
        )


def find_prescription(prescriptions: list[Prescription], day: date) -> Prescription | None:
    """The one to go by on a day: the last written that covers it, else the last written."""
    covering = [one for one in prescriptions if one.days.covers(day, day)]
    known = covering or prescriptions
    return known[-1] if known else None
