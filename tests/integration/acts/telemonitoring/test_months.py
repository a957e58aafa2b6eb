"""From the months of a follow-up to claims: what came is counted, billing proposes TVB, and stops as the law says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from uuid import uuid5

import pytest
import pytest_asyncio

from billing.model import Claim
from billing.rules.tariff import ClaimState
from telemed.acts.telemonitoring.model.arrival import Arrival
from telemed.acts.telemonitoring.model.care import EndReason, FollowUp, Month, PaperKind
from telemed.acts.telemonitoring.model.follow_up import FollowUpState, FollowUpStep
from telemed.acts.telemonitoring.model.observation import Observation, ObservationStatus
from telemed.acts.telemonitoring.service.follow_ups import PlanDraft
from telemed.acts.telemonitoring.service.practices import PaperDraft
from telemed.app import Services
from telemed.consent.model import ActKind, ConsentDecision
from telemed.kernel.clock import FrozenClock, Territory, civil_date
from telemed.kernel.errors import Conflict, Forbidden, Refused
from telemed.kernel.ids import new_id
from telemed.kernel.period import DayRange
from telemed.patients.model import Patient
from telemed.storage.outbox import OutboxWorker
from telemed.subscribers import SUBSCRIPTIONS
from tests.fixtures.people import People
from tests.integration.acts.telemonitoring.enrolled import give_consents, make_follow_up, make_prescription

pytestmark = pytest.mark.asyncio
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What says nothing to the database that another test of this file does not say to both."""
DEVICE = new_id()
START = date(2026, 11, 25)
PAPERS = (
    PaperDraft(PaperKind.ARS_DECLARATION, "insuffisance_cardiaque", "ARS-1", DayRange(date(2024, 1, 1))),
    PaperDraft(PaperKind.CONVENTION, None, "Exploitant Santé", DayRange(date(2024, 1, 1))),
    PaperDraft(PaperKind.DMN_LISTING, None, "Cordiva", DayRange(date(2024, 1, 1), date(2028, 12, 31))),
)


class Story:
    """One follow-up of the doctor, with the papers of his practice, and time."""

    def __init__(self, services: Services, people: People, clock: FrozenClock, follow_up: FollowUp) -> None:
        self.services, self.people, self.clock, self.follow_up = services, people, clock, follow_up
        self.care = services.telemonitoring.care

    async def weigh(self, days: Iterable[date], status: ObservationStatus = ObservationStatus.FINAL) -> None:
        """A weight on each of these days, at eight in Paris, as the scale sends it."""
        await self.services.telemonitoring.ingestion.take([self._weight(day, status) for day in days])

    def _weight(self, day: date, status: ObservationStatus) -> Arrival:
        at = datetime.combine(day, time(8), Territory.METROPOLE.zone)
        observation = Observation("", "", "http://loinc.org|29463-7", "", at, status, "weight", 70_000_000)
        return Arrival(self.follow_up.id, DEVICE, new_id(), at, observation)

    async def go_to(self, day: date) -> None:
        """Noon of a day; the sweep runs once, and the outbox until it is empty."""
        self.clock.move_to(datetime.combine(day, time(12), Territory.METROPOLE.zone))
        await self.care.timers.sweep()
        worker = OutboxWorker(self.services.database, self.clock, self.services.subscribers)
        while await worker.deliver_due():
            pass

    async def now(self) -> FollowUp:
        return await self.care.follow_ups.get(self.people.doctor, self.follow_up.id)

    async def months(self) -> list[Month]:
        return await self.care.follow_ups.months(self.people.doctor, self.follow_up.id)

    async def claims(self) -> dict[int, Claim]:
        """What billing made of each month, by its number."""
        numbers = {uuid5(self.follow_up.id, f"month {number}"): number for number in range(1, 30)}
        page = await self.services.claims.page(self.people.doctor, limit=200)
        return {numbers[claim.act_id]: claim for claim in page}

    async def refusals(self, number: int) -> list[str]:
        claim = (await self.claims())[number]
        return [reason.code for reason in claim.refusals]

    async def steps(self) -> list[FollowUpStep]:
        return [move.step for move in await self.care.follow_ups.moves(self.people.doctor, self.follow_up.id)]


def days(first: date, count: int) -> list[date]:
    return [first + timedelta(days=number) for number in range(count)]


