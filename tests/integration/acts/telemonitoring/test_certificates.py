"""Devices that are known by a client certificate: on their connection, or behind a proxy that is trusted."""

from __future__ import annotations

import base64
import hashlib
import ssl
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
import pytest_asyncio
from aiohttp.test_utils import TestServer

from telemed.acts.telemonitoring.model.care import FollowUp
from telemed.app import Services, build_app, build_services
from telemed.kernel.clock import FrozenClock, SystemClock
from telemed.patients.model import Patient
from telemed.security.certificates import CertificateAuthority, TlsFiles
from telemed.settings import Settings
from telemed.storage.engine import Database
from tests.fixtures.people import People, make_draft, make_people
from tests.integration.acts.telemonitoring.enrolled import make_follow_up
from tests.integration.acts.telemonitoring.equipped import FHIR, Equipped, equip

pytestmark = pytest.mark.asyncio


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest_asyncio.fixture
async def follow_up(services: Services, people: People, patient: Patient) -> FollowUp:
    return await make_follow_up(services, people.doctor, patient)


def thumbprint_of(files: TlsFiles) -> tuple[bytes, str]:
    der = ssl.PEM_cert_to_DER_cert(files.certificate.read_text())
    return der, hashlib.sha256(der).hexdigest()


async def register(services: Services, people: People, scale: Equipped, thumbprint: str) -> None:
    devices = services.telemonitoring.devices
    await devices.register_certificate(people.doctor, scale.device_id, thumbprint, days=30)


async def post(client: aiohttp.ClientSession, url: Any, scale: Equipped, **options: Any) -> int:
    headers = {"Content-Type": FHIR} | options.pop("headers", {})
    async with client.post(url, json=scale.weight(), headers=headers, **options) as response:
        return response.status


async def test_a_device_is_known_by_the_certificate_of_its_connection(
    services: Services, people: People, follow_up: FollowUp, tmp_path: Path
) -> None:
    scale = await equip(services, people.doctor, follow_up)
    authority = CertificateAuthority("Dispositifs", SystemClock().now())
    ours = authority.write_server(tmp_path, "server", hosts=["127.0.0.1"])
    known, other = (authority.write_client(tmp_path, name) for name in ("scale", "other"))
    await register(services, people, scale, thumbprint_of(known)[1].upper())
    server = TestServer(build_app(services), scheme="https")
    found = []
    try:
        await server.start_server(ssl=ours.server_context())
        url = f"https://127.0.0.1:{server.port}/fhir/Observation"
        for files in (known, other):
            async with aiohttp.ClientSession() as client:
                found.append(await post(client, url, scale, ssl=files.client_context()))
    finally:
        await server.close()
    assert found == [201, 401]


async def test_a_certificate_is_believed_from_a_trusted_proxy_alone(
    settings: Settings, database: Database, clock: FrozenClock, tmp_path: Path
) -> None:
    trusting = settings.model_copy(update={"device_certificate_header": "Client-Cert", "trusted_proxies": "127.0.0.1"})
    services = build_services(trusting, clock=clock, database=database)
    people = await make_people(services)
    patient, _ = await services.patients.create(people.secretary, make_draft())
    scale = await equip(services, people.doctor, await make_follow_up(services, people.doctor, patient))
    authority = CertificateAuthority("Dispositifs", clock.now())
    files = authority.write_client(tmp_path, "scale")
    der, thumbprint = thumbprint_of(files)
    await register(services, people, scale, thumbprint)
    ways = {
        "RFC 9440": f":{base64.b64encode(der).decode()}:",
        "PEM": quote(files.certificate.read_text()),
        "digest": ":".join(thumbprint[n : n + 2] for n in range(0, 64, 2)).upper(),
        "nonsense": "PEM",
        "another": "0" * 64,
        "broken": ":é:".encode().decode("latin-1"),
    }
    found = {}
    server = TestServer(build_app(services))
    async with server, aiohttp.ClientSession() as client:
        for name, value in ways.items():
            url = server.make_url("/fhir/Observation")
            found[name] = await post(client, url, scale, headers={"Client-Cert": value}) in (200, 201)
    assert found == {name: name in ("RFC 9440", "PEM", "digest") for name in ways}
    distrustful = build_services(settings, clock=clock, database=database)
    server = TestServer(build_app(distrustful))
    async with server, aiohttp.ClientSession() as client:
        headers = {"Client-Cert": thumbprint}
        assert await post(client, server.make_url("/fhir/Observation"), scale, headers=headers) == 401
