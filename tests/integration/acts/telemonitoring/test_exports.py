"""The copy of a patient's follow-ups: everything, in pieces, for a doctor of the practice only."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from telemed.acts.telemonitoring.model.arrival import Arrival
from telemed.acts.telemonitoring.model.care import EducationTopic
from telemed.acts.telemonitoring.model.observation import Observation, ObservationStatus, Quarantine
from telemed.acts.telemonitoring.store import exports as export_store
from telemed.acts.telemonitoring.store.exports import EXPORTED, LEFT_OUT, tables_of_follow_ups
from telemed.app import Services
from telemed.kernel.ids import new_id
from telemed.patients.model import Patient
from tests.fixtures.http import Api
from tests.fixtures.people import People
from tests.integration.acts.telemonitoring.alerting import make_told
from tests.integration.acts.telemonitoring.enrolled import make_draft_follow_up, make_follow_up, make_limit

pytestmark = pytest.mark.asyncio
AT = datetime(2026, 11, 20, 7, tzinfo=UTC)


def lines_of(body: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in body.splitlines()]


async def measure(services: Services, follow_up_id: Any, count: int) -> None:
    """Weights minute by minute, one of which is corrected, and something out of the catalogue."""
    device = new_id()

    def arrival(minutes: int, value: int, status: ObservationStatus = ObservationStatus.FINAL) -> Arrival:
        at = AT + timedelta(minutes=minutes)
        seen = Observation("", "", "http://loinc.org|29463-7", "", at, status, "weight", value, raw="70 kg")
        return Arrival(follow_up_id, device, new_id(), at, seen)

    unknown = Observation("", "", "urn:x|1", "", AT, answer="oui", quarantine=Quarantine.IMPLAUSIBLE)
    batch = [arrival(number, 70_500_000) for number in range(count)]
    batch += [arrival(0, 71_000_000, ObservationStatus.AMENDED), Arrival(follow_up_id, device, new_id(), AT, unknown)]
    await services.telemonitoring.ingestion.take(batch)


async def test_every_table_of_a_follow_up_is_exported_or_said_to_be_left_out() -> None:
    assert tables_of_follow_ups() == EXPORTED.keys() | LEFT_OUT.keys()
    assert not EXPORTED.keys() & LEFT_OUT.keys()


async def test_everything_of_a_follow_up_is_there_once_however_many_pieces(
    services: Services, api: Api, people: People, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_store, "PIECE", 7)
    monkeypatch.setattr("telemed.acts.telemonitoring.service.exports.PIECE", 7)
    follow_up = await make_follow_up(services, people.doctor, patient, limits=[make_limit(80_000_000)])
    await services.telemonitoring.care.education.log(
        people.nurse,
        follow_up.id,
        held_on=services.clock.now().date(),
        minutes=30,
        topics=[EducationTopic.DEVICE],
        note="Balance comprise",
    )
    await measure(services, follow_up.id, 30)
    async with services.database.begin() as uow:
        told = [make_told(follow_up, services.clock.now(), cause=f"cause_{number}") for number in range(3)]
        await services.telemonitoring.triage.book.record(uow, told)
    reply = await api.call("GET", f"/follow-ups/{follow_up.id}/export", by=people.doctor)
    assert (reply.status, reply.response.content_type) == (200, "application/x-ndjson")
    head, *lines, tail = lines_of(reply.body)
    assert (head["record"], head["follow_ups"]) == ("export", [str(follow_up.id)])
    assert head["patient"]["birth_name"] == "LEROY"
    counts: dict[str, int] = {}
    for line in lines:
        counts[line["record"]] = counts.get(line["record"], 0) + 1
    assert tail == {"record": "end", "counts": counts}
    assert {"observation": 32, "alert": 3, "threshold": 1, "consent": 2, "prescription": 1}.items() <= counts.items()
    seen = [line for line in lines if line["record"] == "observation"]
    keys = {(one.get("signal") or one["code"], one["measured_at"], one["version"]) for one in seen}
    assert len(keys) == 32
    corrected = next(one for one in seen if one["version"] == 1)
    assert (corrected["value"], corrected["unit"], corrected["label"]) == (71, "kg", "Poids")
    (session,) = [line for line in lines if line["record"] == "education_session"]
    assert session["note"] == "Balance comprise"


async def test_the_follow_ups_of_a_patient_come_together_and_only_his_doctors_may_have_them(
    services: Services, api: Api, people: People, patient: Patient
) -> None:
    first = await make_follow_up(services, people.doctor, patient)
    second = await make_draft_follow_up(services, people.doctor, patient, pathway="diabete")
    await measure(services, first.id, 3)
    path = f"/patients/{patient.id}/follow-ups/export"
    head, *lines, _ = lines_of((await api.call("GET", path, by=people.colleague)).body)
    assert head["follow_ups"] == [str(first.id), str(second.id)]
    assert [line["id"] for line in lines if line["record"] == "follow_up"] == head["follow_ups"]
    for place in (path, f"/follow-ups/{first.id}/export"):
        for who, status in (
            (people.nurse, 403),
            (people.secretary, 403),
            (people.auditor, 403),
            (people.stranger, 404),
        ):
            assert (await api.call("GET", place, by=who)).status == status
