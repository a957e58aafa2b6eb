"""Devices by MQTT while the service, its connections and the broker are killed: each measure once, each alert once."""

from __future__ import annotations

import asyncio
import json
import os
import random
import ssl
import sys
import time
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import func, select
from sqlmodel import col

from telemed.acts.telemonitoring.tables import ObservationRow
from telemed.acts.telemonitoring.tables.alerts import AlertRow
from telemed.acts.telemonitoring.tables.rulebook import FindingRow
from telemed.app import build_services
from telemed.kernel.clock import SystemClock
from telemed.patients.model import parse_birth_date
from telemed.security.certificates import CertificateAuthority
from telemed.security.keyring import Keyring
from telemed.settings import Settings
from telemed.storage.engine import Database
from tests.acceptance.killed.crowd import allow_files, come_at_once, gather_crowd, resident_mib
from tests.acceptance.killed.devices import Scale
from tests.acceptance.test_killed_ingestion import cut_connections
from tests.fixtures.mosquitto import Mosquitto
from tests.fixtures.people import TRAITS, make_draft, make_people
from tests.fixtures.postgres import free_port
from tests.integration.acts.telemonitoring.enrolled import make_follow_up, make_limit
from tests.integration.acts.telemonitoring.equipped import Equipped, equip
from tests.shared import ROOT

pytestmark = [pytest.mark.asyncio, pytest.mark.slow]
_CROWD = 10_000
_NAMES = ("LEROY", "PETIT", "GIRARD")


@dataclass
class Service:
    """`telemed serve` as a process of its own, one after another."""

    environment: dict[str, str]
    forks: asyncio.subprocess.Process
    pid: int | None = None

    async def start(self) -> None:
        self.pid = await self._tell(f"start {json.dumps(self.environment)}")

    async def kill(self) -> None:
        if self.pid is not None:
            assert await self._tell(f"kill {self.pid}") == -9, "it had ended by itself"
            self.pid = None

    async def _tell(self, line: str) -> int:
        assert self.forks.stdin is not None
        assert self.forks.stdout is not None
        self.forks.stdin.write(f"{line}\n".encode())
        return int(await asyncio.wait_for(self.forks.stdout.readline(), 300))


@pytest_asyncio.fixture(scope="module")
async def forks() -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.acceptance.killed.serving", cwd=ROOT,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    yield process
    assert process.stdin is not None
    process.stdin.close()
    await process.wait()


@dataclass
class Ward:
    """A service, the scales of three patients, and what is kept of them."""

    database: Database
    service: Service
    scales: list[Scale]
    model: Equipped

    async def wait_until_it_listens(self, port: int) -> None:
        async with asyncio.timeout(300):
            while True:
                with suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                    writer.close()
                    return
                await asyncio.sleep(0.05)

    @asynccontextmanager
    async def sending(self, url: str, *, waits_for_outcome: bool = False) -> AsyncIterator[None]:
        """Scales send from now on; at the end the service lives, and all that they have is acknowledged."""
        async with asyncio.timeout(300), asyncio.TaskGroup() as group:
            for scale in self.scales:
                group.create_task(scale.send_all(url, waits_for_outcome=waits_for_outcome))
            yield
            for scale in self.scales:
                scale.is_to_end = True

    async def wait_for(self, more: int) -> None:
        """That many more measures acknowledged."""
        wanted = self.acknowledged + more
        while self.acknowledged < wanted:
            await asyncio.sleep(0.01)

    @property
    def acknowledged(self) -> int:
        return sum(len(scale.acknowledged) for scale in self.scales)

    async def check(self) -> int:
        """Every measure that was acknowledged is there once, and so is every alert that was due."""
        async with self.database.read() as session:
            rows = await session.execute(select(col(ObservationRow.device_id), col(ObservationRow.measured_at)))
            kept = Counter((row[0], row[1]) for row in rows)
            found = await session.execute(select(col(FindingRow.kind), col(FindingRow.since)))
            told = [(row[0], row[1]) for row in found if row[0] in ("fired", "late")]
            alerts = (await session.execute(select(AlertRow))).scalars().all()
        sent = {(scale.device_id, scale.at(second)) for scale in self.scales for second in scale.acknowledged}
        assert sent - kept.keys() == set()
        assert set(kept.values()) == {1}
        spells = [("fired", at) for scale in self.scales for at in scale.spells()]
        began = {at: start for scale in self.scales for at, start in scale.spell_of().items()}
        assert Counter((kind, began.get(since, since)) for kind, since in told) == Counter(spells)
        assert sorted(alert.cause for alert in alerts) == ["weight_high"] * len(self.scales)
        assert sum(1 + alert.repeats for alert in alerts) == len(spells)
        return len(sent)


_LEAST_SENT = 60
"""Fewer acknowledged measures than this and nothing was under way when something died."""


def environment_of(database_url: str, folder: Path) -> dict[str, str]:
    keys = {"encryption_keys": b"k" * 32, "index_key": b"i" * 32, "room_keys": b"r" * 32}
    return {f"TELEMED_{name.upper()}": f"test:{urlsafe_b64encode(key).decode()}" for name, key in keys.items()} | {
        "TELEMED_ENVIRONMENT": "test",
        "TELEMED_DATA_DIR": str(folder),
        "TELEMED_DATABASE_URL": database_url,
        "TELEMED_PORT": str(free_port()),
        "TELEMED_LOG_LEVEL": "warning",
    }


