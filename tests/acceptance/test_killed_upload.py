"""Killed in the middle of an upload, the service keeps what it acknowledged and goes on from there."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import io
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import aiohttp
import pytest

from telemed.api.auth import SESSION_COOKIE
from telemed.app import Services, build_services, open_database
from telemed.attachments.store import AttachmentStore
from telemed.kernel.clock import SystemClock
from telemed.settings import Settings
from tests.fixtures.http import open_session
from tests.fixtures.people import People, make_draft
from tests.fixtures.pictures import make_jpeg
from tests.fixtures.running import RunningService
from tests.integration.acts.teleexpertise.conftest import CONTENT

pytestmark = [pytest.mark.asyncio, pytest.mark.slow]
_MEGA = 2**20
PHOTO = make_jpeg() + os.urandom(12 * _MEGA)


@pytest.fixture
def running(tmp_path: Path, database_url: str, settings: Settings) -> RunningService:
    keys = {
        f"TELEMED_{name.upper()}": getattr(settings, name).get_secret_value()
        for name in ("encryption_keys", "index_key", "room_keys")
    }
    return RunningService(tmp_path, database_url, keys)


@pytest.fixture
def services(settings: Settings, database_url: str) -> Services:
    """The same keys as the process has: what is prepared here opens there."""
    at = settings.model_copy(update={"database_url": database_url})
    return build_services(at, clock=SystemClock(), database=open_database(at), senders={})


async def test_a_kill_in_the_middle_of_an_upload_loses_nothing_that_was_acknowledged(
    running: RunningService, services: Services, people: People
) -> None:
    patient, _ = await services.patients.create(people.secretary, make_draft())
    case = await services.expertise.requests.create(people.nurse, patient.id, CONTENT)
    cookie = {SESSION_COOKIE: await open_session(services, people.nurse)}

    async def begin_and_hang() -> AsyncIterator[bytes]:
        for at in range(0, 10 * _MEGA, _MEGA):
            yield PHOTO[at : at + _MEGA]
        await asyncio.sleep(3600)

    await running.start()
    try:
        async with aiohttp.ClientSession(cookies=cookie) as client:
            begun = await announce(client, running, str(case.id))
            address = f"{running.base_url}/attachments/{begun}"
            sending = asyncio.create_task(send(client, address, begin_and_hang(), 0))
            await wait_until_acknowledged(services, UUID(begun))
            await running.restart(signal.SIGKILL)
            with contextlib.suppress(aiohttp.ClientError):
                await sending
            async with client.head(address) as here:
                offset = int(here.headers["Upload-Offset"])
            assert 8 * _MEGA <= offset <= 10 * _MEGA
            body = await send(client, address, io.BytesIO(PHOTO[offset:]), offset)
            assert (body["state"], body["sha256"]) == ("kept", hashlib.sha256(PHOTO).hexdigest())
    finally:
        await running.stop()
        await services.database.close()


async def wait_until_acknowledged(services: Services, attachment_id: UUID) -> None:
    """Eight megabytes of it, which the process says are durable."""
    async with asyncio.timeout(120):
        while True:
            async with services.database.read() as session:
                found = await AttachmentStore(session).find(attachment_id)
            if found is not None and found.received >= 8 * _MEGA:
                return
            await asyncio.sleep(0.05)


async def announce(client: aiohttp.ClientSession, running: RunningService, case_id: str) -> str:
    body = {"name": "dos.jpg", "length": len(PHOTO)}
    async with client.post(f"{running.base_url}/teleexpertises/{case_id}/attachments", json=body) as answer:
        assert answer.status == 201, await answer.text()
        found: str = (await answer.json())["id"]
        return found


async def send(client: aiohttp.ClientSession, address: str, content: object, offset: int) -> dict[str, str]:
    headers = {"Content-Type": "application/partial-upload", "Upload-Offset": str(offset)}
    async with client.patch(address, data=content, headers=headers) as answer:
        assert answer.status == 200, await answer.text()
        body: dict[str, str] = await answer.json()
        return body
