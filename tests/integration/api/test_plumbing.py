"""What surrounds every request: ids, limits, origins, problems, headers, health, the OpenAPI document."""

from __future__ import annotations

import io
import json

import aiohttp
import pytest
from aiohttp.test_utils import TestServer
from openapi_spec_validator import OpenAPIV31SpecValidator

from telemed.api import health
from telemed.app import OPERATIONS, Services, build_app, openapi_document
from telemed.kernel.caller import Role
from telemed.settings import Settings
from tests.fixtures.http import Api
from tests.fixtures.people import People

pytestmark = pytest.mark.asyncio


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Room to walk every operation by every role within the minute."""
    return settings.model_copy(update={"requests_per_minute": 1_000_000})


async def test_a_request_has_an_id_its_own_or_ours(api: Api) -> None:
    reply = await api.call("GET", "/healthz")
    assert len(reply.response.headers["X-Request-Id"]) == 36


async def test_a_problem_names_the_request(api: Api) -> None:
    reply = await api.call("GET", "/nowhere")
    assert reply.response.content_type == "application/problem+json"
    assert (reply.status, reply.code) == (404, "not_found")
    assert reply.body["request_id"] == reply.response.headers["X-Request-Id"]


async def test_every_response_carries_a_strict_policy(api: Api) -> None:
    headers = (await api.call("GET", "/healthz")).response.headers
    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"


async def test_health_and_readiness(api: Api) -> None:
    assert (await api.call("GET", "/healthz")).body["status"] == "ok"
    ready = await api.call("GET", "/readyz")
    assert (ready.status, ready.body["checks"]["database"]) == (200, True)


async def test_another_site_cannot_act_in_our_name(services: Services) -> None:
    headers_and_status = [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 422),
        ({}, 422),
    ]
    server = TestServer(build_app(services))
    async with server, aiohttp.ClientSession() as client:
        for headers, status in headers_and_status:
            async with client.post(server.make_url("/session"), json={}, headers=headers) as response:
                assert response.status == status, headers
        own = {"Origin": str(server.make_url("/")).rstrip("/")}
        async with client.post(server.make_url("/session"), json={}, headers=own) as response:
            assert response.status == 422


async def test_a_body_that_is_too_large_unreadable_or_of_another_kind_is_refused(services: Services) -> None:
    server = TestServer(build_app(services))
    async with server, aiohttp.ClientSession() as client:
        url, kind = server.make_url("/session"), {"Content-Type": "application/json"}
        for data, headers, status, code in (
            (b'{"a":"' + b"x" * 1_100_000 + b'"}', kind, 413, "too_large"),
            (b"{", kind, 400, "unreadable"),
            (b"\xff\xfe", kind, 400, "unreadable"),
            (b"a=b", {"Content-Type": "text/plain"}, 415, "unsupported_media_type"),
        ):
            async with client.post(url, data=io.BytesIO(data), headers=headers) as response:
                problem = json.loads(await response.read())
                assert (response.status, problem["code"]) == (status, code)


async def test_who_asks_too_much_is_told_when_to_come_back(services: Services) -> None:
    services.settings = services.settings.model_copy(update={"requests_per_minute": 5})
    server = TestServer(build_app(services))
    async with server, aiohttp.ClientSession() as client:
        statuses = []
        for _ in range(7):
            async with client.get(server.make_url("/openapi.json")) as response:
                statuses.append(response.status)
        async with client.get(server.make_url("/healthz")) as response:
            assert response.status == 200
    assert statuses == [200] * 5 + [429] * 2


async def test_an_error_of_ours_tells_nothing_of_the_person(services: Services) -> None:
    async def broken() -> bool:
        raise RuntimeError("LEROY Jeanne 279035121518989")

    app = build_app(services)
    app[health.CHECKS]["broken"] = broken
    server = TestServer(app)
    async with server, aiohttp.ClientSession() as client, client.get(server.make_url("/readyz")) as response:
        body = await response.text()
    assert response.status == 500
    assert "LEROY" not in body
    assert json.loads(body)["code"] == "bug"


async def test_the_document_is_valid_served_and_complete(api: Api) -> None:
    served = (await api.call("GET", "/openapi.json")).body
    OpenAPIV31SpecValidator(served).validate()
    declared = {(o.method.lower(), o.path) for group in OPERATIONS for o in group.items}
    documented = {(method, path) for path, methods in served["paths"].items() for method in methods}
    assert documented == declared
    ids = [operation["operationId"] for methods in served["paths"].values() for operation in methods.values()]
    assert len(ids) == len(set(ids))
    observation = served["paths"]["/fhir/Observation"]["post"]
    assert {"200", "201", "412"} <= observation["responses"].keys()
    assert {one["name"]: one["required"] for one in observation["parameters"]} == {
        "If-None-Exist": False,
        "Prefer": False,
    }


async def test_the_readable_page_names_every_operation(api: Api) -> None:
    page = (await api.call("GET", "/docs")).body
    assert '<html lang="fr">' in page
    assert "<script" not in page
    style = await api.call("GET", page.split('rel="stylesheet" href="')[1].split('"')[0])
    assert (style.status, style.response.content_type) == (200, "text/css")
    for path in openapi_document("/")["paths"]:  # type: ignore[attr-defined]
        assert f"<code>{path}</code>" in page


async def test_the_type_of_a_problem_leads_to_its_line(api: Api) -> None:
    kind = (await api.call("GET", "/nowhere")).body["type"]
    address, code = kind.split("#")
    served = await api.call("GET", address)
    assert (served.status, served.response.content_type) == (200, "text/html")
    assert '<html lang="fr">' in served.body
    assert f'<tr id="{code}">' in served.body
    assert f'href="{address}"' in (await api.call("GET", "/docs")).body


async def test_no_route_that_is_not_public_answers_a_stranger(api: Api) -> None:
    nobody = "00000000-0000-7000-8000-000000000000"
    for group in OPERATIONS:
        for operation in group.items:
            if operation.access.is_public:
                continue
            path = operation.path
            for name in operation.path_model.model_fields if operation.path_model else ():
                path = path.replace("{" + name + "}", nobody)
            reply = await api.call(operation.method, path, {} if operation.body else None)
            assert reply.status == 401, (operation.method, path)


async def test_a_route_refuses_the_roles_that_are_not_its_own(api: Api, people: People) -> None:
    callers = {
        Role.DOCTOR: people.doctor,
        Role.HEALTH_PROFESSIONAL: people.nurse,
        Role.SECRETARY: people.secretary,
        Role.AUDITOR: people.auditor,
        Role.ADMINISTRATOR: people.administrator,
    }
    nobody = "00000000-0000-7000-8000-000000000000"
    for group in OPERATIONS:
        for operation in group.items:
            if operation.access.is_public or not operation.access.roles or operation.path == "/session":
                continue
            path = operation.path
            for name in operation.path_model.model_fields if operation.path_model else ():
                path = path.replace("{" + name + "}", nobody)
            for role, caller in callers.items():
                if role in operation.access.roles:
                    continue
                reply = await api.call(operation.method, path, {} if operation.body else None, by=caller)
                assert reply.status == 403, (role, operation.method, path)