async def make_story(services: Services, people: People, patient: Patient, clock: FrozenClock, *, months: int) -> Story:
    services.database.subscriptions = SUBSCRIPTIONS
    for paper in PAPERS:
        await services.telemonitoring.care.practices.add_paper(people.secretary, paper)
    follow_up = await make_follow_up(services, people.doctor, patient, months=months)
    return Story(services, people, clock, follow_up)


@pytest_asyncio.fixture
async def story(services: Services, people: People, patient: Patient, clock: FrozenClock) -> Story:
    """Prescribed for a year."""
    return await make_story(services, people, patient, clock, months=12)


@pytest_asyncio.fixture
async def short(services: Services, people: People, patient: Patient, clock: FrozenClock) -> Story:
    """Prescribed for two months, to 24 January."""
    return await make_story(services, people, patient, clock, months=2)


async def test_each_month_is_closed_once_and_proposed_at_its_tariff(story: Story) -> None:
    await story.weigh(days(START, 16))
    await story.go_to(date(2026, 12, 24))
    assert await story.months() == []
    await story.go_to(date(2026, 12, 25))
    await story.weigh(days(date(2026, 12, 25), 25))
    await story.go_to(date(2027, 2, 1))
    await story.care.timers.sweep()
    assert [(one.days.first_day, one.expected, one.received, one.is_adherent) for one in await story.months()] == [
        (date(2026, 11, 25), 30, 16, True),
        (date(2026, 12, 25), 31, 25, True),
    ]
    claims = await story.claims()
    assert {number: (claim.state, claim.code, claim.amount_cents) for number, claim in claims.items()} == {
        1: (ClaimState.PROPOSED, "TVB", 2800),
        2: (ClaimState.PROPOSED, "TVB", 2800),
    }
    assert (await story.now()).state is FollowUpState.ACTIVE


async def test_too_few_data_flag_it_stop_billing_and_ask_a_doctor(story: Story) -> None:
    """Exactly half is not enough; what is taken back, and what comes twice a day, does not count."""
    await story.weigh(days(START, 16))
    await story.weigh(days(START, 16))
    await story.weigh([START], ObservationStatus.ENTERED_IN_ERROR)
    await story.go_to(date(2026, 12, 25))
    (month,) = await story.months()
    assert (month.expected, month.received, month.is_adherent) == (30, 15, False)
    flagged = await story.now()
    assert flagged.state is FollowUpState.FLAGGED
    assert flagged.due_at == story.clock.now() + timedelta(days=7)
    assert await story.refusals(1) == ["billing.not_adherent"]
    with pytest.raises(Forbidden):
        await story.care.follow_ups.keep(story.people.nurse, flagged.id, reason="Elle y tient")
    kept = await story.care.follow_ups.keep(story.people.doctor, flagged.id, reason="Elle y tient")
    assert kept.state is FollowUpState.ACTIVE
    await story.weigh(days(date(2026, 12, 25), 31))
    await story.go_to(date(2027, 1, 25))
    assert await story.refusals(2) == ["billing.not_adherent"]
    assert (await story.now()).state is FollowUpState.ACTIVE


@ON_SQLITE
async def test_a_stay_in_hospital_expects_nothing_and_is_told_to_billing(story: Story) -> None:
    await story.weigh(days(START, 5))
    await story.go_to(date(2026, 11, 30))
    suspended = await story.care.follow_ups.suspend(
        story.people.nurse, story.follow_up.id, first_day=date(2026, 11, 30), reason="Hospitalisée"
    )
    assert suspended.stays == (DayRange(date(2026, 11, 30)),)
    await story.go_to(date(2026, 12, 20))
    back = await story.care.follow_ups.resume(story.people.nurse, suspended.id, day=date(2026, 12, 20))
    assert back.stays == (DayRange(date(2026, 11, 30), date(2026, 12, 19)),)
    await story.weigh(days(date(2026, 12, 20), 3))
    await story.go_to(date(2026, 12, 25))
    (month,) = await story.months()
    assert (month.expected, month.received, month.is_adherent) == (10, 8, True)
    claim = (await story.claims())[1]
    assert (claim.state, claim.code) == (ClaimState.PROPOSED, "TVB")
    assert "billing.month_partly_suspended" in [reason.code for reason in claim.warnings]


