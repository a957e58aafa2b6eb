"""What is done about an alert, a teleconsultation booked in one click among it; and mutes, over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time, timedelta
from typing import Any

import pytest
import pytest_asyncio

from telemed.acts.teleconsultation.model import OpeningHours
from telemed.acts.telemonitoring.model.evidence import FindingKind
from telemed.acts.telemonitoring.model.rule import Side
from telemed.acts.telemonitoring.model.told import SILENCE
from telemed.app import Services
from telemed.kernel.clock import FrozenClock
from telemed.patients.model import Patient
from tests.fixtures.http import Api
from tests.fixtures.people import People
from tests.integration.acts.telemonitoring.alerting import Ward
from tests.integration.acts.telemonitoring.enrolled import make_follow_up

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def ward(services: Services, api: Api, people: People, patient: Patient) -> Ward:
    return Ward(services, api, people, await make_follow_up(services, people.doctor, patient))


async def decided(ward: Ward) -> str:
    """An alert in the nurse's hands, on which the doctor decided."""
    alert_id = await ward.fire()
    await ward.done(ward.people.nurse, alert_id, "take")
    for step in ("interpretation", "decision"):
        await ward.done(ward.people.doctor, alert_id, step, words="Voir le patient.")
    return alert_id


async def test_what_is_done_is_written_and_only_after_a_decision(ward: Ward) -> None:
    early = await ward.fire(cause="early")
    assert (await ward.post(ward.people.nurse, early, "actions", {"kind": "call"})).code == (
        "telemonitoring.alert_not_decided"
    )
    alert_id = await decided(ward)
    for kind in ("call", "advice", "prescription", "visit"):
        await ward.done(ward.people.nurse, alert_id, "actions", kind=kind, words=f"Fait : {kind}")
    read = await ward.read(alert_id)
    assert read["alert"]["state"] == "decided"
    acts = [event for event in read["events"] if event["kind"] == "act"]
    assert [act["details"]["action"] for act in acts] == ["call", "advice", "prescription", "visit"]
    assert acts[0]["by"]["id"] == str(ward.people.nurse.id)
    odd = {"kind": "call", "professional_id": str(ward.people.doctor.id)}
    assert (await ward.post(ward.people.nurse, alert_id, "actions", odd)).status == 422


async def test_a_teleconsultation_is_booked_in_one_click_at_the_next_free_time(ward: Ward) -> None:
    doctor, nurse = ward.people.doctor, ward.people.nurse
    alert_id = await decided(ward)
    one_click = {"kind": "teleconsultation"}
    refused = await ward.post(nurse, alert_id, "actions", one_click)
    assert (refused.status, refused.code) == (409, "telemonitoring.no_free_slot")
    assert doctor.id is not None
    hours = [OpeningHours(2, time(15), time(16), 20)]
    await ward.services.booking.set_hours(doctor, doctor.id, hours)
    await ward.done(nurse, alert_id, "actions", **one_click)
    await ward.done(nurse, alert_id, "actions", **one_click)
    acts = [event["details"] for event in (await ward.read(alert_id))["events"] if event["kind"] == "act"]
    assert [act["starts_at"] for act in acts] == ["2026-11-25T14:00:00+00:00", "2026-11-25T14:20:00+00:00"]
    booked = await ward.api.call("GET", f"/teleconsultations/{acts[0]['act_id']}", by=doctor)
    assert (booked.status, booked.body["state"], booked.body["patient_id"]) == (
        200,
        "booked",
        str(ward.follow_up.patient_id),
    )
    taken = {"kind": "teleconsultation", "slot": {"starts_at": acts[0]["starts_at"], "minutes": 20}}
    assert (await ward.post(nurse, alert_id, "actions", taken)).status == 409
    before = await ward.read(alert_id)
    stranger = {"kind": "teleconsultation", "professional_id": str(ward.people.stranger.id)}
    assert (await ward.post(nurse, alert_id, "actions", stranger)).status == 404
    past = {"kind": "teleconsultation", "slot": {"starts_at": "2020-01-01T10:00:00Z"}}
    assert (await ward.post(nurse, alert_id, "actions", past)).status == 409
    assert await ward.read(alert_id) == before


