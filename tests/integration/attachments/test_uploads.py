"""Uploads: whole, in pieces, cut and taken up again, bounded; sealed on disk from the first byte."""

from __future__ import annotations

import hashlib

import pytest

from tests.fixtures.pictures import make_jpeg
from tests.integration.attachments.conftest import Desk

pytestmark = pytest.mark.asyncio


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
