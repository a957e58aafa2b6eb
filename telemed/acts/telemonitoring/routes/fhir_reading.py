"""Measures for professionals, as FHIR R4: a search by patient, and a read."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import orjson
from aiohttp import web
from pydantic import Field

from telemed.acts.telemonitoring.formats.fhir.addresses import parse_id
from telemed.acts.telemonitoring.formats.fhir.writing import write_observation, write_searchset
from telemed.acts.telemonitoring.model.rights import RIGHTS, Right
from telemed.acts.telemonitoring.routes.doors import FHIR_BASE
from telemed.acts.telemonitoring.service.fhir_reading import FhirReading, Found
from telemed.api.auth import only
from telemed.api.fhir_edge import FHIR
from telemed.api.operation import Operations
from telemed.kernel.caller import Caller
from telemed.kernel.errors import Invalid, NotFound

READING = web.AppKey("telemonitoring_fhir_reading", FhirReading)
CARER = only(*RIGHTS[Right.READ])
operations = Operations("fhir")
_BOUND = re.compile(r"(ge|lt)(.{10,40})", re.ASCII)
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
_WRITTEN = r"^[!-~]*$"
Who = Annotated[str, Field(max_length=80, pattern=_WRITTEN, description="Patient/{id}, or the id alone.")]
Coded = Annotated[str, Field(max_length=200, pattern=_WRITTEN, description="system|code of one signal.")]
Bound = Annotated[str, Field(max_length=45)]
Bounds = Annotated[list[Bound], Field(max_length=2, description="ge… and lt…: instants, or days in UTC.")]
Count = Annotated[int, Field(alias="_count", ge=1, le=1000)]
Name = Annotated[str, Field(max_length=64, pattern=r"^[A-Za-z0-9.-]+$")]


@operations.get("/fhir/Observation", access=CARER, media_type=FHIR, error_media=FHIR)
async def search_fhir_observations(
    request: web.Request,
    caller: Caller,
    *,
    patient: Who,
    code: Coded = "",
    date: Bounds = [],  # noqa: B006 - pydantic copies it
    count: Count = 200,
) -> web.Response:
    """Find what stands of a patient's measures, the latest first: thirty days unless `date` says, 92 at most."""
    since, until = _within(date)
    found = await request.app[READING].search(caller, _patient_id(patient), code=code, since=since, until=until)
    last = found[count].kept.observation.measured_at if len(found) > count else None
    some = [one for one in found if last is None or one.kept.observation.measured_at > last]
    if last is not None and not some:  # more than a page at one instant
        some = [one for one in found if one.kept.observation.measured_at == last]
    following = _following(request, some, since) if last is not None else ""
    base = request.app[FHIR_BASE]
    own = f"{base.removesuffix('/fhir')}{request.rel_url}"
    return _json(write_searchset([_resource(request, one) for one in some], address=base, own=own, following=following))


@operations.get("/fhir/Observation/{measure}", access=CARER, media_type=FHIR, error_media=FHIR)
async def get_fhir_observation(request: web.Request, caller: Caller, measure: Name) -> web.Response:
    """Read one measure as it stands, by the address that its sender was given."""
    address = parse_id(measure)
    if address is None:
        raise NotFound("Cette mesure n'existe pas ou n'est pas de votre cabinet.")
    return _json(_resource(request, await request.app[READING].get(caller, address)))


def _resource(request: web.Request, found: Found) -> dict[str, Any]:
    catalogue, follow_up = request.app[READING].catalogue, found.follow_up
    return write_observation(found.kept, follow_up.patient_id, catalogue, follow_up.plan.territory)


def _following(request: web.Request, some: list[Found], since: datetime | None) -> str:
    """Where the search goes on: before the oldest of this page."""
    oldest = some[-1].kept.observation.measured_at
    bounds = [f"ge{since.isoformat()}"] if since else []
    query = [(name, value) for name, value in request.query.items() if name != "date"]
    url = request.rel_url.with_query([*query, *(("date", one) for one in (*bounds, f"lt{oldest.isoformat()}"))])
    return f"{request.app[FHIR_BASE].removesuffix('/fhir')}{url}"


def _patient_id(text: str) -> UUID:
    """Raises Invalid."""
    try:
        return UUID(text.removeprefix("Patient/"))
    except ValueError:
        raise Invalid("patient s'écrit Patient/{id}.", field="patient", code="fhir.search") from None


def _within(bounds: list[str]) -> tuple[datetime | None, datetime | None]:
    """From `ge` to `lt`. Raises Invalid."""
    found: dict[str, datetime] = {}
    for bound in bounds:
        match = _BOUND.fullmatch(bound.replace(" ", "+"))  # a plus sign that was not escaped
        try:
            at = datetime.fromisoformat(match[2]) if match else None
            instant = None if at is None else at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
            instant = instant if instant is None or instant >= _FIRST else None
        except (ValueError, OverflowError):
            instant = None
        if match is None or instant is None or match[1] in found:
            text = "date s'écrit geAAAA-MM-JJThh:mm:ssZ et ltAAAA-MM-JJThh:mm:ssZ."
            raise Invalid(text, field="date", code="fhir.search")
        found[match[1]] = instant
    return found.get("ge"), found.get("lt")


def _json(resource: dict[str, Any]) -> web.Response:
    return web.Response(body=orjson.dumps(resource), content_type=FHIR)
