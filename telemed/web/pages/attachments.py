"""What is joined to a case: the grid, the drop zone that works as a plain form, one file on a page of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from aiohttp import BodyPartReader, ClientError, web
from aiohttp.http import HttpProcessingError
from pydantic import Field

from telemed.attachments.model import MAX_BYTES, STORED_FRAMES, State
from telemed.attachments.service.arrivals import CutError
from telemed.kernel.errors import Conflict, Invalid, TooLarge
from telemed.web import forms
from telemed.web.pages.attachment_view import CASE, piece_of, pieces_view
from telemed.web.pages.expertise import CARER
from telemed.web.pages.expertise_case import case_id_of
from telemed.web.pages.page import Pages, Visitor, open_workplace
from telemed.web.views.attachments import PieceView
from telemed.web.views.frame import Form

pages = Pages()
_CHUNK = 2**16
_MOST_FILES = 20
_MULTIPART = "multipart/form-data"


class WithdrawalForm(forms.FormModel):
    motif: Annotated[str, Field(min_length=3, max_length=500)]


@pages.get("/avis/{id}/pieces", CARER)
async def show_pieces(visitor: Visitor) -> web.Response:
    """The files of a case on a page of their own."""
    return await _show(visitor, Form())


@pages.get("/avis/{id}/pieces/liste", CARER)
async def follow_pieces(visitor: Visitor) -> web.Response:
    """The grid alone, 304 while nothing changed."""
    place = await open_workplace(visitor, "expertise")
    view = await pieces_view(visitor, case_id_of(visitor))
    headers = {"ETag": f'"{view.version}"', "Cache-Control": "no-store"}
    if visitor.request.headers.get("If-None-Match") == headers["ETag"]:
        return web.Response(status=304, headers=headers)
    return visitor.fragment("fragments/attachments.html", place.frame, view, headers=headers)


@pages.post("/avis/{id}/pieces", CARER)
async def join_pieces(visitor: Visitor) -> web.Response:
    """Files sent by the form itself, one after the other as they come; those before a refused one are kept."""
    case_id = case_id_of(visitor)
    if visitor.request.content_type != _MULTIPART:
        raise Invalid("Choisissez au moins un fichier.", field="pieces")
    try:
        count = await _join_all(visitor, case_id)
    except (Invalid, TooLarge, Conflict) as err:
        return await _show(visitor, Form(errors={"pieces": err.detail}), status=422)
    except CutError:
        return await _show(visitor, Form(errors={"pieces": "L’envoi a été coupé : recommencez."}), status=400)
    if count == 0:
        return await _show(visitor, Form(errors={"pieces": "Choisissez au moins un fichier."}), status=422)
    return visitor.go(f"/avis/{case_id}", flash="pieces-joined")


@pages.get("/avis/pieces/{id}", CARER)
async def show_piece(visitor: Visitor) -> web.Response:
    """One file, its pages or frames one under the other."""
    place = await open_workplace(visitor, "expertise")
    attachment = await visitor.services.attachments.reading.get(visitor.known, case_id_of(visitor))
    piece = piece_of(attachment, visitor.known.id, None)
    shown = min(attachment.frames, STORED_FRAMES) if piece.shown else 0
    frames = tuple(f"{piece.shown}?frame={number}" for number in range(shown))
    return visitor.render(
        "professional/attachment.html", place.frame, PieceView(piece, frames, f"/avis/{attachment.owner_id}")
    )


@pages.post("/avis/pieces/{id}/oter", CARER)
async def remove_piece(visitor: Visitor) -> web.Response:
    removed = await visitor.services.attachments.removal.remove(visitor.known, case_id_of(visitor))
    subject = str(removed.id) if removed.state is State.KEPT else ""
    return visitor.go(f"/avis/{removed.owner_id}", flash="piece-removed", subject=subject)


@pages.post("/avis/pieces/{id}/retablir", CARER)
async def restore_piece(visitor: Visitor) -> web.Response:
    restored = await visitor.services.attachments.removal.restore(visitor.known, case_id_of(visitor))
    return visitor.go(f"/avis/{restored.owner_id}", flash="piece-restored")


@pages.post("/avis/pieces/{id}/retirer", CARER)
async def withdraw_piece(visitor: Visitor) -> web.Response:
    asked = forms.read(WithdrawalForm, await forms.typed(visitor.request))
    withdrawn = await visitor.services.attachments.removal.withdraw(visitor.known, case_id_of(visitor), asked.motif)
    return visitor.go(f"/avis/{withdrawn.owner_id}", flash="piece-withdrawn")


async def _show(visitor: Visitor, form: Form, *, status: int = 200) -> web.Response:
    place = await open_workplace(visitor, "expertise")
    view = await pieces_view(visitor, case_id_of(visitor), form)
    return visitor.render("professional/attachments.html", place.frame, view, status=status)


async def _join_all(visitor: Visitor, case_id: UUID) -> int:
    """How many files came. The length of each is known only once it is here."""
    most, count = visitor.request.content_length or MAX_BYTES, 0
    if most > MAX_BYTES * _MOST_FILES:
        raise TooLarge("Envoyez ces fichiers en plusieurs fois.", code="attachment.too_large")
    reader = await visitor.request.multipart()
    async for part in reader:
        if not isinstance(part, BodyPartReader) or part.name != "pieces" or not part.filename:
            continue
        arrivals, content = visitor.services.attachments.arrivals, _content_of(part)
        await arrivals.take(visitor.known, CASE, case_id, name=part.filename, content=content, most=most)
        count += 1
    return count


async def _content_of(part: BodyPartReader) -> AsyncIterator[bytes]:
    """The bytes of a part as they come. Raises CutError when its sender goes away."""
    try:
        while chunk := await part.read_chunk(_CHUNK):
            yield bytes(chunk)
    except (ConnectionError, ClientError, HttpProcessingError, web.RequestPayloadError, ValueError) as err:
        raise CutError from err
