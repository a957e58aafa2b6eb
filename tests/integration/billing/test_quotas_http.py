"""GET /billing/quotas: anonymous, wrong person, right person; every code of a year."""

from __future__ import annotations

from datetime import date

import pytest

from telemed.app import Services
from telemed.kernel.ids import new_id
from telemed.patients.model import Patient
from tests.fixtures.http import Api
from tests.fixtures.people import People

pytestmark = pytest.mark.asyncio


async def take(services: Services, people: People, patient: Patient, *, year: int = 2026) -> None:
    """One TE2 done and one RQD asked for, by the doctor."""
    assert people.doctor.rpps is not None
    who = {"rpps": people.doctor.rpps, "patient_id": patient.id, "day": date(year, 6, 1)}
    async with services.database.begin() as uow:
        await services.quotas.settle_within(uow, act_id=new_id(), code="TE2", **who)  # type: ignore[arg-type]
        await services.quotas.reserve_within(uow, act_id=new_id(), code="RQD", **who)  # type: ignore[arg-type]


async def test_who_may_read(api: Api, people: People, patient: Patient) -> None:
    path = f"/billing/quotas?patient_id={patient.id}"
    assert (await api.call("GET", path)).status == 401
    assert (await api.call("GET", path, by=people.auditor)).status == 403
    assert (await api.call("GET", path, by=people.stranger)).status == 404
    assert (await api.call("GET", path, by=people.secretary)).status == 404
    assert (await api.call("GET", path, by=people.doctor)).status == 200
    for caller in (people.secretary, people.administrator):
        mine = await api.call("GET", f"{path}&professional_id={people.doctor.id}", by=caller)
        assert mine.status == 200
        other = await api.call("GET", f"{path}&professional_id={people.stranger.id}", by=caller)
        assert other.status == 404
    colleague = await api.call("GET", f"{path}&professional_id={people.colleague.id}", by=people.doctor)
    assert colleague.status == 404
    unknown = await api.call("GET", f"/billing/quotas?patient_id={new_id()}", by=people.doctor)
    assert unknown.status == 404
    assert (await api.call("GET", "/billing/quotas", by=people.doctor)).status == 422


async def test_what_is_left_of_each_code(api: Api, services: Services, people: People, patient: Patient) -> None:
    await take(services, people, patient)
    body = (await api.call("GET", f"/billing/quotas?patient_id={patient.id}", by=people.doctor)).body
    assert (body["patient_id"], body["year"], body["scope"]) == (str(patient.id), 2026, "biller")
    assert [(one["code"], one["limit"], one["reserved"], one["consumed"], one["left"]) for one in body["quotas"]] == [
        ("TE2", 4, 0, 1, 3),
        ("RQD", 4, 1, 0, 3),
    ]
    assert body["quotas"][0]["basis"]["certainty"] == "disputed"
    asked = f"/billing/quotas?patient_id={patient.id}&professional_id={people.doctor.id}"
    assert (await api.call("GET", asked, by=people.secretary)).body == body
    own = (await api.call("GET", f"/billing/quotas?patient_id={patient.id}", by=people.colleague)).body
    assert [one["left"] for one in own["quotas"]] == [4, 4]


async def test_an_old_year_has_its_own_codes(api: Api, people: People, patient: Patient) -> None:
    for year, expected in ((2021, [("TE1", 4), ("TE2", 2)]), (2018, [])):
        path = f"/billing/quotas?patient_id={patient.id}&year={year}"
        body = (await api.call("GET", path, by=people.doctor)).body
        assert (body["year"], [(one["code"], one["limit"]) for one in body["quotas"]]) == (year, expected)