@ON_SQLITE
async def test_a_month_that_is_flagged_while_the_patient_is_away_asks_for_a_decision_when_he_is_back(
    story: Story,
) -> None:
    await story.go_to(date(2026, 12, 20))
    await story.care.follow_ups.suspend(story.people.nurse, story.follow_up.id, first_day=date(2026, 12, 20), reason="")
    await story.go_to(date(2026, 12, 28))
    assert ((await story.months())[0].is_adherent, (await story.now()).state) == (False, FollowUpState.SUSPENDED)
    back = await story.care.follow_ups.resume(story.people.nurse, story.follow_up.id, day=date(2026, 12, 28))
    assert back.state is FollowUpState.FLAGGED
    assert await story.steps() == [FollowUpStep.START, FollowUpStep.SUSPEND, FollowUpStep.RESUME, FollowUpStep.FLAG]


async def test_a_prescription_that_ends_lapses_it_and_nothing_is_billed_until_it_is_renewed(short: Story) -> None:
    await short.weigh(days(START, 61))
    await short.go_to(date(2027, 1, 24))
    assert (await short.now()).state is FollowUpState.ACTIVE
    await short.go_to(date(2027, 1, 26))
    lapsed, renew = await short.now(), short.care.follow_ups.renew
    assert (lapsed.state, lapsed.months_done) == (FollowUpState.LAPSED, 2)
    assert [claim.code for claim in (await short.claims()).values()] == ["TVB", "TVB"]
    with pytest.raises(Refused) as refused:
        await renew(short.people.doctor, lapsed.id, replace(make_prescription(date(2027, 2, 1)), prescribed_on=START))
    assert [one.code for one in refused.value.decision.refusals] == ["telemonitoring.prescription_not_in_force"]
    with pytest.raises(Forbidden):
        await renew(short.people.nurse, lapsed.id, make_prescription(date(2027, 1, 26)))
    renewed = await renew(short.people.doctor, lapsed.id, make_prescription(date(2027, 1, 26)))
    assert (renewed.state, renewed.prescribed_until) == (FollowUpState.ACTIVE, date(2028, 1, 25))
    await short.go_to(date(2027, 3, 26))
    assert await short.refusals(3) == ["billing.before_prescription"]
    assert (await short.claims())[4].code == "TVB"


@ON_SQLITE
async def test_what_lapsed_while_he_was_away_or_undecided_is_not_forgotten_when_it_is_renewed(short: Story) -> None:
    care, (doctor, nurse) = short.care.follow_ups, (short.people.doctor, short.people.nurse)
    await short.go_to(date(2026, 12, 25))
    away = await care.suspend(nurse, short.follow_up.id, first_day=date(2026, 12, 25), reason="")
    assert (await care.resume(nurse, away.id, day=date(2026, 12, 25))).state is FollowUpState.FLAGGED
    await care.suspend(nurse, away.id, first_day=date(2026, 12, 25), reason="")
    await short.go_to(date(2027, 1, 26))
    lapsed = await short.now()
    assert (lapsed.state, lapsed.stays) == (FollowUpState.LAPSED, (DayRange(date(2026, 12, 25)),))
    renewed = await care.renew(doctor, lapsed.id, make_prescription(date(2027, 1, 26)))
    assert (renewed.state, renewed.stays) == (
        FollowUpState.FLAGGED,
        (DayRange(date(2026, 12, 25), date(2027, 1, 25)),),
    )
    assert (await care.keep(doctor, lapsed.id, reason="De retour")).state is FollowUpState.ACTIVE


@ON_SQLITE
async def test_a_renewal_in_time_leaves_no_month_unpaid(short: Story) -> None:
    await short.weigh(days(START, 100))
    await short.go_to(date(2027, 1, 10))
    with pytest.raises(Refused):
        gap = replace(make_prescription(date(2027, 1, 26)), prescribed_on=START)
        await short.care.follow_ups.renew(short.people.doctor, short.follow_up.id, gap)
    ahead = replace(make_prescription(date(2027, 1, 25)), prescribed_on=START)
    renewed = await short.care.follow_ups.renew(short.people.doctor, short.follow_up.id, ahead)
    assert (renewed.state, renewed.prescribed_until) == (FollowUpState.ACTIVE, date(2028, 1, 24))
    await short.go_to(date(2027, 2, 25))
    assert [claim.code for claim in (await short.claims()).values()] == ["TVB"] * 3
    written = await short.care.follow_ups.prescriptions(short.people.nurse, short.follow_up.id)
    assert [one.renews for one in written] == [None, written[0].id]


