"""`GET /fhir/metadata`: what the whole house takes and gives in FHIR R4; each slice says its part."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson
from aiohttp import web

from telemed import __version__
from telemed.api.auth import PUBLIC
from telemed.api.fhir_edge import FHIR
from telemed.api.operation import Operations

SINCE = "2026-11-22"
"""The day of the latest change of what is taken or given."""

operations = Operations("fhir")
METADATA: web.AppKey[bytes] = web.AppKey("fhir_metadata", bytes)


@operations.get("/fhir/metadata", access=PUBLIC, media_type=FHIR, error_media=FHIR)
async def get_fhir_metadata(request: web.Request) -> web.Response:
    """Tell what is taken and given in FHIR R4, as a CapabilityStatement."""
    return web.Response(body=request.app[METADATA], content_type=FHIR)


def write_statement(resources: Iterable[dict[str, Any]], *, address: str) -> bytes:
    """The CapabilityStatement, as JSON. `address` is that of `/fhir` from outside."""
    security = {
        "cors": False,
        "description": "Devices: a bearer token, or a client certificate. Professionals: the session of a sign-in.",
    }
    server = {
        "mode": "server",
        "security": security,
        "resource": sorted(resources, key=lambda one: str(one["type"])),
        "interaction": [{"code": "transaction"}, {"code": "batch"}],
    }
    statement = {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": SINCE,
        "kind": "instance",
        "software": {"name": "Telemed", "version": __version__},
        "implementation": {"description": "Telemed", "url": address},
        "fhirVersion": "4.0.1",
        "format": [FHIR],
        "rest": [server],
    }
    return orjson.dumps(statement)
