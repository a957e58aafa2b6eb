"""The process apart: it dies of its bounds, and its death is a refusal."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path
from uuid import uuid4

import pytest
from PIL import Image

from telemed.adapters.pictures.client import Bounds, PictureProcess
from telemed.attachments.model import Kind, Picture, Refusal
from telemed.attachments.ports import RefusedContent, SealedSource, Sight
from telemed.security.sealed_files import DataKey
from telemed.storage.files import FileVault
from tests.fixtures.pictures import make_jpeg

pytestmark = pytest.mark.asyncio


def kept(folder: Path, content: bytes) -> SealedSource:
    vault, key, name = FileVault(folder), DataKey.make(), str(uuid4())
    with vault.write(name, key) as writer:
        writer.append(content)
        writer.finish()
    return SealedSource(vault.path_of(name), name, len(content), key)


async def looked(source: SealedSource, bounds: Bounds) -> list[Sight | Picture | bytes]:
    return [part async for part in PictureProcess(bounds).look(source, Kind.JPEG, stored=1)]


async def test_a_file_is_seen_then_shown(tmp_path: Path) -> None:
    found = await looked(kept(tmp_path, make_jpeg()), Bounds())
    assert isinstance(found[0], Sight)
    assert [part.role.value for part in found if isinstance(part, Picture)] == ["thumbnail", "shown"]


@pytest.mark.parametrize(
    "bounds", [Bounds(memory_bytes=200 * 2**20), Bounds(wall_seconds=0.01)], ids=["memory", "seconds"]
)
async def test_whatever_takes_too_much_is_a_bomb(tmp_path: Path, bounds: Bounds) -> None:
    with pytest.raises(RefusedContent) as caught:
        await looked(kept(tmp_path, make_jpeg(9_000, 9_000)), bounds)
    assert caught.value.refusal is Refusal.BOMB


async def test_who_leaves_in_the_middle_of_a_picture_leaves_no_process(tmp_path: Path) -> None:
    """The process has more to say than a pipe holds: its end is seen all the same."""
    photo = io.BytesIO()
    Image.effect_noise((1_800, 1_800), 90).convert("RGB").save(photo, "JPEG", quality=95)
    parts = PictureProcess(Bounds()).look(kept(tmp_path, photo.getvalue()), Kind.JPEG, stored=1)
    pieces = 0
    async for part in parts:
        pieces += isinstance(part, bytes)
        if pieces == 2:
            break
    await asyncio.sleep(0.3)
    await asyncio.wait_for(parts.aclose(), 60)
    assert pieces == 2


async def test_a_file_that_was_changed_on_disk_is_not_opened(tmp_path: Path) -> None:
    source = kept(tmp_path, make_jpeg())
    raw = bytearray(source.path.read_bytes())
    raw[100] ^= 1
    source.path.write_bytes(raw)
    with pytest.raises(RefusedContent):
        await looked(source, Bounds())
