"""Signed documents over HTTP: anonymous, wrong person, right person, refused by rule."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer

from telemed.api.auth import AUTHENTICATORS, SESSION_COOKIE, VISIT_COOKIE
from telemed.app import build_app, build_services
from telemed.documents.model import SignedDocument, Visibility
from telemed.kernel.caller import Caller, Role
from telemed.kernel.clock import FrozenClock
from telemed.settings import Environment, Settings
from telemed.storage.engine import Database
from tests.integration.documents.conftest import Sign, Visit, make_visit
from tests.unit.documents.making import make_content

pytestmark = pytest.mark.asyncio


class Known:
    """Callers by the value of their cookie."""

    def __init__(self) -> None:
        self.callers: dict[str, Caller] = {}

    async def authenticate(self, token: str) -> Caller | None:
        return self.callers.get(token)

    def cookie(self, caller: Caller) -> str:
        token = uuid4().hex
        self.callers[token] = caller
        return token


class Client:
    """The application, asked as somebody."""

    def __init__(self, client: TestClient[Any, Any], known: Known) -> None:
        self._client = client
        self._known = known

    async def get(
        self, path: str, caller: Caller | None = None, *, cookie: str = SESSION_COOKIE
    ) -> tuple[int, Any, Any]:
        cookies = f"{cookie}={self._known.cookie(caller)}" if caller else ""
        async with self._client.get(path, headers={"Cookie": cookies}) as response:
            body = await response.read()
            parsed = json.loads(body) if "json" in response.content_type else body
            return response.status, response.headers, parsed


@pytest_asyncio.fixture
async def client(database: Database, clock: FrozenClock, tmp_path: Path) -> AsyncIterator[Client]:
    settings = Settings(environment=Environment.TEST, data_dir=tmp_path).with_keys()
    app = build_app(build_services(settings, clock=clock, database=database))
    known = Known()
    app[AUTHENTICATORS][SESSION_COOKIE] = known
    app[AUTHENTICATORS][VISIT_COOKIE] = known
    async with TestClient(TestServer(app)) as opened:
        yield Client(opened, known)


def paths(document_id: UUID) -> list[str]:
    base = f"/documents/{document_id}"
    return [base, f"{base}/pdf", f"{base}/cda", f"{base}/seal", f"{base}/verification"]


async def test_nobody_gets_nothing(client: Client, visit: Visit, sign: Sign) -> None:
    signed: SignedDocument = await sign(visit)
    for path in (*paths(signed.identity.document_id), f"/patients/{visit.patient_id}/documents"):
        status, _, problem = await client.get(path)
        assert (status, problem["code"]) == (401, "unauthenticated"), path


async def test_the_wrong_person_is_told_that_it_is_not_there(
    client: Client, doctor: Caller, visit: Visit, sign: Sign
) -> None:
    signed: SignedDocument = await sign(visit)
    stranger = replace(doctor, practice_id=uuid4())
    for path in paths(signed.identity.document_id):
        answer = await client.get(path, stranger)
        absent = await client.get(path.replace(str(signed.identity.document_id), str(uuid4())), doctor)
        assert (answer[0], answer[2]["code"]) == (404, "not_found"), path
        assert {**answer[2], "request_id": ""} == {**absent[2], "request_id": ""}


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.AUDITOR, Role.ADMINISTRATOR])
async def test_the_wrong_role_is_refused(client: Client, doctor: Caller, visit: Visit, sign: Sign, role: Role) -> None:
    signed: SignedDocument = await sign(visit)
    other = replace(doctor, roles=frozenset({role}))
    for path in (*paths(signed.identity.document_id), f"/patients/{visit.patient_id}/documents"):
        status, _, problem = await client.get(path, other)
        assert (status, problem["code"]) == (403, "forbidden"), path


async def test_the_doctor_reads_the_document(client: Client, doctor: Caller, visit: Visit, sign: Sign) -> None:
    signed: SignedDocument = await sign(visit)
    status, _, detail = await client.get(f"/documents/{signed.identity.document_id}", doctor)
    assert status == 200
    assert detail["id"] == str(signed.identity.document_id)
    assert (detail["state"], detail["version"], detail["act_code"]) == ("signed", 1, "TCG")
    assert [version["id"] for version in detail["versions"]] == [detail["id"]]
    for trait in ("LEROY", "279035121518989", "Rhinopharyngite"):
        assert trait not in json.dumps(detail)


async def test_files_come_with_a_name_that_tells_nothing_and_are_not_cached(
    client: Client, doctor: Caller, visit: Visit, sign: Sign
) -> None:
    signed: SignedDocument = await sign(visit)
    base = f"/documents/{signed.identity.document_id}"
    status, headers, pdf = await client.get(f"{base}/pdf", doctor)
    assert (status, headers["Content-Type"], len(pdf)) == (200, "application/pdf", signed.pdf_bytes)
    assert headers["Content-Disposition"] == 'inline; filename="compte-rendu-2026-11-20-v1.pdf"'
    assert headers["Cache-Control"] == "private, no-store"
    status, headers, cda = await client.get(f"{base}/cda", doctor)
    assert (status, headers["Content-Type"], len(cda)) == (200, "application/xml", signed.cda_bytes)
    assert headers["Content-Disposition"] == 'attachment; filename="compte-rendu-2026-11-20-v1.cda.xml"'
    status, _, seal = await client.get(f"{base}/seal", doctor)
    assert status == 200
    assert seal["manifest"]["pdf_sha256"] == hashlib.sha256(pdf).hexdigest()
    assert seal["manifest"]["cda_sha256"] == hashlib.sha256(cda).hexdigest()
    assert seal["jws"].count(".") == 2


async def test_a_document_sealed_with_another_key_does_not_verify(
    client: Client, doctor: Caller, visit: Visit, sign: Sign
) -> None:
    """The application of this test has a key of its own; `sign` used another one."""
    signed: SignedDocument = await sign(visit)
    status, _, verdict = await client.get(f"/documents/{signed.identity.document_id}/verification", doctor)
    assert (status, verdict) == (200, {"is_intact": False, "faults": ["seal"]})


async def test_the_patient_reads_through_the_link_unless_it_is_hidden(client: Client, visit: Visit, sign: Sign) -> None:
    signed: SignedDocument = await sign(visit)
    hidden_visit = make_visit(visit.patient_id)
    content = make_content(visibility=frozenset({Visibility.INVISIBLE_PATIENT}))
    hidden: SignedDocument = await sign(hidden_visit, content)
    status, _, pdf = await client.get(f"/documents/{signed.identity.document_id}/pdf", visit.link, cookie=VISIT_COOKIE)
    assert (status, pdf[:5]) == (200, b"%PDF-")
    for document, link in ((hidden, hidden_visit.link), (signed, hidden_visit.link)):
        path = f"/documents/{document.identity.document_id}/pdf"
        status, _, problem = await client.get(path, link, cookie=VISIT_COOKIE)
        assert (status, problem["code"]) == (404, "not_found")


async def test_the_list_goes_by_pages(client: Client, doctor: Caller, visit: Visit, sign: Sign) -> None:
    made = [(await sign(make_visit(visit.patient_id))).identity.document_id for _ in range(3)]
    base = f"/patients/{visit.patient_id}/documents?limit=2"
    status, _, first = await client.get(base, doctor)
    assert status == 200
    status, _, second = await client.get(f"{base}&cursor={first['next_cursor']}", doctor)
    assert status == 200
    assert [item["id"] for item in first["items"] + second["items"]] == [str(each) for each in made[::-1]]
    assert second["next_cursor"] is None


@pytest.mark.parametrize("cursor", ["x", "WyJub3QtYS11dWlkIl0"])
async def test_a_cursor_that_we_did_not_make_is_invalid(
    client: Client, doctor: Caller, visit: Visit, cursor: str
) -> None:
    status, _, problem = await client.get(f"/patients/{visit.patient_id}/documents?cursor={cursor}", doctor)
    assert (status, problem["code"], problem["errors"][0]["field"]) == (422, "invalid", "cursor")


async def test_an_identifier_that_is_none_is_not_found(client: Client, doctor: Caller) -> None:
    status, _, problem = await client.get("/documents/abc/pdf", doctor)
    assert (status, problem["code"]) == (404, "not_found")
