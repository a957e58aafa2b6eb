"""Measures set aside: visible, confirmed or rejected by a person, never dropped."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import pytest_asyncio

from telemed.acts.telemonitoring.store import ObservationStore
from telemed.acts.telemonitoring.store.rows import RowWriter
from telemed.app import Services
from telemed.patients.model import Patient
from tests.fixtures.http import Api
from tests.fixtures.people import People
from tests.integration.acts.telemonitoring.enrolled import make_follow_up
from tests.integration.acts.telemonitoring.equipped import Equipped, equip, send

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def scale(services: Services, people: People, patient: Patient) -> Equipped:
    return await equip(services, people.doctor, await make_follow_up(services, people.doctor, patient))


async def standing(scale: Equipped) -> list[str]:
    """The weights that count, in kilograms."""
    services, now = scale.services, scale.services.clock.now()
    async with services.database.read() as session:
        store = ObservationStore(session, RowWriter(services.telemonitoring.catalogue))
        kept = await store.history(scale.follow_up.id, ["weight"], since=now - timedelta(days=2), until=now)
    return [str(one.observation.number) for one in kept if one.observation.counts]


async def test_a_doubtful_measure_waits_and_counts_once_confirmed(api: Api, people: People, scale: Equipped) -> None:
    path = f"/follow-ups/{scale.follow_up.id}/quarantine"
    await send(api, scale.token, scale.weight(70.5))
    await send(api, scale.token, scale.weight(71.5))
    await send(api, scale.token, scale.weight(502.0, 5))
    assert await standing(scale) == ["70.5"]
    aside = (await api.call("GET", path, by=people.nurse)).body["items"]
    assert [(one["doubt"], one["value"], one["standing"]) for one in aside] == [
        ("implausible", "502", None),
        ("conflict", "71.5", "70.5"),
    ]
    said = {"verdict": "confirmed", "reason": "Pesé deux fois"}
    assert (await api.call("POST", f"{path}/{aside[1]['id']}", said, by=people.nurse)).status == 204
    assert await standing(scale) == ["71.5"]
    assert (await api.call("POST", f"{path}/{aside[0]['id']}", {"verdict": "rejected"}, by=people.doctor)).status == 204
    assert await standing(scale) == ["71.5"]
    assert (await api.call("GET", path, by=people.nurse)).body["items"] == []
    again = await api.call("POST", f"{path}/{aside[0]['id']}", said, by=people.nurse)
    assert again.status == 404


async def test_a_number_beyond_any_column_is_seen_and_cannot_count(api: Api, people: People, scale: Equipped) -> None:
    path = f"/follow-ups/{scale.follow_up.id}/quarantine"
    await send(api, scale.token, scale.weight(valueQuantity={"value": 1e308, "code": "kg"}))
    (only,) = (await api.call("GET", path, by=people.nurse)).body["items"]
    assert (only["raw"], only["value"]) == ("1e+308 kg", None)
    refused = await api.call("POST", f"{path}/{only['id']}", {"verdict": "confirmed"}, by=people.nurse)
    assert (refused.status, refused.code) == (409, "quarantine.no_value")


async def test_it_is_read_by_page_and_by_the_team_alone(api: Api, people: People, scale: Equipped) -> None:
    path = f"/follow-ups/{scale.follow_up.id}/quarantine"
    for minutes in range(5):
        await send(api, scale.token, scale.weight(600 + minutes, minutes))
    first = (await api.call("GET", f"{path}?limit=2", by=people.nurse)).body
    rest = await api.call("GET", f"{path}?limit=10&cursor={first['next_cursor']}", by=people.nurse)
    values = [one["value"] for one in first["items"] + rest.body["items"]]
    assert values == ["604", "603", "602", "601", "600"]
    measured = [datetime.fromisoformat(one["measured_at"]) for one in first["items"]]
    assert measured[0] - measured[1] == timedelta(minutes=1)
    place = f"{path}/{first['items'][0]['id']}"
    for who, status in ((people.stranger, 404), (people.secretary, 403), (people.auditor, 403), (None, 401)):
        assert (await api.call("GET", path, by=who)).status == status
        assert (await api.call("POST", place, {"verdict": "rejected"}, by=who)).status == status
    for nonsense in ("nonsense", "WzEsMl0", "W10"):
        reply = await api.call("POST", f"{path}/{nonsense}", {"verdict": "rejected"}, by=people.nurse)
        assert reply.status == 404
