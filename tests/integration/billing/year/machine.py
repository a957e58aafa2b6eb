"""One practice through a year, in any order; after each step everything kept equals what is counted again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from billing.facts import ActFacts, MedecinTraitant, Reimbursement
from billing.model.exchange import Payer
from billing.model.invoice import Owing
from billing.model.life import Stage
from billing.rules.cap import Counts, find_cap, read_cap
from billing.service import CapService
from telemed.kernel.caller import Caller, Role
from telemed.kernel.clock import FrozenClock
from telemed.kernel.errors import Conflict, Refused
from telemed.kernel.ids import new_id
from telemed.storage.engine import Database
from telemed.trace.service import Journal
from tests.integration.billing.conftest import DOCTOR, OTHER_DOCTOR_ID, Agenda, make_caller
from tests.integration.billing.life.conftest import (
    MUTUELLE,
    ORGANISM,
    OTHER_ORGANISM,
    Office,
    make_office,
)
from tests.integration.billing.year.caisse import PlayedCaisse
from tests.integration.billing.year.recount import Ledger, check_counts, check_ledger, read_ledger
from tests.stories import StoryMachine
from tests.the_law import LAW
from tests.unit.billing.making import DOCTOR_ID, NURSE_ID, PRACTICE_ID, make_facts

PATIENTS = [UUID(int=number) for number in (11, 12, 13)]
BEGINNING = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)
_INDEX = st.integers(0, 1_000)
EXPERT = make_caller(Role.DOCTOR, professional_id=OTHER_DOCTOR_ID, rpps="10100000016")
NURSE = make_caller(Role.HEALTH_PROFESSIONAL, professional_id=NURSE_ID, rpps="10007654321")
CALLERS = {DOCTOR_ID: DOCTOR, OTHER_DOCTOR_ID: EXPERT, NURSE_ID: NURSE}
_UNDECIDED = (Stage.TO_INVOICE, Stage.HELD, Stage.TO_COMPLETE)


class Year(StoryMachine):
    """Téléconsultations, their corrections, what the doctor decides, what the caisse answers, and time."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.clock = FrozenClock(BEGINNING)
        self.caisse = PlayedCaisse()
        self.facts: list[ActFacts] = []
        self.database = self.loop.run(_call(type(self).open_database))
        self.agenda = Agenda()
        journal = Journal(clock=self.clock)
        self.cap = CapService(database=self.database, clock=self.clock, law=LAW, journal=journal, booked=self.agenda)
        self.office: Office = make_office(
            self.database, self.clock, LAW, self.caisse, check_cap=self.cap.check_conventioned
        )
        self.office.records.known |= {(patient, PRACTICE_ID) for patient in PATIENTS}
        for number, patient in enumerate(PATIENTS[:2]):
            self.run(self._insure(patient, ORGANISM if number else OTHER_ORGANISM, number == 1))

    def teardown(self) -> None:
        try:
            self.run(self._let_time_end_it())
            self.agrees()
        finally:
            self.loop.run(_call_with(type(self).drop_database, self.database))
            self.loop.close()

    def run(self, work: Awaitable[Any]) -> Any:
        async def done() -> Any:
            return await work

        return self.loop.run(done())

    def attempt(self, work: Awaitable[Any]) -> Any:
        """What the rules or the stage refuse leaves no trace in money; None then."""
        try:
            return self.run(work)
        except (Refused, Conflict):
            return None

    # -- acts ------------------------------------------------------------------------------------------------------

    @rule(
        patient=st.sampled_from(PATIENTS),
        is_own=st.booleans(),
        days_ago=st.integers(0, 40),
        has_video=st.sampled_from([True, True, True, False]),
        is_tiers_payant=st.booleans(),
        specialty=st.sampled_from(["G15_10/SM54", "G15_10/SM54", "G15_10/SM04"]),
    )
    def visit(
        self, patient: UUID, *, is_own: bool, days_ago: int, has_video: bool, is_tiers_payant: bool, specialty: str
    ) -> None:
        medecin_traitant = MedecinTraitant.SELF if is_own else MedecinTraitant.OTHER
        self._visit(
            patient,
            days_ago=days_ago,
            is_tiers_payant=is_tiers_payant,
            medecin_traitant=medecin_traitant,
            is_video_established=has_video,
            specialty=specialty,
        )

    def _visit(self, patient: UUID, *, days_ago: int = 0, is_tiers_payant: bool, **others: Any) -> None:
        start = self.clock.now() - timedelta(days=days_ago, minutes=30)
        self._close(
            make_facts(
                act_id=new_id(),
                patient_id=patient,
                started_at=start,
                ended_at=start + timedelta(minutes=15),
                is_tiers_payant=is_tiers_payant,
                reimbursement=Reimbursement(is_tiers_payant or None),
                **others,
            )
        )

    @initialize(visits=st.integers(0, 4), is_tiers_payant=st.booleans(), is_sent=st.booleans())
    def begin(self, visits: int, *, is_tiers_payant: bool, is_sent: bool) -> None:
        """A practice that is at work already."""
        for number in range(visits):
            self._visit(PATIENTS[number % 2], days_ago=number, is_tiers_payant=is_tiers_payant)
        self.invoice_all()
        if is_sent:
            self.send()

    @rule(patient=st.sampled_from(PATIENTS[:2]), is_sent=st.booleans())
    def visit_and_invoice(self, patient: UUID, *, is_sent: bool) -> None:
        self._visit(patient, is_tiers_payant=True)
        self.invoice_all()
        if is_sent:
            self.send()

    @precondition(lambda self: self.facts)
    @rule(which=_INDEX)
    def hear_of_it_again(self, which: int) -> None:
        """The outbox delivers at least once: the same facts, or older ones, change nothing."""
        before = self._ledger()
        self.run(self.office.claims.propose_all(self._pick(self.facts, which)))
        assert len(self._ledger().claims) == len(before.claims)

    @precondition(lambda self: self.facts)
    @rule(
        which=_INDEX,
        patient=st.none() | st.sampled_from(PATIENTS),
        days=st.sampled_from([0, 0, 1, -30]),
        has_video=st.booleans(),
    )
    def correct(self, which: int, patient: UUID | None, *, days: int, has_video: bool) -> None:
        former = self._pick(self.facts, which)
        self._close(
            replace(
                former,
                revision=former.revision + 1,
                patient_id=patient or former.patient_id,
                started_at=former.started_at + timedelta(days=days),
                ended_at=former.ended_at + timedelta(days=days),
                is_video_established=has_video,
            )
        )

    def _close(self, facts: ActFacts) -> None:
        self.run(self.office.claims.propose_all(facts))
        self.facts = [one for one in self.facts if one.act_id != facts.act_id] + [facts]

    # -- decisions -------------------------------------------------------------------------------------------------

    @rule()
    def invoice_all(self) -> None:
        for caller in CALLERS.values():
            self.run(self.office.invoices.invoice_ready(caller))

    @rule(which=_INDEX)
    def invoice_one(self, which: int) -> None:
        if claim_id := self._claim(which):
            self.attempt(self.office.invoices.invoice(self._biller(claim_id), claim_id))

    @rule(which=_INDEX, cents=st.integers(1, 9_999))
    def complete(self, which: int, cents: int) -> None:
        if claim_id := self._claim(which, Stage.TO_COMPLETE):
            self.attempt(
                self.office.invoices.complete(self._biller(claim_id), claim_id, amount_cents=cents, source="Convention")
            )

    @rule(which=_INDEX)
    def abandon(self, which: int) -> None:
        if claim_id := self._claim(which, *_UNDECIDED, Stage.REJECTED, Stage.PAPER_REQUESTED, Stage.ON_PAPER):
            self.attempt(self.office.invoices.abandon(self._biller(claim_id), claim_id, reason="Geste commercial"))

    @rule(which=_INDEX)
    def restore(self, which: int) -> None:
        if claim_id := self._claim(which, Stage.ABANDONED):
            self.attempt(self.office.invoices.restore(self._biller(claim_id), claim_id))

    @rule(which=_INDEX)
    def reverse(self, which: int) -> None:
        if claim_id := self._claim(which):
            self.attempt(self.office.invoices.reverse(self._biller(claim_id), claim_id, reason="Acte d'un autre"))

    @rule(which=_INDEX, cents=st.none() | st.integers(1, 9_999))
    def correct_rejected(self, which: int, cents: int | None) -> None:
        if claim_id := self._claim(which, Stage.REJECTED):
            source = None if cents is None else "Convention"
            self.attempt(
                self.office.invoices.correct_rejected(
                    self._biller(claim_id), claim_id, reason="Montant", amount_cents=cents, source=source
                )
            )

    @rule(which=_INDEX, owing=st.sampled_from(Owing), cents=st.integers(-5_000, 5_000).filter(bool))
    def record_payment(self, which: int, owing: Owing, cents: int) -> None:
        if claim_id := self._claim(which):
            self.attempt(
                self.office.invoices.record_payment(self._biller(claim_id), claim_id, owing=owing, cents=cents)
            )

    @rule(which=_INDEX)
    def send_paper(self, which: int) -> None:
        if claim_id := self._claim(which, Stage.PAPER_REQUESTED):
            self.attempt(self.office.invoices.record_paper_sent(self._biller(claim_id), claim_id))

    @rule(
        patient=st.sampled_from(PATIENTS),
        organism=st.sampled_from([ORGANISM, OTHER_ORGANISM]),
        has_mutual=st.booleans(),
    )
    def read_rights(self, patient: UUID, organism: str, *, has_mutual: bool) -> None:
        self.run(self._insure(patient, organism, has_mutual))

    # -- the caisse ------------------------------------------------------------------------------------------------

    @rule()
    def send(self) -> None:
        self.run(self.office.lots.make_lots())
        self.run(self.office.lots.transmit())

    @rule()
    def collect(self) -> None:
        """A caisse that is away is back by then."""
        self.caisse.is_away = False
        self.run(self.office.lots.collect_returns())

    @rule(is_away=st.booleans(), loses=st.booleans())
    def weather(self, *, is_away: bool, loses: bool) -> None:
        self.caisse.is_away, self.caisse.loses_answers = is_away, loses

    @precondition(lambda self: self.caisse.lots)
    @rule(which=_INDEX, is_positive=st.sampled_from([True, True, False]))
    def acknowledge(self, which: int, *, is_positive: bool) -> None:
        self.caisse.acknowledge(self._lot(which), self.clock.now(), is_positive=is_positive)
        self.collect()

    @precondition(lambda self: self.caisse.lots)
    @rule(
        which=_INDEX,
        fse=_INDEX,
        payer=st.sampled_from([Payer.AMO, Payer.AMO, Payer.AMC]),
        share=st.sampled_from(["whole", "whole", "nothing", "another"]),
        is_fetched=st.booleans(),
    )
    def answer(self, which: int, fse: int, payer: Payer, share: str, *, is_fetched: bool) -> None:
        lot = self._lot(which)
        record = lot.content.fses[fse % len(lot.content.fses)]
        whole = record.amo_cents if payer is Payer.AMO else record.amc_cents
        cents = {"whole": whole, "nothing": 0, "another": whole + 1}[share]
        self.caisse.answer(lot, self.clock.now(), fse=fse, payer=payer, cents=cents)
        if is_fetched:
            self.collect()

    @precondition(lambda self: self.caisse.lots)
    @rule(which=_INDEX)
    def answer_about_another(self, which: int) -> None:
        self.caisse.answer_about_another(self._lot(which), self.clock.now())

    @rule(which=_INDEX)
    def repeat(self, which: int) -> None:
        self.caisse.repeat(which)

    @rule(hours=st.sampled_from([1, 20, 72, 24 * 30]))
    def time_passes(self, hours: int) -> None:
        self.clock.advance(timedelta(hours=hours))
        self.run(self.office.lots.chase())

    # -- what is always true ---------------------------------------------------------------------------------------

    @invariant()
    def agrees(self) -> None:
        self.run(self._agree())

    async def _agree(self) -> Ledger:
        async with self.database.read() as session:
            held = await read_ledger(session)
            counts = await check_counts(session, held)
        check_ledger(held)
        for (_, year), counted in counts.items():
            check_cap(year, counted)
        assert all(times <= 1 for times in self.caisse.times_new.values())
        return held

    async def _let_time_end_it(self) -> None:
        """The caisse says nothing any more: within a month of working days each lot is over or on paper."""
        self.caisse.is_away = self.caisse.loses_answers = False
        for _ in range(12):
            self.clock.advance(timedelta(days=2))
            await self.office.run_jobs()
        held = await self._read()
        waiting = {Stage.INVOICED, Stage.LOTTED, Stage.TRANSMITTED, Stage.REFUSED, Stage.SILENT, Stage.RETRANSMITTED}
        assert not [row.stage for row in held.standings.values() if Stage(row.stage) in waiting]

    # -- shortcuts -------------------------------------------------------------------------------------------------

    async def _insure(self, patient: UUID, organism: str, has_mutual: bool) -> None:
        today = self.clock.now().date()
        mutual = MUTUELLE if has_mutual else None
        await self.office.insure(patient_id=patient, organism=organism, seen_on=today, complementary=mutual)

    async def _read(self) -> Ledger:
        async with self.database.read() as session:
            return await read_ledger(session)

    def _ledger(self) -> Ledger:
        ledger: Ledger = self.run(self._read())
        return ledger

    def _claim(self, which: int, *stages: Stage) -> UUID | None:
        """Some present claim, at one of these stages if any is given."""
        rows = sorted(self._ledger().standings.values(), key=lambda row: row.claim_id)
        found = [row.claim_id for row in rows if not stages or Stage(row.stage) in stages]
        return self._pick(found, which) if found else None

    def _biller(self, claim_id: UUID) -> Caller:
        return CALLERS[self._ledger().standings[claim_id].professional_id]

    def _lot(self, which: int) -> Any:
        return self._pick(list(self.caisse.lots.values()), which)

    @staticmethod
    def _pick(of: list[Any], which: int) -> Any:
        return of[which % len(of)]


def check_cap(year: int, counts: Counts) -> None:
    """Exceeded or not, in whole numbers, by the text's own share."""
    cap = find_cap(LAW.on(date(year, 1, 1)), specialty="G15_10/SM54")
    assert cap is not None
    literal = read_cap(cap, counts)[0]
    remote = counts.teleconsultations - counts.own_teleconsultations
    total = counts.teleconsultations + counts.teleexpertises + counts.other_acts
    assert (literal.numerator, literal.denominator) == (remote, total)
    assert type(literal.numerator) is type(literal.denominator) is int
    assert literal.is_exceeded is (5 * remote > total)


async def _call(opening: Callable[[], Awaitable[Database]]) -> Database:
    return await opening()


async def _call_with(closing: Callable[[Database], Awaitable[None]], database: Database) -> None:
    await closing(database)
