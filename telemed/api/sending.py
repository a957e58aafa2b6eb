"""Sends a content that is read piece by piece, whole or the range that was asked for (RFC 9110, section 14)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from urllib.parse import quote

from aiohttp import web

from telemed.api.middlewares import answer
from telemed.api.problems import make_problem

Read = Callable[[int, int | None], AsyncIterator[bytes]]
_SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""What is shown runs nothing and loads nothing, whatever it holds."""


@dataclass(frozen=True)
class Content:
    """`length` None: not known before the end, and sent whole. `etag` names a content that never changes."""

    media_type: str
    name: str
    length: int | None
    read: Read
    etag: str
    is_shown: bool


async def send_content(request: web.Request, content: Content) -> web.StreamResponse:
    """Answer with a content: 200, 206 for one range, 416 for a range outside of it."""
    try:
        start, end = _range_of(request, content)
    except ValueError:
        problem = make_problem(416, "range_not_satisfiable", "Cette partie du fichier n'existe pas.")
        return answer(request, problem, {"Content-Range": f"bytes */{content.length}"})
    is_part = content.length is not None and (start, end) != (0, content.length)
    response = web.StreamResponse(status=206 if is_part else 200, headers=_headers(content))
    if end is not None:
        response.content_length = end - start
    if is_part:
        response.headers["Content-Range"] = f"bytes {start}-{(end or 1) - 1}/{content.length}"
    pieces = content.read(start, end)
    first = await anext(pieces, b"")  # a file that is damaged is told before anything leaves
    await response.prepare(request)
    await response.write(first)
    async for piece in pieces:
        await response.write(piece)
    await response.write_eof()
    return response


def _range_of(request: web.Request, content: Content) -> tuple[int, int | None]:
    """First byte, and the one after the last. Raises ValueError on a range that is not in the content."""
    if content.length is None or "Range" not in request.headers:
        return 0, content.length
    if request.headers.get("If-Range", content.etag) != content.etag:
        return 0, content.length
    asked = request.http_range
    start, end, _ = asked.indices(content.length)
    if start >= end:
        raise ValueError("an empty range")
    return start, end


def _headers(content: Content) -> dict[str, str]:
    disposition = "inline" if content.is_shown else "attachment"
    plain = "".join(char if char.isascii() and char not in '"\\' else "_" for char in content.name)
    headers = {
        "Content-Type": content.media_type,
        "Content-Disposition": f"{disposition}; filename=\"{plain}\"; filename*=UTF-8''{quote(content.name)}",
        "Cache-Control": "private, no-store",
        "Content-Security-Policy": _SANDBOX,
        "ETag": content.etag,
    }
    if content.length is not None:
        headers["Accept-Ranges"] = "bytes"
    return headers
