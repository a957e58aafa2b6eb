"""Rules read what is kept, in the transaction that keeps it: once, whatever the order, the process or the restart."""

from __future__ import annotations

from datetime import timedelta

import pytest

from telemed.acts.telemonitoring.model.arrival import Taken
from telemed.app import Services
from tests.fixtures.people import People, make_draft
from tests.integration.acts.telemonitoring.enrolled import make_follow_up, make_limit
from tests.integration.acts.telemonitoring.watched import KeptAlerts, make_measure, make_way_in

pytestmark = pytest.mark.asyncio


async def test_an_episode_fires_once_repeats_and_ends(services: Services, people: People) -> None:
    patient, _ = await services.patients.create(people.doctor, make_draft())
    follow_up = await make_follow_up(services, people.doctor, patient, limits=[make_limit()])
    alerts, day = KeptAlerts(), timedelta(days=1)
    way_in = make_way_in(services, alerts)
    begin = services.clock.now()
    for number, kilograms in enumerate([79, 81, 82, 79]):
        measure = make_measure(follow_up, begin + number * day, kilograms)
        assert await way_in.take([measure]) == [Taken.NEW]
    assert alerts.of("weight_high") == ["fired", "repeated", "ended"]
