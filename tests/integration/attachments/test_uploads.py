"""Uploads: whole, in pieces, cut and taken up again, bounded; sealed on disk from the first byte."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest
from aiohttp import ClientError

from telemed.api.auth import SESSION_COOKIE
from telemed.attachments.model import MAX_BYTES, State
from telemed.attachments.service import arrivals
from telemed.attachments.store import AttachmentStore
from telemed.kernel.ids import new_id
from tests.fixtures.http import open_session
from tests.fixtures.pictures import make_jpeg, make_png
from tests.integration.attachments.conftest import Desk

pytestmark = pytest.mark.asyncio
LARGE = make_jpeg(3000, 2000) + bytes(700_000)
"""A photo of several pieces; what follows the end of a JPEG is its own affair."""


async def test_a_photo_is_joined_listed_shown_and_downloaded(desk: Desk) -> None:
    case, photo = await desk.scene.draft(), make_jpeg()
    reply = await desk.join(case, photo, name="Bras gauche.JPEG")
    assert reply.status == 200, reply.content
    assert (reply.headers["Upload-Offset"], reply.headers["Upload-Complete"]) == (str(len(photo)), "?1")
    [one] = await desk.listed(case)
    assert (one["state"], one["kind"], one["name"]) == ("kept", "jpeg", "Bras gauche.jpg")
    assert one["sha256"] == hashlib.sha256(photo).hexdigest()
    original = await desk.get(one["original_url"])
    assert original.content == photo
    assert original.headers["Content-Disposition"].startswith("attachment")
    shown, small = await desk.get(one["shown_url"]), await desk.get(one["thumbnail_url"])
    assert shown.content.startswith(b"\xff\xd8\xff")
    assert len(small.content) < len(shown.content)


async def test_pieces_of_any_size_follow_each_other(desk: Desk) -> None:
    case = await desk.scene.draft()
    begun, sent = await desk.begin(case, len(LARGE)), 0
    for size in (1, 700, 65_536, 200_001, len(LARGE)):
        reply = await desk.send(begun["id"], LARGE[sent : sent + size], offset=sent)
        assert reply.status == 200, reply.content
        sent = min(sent + size, len(LARGE))
        assert reply.headers["Upload-Offset"] == str(sent)
    assert (await desk.get(f"/attachments/{begun['id']}/original")).content == LARGE


async def test_bytes_that_do_not_follow_are_refused_and_told_where_to_go_on(desk: Desk) -> None:
    begun = await desk.begin(await desk.scene.draft(), len(LARGE))
    await desk.send(begun["id"], LARGE[:1000])
    reply = await desk.send(begun["id"], LARGE[2000:], offset=2000)
    assert (reply.status, reply.body["code"], reply.headers["Upload-Offset"]) == (409, "attachment.offset", "1000")
    missing = await desk.call("PATCH", f"/attachments/{begun['id']}", by=desk.scene.asker, content=b"x",
                              headers={"Content-Type": "application/partial-upload"})  # fmt: skip
    assert missing.status == 422


async def until_something_is_written(desk: Desk) -> None:
    async with asyncio.timeout(60):
        while not any(path.stat().st_size for path in desk.files()):
            await asyncio.sleep(0.01)


async def test_an_upload_that_was_cut_goes_on_where_it_stopped(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals, "_WRITE_BYTES", 1)

    async def cut() -> AsyncIterator[bytes]:
        yield LARGE[:150_000]
        await until_something_is_written(desk)
        raise ConnectionResetError

    begun = await desk.begin(await desk.scene.draft(), len(LARGE))
    with suppress(ClientError, ConnectionError):
        await desk.send(begun["id"], cut())
    offset = 0
    async with asyncio.timeout(60):
        while not offset:  # what came before the cut is written by whoever was taking it, in its time
            here = await desk.call("HEAD", f"/attachments/{begun['id']}", by=desk.scene.asker)
            assert (here.status, here.headers["Upload-Complete"]) == (204, "?0")
            offset = int(here.headers["Upload-Offset"])
            await asyncio.sleep(0.25)  # a minute of them is fewer than a person may ask
    assert offset <= 150_000
    reply = await desk.send(begun["id"], LARGE[offset:], offset=offset)
    assert (reply.status, reply.body["state"]) == (200, "kept")
    assert (await desk.get(reply.body["original_url"])).content == LARGE


async def test_asking_where_to_go_on_ends_the_request_that_hangs(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals, "_WRITE_BYTES", 1)

    async def hang() -> AsyncIterator[bytes]:
        yield LARGE[:100_000]
        await asyncio.sleep(3600)

    begun = await desk.begin(await desk.scene.draft(), len(LARGE))
    older = asyncio.create_task(desk.send(begun["id"], hang()))
    await until_something_is_written(desk)
    here = await desk.call("HEAD", f"/attachments/{begun['id']}", by=desk.scene.asker)
    offset = int(here.headers["Upload-Offset"])
    assert offset > 0
    assert (await desk.send(begun["id"], LARGE[offset:], offset=offset)).body["state"] == "kept"
    older.cancel()


async def test_a_sender_who_says_nothing_more_is_cut_and_loses_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrivals, "_SILENCE_SECONDS", 1.5)

    async def fall_silent() -> AsyncIterator[bytes]:
        yield LARGE[:100_000]
        await asyncio.sleep(3600)

    begun = await desk.begin(await desk.scene.draft(), len(LARGE))
    cut = await desk.send(begun["id"], fall_silent())
    assert (cut.status, cut.body["code"]) == (400, "attachment.cut")
    here = await desk.call("HEAD", f"/attachments/{begun['id']}", by=desk.scene.asker)
    assert here.headers["Upload-Offset"] == "100000"


async def test_a_crowd_waits_its_turn(desk: Desk) -> None:
    begun = await desk.begin(await desk.scene.draft(), len(LARGE))
    crowd: dict[UUID, Any] = {new_id(): None for _ in range(64)}
    desk.attachments.arrivals._writing.update(crowd)
    refused = await desk.send(begun["id"], LARGE)
    assert (refused.status, refused.headers["Retry-After"]) == (429, "5")
    desk.attachments.arrivals._writing.clear()
    assert (await desk.send(begun["id"], LARGE)).status == 200


async def test_what_was_written_and_not_acknowledged_is_forgotten(desk: Desk) -> None:
    """As after a crash between the disk and the database."""
    begun = await desk.begin(await desk.scene.draft(), len(LARGE))
    await desk.send(begun["id"], LARGE[:200_000])
    [part] = desk.files()
    with part.open("ab") as file:
        file.write(b"written, never acknowledged" * 5000)
    reply = await desk.send(begun["id"], LARGE[200_000:], offset=200_000)
    assert (reply.status, reply.body["sha256"]) == (200, hashlib.sha256(LARGE).hexdigest())


async def test_a_file_that_is_whole_before_its_row_says_so_is_taken_up_again(desk: Desk) -> None:
    begun = await desk.begin(await desk.scene.draft(), len(LARGE))
    await desk.send(begun["id"], LARGE[:200_000])
    [part] = desk.files()
    part.rename(part.with_name(begun["id"]))
    reply = await desk.send(begun["id"], LARGE[200_000:], offset=200_000)
    assert (reply.status, reply.body["state"]) == (200, "kept")


async def test_nothing_on_disk_can_be_read(desk: Desk) -> None:
    case = await desk.scene.draft()
    begun = await desk.begin(case, len(LARGE))
    await desk.send(begun["id"], LARGE[:200_000])
    await desk.join(case, make_jpeg())
    found = [path.read_bytes() for path in desk.files()]
    assert len(found) == 4  # a part, an original, what is shown, and the small one
    assert not any(b"Canari" in one or b"JFIF" in one or b"Exif" in one or one.startswith(b"\xff\xd8") for one in found)


async def test_files_of_two_cases_have_two_keys(desk: Desk) -> None:
    first = (await desk.join(await desk.scene.draft(), make_png())).body
    second = (await desk.join(await desk.scene.draft(), make_png())).body
    paths = [path for one in (first, second) for path in desk.files() if path.name == one["id"]]
    paths[0].write_bytes(paths[1].read_bytes())
    assert (await desk.get(first["original_url"])).status == 500
    assert (await desk.get(second["original_url"])).status == 200


async def test_lengths_are_bounded_as_they_are_declared_and_as_they_come(desk: Desk) -> None:
    case = await desk.scene.draft()
    path = f"/teleexpertises/{case.id}/attachments"
    for length in (10_000_000_000, MAX_BYTES + 1):
        reply = await desk.api.call("POST", path, {"name": "a.pdf", "length": length}, by=desk.scene.asker)
        assert (reply.status, reply.code) == (413, "attachment.too_large")
    assert (await desk.api.call("POST", path, {"name": "a", "length": 0}, by=desk.scene.asker)).status == 422
    begun = await desk.begin(case, 1000)
    longer = await desk.send(begun["id"], LARGE[:1001])
    assert (longer.status, longer.body["code"]) == (413, "attachment.longer")

    async def unannounced() -> AsyncIterator[bytes]:
        yield LARGE[:900]
        yield LARGE[900:2000]

    longer = await desk.send(begun["id"], unannounced())
    assert (longer.status, longer.body["code"]) == (413, "attachment.longer")


async def test_ten_gigabytes_are_refused_before_they_come(desk: Desk) -> None:
    begun = await desk.begin(await desk.scene.draft(), 1000)
    token = await open_session(desk.services, desk.scene.asker)
    url = desk.api.url(f"/attachments/{begun['id']}")
    reader, writer = await asyncio.open_connection(url.host, url.port)
    head = (
        f"PATCH {url.path} HTTP/1.1\r\nHost: {url.host}\r\nCookie: {SESSION_COOKIE}={token}\r\n"
        "Content-Type: application/partial-upload\r\nUpload-Offset: 0\r\nContent-Length: 10000000000\r\n\r\n"
    )
    writer.write(head.encode() + bytes(1000))
    async with asyncio.timeout(60):
        status = await reader.readline()
    writer.close()
    assert b" 413 " in status
    assert desk.files() == []


async def test_a_case_holds_two_hundred_megabytes(desk: Desk) -> None:
    case = await desk.scene.draft()
    begun = [await desk.begin(case, MAX_BYTES) for _ in range(4)]
    path = f"/teleexpertises/{case.id}/attachments"
    full = await desk.api.call("POST", path, {"name": "a.pdf", "length": 1}, by=desk.scene.asker)
    assert (full.status, full.code) == (413, "attachment.no_room")
    assert (await desk.call("DELETE", f"/attachments/{begun[0]['id']}", by=desk.scene.asker)).status == 204
    assert (await desk.begin(case, 1))["state"] == "arriving"


async def test_the_same_bytes_twice_are_one_file(desk: Desk) -> None:
    """Two requests that bring the end at once: one wins, the other is told, nothing is doubled."""
    begun = await desk.begin(await desk.scene.draft(), len(LARGE))
    both = await asyncio.gather(*(desk.send(begun["id"], LARGE) for _ in range(2)), return_exceptions=True)
    statuses = sorted(reply.status for reply in both if not isinstance(reply, BaseException))
    assert statuses[0] == 200
    assert set(statuses[1:]) <= {409, 200}
    async with desk.services.database.read() as session:
        found = await AttachmentStore(session).find(UUID(begun["id"]))
    assert found is not None
    assert (found.state, found.sha256) == (State.KEPT, hashlib.sha256(LARGE).hexdigest())


async def test_a_part_of_the_original_may_be_asked_for(desk: Desk) -> None:
    one = (await desk.join(await desk.scene.draft(), LARGE)).body
    url, size = one["original_url"], len(LARGE)
    for asked, start, end in (
        ("0-9", 0, 10),
        ("65530-65545", 65_530, 65_546),
        (f"{size - 5}-", size - 5, size),
        ("-7", size - 7, size),
    ):
        part = await desk.get(url, range=f"bytes={asked}")
        assert (part.status, part.content) == (206, LARGE[start:end])
        assert part.headers["Content-Range"] == f"bytes {start}-{end - 1}/{size}"
    beyond = await desk.get(url, range=f"bytes={size}-")
    assert (beyond.status, beyond.headers["Content-Range"]) == (416, f"bytes */{size}")
    other = await desk.get(url, range="bytes=0-9", if_range='"another"')
    assert (other.status, len(other.content)) == (200, size)
