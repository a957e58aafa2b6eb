"""What is left behind goes by itself; what an absent antivirus or a crash left unchecked is checked later."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from telemed.acts.teleexpertise.model import EndReason
from telemed.app import Services, build_services
from telemed.app.attachments import build_attachments
from telemed.app.ground import Ground
from telemed.attachments.model import OwnerKind
from telemed.kernel.clock import FrozenClock
from telemed.kernel.errors import Unavailable
from telemed.kernel.ids import new_id
from telemed.settings import Settings
from telemed.storage.engine import Database
from telemed.subscribers import SUBSCRIPTIONS
from tests.fixtures.pictures import make_jpeg
from tests.integration.attachments.conftest import Desk

pytestmark = pytest.mark.asyncio
PHOTO = make_jpeg()


class Watch:
    """An antivirus that a test sends away, or makes find something."""

    def __init__(self) -> None:
        self.is_away = False
        self.finds: str | None = None
        self.read = 0

    async def find_virus(self, content: AsyncIterator[bytes]) -> str | None:
        if self.is_away:
            raise Unavailable("L'antivirus ne répond pas.")
        async for batch in content:
            self.read += len(batch)
        return self.finds


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def services(settings: Settings, database: Database, clock: FrozenClock, watch: Watch) -> Services:
    built = build_services(settings, clock=clock, database=database, senders={})
    database.subscriptions = SUBSCRIPTIONS
    ground = Ground(settings, clock, database, built.journal, built.law)
    casework = built.expertise.requests._casework
    built.attachments = build_attachments(ground, casework, antivirus=watch)
    return built


def make_old(paths: list[Path], clock: FrozenClock) -> None:
    at = clock.now().timestamp() - 10_000
    for path in paths:
        os.utime(path, (at, at))


async def test_an_abandoned_upload_is_forgotten_after_a_day(desk: Desk) -> None:
    case = await desk.scene.draft()
    begun = await desk.begin(case, 500_000)
    await desk.send(begun["id"], PHOTO[:10_000])
    desk.scene.clock.advance(timedelta(hours=23))
    await desk.attachments.sweep.run()
    assert len(desk.files()) == 1
    desk.scene.clock.advance(timedelta(hours=2))
    await desk.attachments.sweep.run()
    listing = await desk.get(f"/teleexpertises/{case.id}/attachments")
    assert (desk.files(), listing.body["items"], listing.body["bytes_taken"]) == ([], [], 0)


async def test_a_removed_file_goes_after_a_while_and_does_not_come_back(desk: Desk) -> None:
    one = (await desk.join(await desk.scene.draft(), PHOTO)).body
    await desk.call("DELETE", f"/attachments/{one['id']}", by=desk.scene.asker)
    desk.scene.clock.advance(timedelta(minutes=9))
    await desk.attachments.sweep.run()
    assert len(desk.files()) == 3
    desk.scene.clock.advance(timedelta(minutes=2))
    await desk.attachments.sweep.run()
    assert desk.files() == []
    back = await desk.call("POST", f"/attachments/{one['id']}/restoration", by=desk.scene.asker)
    assert back.status == 404


async def test_a_request_that_never_left_leaves_no_file(desk: Desk) -> None:
    scene = desk.scene
    dropped, going, left = await scene.draft(), await scene.draft(), await scene.draft()
    kept = [(await desk.join(case, PHOTO)).body["id"] for case in (going, left)]
    await desk.join(dropped, PHOTO)
    await scene.consent(left)
    assert scene.expert.id is not None
    await scene.expertise.requests.send(scene.asker, left.id, [scene.expert.id])
    for case in (dropped, left):
        await scene.expertise.requests.withdraw(scene.asker, case.id, EndReason.NO_LONGER_NEEDED)
    scene.clock.advance(timedelta(hours=2))
    await desk.attachments.sweep.forget_void()
    assert {path.name.split(".")[0] for path in desk.files()} == set(kept)
    listing = await desk.get(f"/teleexpertises/{dropped.id}/attachments")
    assert (listing.body["items"], listing.body["bytes_taken"]) == ([], 0)


async def test_a_file_without_a_row_is_found_and_nothing_else(desk: Desk) -> None:
    kept = (await desk.join(await desk.scene.draft(), PHOTO)).body
    stray = new_id()
    folder = desk.folder / str(stray)[-2:]
    folder.mkdir(parents=True, exist_ok=True)
    for name in (f"{stray}", f"{stray}.part", f"{stray}.shown-0"):
        (folder / name).write_bytes(b"left by a crash")
    theirs = desk.folder / "00"
    theirs.mkdir(exist_ok=True)
    (theirs / "README").write_text("not ours")
    make_old([folder / f"{stray}.part"], desk.scene.clock)
    await desk.attachments.sweep.find_strays()
    assert not any(str(stray) in path.name for path in desk.files())
    make_old(desk.files(), desk.scene.clock)
    await desk.attachments.sweep.find_strays()
    assert {path.name.split(".")[0] for path in desk.files()} == {kept["id"], "README"}


async def test_while_the_antivirus_is_away_a_file_waits_and_nobody_opens_it(desk: Desk, watch: Watch) -> None:
    watch.is_away = True
    case = await desk.scene.draft()
    one = (await desk.join(case, PHOTO)).body
    assert (one["state"], one["original_url"]) == ("checking", None)
    waiting = await desk.get(f"/attachments/{one['id']}/original")
    assert (waiting.status, waiting.body["code"]) == (409, "attachment.not_ready")
    watch.is_away = False
    desk.scene.clock.advance(timedelta(minutes=3))
    await desk.attachments.sweep.run()
    assert watch.read == len(PHOTO)
    assert (await desk.get(f"/attachments/{one['id']}/original")).content == PHOTO


async def test_a_file_that_the_disk_spoiled_keeps_no_other_waiting(desk: Desk, watch: Watch) -> None:
    watch.is_away = True
    case = await desk.scene.draft()
    spoiled, sound = [(await desk.join(case, PHOTO)).body["id"] for _ in range(2)]
    path = next(path for path in desk.files() if path.name == spoiled)
    path.write_bytes(path.read_bytes()[:-1])
    watch.is_away = False
    desk.scene.clock.advance(timedelta(minutes=3))
    await desk.attachments.sweep.run()
    states = {item["id"]: item["state"] for item in await desk.listed(case)}
    assert states == {spoiled: "checking", sound: "kept"}


async def test_a_virus_is_refused_at_once_or_later(desk: Desk, watch: Watch) -> None:
    watch.finds = "Eicar-Test-Signature"
    case = await desk.scene.draft()
    reply = await desk.join(case, PHOTO)
    assert (reply.status, reply.body["code"], desk.files()) == (422, "attachment.infected", [])
    watch.is_away = True
    one = (await desk.join(case, PHOTO)).body
    watch.is_away = False
    desk.scene.clock.advance(timedelta(minutes=3))
    await desk.attachments.sweep.run()
    late = next(item for item in await desk.listed(case) if item["id"] == one["id"])
    assert (late["state"], late["refusal"]["code"], desk.files()) == ("refused", "attachment.infected", [])


async def test_a_file_that_comes_in_one_go_has_the_length_that_it_has(desk: Desk) -> None:
    async def content() -> AsyncIterator[bytes]:
        yield PHOTO[:5_000]
        yield PHOTO[5_000:]

    case = await desk.scene.draft()
    arrivals, asker = desk.attachments.arrivals, desk.scene.asker
    kind = OwnerKind.TELEEXPERTISE
    one = await arrivals.take(asker, kind, case.id, name="a.jpg", content=content(), most=1_000_000)
    listing = await desk.get(f"/teleexpertises/{case.id}/attachments")
    assert (one.length, listing.body["bytes_taken"]) == (len(PHOTO), len(PHOTO))
