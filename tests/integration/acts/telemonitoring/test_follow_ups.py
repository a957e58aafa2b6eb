"""The life of a follow-up on real databases: what starts it, who moves it, what time does to it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from telemed.acts.telemonitoring.model.care import EndReason
from telemed.acts.telemonitoring.model.evidence import to_milliseconds
from telemed.acts.telemonitoring.model.follow_up import (
    FollowUpActor,
    FollowUpState,
    FollowUpStep,
    find_follow_up_move,
)
from telemed.acts.telemonitoring.service.follow_ups import PlanDraft
from telemed.acts.telemonitoring.store.follow_ups import FollowUpStore
from telemed.app import Services
from telemed.consent.model import ActKind, ConsentDecision
from telemed.kernel.caller import Caller
from telemed.kernel.clock import FrozenClock
from telemed.kernel.errors import Conflict, Forbidden
from telemed.patients.model import Patient
from tests.fixtures.people import People
from tests.integration.acts.telemonitoring.enrolled import (
    give_consents,
    make_draft_follow_up,
    make_follow_up,
    make_limit,
    make_prescription,
)

pytestmark = pytest.mark.asyncio
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What says nothing to the database that another test of this file does not say to both."""


async def test_whoever_watches_reads_it_in_one_statement_and_learns_of_each_change(
    services: Services, people: People, patient: Patient
) -> None:
    follow_up = await make_follow_up(services, people.doctor, patient, limits=[make_limit(80_000_000)])
    async with services.database.read() as session:
        watched = (await FollowUpStore(session).find_watched([follow_up.id]))[follow_up.id]
    now = services.clock.now()
    assert (watched.patient_id, watched.state, watched.silence_days) == (patient.id, FollowUpState.ACTIVE, 1)
    assert watched.thresholds.find("weight_high", to_milliseconds(now)) == 80_000_000
    assert watched.thresholds.find("weight_high", to_milliseconds(now - timedelta(seconds=1))) is None
    await services.telemonitoring.care.thresholds.set(
        people.doctor, follow_up.id, [make_limit(81_000_000)], reason="Après l'ajustement du traitement"
    )
    async with services.database.read() as session:
        again = (await FollowUpStore(session).find_watched([follow_up.id]))[follow_up.id]
    assert again.version == watched.version + 1
    assert again.thresholds.find("weight_high", to_milliseconds(now)) == 81_000_000


async def test_a_patient_has_one_living_follow_up_for_a_pathway(
    services: Services, people: People, patient: Patient
) -> None:
    await make_follow_up(services, people.doctor, patient)
    with pytest.raises(Conflict) as refused:
        await make_follow_up(services, people.doctor, patient)
    assert refused.value.code == "telemonitoring.already_followed"


WRONG_CHANGES = (
    "UPDATE telemonitoring_follow_ups SET owner = NULL",
    "UPDATE telemonitoring_follow_ups SET due_at = NULL",
    "UPDATE telemonitoring_follow_ups SET state = 'ended'",
    "UPDATE telemonitoring_follow_ups SET started_on = NULL",
    "UPDATE telemonitoring_follow_ups SET silence_days = 0",
    "UPDATE telemonitoring_follow_ups SET state = 'asleep'",
    "UPDATE telemonitoring_thresholds SET value = 1",
    "DELETE FROM telemonitoring_thresholds",
    "UPDATE telemonitoring_prescriptions SET is_qualified = NOT is_qualified",
    "DELETE FROM telemonitoring_moves",
    "UPDATE telemonitoring_team SET role = 'king'",
)
ALLOWED_BY_TIME = (FollowUpStep.FLAG, FollowUpStep.LAPSE, FollowUpStep.CLOSE, FollowUpStep.WITHDRAW)


async def in_state(
    services: Services, people: People, patient: Patient, clock: FrozenClock, state: FollowUpState
) -> UUID:
    """A follow-up that came to a state by its own steps."""
    care, doctor = services.telemonitoring.care, people.doctor
    draft = await make_draft_follow_up(services, doctor, patient, months=1)
    if state is FollowUpState.DROPPED:
        await care.follow_ups.drop(doctor, draft.id)
    elif state is not FollowUpState.DRAFT:
        await care.follow_ups.start(doctor, draft.id)
        if state is FollowUpState.SUSPENDED:
            await care.follow_ups.suspend(doctor, draft.id, first_day=clock.now().date(), reason="")
        elif state is FollowUpState.ENDED:
            await care.follow_ups.stop(doctor, draft.id, end_reason=EndReason.OTHER, reason="")
        elif state is FollowUpState.LAPSED:
            clock.advance(timedelta(days=31))
        elif state is FollowUpState.FLAGGED:
            prescription = make_prescription(clock.now().date())
            await care.follow_ups.renew(doctor, draft.id, prescription)
            clock.advance(timedelta(days=31))
    await care.timers.sweep()
    assert (await care.follow_ups.get(doctor, draft.id)).state is state
    return draft.id


