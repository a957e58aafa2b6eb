"""The stream of events over HTTP: what a page is told, what it missed, and what it may not do to the service."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from aiohttp.test_utils import TestServer
from sqlalchemy import text

from telemed.api.auth import SESSION_COOKIE
from telemed.app import Services, build_app, build_services
from telemed.kernel.caller import Caller
from telemed.kernel.clock import FrozenClock
from telemed.kernel.errors import Conflict
from telemed.kernel.events import LiveEvent
from telemed.kernel.ids import new_id
from telemed.security.keyring import Keyring
from telemed.settings import Settings
from telemed.storage.engine import Database
from tests.fixtures.http import open_session
from tests.fixtures.people import People
from tests.fixtures.streams import open_stream

pytestmark = pytest.mark.asyncio


@asynccontextmanager
async def serving(services: Services, **limits: Any) -> AsyncIterator[str]:
    """One process; gives its address."""
    streams = services.live.streams
    streams.limits = replace(streams.limits, **limits)
    server = TestServer(build_app(services))
    await server.start_server()
    try:
        await asyncio.wait_for(services.live.wire.is_listening.wait(), 60)
        yield str(server.make_url("")).rstrip("/")
    finally:
        await server.close()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.01)


async def tell(services: Services, who: Caller, *kinds: str, subject: UUID | None = None) -> None:
    assert who.id is not None
    async with services.database.begin() as uow:
        uow.tell(*(LiveEvent(who.id, kind, subject or new_id(), services.clock.now()) for kind in kinds))


async def test_a_page_is_told_what_is_committed_for_its_person(services: Services, people: People) -> None:
    token, thing = await open_session(services, people.doctor), new_id()
    async with serving(services) as base, open_stream(base, token) as stream:
        await tell(services, people.colleague, "case.changed")
        await tell(services, people.doctor, "case.changed", "case.changed", "inbox.changed", subject=thing)
        first, second = await stream.next(), await stream.next()
        assert (first["kind"], second["kind"]) == ("case.changed", "inbox.changed")
        assert first["subject"] == second["subject"] == str(thing)
        assert set(first) == {"kind", "subject", "at", "number"}
        with pytest.raises(Conflict):
            async with services.database.begin() as uow:
                uow.tell(LiveEvent(people.doctor.id or thing, "case.changed", thing, services.clock.now()))
                raise Conflict("undone")
        assert await stream.is_silent()


async def test_a_page_that_comes_back_misses_nothing_and_hears_nothing_twice(
    services: Services, people: People
) -> None:
    token = await open_session(services, people.doctor)
    async with serving(services, behind=5) as base:
        async with open_stream(base, token) as stream:
            await tell(services, people.doctor, "a", "b")
            assert await stream.take(2) == ["a", "b"]
        await tell(services, people.doctor, "c", "d", "e")
        async with open_stream(base, token, last=stream.last, query="?after=0") as back:
            assert await back.take(3) == ["c", "d", "e"]
            assert await back.is_silent(0.1)
        async with open_stream(base, token, query="?after=3") as other_tab:
            assert await other_tab.take(2) == ["d", "e"]
        await tell(services, people.doctor, "f")
        async with open_stream(base, token, last=0) as late:  # six is more than it may have missed
            told = await late.next()
            assert (told["kind"], told["number"]) == ("reload", 6)
            await tell(services, people.doctor, "g")
            assert await late.take(1) == ["g"]


async def test_what_is_no_longer_kept_is_a_reload(services: Services, people: People, clock: FrozenClock) -> None:
    token = await open_session(services, people.doctor)
    await tell(services, people.doctor, "a", "b")
    clock.advance(timedelta(days=1, seconds=1))
    await services.live.forget_old()
    await tell(services, people.doctor, "c")
    async with serving(services) as base:
        async with open_stream(base, await open_session(services, people.doctor), last=0) as stream:
            assert await stream.take(1) == ["reload"]
        token = await open_session(services, people.doctor)
        async with open_stream(base, token, last=2) as stream:
            assert await stream.take(1) == ["c"]
        async with open_stream(base, token, last=70) as stream:  # a number of another life of the database
            assert (await stream.next())["number"] == 3


async def test_the_stream_beats_and_ends_with_the_session(services: Services, people: People) -> None:
    token = await open_session(services, people.doctor)
    async with serving(services, heartbeat_seconds=0.05) as base, open_stream(base, token) as stream:
        await until(lambda: stream.beats >= 2)
        caller = await services.sessions.authenticate(token)
        assert caller is not None
        await services.sessions.sign_out(caller)
        assert await stream.has_ended()
        await until(lambda: services.live.streams.count == 0)


async def test_too_many_pages_and_strangers_are_refused(services: Services, people: People) -> None:
    token = await open_session(services, people.doctor)
    async with serving(services, per_person=1) as base, open_stream(base, token):
        with pytest.raises(AssertionError, match="too_many"):
            async with open_stream(base, token):
                pass
        async with open_stream(base, await open_session(services, people.nurse)):
            assert services.live.streams.count == 2
        for wrong in ("?after=-1", "?after=x", "?since=1"):
            with pytest.raises(AssertionError, match="invalid_query"):
                async with open_stream(base, token, query=wrong):
                    pass
        with pytest.raises(AssertionError, match="unauthenticated"):
            async with open_stream(base, "nobody"):
                pass


async def test_a_reader_that_reads_nothing_is_let_go_and_holds_nobody(services: Services, people: People) -> None:
    slow, quick = await open_session(services, people.doctor), await open_session(services, people.nurse)
    async with serving(services, patience_seconds=0.3, behind=10_000) as base, open_stream(base, quick) as stream:
        host, port = base.removeprefix("http://").split(":")
        with socket.socket() as page:
            page.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            page.setblocking(False)
            loop = asyncio.get_running_loop()
            await loop.sock_connect(page, (host, int(port)))
            head = f"GET /events?after=0 HTTP/1.1\r\nHost: {host}\r\nCookie: {SESSION_COOKIE}={slow}\r\n\r\n"
            await loop.sock_sendall(page, head.encode())
            await until(lambda: services.live.streams.count == 2)
            for round_ in range(20):  # more than any kernel keeps for a page that does not read
                await tell(services, people.doctor, *(f"{round_}.{number}".ljust(5000) for number in range(200)))
                if services.live.streams.count == 1:
                    break
            await until(lambda: services.live.streams.count == 1)
            await tell(services, people.nurse, "case.changed")
            assert await stream.take(1) == ["case.changed"]


async def test_two_processes_and_a_crowd_of_commits_give_one_order(
    services: Services, settings: Settings, people: People, clock: FrozenClock, database_url: str, keyring: Keyring
) -> None:
    token, number = await open_session(services, people.doctor), 40
    elsewhere = build_services(settings, clock=clock, database=Database(database_url, keyring))
    async with (
        serving(services, behind=1000) as base,
        serving(elsewhere, behind=1000) as other_base,
        open_stream(base, token) as here,
        open_stream(other_base, token) as there,
    ):
        both = (services, elsewhere)
        await asyncio.gather(*(tell(both[one % 2], people.doctor, "a", "b") for one in range(number)))
        for stream in (here, there):
            told = [await stream.next() for _ in range(2 * number)]
            assert [one["number"] for one in told] == list(range(1, 2 * number + 1))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_cut_line_to_the_database_loses_nothing(
    services: Services, people: People, database_url: str, keyring: Keyring
) -> None:
    token, speaker = await open_session(services, people.doctor), Database(database_url, keyring)
    cut = text(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE datname = current_database() AND query LIKE 'LISTEN%'"
    )
    async with serving(services) as base, open_stream(base, token) as stream:
        async with speaker.begin() as uow:
            assert await uow.session.scalar(cut) == 1
            uow.tell(LiveEvent(people.doctor.id or new_id(), "case.changed", None, services.clock.now()))
        assert await stream.take(1) == ["case.changed"]
    await speaker.close()
