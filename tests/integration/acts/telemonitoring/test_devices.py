"""Devices of a practice: known, given, taken back, credentialed; by the right people, and by what the pathway wants."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import event

from telemed.acts.telemonitoring.model.arrival import Kept
from telemed.acts.telemonitoring.model.care import FollowUp
from telemed.acts.telemonitoring.store.rows import RowWriter
from telemed.app import Services
from telemed.kernel.clock import FrozenClock
from telemed.patients.model import Patient
from telemed.storage.engine import sync_engine_of
from tests.fixtures.http import Api
from tests.fixtures.people import People, make_draft
from tests.integration.acts.telemonitoring.enrolled import make_draft_follow_up, make_follow_up
from tests.integration.acts.telemonitoring.equipped import SCALE as IDENTIFIER
from tests.integration.acts.telemonitoring.equipped import codes_of, counting, equip, make_bundle, send

pytestmark = pytest.mark.asyncio
SCALE = {"identifier": "urn:serial|S-1", "model": "BC-1", "label": "Balance", "signals": ["weight"]}
DEVICES = "/telemonitoring/devices"


@pytest_asyncio.fixture
async def follow_up(services: Services, people: People, patient: Patient) -> FollowUp:
    return await make_follow_up(services, people.doctor, patient)


async def test_a_device_is_made_known_given_and_comes_back(api: Api, people: People, follow_up: FollowUp) -> None:
    made = await api.call("POST", DEVICES, SCALE, by=people.secretary)
    assert (made.status, made.body["assignment"], made.body["credentials"]) == (201, None, [])
    path = f"{DEVICES}/{made.body['id']}"
    early = await api.call("POST", f"{path}/tokens", {}, by=people.nurse)
    assert (early.status, early.code) == (409, "telemonitoring.device_not_assigned")
    given = {"follow_up_id": str(follow_up.id), "subject": "Patient/42"}
    assert (await api.call("POST", f"{path}/assignment", given, by=people.nurse)).body["names_subject"] is True
    twice = await api.call("POST", f"{path}/assignment", given, by=people.nurse)
    assert (twice.status, twice.code) == (409, "telemonitoring.device_assigned")
    issued = await api.call("POST", f"{path}/tokens", {"days": 30}, by=people.nurse)
    assert issued.body["token"].startswith("tmd1_")
    seen = (await api.call("GET", path, by=people.nurse)).body
    assert "Patient/42" not in str(seen)
    assert "tmd1_" not in str(seen)
    assert [one["revoked_at"] for one in seen["credentials"]] == [None]
    mine = (await api.call("GET", f"/follow-ups/{follow_up.id}/devices", by=people.doctor)).body["devices"]
    assert [one["id"] for one in mine] == [made.body["id"]]
    for _ in range(2):
        assert (await api.call("DELETE", f"{path}/assignment", by=people.nurse)).status == 204
    after = (await api.call("GET", path, by=people.nurse)).body
    assert (after["assignment"], after["credentials"][0]["revoked_at"] is None) == (None, False)
    assert (await api.call("POST", f"{path}/retirement", by=people.nurse)).body["retired_at"] is not None
    gone = await api.call("POST", f"{path}/assignment", given, by=people.nurse)
    assert (gone.status, gone.code) == (409, "telemonitoring.device_not_wearable")


@pytest.mark.parametrize("comes_back", ["retired", "taken back"])
async def test_a_device_that_goes_to_another_patient_brings_nothing_of_the_one_before(
    api: Api, services: Services, people: People, follow_up: FollowUp, clock: FrozenClock, comes_back: str
) -> None:
    scale = await equip(services, people.doctor, follow_up)
    kept, never_sent = scale.weight(70, 1), scale.weight(71, 2)
    assert (await send(api, scale.token, kept)).status == 201
    other, _ = await services.patients.create(people.secretary, make_draft())
    theirs = await make_follow_up(services, people.doctor, other)
    path, content = f"{DEVICES}/{scale.device_id}", SCALE | {"identifier": IDENTIFIER}
    taken = await api.call("POST", DEVICES, content, by=people.secretary)
    assert (taken.status, taken.code) == (409, "telemonitoring.device_known")
    clock.advance(timedelta(minutes=5))
    if comes_back == "retired":
        assert (await api.call("POST", f"{path}/retirement", by=people.secretary)).status == 200
        wrong = await api.call("POST", DEVICES, content | {"kind": "gateway"}, by=people.secretary)
        assert (wrong.status, wrong.body["errors"][0]["field"]) == (422, "kind")
        clock.advance(timedelta(minutes=5))
        back = await api.call("POST", DEVICES, content | {"label": "Réparée"}, by=people.secretary)
        assert (back.status, back.body["id"], back.body["label"]) == (201, str(scale.device_id), "Réparée")
        assert (back.body["retired_at"], back.body["assignment"]) == (None, None)
        assert all(one["revoked_at"] for one in back.body["credentials"])
    else:
        assert (await api.call("DELETE", f"{path}/assignment", by=people.nurse)).status == 204
    await services.telemonitoring.devices.assign(people.doctor, scale.device_id, theirs.id)
    assert (await send(api, scale.token, scale.weight(72, 3))).code == "device.revoked"
    issued = await services.telemonitoring.devices.issue_token(people.doctor, scale.device_id, days=90)
    assert issued.token is not None
    clock.advance(timedelta(minutes=1))
    subject = {"reference": f"Patient/{other.id}"}
    for old in (kept, never_sent, kept | {"status": "entered-in-error"}):
        refused = await send(api, issued.token, old | {"subject": subject})
        assert (refused.status, refused.code) == (403, "device.worn_by_other")
    fresh = scale.weight(90) | {
        "subject": subject,
        "effectiveDateTime": (clock.now() - timedelta(seconds=30)).isoformat(),
    }
    assert (await send(api, issued.token, fresh)).status == 201
    assert [await counting(services, one) for one in (follow_up, theirs)] == [["70"], ["90"]]


async def test_what_a_practice_may_not_do_with_devices(api: Api, people: People) -> None:
    made = await api.call("POST", DEVICES, SCALE, by=people.administrator)
    again = await api.call("POST", DEVICES, SCALE, by=people.administrator)
    assert (again.status, again.code) == (409, "telemonitoring.device_known")
    odd = await api.call("POST", DEVICES, SCALE | {"signals": ["mood_of_the_day"]}, by=people.administrator)
    assert (odd.status, odd.code) == (422, "telemonitoring.signal")
    behind = SCALE | {"identifier": "urn:serial|S-2", "gateway_id": made.body["id"]}
    assert (await api.call("POST", DEVICES, behind, by=people.administrator)).status == 404
    path = f"{DEVICES}/{made.body['id']}"
    assert (await api.call("PUT", path, SCALE | {"kind": "gateway"}, by=people.administrator)).status == 422
    changed = await api.call("PUT", path, SCALE | {"label": "Balance du salon"}, by=people.administrator)
    assert changed.body["label"] == "Balance du salon"
    for who, status in ((people.stranger, 404), (people.auditor, 403), (None, 401)):
        assert (await api.call("GET", path, by=who)).status == status
        assert (await api.call("POST", f"{path}/tokens", {}, by=who)).status == status
    assert (await api.call("DELETE", f"{path}/assignment", by=people.secretary)).status == 403
    assert (await api.call("GET", DEVICES, by=people.stranger)).body["items"] == []
    nothing = f"{path}/credentials/{made.body['id']}"
    assert (await api.call("DELETE", nothing, by=people.nurse)).status == 404


async def test_a_device_that_brings_nothing_of_what_is_missing_is_refused(
    api: Api, services: Services, people: People, patient: Patient
) -> None:
    """R-37: a thermometer is no way to follow a heart; beside a scale, it may come along."""
    draft = await make_draft_follow_up(services, people.doctor, patient, signals=["body_temperature"])
    given = {"follow_up_id": str(draft.id)}
    thermometer = SCALE | {"identifier": "urn:serial|T", "signals": ["body_temperature"]}
    paths = []
    for content in (thermometer, SCALE):
        made = await api.call("POST", DEVICES, content, by=people.nurse)
        paths.append(f"{DEVICES}/{made.body['id']}/assignment")
    refused = await api.call("POST", paths[0], given, by=people.nurse)
    assert (refused.status, refused.reasons) == (409, ["telemonitoring.device_useless"])
    early = await api.call("POST", f"/follow-ups/{draft.id}/start", {}, by=people.doctor)
    assert early.status == 409
    assert (await api.call("POST", paths[1], given, by=people.nurse)).status == 201
    assert (await api.call("POST", paths[0], given, by=people.nurse)).status == 201
    await services.telemonitoring.care.follow_ups.start(people.doctor, draft.id)


async def test_a_crowd_that_comes_back_at_once_is_known_by_a_few_reads(
    services: Services, people: People, follow_up: FollowUp
) -> None:
    scale = await equip(services, people.doctor, follow_up)
    tokens = [scale.token]
    for _ in range(20):
        issued = await services.telemonitoring.devices.issue_token(people.doctor, scale.device_id, days=1)
        tokens.append(str(issued.token))
    statements: list[str] = []
    engine = sync_engine_of(services.database)
    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    doors, wire = services.telemonitoring.doors, services.live.wire
    tasks = [asyncio.create_task(wire.run()), asyncio.create_task(services.telemonitoring.entrance.keys.follow(wire))]
    await wire.is_listening.wait()
    identities = await asyncio.gather(*(doors.authenticate(token=token) for token in tokens * 50))
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert len({one.credential_id for one in identities}) == 21
    reads = [one for one in statements if "telemonitoring_credentials" in one]
    assert len(reads) <= 10  # of 1,050 that ask; how they fall together is a matter of time


@pytest.mark.parametrize("kind", ["batch", "transaction"])
async def test_a_row_that_the_database_refuses_fails_no_other(
    api: Api, services: Services, people: People, follow_up: FollowUp, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Such a row should not exist: the writer of rows makes one here, to see that its neighbours are kept."""
    scale = await equip(services, people.doctor, follow_up)
    real = RowWriter.values

    def broken(self: RowWriter, kept: Kept) -> tuple[Any, ...]:
        values = real(self, kept)
        return (*values[:10], 2**70, *values[11:]) if kept.observation.value == 66_000_000 else values

    monkeypatch.setattr(RowWriter, "values", broken)
    resources = [scale.weight(kilograms, minutes) for minutes, kilograms in enumerate((64, 65, 66, 67, 68))]
    reply = await send(api, scale.token, make_bundle(*resources, kind=kind), path="/fhir")
    if kind == "batch":
        found = [entry["response"]["status"][:3] for entry in reply.body["entry"]]
        assert found == ["201", "201", "500", "201", "201"]
    else:
        assert (reply.status, set(codes_of(reply))) == (500, {"measure.not_kept"})