@ON_SQLITE
@pytest.mark.parametrize("state", FollowUpState)
async def test_nobody_takes_a_step_that_the_table_does_not_hold(
    services: Services, people: People, patient: Patient, clock: FrozenClock, state: FollowUpState
) -> None:
    follow_up_id, follow_ups = (
        await in_state(services, people, patient, clock, state),
        services.telemonitoring.follow_ups,
    )
    before, today = await follow_ups.get(people.doctor, follow_up_id), clock.now().date()
    steps: dict[FollowUpStep, Callable[[Caller], Awaitable[object]]] = {
        FollowUpStep.EDIT: lambda who: follow_ups.edit(
            who, follow_up_id, PlanDraft("insuffisance_cardiaque"), version=before.version
        ),
        FollowUpStep.START: lambda who: follow_ups.start(who, follow_up_id),
        FollowUpStep.DROP: lambda who: follow_ups.drop(who, follow_up_id),
        FollowUpStep.SUSPEND: lambda who: follow_ups.suspend(who, follow_up_id, first_day=today, reason=""),
        FollowUpStep.RESUME: lambda who: follow_ups.resume(who, follow_up_id, day=today),
        FollowUpStep.KEEP: lambda who: follow_ups.keep(who, follow_up_id, reason="x"),
        FollowUpStep.RENEW: lambda who: follow_ups.renew(who, follow_up_id, make_prescription(today)),
        FollowUpStep.STOP: lambda who: follow_ups.stop(who, follow_up_id, end_reason=EndReason.OTHER, reason=""),
    }
    assert steps.keys() | set(ALLOWED_BY_TIME) == set(FollowUpStep)
    refused = 0
    for step, take in steps.items():
        for who, actor in ((people.doctor, FollowUpActor.DOCTOR), (people.nurse, FollowUpActor.TEAM)):
            if find_follow_up_move(state, step, actor) is None:
                with pytest.raises((Conflict, Forbidden)):
                    await take(who)
                refused += 1
    assert refused >= 8
    assert await follow_ups.get(people.doctor, follow_up_id) == before


async def test_of_two_who_do_the_same_at_once_one_does_it(
    services: Services, people: People, patient: Patient, clock: FrozenClock
) -> None:
    care = services.telemonitoring.care
    begin = [care.follow_ups.create(who, patient.id, PlanDraft("diabete")) for who in (people.doctor, people.nurse)]
    outcomes = await asyncio.gather(*begin, return_exceptions=True)
    assert sorted(type(one).__name__ for one in outcomes) == ["Conflict", "FollowUp"]
    draft = await make_draft_follow_up(services, people.doctor, patient, months=1)
    starts = await asyncio.gather(
        *(care.follow_ups.start(people.doctor, draft.id) for _ in range(2)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in starts) == ["Conflict", "Started"]
    clock.advance(timedelta(days=62))
    await asyncio.gather(*(care.timers.sweep() for _ in range(3)))
    assert [one.number for one in await care.follow_ups.months(people.doctor, draft.id)] == [1, 2]
    steps = [move.step for move in await care.follow_ups.moves(people.doctor, draft.id)]
    assert steps == [FollowUpStep.START, FollowUpStep.LAPSE]


async def test_a_consent_taken_back_while_it_starts_is_never_overlooked(
    services: Services, people: People, patient: Patient
) -> None:
    draft = await make_draft_follow_up(services, people.doctor, patient)
    withdraw = give_consents(
        services, people.nurse, draft, kinds=[ActKind.TELEMONITORING], decision=ConsentDecision.WITHDRAWN
    )
    await asyncio.gather(
        services.telemonitoring.follow_ups.start(people.doctor, draft.id), withdraw, return_exceptions=True
    )
    found = await services.telemonitoring.follow_ups.get(people.doctor, draft.id)
    assert found.state in (FollowUpState.DRAFT, FollowUpState.ENDED)


async def test_the_database_itself_refuses_what_no_follow_up_may_be(
    services: Services, people: People, patient: Patient
) -> None:
    await make_follow_up(services, people.doctor, patient, limits=[make_limit()])
    for change in WRONG_CHANGES:
        with pytest.raises(DBAPIError):
            async with services.database.begin() as uow:
                await uow.session.execute(text(change))
    async with services.database.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM telemonitoring_thresholds")) == 1