async def mute(ward: Ward, alert_id: str, *, days: int = 2, **changes: Any) -> Any:
    until = (ward.now + timedelta(days=days)).isoformat()
    body = {"until": until, "reason": "Diurétique augmenté."} | changes
    return await ward.post(ward.people.nurse, alert_id, "mutes", body)


async def close(ward: Ward, alert_id: str) -> None:
    await ward.done(ward.people.nurse, alert_id, "take")
    await ward.done(ward.people.nurse, alert_id, "filter", outcome="technical", words="Connu.")


async def open_causes(ward: Ward) -> Sequence[str]:
    return [line["cause"] for line in (await ward.board(ward.people.nurse))["items"]]


async def test_a_mute_holds_for_one_cause_and_side_until_a_worse_value(ward: Ward) -> None:
    alert_id = await ward.fire(value=80)
    reply = await mute(ward, alert_id, tolerance=500_000)
    assert reply.status == 201, reply.body
    assert await open_causes(ward) == ["weight_gain"]
    await close(ward, alert_id)
    await ward.record(ward.told(FindingKind.REPEATED, value=80.5), ward.told(FindingKind.FIRED, value=79))
    assert await open_causes(ward) == []
    await ward.record(ward.told(cause="heart_rate"), ward.told(direction=Side.BELOW, value=50))
    assert sorted(await open_causes(ward)) == ["heart_rate", "weight_gain"]
    low = next(one for one in (await ward.board(ward.people.nurse))["items"] if one["cause"] == "weight_gain")
    await close(ward, low["id"])
    await ward.record(ward.told(FindingKind.REPEATED, value=80.6))
    assert sorted(await open_causes(ward)) == ["heart_rate", "weight_gain"]
    mutes = await ward.api.call("GET", f"/follow-ups/{ward.follow_up.id}/mutes", by=ward.people.doctor)
    (kept,) = mutes.body["items"]
    assert (kept["lifted_at"] is not None, kept["lifted_by"], kept["level"]) == (True, None, 80_000_000)


async def test_a_mute_ends_at_its_end_or_when_somebody_lifts_it(ward: Ward, clock: FrozenClock) -> None:
    alert_id = await ward.fire()
    mute_id = (await mute(ward, alert_id, until=(ward.now + timedelta(minutes=10)).isoformat())).body["id"]
    await close(ward, alert_id)
    assert (await ward.read(alert_id))["mutes"][0]["id"] == mute_id
    clock.advance(timedelta(minutes=10) - timedelta(microseconds=1))
    await ward.record(ward.told())
    assert await open_causes(ward) == []
    clock.advance(timedelta(microseconds=1))
    await ward.record(ward.told())
    assert await open_causes(ward) == ["weight_gain"]
    (line,) = (await ward.board(ward.people.nurse))["items"]
    second = (await mute(ward, line["id"])).body["id"]
    await close(ward, line["id"])
    path = f"/telemonitoring/mutes/{second}"
    assert (await ward.api.call("DELETE", path, by=ward.people.stranger)).status == 404
    assert (await ward.api.call("DELETE", path, by=ward.people.secretary)).status == 403
    assert (await ward.api.call("DELETE", path, by=ward.people.nurse)).status == 204
    await ward.record(ward.told())
    assert await open_causes(ward) == ["weight_gain"]


async def test_silence_is_never_muted_and_every_mute_has_a_near_end(ward: Ward) -> None:
    silence = await ward.fire(cause=SILENCE, rule_version_id=None, direction=None, evidence=())
    assert (await mute(ward, silence)).reasons == ["telemonitoring.mute_silence"]
    alert_id = await ward.fire()
    for days in (0, -1, 4):
        assert (await mute(ward, alert_id, days=days)).reasons == ["telemonitoring.mute_end"], days
    month = {"until": (ward.now + timedelta(days=30)).isoformat(), "reason": "Hospitalisation prévue."}
    assert (await ward.post(ward.people.doctor, alert_id, "mutes", month)).status == 201
    assert (await ward.post(ward.people.secretary, alert_id, "mutes", month)).status == 403
