"""The yearly cap holds the conventioned booking: never urgent care, never the visit, and an override is traced."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlmodel import col

from billing.rules.cap import Counts
from billing.rules.projection import AnnualVolume, Outside
from telemed.app import Services
from telemed.patients.model import Patient
from telemed.trace.tables import TraceEntryRow
from tests.fixtures.http import Api
from tests.fixtures.people import People

pytestmark = pytest.mark.asyncio
TODAY = date(2026, 11, 25)
WHY = "Seul médecin du canton jusqu'à lundi"


async def declare(services: Services, people: People, remote: int) -> None:
    """Of 550 acts expected, 110 may be remote."""
    assert people.doctor.id is not None
    await services.cap.declare(
        people.doctor,
        people.doctor.id,
        year=2026,
        source="relevé",
        declared_on=TODAY,
        annual_volume=AnnualVolume(550, "relevé", TODAY),
        outside=Outside(Counts.of_teleconsultations(remote), TODAY, "relevé"),
    )


@pytest_asyncio.fixture
async def held(services: Services, people: People) -> Services:
    """Doctor Moreau is over her limit."""
    await declare(services, people, 111)
    return services


def asked(services: Services, people: People, patient: Patient, **changes: Any) -> dict[str, Any]:
    start = services.clock.now() + timedelta(hours=2)
    slot = {"starts_at": start.isoformat(), "minutes": 15}
    return {"professional_id": str(people.doctor.id), "patient_id": str(patient.id), "slot": slot} | changes


async def traced(services: Services) -> list[tuple[str, dict[str, Any]]]:
    async with services.database.read() as session:
        query = select(TraceEntryRow).where(col(TraceEntryRow.action) == "teleconsultation.pass_cap")
        return [(row.outcome, row.details) for row in await session.scalars(query)]


@pytest.mark.parametrize("slot", ["booked", "queue"])
async def test_a_booking_beyond_the_cap_is_refused_with_its_figures(
    held: Services, api: Api, people: People, patient: Patient, slot: str
) -> None:
    body = asked(held, people, patient, **({} if slot == "booked" else {"slot": None}))
    reply = await api.call("POST", "/teleconsultations", body, by=people.secretary)
    assert (reply.status, reply.body["code"]) == (409, "refused")
    (reason,) = reply.body["reasons"]
    assert (reason["code"], reason["reference"]) == ("cap.held", "Convention médicale 2024, art. 87.7")
    assert (reason["compared"]["numerator"], reason["compared"]["denominator"]) == (111, 550)
    assert "soins sont urgents" in reason["text"]
    assert (await api.call("GET", "/teleconsultations", by=people.secretary)).body["items"] == []
    assert await traced(held) == []


async def test_urgent_care_is_booked_and_told(held: Services, api: Api, people: People, patient: Patient) -> None:
    body = asked(held, people, patient, is_urgent=True)
    reply = await api.call("POST", "/teleconsultations", body, by=people.secretary)
    assert (reply.status, [one["code"] for one in reply.body["warnings"]]) == (201, ["cap.urgent"])
    assert await traced(held) == [("done", {"is_urgent": True, "reason": ""})]


async def test_an_override_is_booked_and_its_reason_is_kept_in_the_trace(
    held: Services, api: Api, people: People, patient: Patient
) -> None:
    for empty in ("", "   "):
        body = asked(held, people, patient, cap_override=empty)
        assert (await api.call("POST", "/teleconsultations", body, by=people.doctor)).status == 409
    body = asked(held, people, patient, cap_override=f" {WHY} ")
    reply = await api.call("POST", "/teleconsultations", body, by=people.doctor)
    assert (reply.status, [one["code"] for one in reply.body["warnings"]]) == (201, ["cap.overridden"])
    assert await traced(held) == [("done", {"is_urgent": False, "reason": WHY})]


async def test_an_own_patient_and_another_doctor_are_not_held(
    held: Services, api: Api, people: People, patient: Patient
) -> None:
    body = asked(held, people, patient, professional_id=str(people.colleague.id))
    assert (await api.call("POST", "/teleconsultations", body, by=people.secretary)).status == 201
    assert people.doctor.rpps is not None
    await held.patients.set_attending_doctor(
        people.secretary, patient.id, rpps=people.doctor.rpps, name="Moreau", from_on=date(2026, 1, 1)
    )
    start = (held.clock.now() + timedelta(hours=4)).isoformat()
    body = asked(held, people, patient, slot={"starts_at": start, "minutes": 15})
    reply = await api.call("POST", "/teleconsultations", body, by=people.secretary)
    assert (reply.status, reply.body["warnings"]) == (201, [])
    assert await traced(held) == []


async def test_the_last_allowed_booking_passes_the_next_is_held_and_a_cancellation_frees(
    services: Services, api: Api, people: People, patient: Patient
) -> None:
    await declare(services, people, 109)
    made = []
    for hours in (1, 2, 3):
        start = (services.clock.now() + timedelta(hours=hours)).isoformat()
        body = asked(services, people, patient, slot={"starts_at": start, "minutes": 15})
        made.append(await api.call("POST", "/teleconsultations", body, by=people.secretary))
    assert [reply.status for reply in made] == [201, 201, 409]
    cancelled = made[0].body["teleconsultation"]["id"]
    assert (await api.call("POST", f"/teleconsultations/{cancelled}/cancellation", by=people.secretary)).status == 200
    assert (await api.call("POST", "/teleconsultations", body, by=people.secretary)).status == 201


async def test_a_booked_visit_is_moved_freely(held: Services, api: Api, people: People, patient: Patient) -> None:
    """What is booked stays booked: the visit itself is never held."""
    body = asked(held, people, patient, is_urgent=True)
    act = (await api.call("POST", "/teleconsultations", body, by=people.secretary)).body["teleconsultation"]["id"]
    start = (held.clock.now() + timedelta(hours=5)).isoformat()
    moved = {"starts_at": start, "minutes": 15}
    assert (await api.call("PUT", f"/teleconsultations/{act}/slot", moved, by=people.secretary)).status == 200


async def test_a_reason_that_is_too_long_is_refused(held: Services, api: Api, people: People, patient: Patient) -> None:
    body = asked(held, people, patient, cap_override="x" * 301)
    assert (await api.call("POST", "/teleconsultations", body, by=people.doctor)).status == 422
