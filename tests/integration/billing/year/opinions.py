"""The same year with télé-expertises in their quotas, records that are merged and parted, and a cap with its bases."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from billing.facts import Biller, Part, TeleexpertiseFacts
from billing.model.life import Stage
from billing.rules.cap import Counts
from billing.rules.projection import AnnualVolume, Outside
from telemed.acts.teleexpertise.model import Side
from telemed.adapters.quotas import BillingQuotas
from telemed.kernel.clock import Territory, civil_date
from telemed.kernel.ids import new_id
from tests.integration.billing.conftest import DOCTOR
from tests.integration.billing.year.machine import EXPERT, NURSE, PATIENTS, Year
from tests.integration.billing.year.recap import Stated, check_cap_of
from tests.integration.billing.year.recount import Ledger
from tests.integration.billing.year.requota import QuotaBook, check_quotas
from tests.the_law import LAW
from tests.unit.billing.making import DOCTOR_ID, make_biller, make_nurse, make_teleexpertise

_INDEX = st.integers(0, 1_000)
_VOLUMES = st.sampled_from([None, 20, 120, 150])
"""Acts of a year: few, or enough for a verdict that is no guess."""
_ANSWERING = {
    "nurse asks doctor": (make_nurse(), make_biller()),
    "nurse asks expert": (make_nurse(), make_biller(professional_id=EXPERT.id, rpps=EXPERT.rpps)),
    "doctor asks expert": (make_biller(), make_biller(professional_id=EXPERT.id, rpps=EXPERT.rpps)),
}
assert NURSE.rpps == make_nurse().rpps


@dataclass(frozen=True)
class Case:
    """A request that the requis accepted."""

    act_id: UUID
    patient_id: UUID
    requerant: Biller
    requis: Biller
    accepted_at: datetime


class WholeYear(Year):
    """Year, and what the téléconsultations of a doctor share with his opinions: persons, counts, the desk, lots."""

    def __init__(self) -> None:
        super().__init__()
        self.reservations = BillingQuotas(quotas=self.office.quotas, law=LAW)
        self.open_cases: list[Case] = []
        self.opinions: list[TeleexpertiseFacts] = []
        self.book = QuotaBook()
        self.stated = Stated()

    # -- télé-expertise ----------------------------------------------------------------------------------------------

    @rule(patient=st.sampled_from(PATIENTS), who=st.sampled_from(sorted(_ANSWERING)))
    def accept(self, patient: UUID, who: str) -> None:
        case = Case(new_id(), patient, *_ANSWERING[who], self.clock.now())
        self.run(self._reserve(case))
        self.open_cases.append(case)

    @precondition(lambda self: self.open_cases)
    @rule(which=_INDEX)
    def accept_again(self, which: int) -> None:
        """A repeated acceptance takes nothing more."""
        self.run(self._reserve(self._pick(self.open_cases, which)))

    @precondition(lambda self: self.open_cases)
    @rule(which=_INDEX)
    def withdraw(self, which: int) -> None:
        case = self._pick(self.open_cases, which)
        self.open_cases.remove(case)
        self.run(self._release(case))

    @precondition(lambda self: self.open_cases)
    @rule(which=_INDEX)
    def answer(self, which: int) -> None:
        case = self._pick(self.open_cases, which)
        self.open_cases.remove(case)
        self._sign(case, self.clock.now())

    @rule(patient=st.sampled_from(PATIENTS), who=st.sampled_from(sorted(_ANSWERING)), number=st.integers(1, 5))
    def ask_and_answer(self, patient: UUID, who: str, number: int) -> None:
        """Up to five on as many days: the fifth of a civil year is done, and not invoiced."""
        for days_ago in range(number):
            at = self.clock.now() - timedelta(days=days_ago)
            case = Case(new_id(), patient, *_ANSWERING[who], at)
            self.run(self._reserve(case))
            self._sign(case, at)

    @precondition(lambda self: self.opinions)
    @rule(which=_INDEX, is_wanted_meanwhile=st.booleans())
    def give_up_and_take_back(self, which: int, *, is_wanted_meanwhile: bool) -> None:
        """What is given up frees its place; it comes back to one that nobody took."""
        facts = self._pick(self.opinions, which)
        held = self._ledger()
        claim = next(one for one in held.present if (one.act_id, one.part) == (facts.act_id, Part.OPINION))
        if Stage(held.standings[claim.id].stage) not in (Stage.TO_INVOICE, Stage.HELD):
            return
        caller = self._biller(claim.id)
        self.run(self.office.invoices.abandon(caller, claim.id, reason="Geste commercial"))
        self.agrees()
        for weeks in range(1, 5 if is_wanted_meanwhile else 1):
            at = facts.completed_at - timedelta(days=7 * weeks)
            self._sign(Case(new_id(), facts.patient_id, facts.requerant, facts.requis, at), at)
        self.attempt(self.office.invoices.restore(caller, claim.id))

    @precondition(lambda self: self.opinions)
    @rule(which=_INDEX, patient=st.none() | st.sampled_from(PATIENTS), days=st.sampled_from([0, -1, -250]))
    def correct_opinion(self, which: int, patient: UUID | None, days: int) -> None:
        """Another patient, another day or year."""
        former = self._pick(self.opinions, which)
        self._revise(former, patient_id=patient or former.patient_id, moved=timedelta(days=days))

    @precondition(lambda self: self.opinions)
    @rule(which=_INDEX, is_right_after_all=st.booleans())
    def spoil_opinion(self, which: int, *, is_right_after_all: bool) -> None:
        """A code that does not go with it refuses it, and its place is another's; without the code it tries again."""
        former = self._pick(self.opinions, which)
        spoilt = self._revise(former, other_codes=("MCX",))
        if is_right_after_all:
            self.agrees()
            self._revise(spoilt, other_codes=())

    def _revise(
        self, former: TeleexpertiseFacts, *, moved: timedelta = timedelta(), **changes: Any
    ) -> TeleexpertiseFacts:
        assert former.accepted_at is not None
        facts = replace(
            former,
            revision=former.revision + 1,
            requested_at=former.requested_at + moved,
            accepted_at=former.accepted_at + moved,
            completed_at=former.completed_at + moved,
            **changes,
        )
        self._keep(facts)
        return facts

    @precondition(lambda self: self.opinions)
    @rule(which=_INDEX)
    def hear_of_an_opinion_again(self, which: int) -> None:
        before = len(self._ledger().claims)
        self.run(self.office.claims.propose_all(self._pick(self.opinions, which)))
        assert len(self._ledger().claims) == before

    def _sign(self, case: Case, at: datetime) -> None:
        self._keep(
            make_teleexpertise(
                act_id=case.act_id,
                patient_id=case.patient_id,
                requerant=case.requerant,
                requis=case.requis,
                requested_at=case.accepted_at,
                accepted_at=case.accepted_at,
                completed_at=at,
            )
        )

    def _keep(self, facts: TeleexpertiseFacts) -> None:
        self.run(self.office.claims.propose_all(facts))
        self.opinions = [one for one in self.opinions if one.act_id != facts.act_id] + [facts]

    async def _reserve(self, case: Case) -> None:
        day = civil_date(case.accepted_at, Territory.METROPOLE)
        async with self.database.begin() as uow:
            await self.reservations.reserve(
                uow,
                case_id=case.act_id,
                patient_id=case.patient_id,
                requerant=_side(case.requerant),
                requis=_side(case.requis),
                days=(day, day),
            )

    async def _release(self, case: Case) -> None:
        async with self.database.begin() as uow:
            await self.reservations.release(uow, case.act_id, why="withdrawn")

    # -- persons -----------------------------------------------------------------------------------------------------

    @rule(kept=st.sampled_from(PATIENTS), absorbed=st.sampled_from(PATIENTS))
    def merge(self, kept: UUID, absorbed: UUID) -> None:
        """Only records that stand alone are merged: the rule of the records themselves."""
        if kept != absorbed and not {kept, absorbed} & self.book.merged.keys():
            self.run(self._follow("follow_merge", kept, absorbed))
            self.book.merge(kept=kept, absorbed=absorbed)

    @rule(
        records=st.permutations(PATIENTS),
        who=st.sampled_from(sorted(_ANSWERING)),
        number=st.integers(1, 4),
        further=st.integers(1, 4),
    )
    def know_again(self, records: list[UUID], who: str, number: int, further: int) -> None:
        """Some opinions under one record, which turns out to be another's; then some more under that one."""
        kept, absorbed = records[:2]
        self.ask_and_answer(absorbed, who, number)
        self.agrees()
        self.merge(kept, absorbed)
        self.agrees()
        self.ask_and_answer(kept, who, further)

    @precondition(lambda self: self.book.merged)
    @rule(which=_INDEX)
    def part(self, which: int) -> None:
        absorbed = self._pick(sorted(self.book.merged), which)
        self.run(self._follow("follow_undo", self.book.merged[absorbed], absorbed))
        self.book.part(absorbed)

    async def _follow(self, what: str, kept: UUID, absorbed: UUID) -> None:
        async with self.database.begin() as uow:
            await getattr(self.office.quotas, what)(uow, kept=kept, absorbed=absorbed)

    # -- what the projection rests on --------------------------------------------------------------------------------

    @rule(number=st.sampled_from([0, 5, 60]), own=st.sampled_from([0, 5]))
    def book_appointments(self, number: int, own: int) -> None:
        self.agenda.booked = Counts.of_teleconsultations(number, own=min(number, own))

    @rule(
        volume=_VOLUMES,
        others=_VOLUMES,
        own=st.none() | st.integers(0, 10),
    )
    def declare(self, volume: int | None, others: int | None, own: int | None) -> None:
        today = self._today()
        own_acts = None if own is None or others is None else min(own, others)
        annual = None if volume is None else AnnualVolume(volume, "Relevé", today)
        outside = None if others is None else Outside(Counts(other_acts=others, own_acts=own_acts), today, "Relevé")
        self.run(
            self.cap.declare(
                DOCTOR,
                DOCTOR_ID,
                year=today.year,
                source="Relevé",
                declared_on=today,
                annual_volume=annual,
                outside=outside,
            )
        )
        self.stated.by_year[today.year] = annual, outside

    @initialize(volume=_VOLUMES, others=_VOLUMES)
    def begin_declared(self, volume: int | None, others: int | None) -> None:
        self.declare(volume, others, None)

    def _today(self) -> date:
        return civil_date(self.clock.now(), Territory.METROPOLE)

    # -- what is always true -----------------------------------------------------------------------------------------

    async def _agree(self) -> Ledger:
        held = await super()._agree()
        today = self._today()
        async with self.database.read() as session:
            await check_quotas(session, held, self.book, open_acts={one.act_id for one in self.open_cases})
            for year in {today.year, 2026}:
                await check_cap_of(self.cap, session, held, self.stated, self.agenda.booked, year, today)
        return held


def _side(biller: Biller) -> Side:
    return Side(biller.professional_id, biller.practice_id, biller.rpps, biller.territory)