@pytest_asyncio.fixture
async def ward(
    database: Database, database_url: str, tmp_path: Path, forks: asyncio.subprocess.Process
) -> AsyncIterator[Ward]:
    environment = environment_of(database_url, tmp_path)
    services = build_services(Settings.from_environment(environment), database=database, senders={})
    people = await make_people(services)
    scales = []
    for number, name in enumerate(_NAMES):
        traits = replace(TRAITS, birth_name=name, birth_date=parse_birth_date(f"195{number}-03-12"))
        patient, _ = await services.patients.create(people.secretary, make_draft(traits))
        follow_up = await make_follow_up(services, people.doctor, patient, limits=[make_limit()])
        scale = scale_of_all = await equip(services, people.doctor, follow_up, identifier=f"urn:scale|{number}")
        first_at = (services.clock.now() + timedelta(seconds=number)).replace(microsecond=0) + timedelta(seconds=1)
        scales.append(Scale(scale.device_id, scale.token, patient.id, first_at))
    service = Service(environment, forks)
    yield Ward(database, service, scales, scale_of_all)
    await service.kill()


async def test_the_endpoint_dies_and_every_measure_and_alert_is_there_once(ward: Ward) -> None:
    chance, port = random.Random(11), free_port()
    ward.service.environment["TELEMED_MQTT_PORT"] = str(port)
    async with ward.sending(f"mqtt://127.0.0.1:{port}"):
        for _death in range(2):
            await ward.service.start()
            await ward.wait_for(chance.randint(30, 120))
            if not ward.database.is_sqlite:
                await cut_connections(ward.database)
                await ward.wait_for(chance.randint(10, 60))
            await ward.service.kill()
        await ward.service.start()
        await ward.wait_for(30)
    assert await ward.check() >= _LEAST_SENT


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_ten_thousand_devices_come_back_at_once_and_are_all_served(ward: Ward, keyring: Keyring) -> None:
    """In the default set-up: one process, SQLite. Each sends a measure with its first breath."""
    allow_files(_CROWD + 500)
    crowd, port = await gather_crowd(ward.database, ward.model, _CROWD, keyring), free_port()
    ward.service.environment["TELEMED_MQTT_PORT"] = str(port)
    await ward.service.start()
    await ward.wait_until_it_listens(port)
    assert ward.service.pid is not None
    before, started = resident_mib(ward.service.pid), time.monotonic()
    connections = await come_at_once(port, crowd)
    peak = resident_mib(ward.service.pid, "VmHWM") - before
    print(f"{_CROWD} devices in {time.monotonic() - started:.1f} s, {peak:.0f} MiB above {before:.0f}")
    for connection in connections:
        connection.abort()
    async with ward.database.read() as session:
        assert await session.scalar(select(func.count()).select_from(ObservationRow)) == _CROWD
    assert peak * 1024 / _CROWD < 25, "KiB a device, its measure on the way included"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_crowd_that_comes_back_at_once_over_tls_is_all_served(
    ward: Ward, keyring: Keyring, tmp_path: Path
) -> None:
    """What ten thousand take is in docs/reference/performance.md; `TLS_CROWD` plays as many as it says."""
    count, authority = int(os.environ.get("TLS_CROWD", "500")), CertificateAuthority("Cabinet", SystemClock().now())
    allow_files(count + 500)
    own = authority.write_server(tmp_path, "us", hosts=["127.0.0.1"])
    crowd, port = await gather_crowd(ward.database, ward.model, count, keyring), free_port()
    environment = {"TELEMED_MQTT_CERTIFICATE": str(own.certificate), "TELEMED_MQTT_KEY": str(own.key)}
    ward.service.environment |= environment | {"TELEMED_MQTT_PORT": str(port)}
    await ward.service.start()
    await ward.wait_until_it_listens(port)
    assert ward.service.pid is not None
    before, started = resident_mib(ward.service.pid), time.monotonic()
    tls = ssl.create_default_context(cafile=own.authority)
    connections = await come_at_once(port, crowd, tls)
    peak = resident_mib(ward.service.pid, "VmHWM") - before
    print(f"{count} devices over TLS in {time.monotonic() - started:.1f} s, {peak:.0f} MiB above {before:.0f}")
    for connection in connections:
        connection.abort()
    async with ward.database.read() as session:
        assert await session.scalar(select(func.count()).select_from(ObservationRow)) == count
    assert peak * 1024 / count < 250, "KiB a device, its keys and its measure on the way included"


async def test_a_broker_and_the_bridge_die_and_every_measure_and_alert_is_there_once(
    ward: Ward, mosquitto: Mosquitto
) -> None:
    chance = random.Random(13)
    ward.service.environment["TELEMED_MQTT_URL"] = mosquitto.url
    async with ward.sending(mosquitto.url, waits_for_outcome=True):
        await ward.service.start()
        await ward.wait_for(chance.randint(30, 120))
        await mosquitto.kill()
        await mosquitto.start()
        await ward.wait_for(chance.randint(30, 120))
        await ward.service.kill()
        await ward.service.start()
        await ward.wait_for(30)
    assert await ward.check() >= _LEAST_SENT
