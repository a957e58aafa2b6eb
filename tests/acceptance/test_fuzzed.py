"""What schemathesis finds by reading the OpenAPI document: nothing, for any caller."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiohttp.test_utils import TestServer

from telemed.acts.teleconsultation.service.booking import BookingRequest
from telemed.api.auth import SESSION_COOKIE, VISIT_COOKIE, Access
from telemed.app import OPERATIONS, Services, build_app, build_services, openapi_document
from telemed.kernel.clock import SystemClock
from telemed.settings import Environment, Settings
from telemed.storage.engine import Database
from tests.fixtures.http import open_session
from tests.fixtures.people import People, make_draft
from tests.integration.acts.telemonitoring.enrolled import make_follow_up
from tests.integration.acts.telemonitoring.equipped import equip
from tests.shared import ROOT

pytestmark = [pytest.mark.asyncio, pytest.mark.slow]
EXAMPLES = 5
PHASES, PHASES_IN_SHORT = "examples,coverage,fuzzing", "examples,fuzzing"
HOOKS = {"SCHEMATHESIS_HOOKS": "tests.acceptance.fuzzing", "PYTHONPATH": str(ROOT)}
# Calls that end the session that the others need, and the stream of events, which has no end to wait for.
LEFT_OUT = ("sign_out", "sign_out_everywhere", "revoke_session", "follow_events")
# `positive_data_acceptance`: a well-formed request about nothing that exists is rightly refused. `ignored_auth`: the
# document cannot say that a cookie of one role does not open another's route; tests/integration/api walks them all.
# `allow_header_conformance`: pages for people share some addresses with operations.
NOT_ASKED = "positive_data_acceptance,ignored_auth,missing_required_header,unsupported_method,allow_header_conformance"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(environment=Environment.TEST, data_dir=tmp_path, requests_per_minute=1_000_000).with_keys()


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def services(settings: Settings, database: Database) -> Services:
    return build_services(settings, clock=SystemClock(), database=database, senders={})


async def visit_cookie(services: Services, people: People) -> str:
    """A patient behind a link, in the queue of a doctor."""
    assert people.doctor.id is not None
    patient, _ = await services.patients.create(people.secretary, make_draft())
    request = BookingRequest(people.doctor.id, patient.id, None)
    booked = await services.booking.book(people.secretary, request)
    link = await services.links.make_link(people.secretary, booked.act.id)
    return (await services.links.open(link.rsplit("/", 1)[1], "1955-03-12")).token


def without_security(document: dict[str, Any]) -> dict[str, Any]:
    """The same without its cookies: they are given to every call, so that leaving them out is no case to try."""
    del document["components"]["securitySchemes"]
    for methods in document["paths"].values():
        for operation in methods.values():
            del operation["security"]
    return document


async def device_token(services: Services, people: People) -> str:
    """A patient's scale."""
    patient, _ = await services.patients.create(people.secretary, make_draft())
    return (await equip(services, people.doctor, await make_follow_up(services, people.doctor, patient))).token


IN_DEPTH = ("doctor", "administrator", "auditor", "patient", "device")
IN_SHORT = ("nobody", "nurse", "secretary")


def may_call(who: str, access: Access, people: People) -> bool:
    if who in ("patient", "device"):
        return access.is_for_patients if who == "patient" else access.is_for_devices
    return bool(access.roles & getattr(people, who).roles)


def left_out(who: str, people: People) -> list[str]:
    """Operations that this caller is not asked to try.

    Each operation is tried in depth by the first of IN_DEPTH to whom it is open; those of IN_SHORT try what is open
    to them, and nobody tries everything. Who is let in where is walked, role by role, in tests/integration/api.
    """
    if who == "nobody":
        return list(LEFT_OUT)
    before = IN_DEPTH[: IN_DEPTH.index(who)] if who in IN_DEPTH else ()
    operations = [one for group in OPERATIONS for one in group.items]
    others = {
        one.name
        for one in operations
        if not may_call(who, one.access, people) or any(may_call(other, one.access, people) for other in before)
    }
    assert len(others) < len(operations)
    return sorted({*LEFT_OUT, *others})


@pytest.mark.parametrize("who", [*IN_SHORT, *IN_DEPTH])
async def test_schemathesis_finds_nothing(services: Services, people: People, who: str) -> None:
    headers = []
    if who == "patient":
        headers = ["-H", f"Cookie: {VISIT_COOKIE}={await visit_cookie(services, people)}"]
    elif who == "device":
        headers = ["-H", f"Authorization: Bearer {await device_token(services, people)}"]
    elif who != "nobody":
        headers = ["-H", f"Cookie: {SESSION_COOKIE}={await open_session(services, getattr(people, who))}"]
    document = services.settings.data_dir / "openapi.json"
    document.write_bytes(orjson.dumps(without_security(openapi_document("/"))))
    server = TestServer(build_app(services))
    async with server:
        process = await asyncio.create_subprocess_exec(
            str(Path(sys.executable).parent / "schemathesis"), "run", str(document), "--url", str(server.make_url("/")),
            *headers, "--exclude-checks", NOT_ASKED, "--phases", PHASES if who in IN_DEPTH else PHASES_IN_SHORT,
            "--max-examples", str(EXAMPLES), "--workers", "1", "--seed", "1", "--warnings", "off",
            "--suppress-health-check", "all", "--continue-on-failure",
            *(word for name in left_out(who, people) for word in ("--exclude-operation-id", name)),
            cwd=services.settings.data_dir, env=os.environ | HOOKS,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()[-20_000:]
