"""« Disponible maintenant » over HTTP: said by the person, proved by his pages, over by itself."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from telemed.app import Services
from telemed.experts.model.presence import RECONNECTION
from telemed.experts.store import PresenceStore
from telemed.kernel.caller import Caller
from telemed.kernel.clock import FrozenClock
from tests.fixtures.http import Api, open_session
from tests.fixtures.people import People
from tests.fixtures.streams import open_stream
from tests.integration.api.test_stream import serving

pytestmark = pytest.mark.asyncio
PATH = "/experts/me/presence"


async def is_there(services: Services, who: Caller) -> bool:
    assert who.id is not None
    async with services.database.read() as session:
        return who.id in await PresenceStore(session).there([who.id], services.clock.now())


async def expiry(services: Services, who: Caller) -> datetime:
    assert who.id is not None
    async with services.database.read() as session:
        found = await PresenceStore(session).find(who.id)
    assert found is not None
    return found.expires_at


async def test_it_ends_when_the_page_is_silent_or_the_time_is_over(
    api: Api, services: Services, people: People, clock: FrozenClock
) -> None:
    assert (await api.call("GET", PATH, by=people.doctor)).body["is_there"] is False
    said = (await api.call("PUT", PATH, {"minutes": 3}, by=people.doctor)).body
    assert said["is_there"] is True
    for _ in range(2):
        clock.advance(timedelta(seconds=80))
        assert (await api.call("POST", f"{PATH}/sign", by=people.doctor)).body["until"] == said["until"]
    clock.advance(timedelta(seconds=20))
    assert not await is_there(services, people.doctor)  # three minutes are over
    await api.call("PUT", PATH, {"minutes": 60}, by=people.doctor)
    clock.advance(timedelta(seconds=89))
    assert await is_there(services, people.doctor)
    clock.advance(timedelta(seconds=1))
    assert not await is_there(services, people.doctor)
    assert (await api.call("GET", PATH, by=people.doctor)).body["until"] is None
    await api.call("POST", f"{PATH}/sign", by=people.doctor)  # he had said an hour, and is back
    assert await is_there(services, people.doctor)
    assert (await api.call("DELETE", PATH, by=people.doctor)).status == 204
    assert (await api.call("POST", f"{PATH}/sign", by=people.doctor)).body["is_there"] is False


async def test_who_may_not_answer_is_never_there(api: Api, people: People) -> None:
    for who, body, status in (
        (people.secretary, {"minutes": 10}, 403),
        (people.doctor, {"minutes": 0}, 422),
        (people.doctor, {"minutes": 721}, 422),
        (people.doctor, {}, 422),
    ):
        assert (await api.call("PUT", PATH, body, by=who)).status == status


async def test_an_open_page_is_a_sign_and_a_closed_one_ends_it(
    services: Services, people: People, clock: FrozenClock
) -> None:
    presence, token = services.experts.presence, await open_session(services, people.doctor)
    await presence.announce(people.doctor, 60)
    clock.advance(timedelta(seconds=89))
    async with serving(services, heartbeat_seconds=0.05) as base:
        async with open_stream(base, token):
            clock.advance(timedelta(seconds=60))
            assert await is_there(services, people.doctor)
        async with asyncio.timeout(60):
            while await expiry(services, people.doctor) != clock.now() + RECONNECTION:
                await asyncio.sleep(0.01)
        assert await is_there(services, people.doctor)  # a page may be reloading
        clock.advance(timedelta(seconds=15))
        assert not await is_there(services, people.doctor)
    clock.advance(timedelta(hours=2))
    await presence.forget_old()
    async with services.database.read() as session:
        assert await PresenceStore(session).find(people.doctor.id) is None  # type: ignore[arg-type]