@ON_SQLITE
async def test_without_its_papers_a_month_is_closed_and_not_billed(story: Story) -> None:
    await story.weigh(days(START, 61))
    for paper in await story.care.practices.papers(story.people.secretary):
        await story.care.practices.cancel_paper(story.people.secretary, paper.id)
    await story.go_to(date(2026, 12, 25))
    assert await story.refusals(1) == [
        "billing.ars_declaration_missing",
        "billing.convention_missing",
        "billing.dmn_not_listed",
    ]


async def test_what_nobody_renews_is_closed_and_a_draft_nobody_starts_is_dropped(short: Story, people: People) -> None:
    draft = await short.care.follow_ups.create(people.nurse, short.follow_up.patient_id, PlanDraft("diabete"))
    await short.go_to(date(2026, 12, 26))
    dropped = await short.care.follow_ups.get(people.nurse, draft.id)
    assert (dropped.state, dropped.end_reason) == (FollowUpState.DROPPED, EndReason.NOT_STARTED)
    await short.go_to(date(2027, 3, 27))
    closed = await short.now()
    assert (closed.state, closed.end_reason, closed.due_at) == (FollowUpState.ENDED, EndReason.NOT_RENEWED, None)
    with pytest.raises(Conflict):
        await short.care.follow_ups.renew(people.doctor, closed.id, make_prescription(date(2027, 3, 27)))
    steps = await short.steps()
    assert steps == [FollowUpStep.START, FollowUpStep.FLAG, FollowUpStep.LAPSE, FollowUpStep.CLOSE]


@ON_SQLITE
async def test_a_stop_on_the_day_after_a_month_does_not_lose_it(story: Story) -> None:
    await story.weigh(days(START, 30))
    story.clock.move_to(datetime(2026, 12, 25, 0, 30, tzinfo=Territory.METROPOLE.zone))
    stopped = await story.care.follow_ups.stop(
        story.people.nurse, story.follow_up.id, end_reason=EndReason.GOAL_REACHED, reason="Va bien"
    )
    assert (stopped.state, stopped.months_done) == (FollowUpState.ENDED, 1)
    await story.go_to(date(2027, 3, 1))
    assert [claim.code for claim in (await story.claims()).values()] == ["TVB"]


@ON_SQLITE
async def test_a_withdrawal_in_the_month_bars_it_from_the_day_on(story: Story) -> None:
    await story.weigh(days(START, 30))
    await story.go_to(date(2026, 12, 26))
    await give_consents(
        story.services,
        story.people.nurse,
        story.follow_up,
        kinds=[ActKind.TELEMONITORING_USAGE],
        decision=ConsentDecision.WITHDRAWN,
    )
    ended = await story.now()
    assert (ended.state, ended.end_reason) == (FollowUpState.ENDED, EndReason.CONSENT_WITHDRAWN)
    await story.go_to(date(2027, 3, 1))
    assert list(await story.claims()) == [1]
    assert ended.ended_at is not None
    assert civil_date(ended.ended_at, Territory.METROPOLE) == date(2026, 12, 26)


@ON_SQLITE
async def test_the_increased_forfait_is_billed_from_the_month_that_it_was_asked_in(story: Story) -> None:
    ask, (doctor, follow_up) = story.care.increases.ask, (story.people.doctor, story.follow_up)
    await ask(doctor, follow_up.id, level=1, grounds=["III-1"], is_renewal=False)
    await story.weigh(days(START, 61))
    await story.go_to(date(2026, 12, 25))
    await ask(doctor, follow_up.id, level=0, grounds=(), is_renewal=False)
    await story.go_to(date(2027, 1, 25))
    assert {number: claim.amount_cents for number, claim in (await story.claims()).items()} == {1: 5600, 2: 2800}
    draft = await story.care.follow_ups.create(doctor, follow_up.patient_id, PlanDraft("diabete"))
    with pytest.raises(Conflict):
        await ask(doctor, draft.id, level=1, grounds=["III-1"], is_renewal=False)
