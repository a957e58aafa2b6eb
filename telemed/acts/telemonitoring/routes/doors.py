"""The doors over HTTP: FHIR R4 and HL7 v2 (PCD-01), for devices."""

from __future__ import annotations

from aiohttp import web

from telemed.acts.telemonitoring.formats.fhir.answers import write_answer
from telemed.acts.telemonitoring.model.doors import DeviceCaller, DeviceIdentity, Received, Said
from telemed.acts.telemonitoring.service.doors import DoorService
from telemed.api.auth import DEVICE
from telemed.api.bodies import Bodies
from telemed.api.fhir_edge import FHIR
from telemed.api.operation import Operations
from telemed.kernel.caller import Caller
from telemed.kernel.errors import Forbidden

HL7 = "application/hl7-v2"
_MINIMAL = "return=minimal"
DOORS = web.AppKey("telemonitoring_doors", DoorService)
BODIES = web.AppKey("telemonitoring_bodies", Bodies)
FHIR_BASE = web.AppKey("telemonitoring_fhir_base", str)
operations = Operations("telemonitoring doors")


@operations.post(
    "/fhir/Observation",
    access=DEVICE,
    status=201,
    also=(200,),
    errors=(412,),
    media_type=FHIR,
    consumes=FHIR,
    error_media=FHIR,
    texts={
        "If-None-Exist": "A search by `identifier` or `date`, of a measure that is left as it is where it is there.",
        "Prefer": "`return=minimal`: no body where there is nothing to say.",
    },
)
async def take_fhir_observation(request: web.Request, caller: Caller) -> web.Response:
    """Take what a device observed: 201 with its address, 200 where it is kept already.

    With `If-None-Exist`, a measure of the same device, signal and instant is left as it is, whatever this one says.
    The answer leaves once the measure is on disk. A value that no living body shows is taken and set aside, said so.
    """
    identity, app = _identity(caller), request.app
    async with app[BODIES].read(request) as body:
        received = await app[DOORS].receive_fhir(
            identity, body, only=Said.OBSERVATION, if_none_exist=request.headers.get("If-None-Exist")
        )
    return _answer(request, received)


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
    """With `Prefer: return=minimal`, what was taken without a word to say is answered without one."""
    headers = {}
    if received.said is Said.OBSERVATION and received.entries and received.entries[0].location:
        headers = {"Location": f"{request.app[FHIR_BASE]}/{received.entries[0].location}"}
    is_plain = received.said is Said.OBSERVATION and not any(one.issues for one in received.entries)
    if is_plain and received.status < 300 and _MINIMAL in request.headers.get("Prefer", ""):
        return web.Response(status=received.status, headers=headers)
    return web.Response(body=write_answer(received), status=received.status, content_type=FHIR, headers=headers)


def _identity(caller: Caller) -> DeviceIdentity:
    """Raises Forbidden on a caller that is no device."""
    if not isinstance(caller, DeviceCaller) or caller.identity is None:
        raise Forbidden("Seul un dispositif envoie des mesures ici.")
    return caller.identity
