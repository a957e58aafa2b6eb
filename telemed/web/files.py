"""Files that a form sends: read as they come, never more than they may have, the rest of too long a one let go by."""

from __future__ import annotations

import asyncio

from aiohttp import BodyPartReader, ClientError, web
from aiohttp.http import HttpProcessingError

from telemed.web.forms import FormError
from telemed.web.views.frame import Form

_PATIENCE_SECONDS = 600.0
_LET_GO = 16
"""A browser that is cut short shows its own words and not ours: this many times the limit is read and forgotten."""


async def receive_file(request: web.Request, name: str, *, largest: int) -> tuple[Form, bytes]:
    """What was typed beside a file, and the file of this field; empty where none was chosen.

    Raises FormError beside the field where it has more than `largest` bytes, or was cut.
    """
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return await _receive(request, name, largest)
    except (ClientError, HttpProcessingError, ConnectionError, TimeoutError, ValueError) as err:
        text = "L’envoi a été coupé : rien n’en est gardé, recommencez."
        raise FormError(Form({}, {name: text})) from err


async def _receive(request: web.Request, name: str, largest: int) -> tuple[Form, bytes]:
    values: dict[str, str] = {}
    content, is_over = b"", False
    if request.content_type != "multipart/form-data":
        return Form(values), content
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or not part.name:
            continue
        if part.name == name and part.filename is not None:
            content, is_over = await _read(part, largest)
        else:
            values[part.name] = (await _read(part, 40_000))[0].decode("utf-8", "replace")
    if is_over:
        text = f"Ce fichier dépasse {largest // 1_000_000} Mo : coupez-le en plusieurs. Rien n’en est gardé."
        raise FormError(Form(values, {name: text}))
    return Form(values), content


async def _read(part: BodyPartReader, largest: int) -> tuple[bytes, bool]:
    """Its first bytes, and whether there were more."""
    chunks: list[bytes] = []
    size = 0
    while chunk := await part.read_chunk():
        size += len(chunk)
        if size <= largest:
            chunks.append(chunk)
        elif size > _LET_GO * largest:
            raise ConnectionError("too much by far")
        else:
            chunks.clear()
    return b"".join(chunks), size > largest
