"""Three processes, each with the page of somebody: a call goes on when those that carry it are killed."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from aiohttp import ClientSession, DummyCookieJar
from sqlalchemy import update
from sqlmodel import col

from signaling.client import RoomClient
from telemed.acts.teleexpertise.model import State
from telemed.acts.teleexpertise.tables.calls import CallRow
from telemed.api.auth import SESSION_COOKIE
from telemed.app import open_database
from telemed.kernel.caller import Caller
from telemed.kernel.clock import FrozenClock, SystemClock
from telemed.settings import Environment, Settings
from telemed.storage.engine import Database
from tests import journeys
from tests.fixtures.http import open_session
from tests.fixtures.running import RunningService
from tests.fixtures.streams import Stream, open_stream
from tests.integration.acts.teleexpertise import conftest as ground
from tests.integration.acts.teleexpertise.conftest import Scene

pytestmark = [pytest.mark.asyncio, pytest.mark.slow]
services, mail, sms, scene = ground.services, ground.mail, ground.sms, ground.scene
WITHIN = 20.0


@pytest.fixture
def clock() -> FrozenClock:
    """The processes live now."""
    return FrozenClock(SystemClock().now())


@pytest.fixture
def settings(tmp_path: Path, postgres_url: str) -> Settings:
    """Of the processes: one folder of keys, one database."""
    return Settings(environment=Environment.TEST, data_dir=tmp_path / "data", database_url=postgres_url).with_keys()


@pytest_asyncio.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    opened = open_database(settings)
    yield opened
    await opened.close()


class Crowd:
    """Three processes on one database, and who talks to which."""

    def __init__(self, scene: Scene, folder: Path, url: str, http: ClientSession) -> None:
        self.scene = scene
        self.http = http
        self.processes = [RunningService(folder, url) for _ in range(3)]
        self.tokens: dict[Caller, str] = {}
        self.pages = AsyncExitStack()

    async def cookie(self, who: Caller) -> str:
        if who not in self.tokens:
            self.tokens[who] = await open_session(self.scene.services, who)
        return self.tokens[who]

    async def call(self, process: int, method: str, path: str, body: object, who: Caller) -> Any:
        headers = {"Cookie": f"{SESSION_COOKIE}={await self.cookie(who)}"}
        url = f"{self.processes[process].base_url}{path}"
        async with self.http.request(method, url, json=body, headers=headers) as reply:
            assert reply.status < 300, await reply.text()
            return await reply.json() if reply.status != 204 else None

    async def page(self, process: int, who: Caller, last: int | None = None) -> Stream:
        base = self.processes[process].base_url
        return await self.pages.enter_async_context(open_stream(base, await self.cookie(who), last=last))

    async def is_there(self, process: int, who: Caller) -> Stream:
        stream = await self.page(process, who)
        await self.call(process, "PUT", "/experts/me/presence", {"minutes": 60}, who)
        return stream

    def seat(self, process: int, who: Caller, case_id: object) -> RoomClient:
        async def token() -> str:
            issued = await self.call(process, "POST", f"/teleexpertises/{case_id}/room-token", None, who)
            return str(issued["token"])

        base = self.processes[process].base_url.replace("http", "ws", 1)
        return RoomClient(self.http, f"{base}/rooms/socket", get_token=token)


@pytest_asyncio.fixture
async def crowd(scene: Scene, tmp_path: Path, postgres_url: str) -> AsyncIterator[Crowd]:
    async with ClientSession(cookie_jar=DummyCookieJar()) as http:
        made = Crowd(scene, tmp_path, postgres_url, http)
        await asyncio.gather(*(process.start() for process in made.processes))
        yield made
        await made.pages.aclose()
        await asyncio.gather(*(process.stop() for process in made.processes))
        made.processes[0].check_log()


async def hears(stream: Stream, kind: str) -> str:
    while True:
        told = await stream.next(WITHIN)
        if told["kind"] == kind:
            return str(told["subject"])


async def test_a_call_outlives_the_process_that_rang(scene: Scene, crowd: Crowd) -> None:
    case = await scene.sent(scene.midwife)
    asker = await crowd.page(0, scene.asker)
    expert, second = await crowd.is_there(1, scene.expert), await crowd.is_there(2, scene.second)
    call = (await crowd.call(0, "POST", f"/teleexpertises/{case.id}/live", {}, scene.asker))["id"]
    assert [await hears(stream, "ring") for stream in (expert, second)] == [call, call]
    assert await hears(asker, "call.changed") == str(case.id)
    await crowd.processes[0].stop(signal.SIGKILL)
    assert await asker.has_ended(WITHIN)
    answered = await crowd.call(1, "POST", f"/teleexpertise-calls/{call}/answer", None, scene.expert)
    assert answered["call"]["state"] == "open"
    assert await hears(second, "ring.over") == call
    back = await crowd.page(2, scene.asker, last=asker.last)
    assert await hears(back, "call.changed") == str(case.id)  # told while he was away
    async with crowd.seat(2, scene.asker, case.id) as one, crowd.seat(2, scene.expert, case.id) as other:
        await one.send("chat", text="Vous m'entendez ?")
        assert (await other.expect("chat"))["text"] == "Vous m'entendez ?"

    async def seats() -> set[str]:
        ledger = await crowd.call(1, "GET", f"/teleexpertises/{case.id}/continuity", None, scene.asker)
        return {line["seat"] for line in ledger["entries"]}

    await journeys.until(seats, {"requerant", "requis"})  # it is written as the room says it
    assert (await scene.steps(case))[-1] == "accept"


async def test_a_ring_whose_processes_die_goes_on_in_writing(scene: Scene, crowd: Crowd) -> None:
    draft = await scene.draft()
    await scene.consent(draft)
    colleague = await crowd.page(2, scene.midwife)
    await crowd.is_there(0, scene.expert)
    body = {"fallback": {"colleague_ids": [str(scene.midwife.id)]}}
    call = (await crowd.call(1, "POST", f"/teleexpertises/{draft.id}/live", body, scene.asker))["id"]
    for process in crowd.processes[:2]:  # where it was rung from, where it rings, and perhaps the leader
        await process.stop(signal.SIGKILL)
    assert (await scene.now(draft)).state is State.SENT
    over = SystemClock().now() - timedelta(seconds=1)
    async with scene.services.database.begin() as uow:  # forty seconds later
        started = {"ring_until": over, "started_at": over - timedelta(seconds=40)}
        await uow.session.execute(update(CallRow).where(col(CallRow.id) == UUID(call)).values(**started))
    assert await hears(colleague, "inbox.changed") == str(draft.id)
    case = await scene.now(draft)
    assert (case.state, case.due_at is not None) == (State.OFFERED, True)
    assert [one.to.professional_id for one in case.pending] == [scene.midwife.id]
