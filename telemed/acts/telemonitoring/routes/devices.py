"""Devices of the practice, who wears them, and by what they are known."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web

from telemed.acts.telemonitoring.model.rights import RIGHTS, Right
from telemed.acts.telemonitoring.schemas.devices import (
    AssignmentIn,
    AssignmentOut,
    CertificateIn,
    DeviceIn,
    DeviceOut,
    DevicesOut,
    IssuedOut,
    TokenIn,
)
from telemed.acts.telemonitoring.service.devices import DeviceService
from telemed.api.auth import only
from telemed.api.operation import Operations
from telemed.api.pagination import DEFAULT_LIMIT, Cursor, Limit, Page, decode_cursor_id, encode_cursor
from telemed.kernel.caller import Caller

DEVICES = web.AppKey("telemonitoring_devices", DeviceService)
MANAGER = only(*RIGHTS[Right.MANAGE])
CARER = only(*RIGHTS[Right.ENROL])
operations = Operations("telemonitoring devices")


@operations.post("/telemonitoring/devices", access=MANAGER, status=201, errors=(404,))
async def add_device(request: web.Request, caller: Caller, *, body: DeviceIn) -> DeviceOut:
    """Make a device known to the practice, or the gateway that speaks for several."""
    device = await request.app[DEVICES].add(caller, body.to_content())
    return DeviceOut.of(await request.app[DEVICES].get(caller, device.id))


@operations.get("/telemonitoring/devices", access=MANAGER)
async def list_devices(
    request: web.Request, caller: Caller, *, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[DeviceOut]:
    """List the devices of the practice, the oldest first."""
    found = await request.app[DEVICES].page(caller, after=decode_cursor_id(cursor), limit=limit + 1)
    more = encode_cursor(str(found[limit - 1].device.id)) if len(found) > limit else None
    return Page(items=[DeviceOut.of(one) for one in found[:limit]], next_cursor=more)


@operations.get("/telemonitoring/devices/{device_id}", access=MANAGER)
async def get_device(request: web.Request, caller: Caller, device_id: UUID) -> DeviceOut:
    """Read one device."""
    return DeviceOut.of(await request.app[DEVICES].get(caller, device_id))


@operations.put("/telemonitoring/devices/{device_id}", access=MANAGER)
async def change_device(request: web.Request, caller: Caller, device_id: UUID, *, body: DeviceIn) -> DeviceOut:
    """Describe a device anew."""
    await request.app[DEVICES].change(caller, device_id, body.to_content())
    return DeviceOut.of(await request.app[DEVICES].get(caller, device_id))


@operations.post("/telemonitoring/devices/{device_id}/retirement", access=MANAGER)
async def retire_device(request: web.Request, caller: Caller, device_id: UUID) -> DeviceOut:
    """Take a device out of use; what it sent stays."""
    await request.app[DEVICES].retire(caller, device_id)
    return DeviceOut.of(await request.app[DEVICES].get(caller, device_id))


@operations.post("/telemonitoring/devices/{device_id}/assignment", access=CARER, status=201)
async def assign_device(request: web.Request, caller: Caller, device_id: UUID, *, body: AssignmentIn) -> AssignmentOut:
    """Give a device to the patient of a follow-up: it has one at a time, and must supply what the pathway wants."""
    service = request.app[DEVICES]
    return AssignmentOut.of(await service.assign(caller, device_id, body.follow_up_id, subject=body.subject))


@operations.delete("/telemonitoring/devices/{device_id}/assignment", access=CARER)
async def unassign_device(request: web.Request, caller: Caller, device_id: UUID) -> None:
    """Take a device back from its patient; by what it was known for him is revoked."""
    await request.app[DEVICES].unassign(caller, device_id)


@operations.post("/telemonitoring/devices/{device_id}/tokens", access=MANAGER, status=201)
async def issue_device_token(request: web.Request, caller: Caller, device_id: UUID, *, body: TokenIn) -> IssuedOut:
    """Issue a token to a device, for the patient who has it; it is shown this once."""
    return IssuedOut.of(await request.app[DEVICES].issue_token(caller, device_id, days=body.days))


@operations.post("/telemonitoring/devices/{device_id}/certificates", access=MANAGER, status=201)
async def register_device_certificate(
    request: web.Request, caller: Caller, device_id: UUID, *, body: CertificateIn
) -> IssuedOut:
    """Let a device in by its client certificate."""
    service = request.app[DEVICES]
    return IssuedOut.of(await service.register_certificate(caller, device_id, body.thumbprint, days=body.days))


@operations.delete("/telemonitoring/devices/{device_id}/credentials/{credential_id}", access=MANAGER)
async def revoke_device_credential(request: web.Request, caller: Caller, device_id: UUID, credential_id: UUID) -> None:
    """Revoke a token or a certificate, at once."""
    await request.app[DEVICES].revoke(caller, device_id, credential_id)


@operations.get("/follow-ups/{follow_up_id}/devices", access=CARER)
async def get_follow_up_devices(request: web.Request, caller: Caller, follow_up_id: UUID) -> DevicesOut:
    """See the devices that a patient has now: a handful."""
    found = await request.app[DEVICES].of_follow_up(caller, follow_up_id)
    return DevicesOut(devices=[DeviceOut.of(one) for one in found])
