"""HTTP of attachments: uploads as in the draft “Resumable Uploads for HTTP”, and what may be seen of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from aiohttp import ClientError, web
from aiohttp.http import HttpProcessingError
from pydantic import Field

from telemed.api.auth import only
from telemed.api.middlewares import answer
from telemed.api.operation import Operations
from telemed.api.problems import make_problem, problem_of
from telemed.api.sending import Content, send_content
from telemed.attachments.model import MAX_FRAMES, Attachment, OwnerKind, State
from telemed.attachments.ports import Window
from telemed.attachments.schemas import AnnouncementIn, AttachmentOut, AttachmentsOut, WithdrawalIn
from telemed.attachments.service import ArrivalService, Opened, ReadingService, RemovalService, WrongOffset
from telemed.attachments.service.arrivals import CutError
from telemed.kernel.caller import Caller, Role
from telemed.kernel.errors import Invalid

ARRIVALS = web.AppKey("attachment_arrivals", ArrivalService)
READING = web.AppKey("attachment_reading", ReadingService)
REMOVAL = web.AppKey("attachment_removal", RemovalService)
CARER = only(Role.DOCTOR, Role.HEALTH_PROFESSIONAL)
PARTIAL = "application/partial-upload"
operations = Operations("attachments")
Frame = Annotated[int, Field(ge=0, le=MAX_FRAMES, description="A page or a frame, from 0.")]
Grey = Annotated[float | None, Field(ge=-100_000, le=100_000, allow_inf_nan=False, description="For DICOM images.")]
_CASE = OwnerKind.TELEEXPERTISE


@operations.post("/teleexpertises/{case_id}/attachments", access=CARER, status=201, errors=(413,))
async def begin_attachment(
    request: web.Request, caller: Caller, case_id: UUID, *, body: AnnouncementIn
) -> AttachmentOut:
    """Announce a file to join to a case; its bytes follow by PATCH.

    50 MB a file, 200 MB a case. The content decides what the file is: JPEG, PNG, HEIC, PDF, DICOM (images and ECG) and
    SCP-ECG are kept.
    """
    begun = await request.app[ARRIVALS].begin(caller, _CASE, case_id, name=body.name, length=body.length)
    return AttachmentOut.of(begun, caller.id)


@operations.get("/teleexpertises/{case_id}/attachments", access=CARER, errors=(409,))
async def list_attachments(request: web.Request, caller: Caller, case_id: UUID) -> AttachmentsOut:
    """List the files of a case, the oldest first: at most a hundred."""
    return AttachmentsOut.of(await request.app[READING].list(caller, _CASE, case_id), caller.id)


@operations.head("/attachments/{attachment_id}", access=CARER, status=204)
async def find_attachment_offset(request: web.Request, caller: Caller, attachment_id: UUID) -> web.Response:
    """Ask where an upload goes on, after a cut."""
    found = await request.app[ARRIVALS].progress(caller, attachment_id)
    return web.Response(status=204, headers=_progress(found))


@operations.patch(
    "/attachments/{attachment_id}",
    access=CARER,
    consumes=PARTIAL,
    headers={"Upload-Offset": "Where these bytes begin."},
)
async def send_attachment_bytes(request: web.Request, caller: Caller, attachment_id: UUID) -> web.Response:
    """Send bytes of a file, all or some; what arrives before a cut is kept.

    With the last byte the file is checked: then the answer says what was found, or why it is not kept.
    """
    offset = _offset_of(request)
    try:
        found = await request.app[ARRIVALS].receive(
            caller, attachment_id, _body_of(request), offset=offset, length=request.content_length
        )
    except WrongOffset as err:
        return answer(request, problem_of(err), {"Upload-Offset": str(err.offset)})
    except CutError:
        return answer(request, make_problem(400, "attachment.cut", "L'envoi a été coupé : reprenez-le."))
    body = AttachmentOut.of(found, caller.id).model_dump_json()
    return web.Response(body=body.encode(), content_type="application/json", headers=_progress(found))


@operations.get("/attachments/{attachment_id}", access=CARER, errors=(409,))
async def get_attachment(request: web.Request, caller: Caller, attachment_id: UUID) -> AttachmentOut:
    """Read what is known of a file."""
    return AttachmentOut.of(await request.app[READING].get(caller, attachment_id), caller.id)


@operations.get("/attachments/{attachment_id}/thumbnail", access=CARER, errors=(409, 416), media_type="image/jpeg")
async def get_attachment_thumbnail(request: web.Request, caller: Caller, attachment_id: UUID) -> web.StreamResponse:
    """See a file as a small picture."""
    opened = await request.app[READING].thumbnail(caller, attachment_id)
    return await _send(request, opened, f"{attachment_id}.t", is_shown=True)


@operations.get("/attachments/{attachment_id}/shown", access=CARER, errors=(409, 416), media_type="image/jpeg")
async def get_attachment_shown(
    request: web.Request,
    caller: Caller,
    attachment_id: UUID,
    *,
    frame: Frame = 0,
    center: Grey = None,
    width: Grey = None,
) -> web.StreamResponse:
    """See a page or a frame of a file, without the place of a photo and the identity of an examination."""
    window = Window(center, width) if center is not None and width is not None and width > 0 else None
    opened = await request.app[READING].shown(caller, attachment_id, frame=frame, window=window)
    tag = f"{attachment_id}.s{frame}.{center}.{width}"
    return await _send(request, opened, tag, is_shown=True)


@operations.get(
    "/attachments/{attachment_id}/original", access=CARER, errors=(409, 416), media_type="application/octet-stream"
)
async def download_attachment(request: web.Request, caller: Caller, attachment_id: UUID) -> web.StreamResponse:
    """Download the file as it was joined, with all that it says of itself; ranges are served."""
    opened = await request.app[READING].original(caller, attachment_id)
    return await _send(request, opened, f"{attachment_id}", is_shown=False)


@operations.delete("/attachments/{attachment_id}", access=CARER)
async def remove_attachment(request: web.Request, caller: Caller, attachment_id: UUID) -> None:
    """Give up an upload, or take a file out of a request that did not leave; it may be restored for a while."""
    await request.app[REMOVAL].remove(caller, attachment_id)


@operations.post("/attachments/{attachment_id}/restoration", access=CARER, errors=(413,))
async def restore_attachment(request: web.Request, caller: Caller, attachment_id: UUID) -> AttachmentOut:
    """Bring back a file that was just removed."""
    return AttachmentOut.of(await request.app[REMOVAL].restore(caller, attachment_id), caller.id)


@operations.post("/attachments/{attachment_id}/withdrawal", access=CARER)
async def withdraw_attachment(
    request: web.Request, caller: Caller, attachment_id: UUID, *, body: WithdrawalIn
) -> AttachmentOut:
    """Hide a file that left with a request: nobody opens it any more, and both sides read why."""
    return AttachmentOut.of(await request.app[REMOVAL].withdraw(caller, attachment_id, body.reason), caller.id)


def _progress(attachment: Attachment) -> dict[str, str]:
    is_complete = attachment.state is not State.ARRIVING
    return {
        "Upload-Offset": str(attachment.received),
        "Upload-Length": str(attachment.length),
        "Upload-Complete": "?1" if is_complete else "?0",
    }


def _offset_of(request: web.Request) -> int:
    """Raises Invalid."""
    text = request.headers.get("Upload-Offset", "")
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise Invalid("L'en-tête Upload-Offset dit où reprend l'envoi, en octets.", field="Upload-Offset")
    return int(text)


async def _body_of(request: web.Request) -> AsyncIterator[bytes]:
    """The bytes of a request as they come. Raises CutError when its sender goes away."""
    try:
        async for chunk in request.content.iter_any():
            yield chunk
    except (ConnectionError, ClientError, HttpProcessingError, web.RequestPayloadError) as err:
        raise CutError from err


async def _send(request: web.Request, opened: Opened, tag: str, *, is_shown: bool) -> web.StreamResponse:
    content = Content(opened.media_type, opened.name, opened.length, opened.read, f'"{tag}"', is_shown)
    return await send_content(request, content)
