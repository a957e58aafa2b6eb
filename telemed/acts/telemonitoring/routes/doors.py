"""The doors over HTTP: FHIR R4 and HL7 v2 (PCD-01), for devices."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

from aiohttp import web

from telemed.acts.telemonitoring.formats.fhir.answers import write_answer, write_issues
from telemed.acts.telemonitoring.model.doors import DeviceIdentity, Received, Said
from telemed.acts.telemonitoring.model.receipt import Issue, IssueKind, IssueSeverity
from telemed.acts.telemonitoring.service.doors import DeviceCaller, DoorService
from telemed.api.auth import DEVICE
from telemed.api.bodies import Bodies
from telemed.api.operation import Operations
from telemed.api.problems import status_of
from telemed.kernel.caller import Caller
from telemed.kernel.errors import DomainError, Forbidden, TooLarge, TooMany

FHIR = "application/fhir+json"
HL7 = "application/hl7-v2"
DOORS = web.AppKey("telemonitoring_doors", DoorService)
BODIES = web.AppKey("telemonitoring_bodies", Bodies)
FHIR_BASE = web.AppKey("telemonitoring_fhir_base", str)
operations = Operations("telemonitoring doors")
Handler = Callable[..., Awaitable[web.Response]]


def as_outcome(handler: Handler) -> Handler:
    """What is refused is told as an OperationOutcome."""

    @wraps(handler)
    async def handle(request: web.Request, *args: Any, **kwargs: Any) -> web.Response:
        try:
            return await handler(request, *args, **kwargs)
        except DomainError as err:
            kind = IssueKind.THROTTLED if isinstance(err, TooMany) else _KINDS.get(type(err), IssueKind.VALUE)
            headers = {"Retry-After": str(err.retry_after_seconds)} if isinstance(err, TooMany) else None
            body = write_issues([Issue(IssueSeverity.ERROR, kind, err.code, str(err))])
            return web.Response(body=body, status=status_of(err), content_type=FHIR, headers=headers)

    return handle


_KINDS = {TooLarge: IssueKind.TOO_LONG, Forbidden: IssueKind.FORBIDDEN}


@operations.post("/fhir/Observation", access=DEVICE, status=201, media_type=FHIR, consumes=FHIR, error_media=FHIR)
@as_outcome
async def take_fhir_observation(request: web.Request, caller: Caller) -> web.Response:
    """Take what a device observed: 201 with its address, 200 where it is kept already.

    With `If-None-Exist`, a measure of the same device, signal and instant is left as it is, whatever this one says.
    The answer leaves once the measure is on disk. A value that no living body shows is taken and set aside, said so.
    """
    identity = _identity(caller)
    async with request.app[BODIES].read(request) as body:
        received = await request.app[DOORS].receive_fhir(
            identity, body, only=Said.OBSERVATION, if_none_exist=request.headers.get("If-None-Exist")
        )
    return _answer(request, received)


@as_outcome
async def take_device_bundle(request: web.Request, caller: Caller) -> web.Response:
    """`POST /fhir` of a device."""
    identity = _identity(caller)
    async with request.app[BODIES].read(request) as body:
        received = await request.app[DOORS].receive_fhir(identity, body, only=Said.BATCH)
    return _answer(request, received)


@operations.post("/pcd01", access=DEVICE, media_type=HL7, consumes=HL7, error_media=HL7)
async def take_pcd01(request: web.Request, caller: Caller) -> web.Response:
    """Take a message of IHE PCD-01 (HL7 v2.6 ORU^R01, Continua); an ACK answers.

    200 where something of it is kept: `AA` all of it, `AE` not all; each fault is an ERR segment with its place.
    """
    identity = _identity(caller)
    async with request.app[BODIES].read(request) as body:
        received, ack = await request.app[DOORS].answer_pcd01(identity, body)
    return web.Response(body=ack, status=received.status, content_type=HL7, charset="utf-8")


def _answer(request: web.Request, received: Received) -> web.Response:
    headers = {}
    if received.said is Said.OBSERVATION and received.entries and received.entries[0].location:
        headers = {"Location": f"{request.app[FHIR_BASE]}/{received.entries[0].location}"}
    return web.Response(body=write_answer(received), status=received.status, content_type=FHIR, headers=headers)


def _identity(caller: Caller) -> DeviceIdentity:
    """Raises Forbidden on a caller that is no device."""
    if not isinstance(caller, DeviceCaller) or caller.identity is None:
        raise Forbidden("Seul un dispositif envoie des mesures ici.")
    return caller.identity
