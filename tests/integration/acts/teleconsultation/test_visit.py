"""A whole visit, and each refusal on its way, on both databases."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from telemed.acts.teleconsultation.model import (
    ContinuityEntry,
    FinishReason,
    IdentityMethod,
    PlaceKind,
    State,
    TraitsAnswer,
)
from telemed.acts.teleconsultation.rules.visit import VisitStep
from telemed.consent.model import ConsentDecision
from telemed.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from telemed.patients.model import IdentityStatus
from tests.integration.acts.teleconsultation.conftest import Scene

pytestmark = pytest.mark.asyncio


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in refused.value.decision.refusals]


async def test_a_visit_goes_from_the_link_to_the_end_of_the_call(scene: Scene) -> None:
    visitor = await scene.open_link()
    steps = [(await scene.services.visits.view(visitor)).step]
    await scene.arrive()
    waiting = await scene.services.visits.view(visitor)
    assert (steps[0], waiting.step) == (VisitStep.CONSENT, VisitStep.WAITING)
    assert waiting.wait is not None
    assert waiting.wait.position == 1
    admitted = await scene.services.calls.admit(scene.people.doctor, scene.act.id)
    assert admitted.state is State.IN_CALL
    scene.clock.advance(timedelta(minutes=9))
    await scene.services.calls.check_identity(scene.people.doctor, scene.act.id, IdentityMethod.TRAITS_STATED)
    finished = await scene.services.calls.finish(scene.people.doctor, scene.act.id, FinishReason.COMPLETED)
    assert finished.finished_at is not None
    assert finished.started_at is not None
    assert finished.finished_at - finished.started_at == timedelta(minutes=9)
    assert (await scene.services.visits.view(visitor)).step is VisitStep.END
    assert (await scene.services.trace.verify()).is_intact


async def test_nothing_starts_without_consent_identity_place_and_phone(scene: Scene) -> None:
    await scene.open_link()
    await scene.consent()
    assert scene.visitor is not None
    await scene.services.visits.arrive(scene.visitor)
    with pytest.raises(Refused) as refused:
        await scene.services.calls.admit(scene.people.doctor, scene.act.id)
    assert codes(refused) == ["identity.not_confirmed", "place.missing"]


async def test_nobody_waits_without_consent(scene: Scene) -> None:
    visitor = await scene.open_link()
    with pytest.raises(Refused) as refused:
        await scene.services.visits.arrive(visitor)
    assert codes(refused) == ["consent.missing"]


async def test_a_withdrawn_consent_stops_the_admission(scene: Scene) -> None:
    await scene.arrive()
    await scene.consent(ConsentDecision.WITHDRAWN)
    with pytest.raises(Refused) as refused:
        await scene.services.calls.admit(scene.people.doctor, scene.act.id)
    assert codes(refused) == ["consent.withdrawn"]


async def test_the_doctor_may_record_everything_aloud(scene: Scene) -> None:
    await scene.arrive()
    await scene.consent(ConsentDecision.WITHDRAWN)
    calls, doctor, act_id = scene.services.calls, scene.people.doctor, scene.act.id
    await calls.record_oral_consent(doctor, act_id, ConsentDecision.GIVEN)
    await calls.confirm_traits(doctor, act_id)
    await calls.note_place(doctor, act_id, PlaceKind.CARE_HOME, "EHPAD des Ajoncs, chambre 12", "02 61 91 00 13")
    assert (await calls.readiness(doctor, act_id)).is_allowed
    assert (await calls.admit(doctor, act_id)).state is State.IN_CALL


async def test_contested_traits_set_the_identity_in_doubt_and_do_not_block_care(scene: Scene) -> None:
    await scene.arrive()
    assert scene.visitor is not None
    await scene.services.visits.confirm_traits(scene.visitor, TraitsAnswer.CONTESTED)
    patient = await scene.services.patients.get(scene.people.doctor, scene.patient.id)
    assert patient.identity.doubt is not None
    assert patient.identity.status is IdentityStatus.PROV
    assert (await scene.services.calls.admit(scene.people.doctor, scene.act.id)).state is State.IN_CALL


async def test_a_second_admission_is_refused(scene: Scene) -> None:
    await scene.admit()
    with pytest.raises(Conflict) as refused:
        await scene.services.calls.admit(scene.people.doctor, scene.act.id)
    assert refused.value.code == "state.admit"


async def test_two_admissions_at_once_let_in_once(scene: Scene) -> None:
    await scene.arrive()
    results = await asyncio.gather(
        *(scene.services.calls.admit(scene.people.doctor, scene.act.id) for _ in range(4)), return_exceptions=True
    )
    assert sum(not isinstance(result, BaseException) for result in results) == 1
    assert all(isinstance(result, Conflict) for result in results if isinstance(result, BaseException))


async def test_only_the_doctor_of_the_act_lets_in(scene: Scene) -> None:
    await scene.arrive()
    for caller in (scene.people.colleague, scene.people.stranger):
        with pytest.raises(NotFound):
            await scene.services.calls.admit(caller, scene.act.id)
    with pytest.raises(Forbidden):
        await scene.services.calls.admit(scene.people.secretary, scene.act.id)


async def test_a_place_must_be_useful_in_an_emergency(scene: Scene) -> None:
    visitor = await scene.open_link()
    with pytest.raises(Invalid):
        await scene.services.visits.give_place(visitor, PlaceKind.HOME, "là", "06 39 98 12 34")
    with pytest.raises(Invalid):
        await scene.services.visits.give_place(visitor, PlaceKind.HOME, "12 rue des Lilas, Rennes", "12")


async def test_a_call_may_be_taken_up_again_for_ten_minutes_and_stays_one_act(scene: Scene) -> None:
    admitted = await scene.admit()
    calls, doctor = scene.services.calls, scene.people.doctor
    await calls.finish(doctor, scene.act.id, FinishReason.TECHNICAL_FAILURE)
    scene.clock.advance(timedelta(minutes=9))
    resumed = await calls.resume(doctor, scene.act.id)
    assert (resumed.state, resumed.started_at) == (State.IN_CALL, admitted.started_at)
    await calls.finish(doctor, scene.act.id, FinishReason.COMPLETED)
    scene.clock.advance(timedelta(minutes=11))
    with pytest.raises(Conflict) as refused:
        await calls.resume(doctor, scene.act.id)
    assert refused.value.code == "late"


async def test_notes_of_an_older_window_do_not_overwrite_newer_ones(scene: Scene) -> None:
    admitted = await scene.admit()
    calls, doctor = scene.services.calls, scene.people.doctor
    await calls.save_notes(doctor, scene.act.id, "TA 13/8", version=admitted.version)
    with pytest.raises(Conflict) as refused:
        await calls.save_notes(doctor, scene.act.id, "autre", version=admitted.version)
    assert refused.value.code == "stale"
    assert (await scene.services.overview.get(doctor, scene.act.id)).act.notes == "TA 13/8"


async def test_a_secretary_reads_neither_reason_nor_notes(scene: Scene) -> None:
    view = await scene.services.overview.get(scene.people.secretary, scene.act.id)
    assert (view.act.motive, view.act.notes) == ("", "")
    own = await scene.services.overview.get(scene.people.doctor, scene.act.id)
    assert own.act.motive == "tension"


async def test_a_ledger_line_handed_over_twice_is_kept_once(scene: Scene) -> None:
    await scene.admit()
    entry = ContinuityEntry("doctor", "first_frame", "seat", scene.clock.now(), stream="page", sequence=1)
    for _ in range(2):
        await scene.services.room_records.record(scene.act.room, entry)
    continuity = await scene.services.calls.continuity(scene.people.doctor, scene.act.id)
    assert len(continuity.entries) == 1
    assert continuity.summary.video_established


async def test_the_room_opens_for_the_patient_once_admitted_and_closes_at_the_end(scene: Scene) -> None:
    records, room = scene.services.room_records, scene.act.room
    await scene.arrive()
    states = [await records.seat_state(room, "patient")]
    await scene.services.calls.admit(scene.people.doctor, scene.act.id)
    states.append(await records.seat_state(room, "patient"))
    await scene.services.calls.finish(scene.people.doctor, scene.act.id, FinishReason.COMPLETED)
    states.append(await records.seat_state(room, "patient"))
    assert states == ["waiting", "admitted", "closed"]
    assert await records.seat_state(room, "intruder") == "unknown"
    assert await records.seat_state("elsewhere", "patient") == "unknown"


async def test_a_room_token_serves_once_on_whichever_process(scene: Scene) -> None:
    expires_at = scene.clock.now() + timedelta(minutes=2)
    claims = await asyncio.gather(*(scene.services.room_records.claim_token("t", expires_at) for _ in range(5)))
    assert sorted(claims) == [False, False, False, False, True]


async def test_those_who_wait_learn_their_place(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, str, int, int]] = []

    def keep(room: str, seat: str, *, position: int, expected_minutes: int) -> None:
        told.append((room, seat, position, expected_minutes))

    monkeypatch.setattr(scene.services.rooms, "tell_place", keep)
    assert await scene.services.board.tell() == 0
    await scene.arrive()
    assert await scene.services.board.tell() == 1
    assert told == [(scene.act.room, "patient", 1, 150)]
