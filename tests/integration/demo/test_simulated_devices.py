"""`telemed simulate-devices` against the application: what it says was acknowledged is what is kept."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
import structlog
from sqlalchemy import func, select

from telemed.__main__ import main
from telemed.acts.telemonitoring.tables import ObservationRow
from telemed.adapters.mqtt.address import parse_broker
from telemed.adapters.mqtt.bridge import Bridge
from telemed.adapters.mqtt.doors import TelemonitoringDoor
from telemed.adapters.mqtt.endpoint import Endpoint
from telemed.adapters.mqtt.link import Terms
from telemed.app import Services
from telemed.app.background import end_tasks
from telemed.app.telemonitoring.mqtt import make_server_context
from telemed.kernel.clock import SystemClock
from telemed.patients.model import Patient
from telemed.security.certificates import CertificateAuthority
from telemed.settings import Settings
from tests.fixtures.http import Api
from tests.fixtures.mosquitto import Mosquitto
from tests.fixtures.people import People
from tests.integration.acts.telemonitoring.enrolled import make_follow_up
from tests.integration.acts.telemonitoring.equipped import equip

pytestmark = pytest.mark.asyncio


@pytest.fixture(autouse=True)
def logs_of_its_own() -> Iterator[None]:
    """The command writes its log where this test looks; the tests after it look elsewhere."""
    yield
    structlog.reset_defaults()


@dataclass(frozen=True)
class Played:
    """The command, its devices and the addresses that it may be given."""

    services: Services
    devices: Path
    urls: dict[str, str]
    until: str

    async def run(self, way: str, *words: str, devices: Path | None = None) -> int:
        given = ["--url", self.urls[way], "--devices", str(devices or self.devices), "--until", self.until, *words]
        return await asyncio.to_thread(main, ["simulate-devices", *given])

    async def kept(self) -> int:
        async with self.services.database.read() as session:
            return await session.scalar(select(func.count()).select_from(ObservationRow)) or 0


@pytest_asyncio.fixture
async def played(
    api: Api, services: Services, people: People, patient: Patient, tmp_path: Path
) -> AsyncIterator[Played]:
    follow_up = await make_follow_up(services, people.doctor, patient)
    scale = await equip(services, people.doctor, follow_up)
    line = {"id": str(scale.device_id), "token": scale.token, "subject": f"Patient/{patient.id}"}
    devices = tmp_path / "devices.jsonl"
    devices.write_text(json.dumps(line) + "\n", "utf-8")
    endpoint = Endpoint(TelemonitoringDoor(services.telemonitoring.doors))
    port = await endpoint.listen("127.0.0.1", 0)
    urls = {"http": str(api.url("")), "mqtt": f"mqtt://127.0.0.1:{port}"}
    yield Played(services, devices, urls, services.clock.now().isoformat())
    await endpoint.close()


async def test_what_is_said_to_be_kept_is_kept_once_by_either_way(
    played: Played, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await played.run("mqtt", "--cohort", "weights", "--days", "10") == 0
    told = capsys.readouterr().out
    assert told.startswith("10 messages of 1 devices, answered in ")
    assert await played.kept() == 40, "weight, pulse, and two pressures"
    assert "       30  kept" in told
    assert await played.run("http", "--cohort", "weights", "--days", "10", "--faults", "duplicates") == 0
    assert await played.kept() == 40
    assert "        0  kept" in capsys.readouterr().out


async def test_faults_are_answered_one_by_one(played: Played, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--cohort", "cgm", "--days", "4", "--faults", "units,bursts", "--seed", "3")
    assert await played.run("http", *words) == 0
    told = capsys.readouterr().out
    assert "unit.unknown" in told
    refused = int(next(line for line in told.splitlines() if "refused" in line).split()[0])
    assert refused > 0
    assert await played.kept() + refused == 4 * 288 - 156, "until eleven o'clock of the fourth day"


async def test_what_cannot_be_played_is_said(
    played: Played, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    stranger = tmp_path / "others.jsonl"
    stranger.write_text(played.devices.read_text().replace("tmd1_", "tmd1_x"), "utf-8")
    broken = tmp_path / "broken.jsonl"
    broken.write_text("{}\n", "utf-8")
    said = []
    for way, words, devices in (
        ("http", ("--cohort", "vni"), stranger),
        ("mqtt", ("--cohort", "vni"), stranger),
        ("http", ("--cohort", "vni"), broken),
        ("http", ("--cohort", "vni", "--faults", "fire"), None),
        ("http", ("--cohort", "vni", "--days", "0"), None),
    ):
        assert await played.run(way, *words, devices=devices) == 2
        said.append(capsys.readouterr().err)
    assert [line.split(":")[0] for line in said] == ["telemed simulate-devices"] * 5
    assert not any("tmd1_" in line for line in said)


async def test_it_plays_over_tls_to_who_shows_the_certificate_that_it_was_told_to_believe(
    played: Played, tmp_path: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    own = CertificateAuthority("Cabinet", SystemClock().now()).write_server(tmp_path, "us", hosts=["127.0.0.1"])
    chosen = settings.model_copy(update={"mqtt_certificate": own.certificate, "mqtt_key": own.key})
    endpoint = Endpoint(TelemonitoringDoor(played.services.telemonitoring.doors))
    port = await endpoint.listen("127.0.0.1", 0, make_server_context(chosen))
    played.urls["mqtts"] = f"mqtts://127.0.0.1:{port}"
    words = ("--cohort", "weights", "--days", "4")
    assert await played.run("mqtts", *words, "--authority", str(own.authority)) == 0
    assert await played.kept() == 16
    assert await played.run("mqtts", *words, "--authority", str(tmp_path / "nobody.pem")) == 2
    await endpoint.close()
    assert "simulate-devices: " in capsys.readouterr().err


async def test_behind_a_broker_that_is_not_ours_each_measure_is_kept_once_and_its_outcome_comes_back(
    played: Played, mosquitto: Mosquitto, capsys: pytest.CaptureFixture[str]
) -> None:
    terms = Terms("telemed", session_seconds=-1, receive_maximum=200)
    door = TelemonitoringDoor(played.services.telemonitoring.doors)
    bridge = asyncio.create_task(Bridge(door, parse_broker(mosquitto.url), terms).run())
    played.urls["broker"] = mosquitto.url
    words = ("--cohort", "weights", "--days", "10", "--faults", "duplicates,bursts")
    try:
        assert await played.run("broker", *words) == 0
        assert await played.kept() == 40
        assert "30  kept" in capsys.readouterr().out
        assert await played.run("broker", *words) == 0
        assert await played.kept() == 40
    finally:
        await end_tasks([bridge])
