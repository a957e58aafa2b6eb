"""A service under load: its process and what that takes, and the gateway whose patients' measures it is sent."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from telemed.app import Services, build_services
from telemed.kernel.caller import SYSTEM, Caller
from telemed.kernel.clock import SystemClock
from telemed.settings import Settings
from tests.benchmarks.ingestion import create_database
from tests.fixtures.people import caller_for, make_doctor, make_draft, make_practice
from tests.fixtures.running import RunningService
from tests.integration.acts.telemonitoring.enrolled import make_follow_up, make_limit
from tests.integration.acts.telemonitoring.equipped import FHIR, add_gateway, equip
from tests.unit.acts.telemonitoring.making import make_weight

PATIENTS = 50
_STEP = timedelta(milliseconds=1)
"""Between two measures of a patient: fewer come in than milliseconds go by, so that none is from the future."""

_TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Place:
    """Where measures go: an address, the process behind it, and how it is entered."""

    name: str
    base_url: str
    pid: int
    headers: dict[str, str] = field(default_factory=dict)
    of_one: str = "/fhir/Observation"
    of_many: str = "/fhir"


class Scale:
    """A device of a patient, which a gateway may speak for or which speaks for itself by its token."""

    def __init__(self, device_id: UUID, token: str, identifier: str, patient_id: UUID, since: datetime) -> None:
        self.device_id = device_id
        self.token = token
        self._at = since
        system, _, value = identifier.partition("|")
        text = json.dumps(
            make_weight(
                -1,
                effectiveDateTime="@",
                subject={"reference": f"Patient/{patient_id}"},
                device={"identifier": {"system": system, "value": value}},
            )
        )
        before, _, after = text.partition('"@"')
        middle, _, end = after.partition("-1")
        self._pieces = before, middle, end

    def next(self, kilograms: float) -> str:
        """Its next measure as JSON, later than those before it."""
        self._at += _STEP
        before, middle, end = self._pieces
        return f'{before}"{self._at.isoformat()}"{middle}{kilograms}{end}'


@dataclass
class Gateway:
    """What a gateway sends of its patients, each in turn."""

    token: str
    scales: list[Scale]
    number: int = 0

    def next(self) -> str:
        """One measure as JSON."""
        self.number += 1
        return self.scales[self.number % len(self.scales)].next(70 + self.number % 50 / 10)

    def bodies(self, size: int, measures: int) -> list[bytes]:
        """So many measures as requests of `size` each."""
        if size == 1:
            return [self.next().encode() for _ in range(measures)]
        return [self.bundle(size) for _ in range(measures // size)]

    def bundle(self, size: int) -> bytes:
        return make_bundle(self.next() for _ in range(size))


def make_bundle(measures: Iterable[str]) -> bytes:
    """A batch of measures, each as JSON."""
    entries = ",".join(f'{{"resource": {one}}}' for one in measures)
    return f'{{"resourceType": "Bundle", "type": "batch", "entry": [{entries}]}}'.encode()


@dataclass
class Served:
    """Our service in a process of its own, with the patients of a gateway; `services` is a second way to its data."""

    place: Place
    gateway: Gateway
    services: Services
    doctor: Caller
    url: str


def cpu_of(pid: int) -> float:
    """Seconds of processor that a process took until now."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


def resident_of(pid: int) -> float:
    """Megabytes of memory that a process holds."""
    lines = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


async def open_ours(stack: AsyncExitStack, folder: Path, url: str, more: Mapping[str, str] | None = None) -> Served:
    """A service that has just started; its database is made where it needs to be. `more`: settings of its own."""
    if url.startswith("postgresql"):
        await create_database(url)
    service = RunningService(folder, url, {"TELEMED_LOG_LEVEL": "warning", **(more or {})})
    settings = Settings.from_environment(service.environment).with_keys()
    services = build_services(settings, clock=SystemClock())
    stack.push_async_callback(services.database.close)
    stack.push_async_callback(service.stop)
    await service.start()  # it makes the tables
    doctor, gateway = await _people(services)
    headers = {"Authorization": f"Bearer {gateway.token}", "Content-Type": FHIR}
    return Served(Place("ours", service.base_url, service.pid, headers), gateway, services, doctor, url)


async def _people(services: Services) -> tuple[Caller, Gateway]:
    practice = make_practice()
    await services.practices.create(SYSTEM, practice)
    person, _ = await services.professionals.create(SYSTEM, make_doctor(practice.id), "claire.moreau")
    doctor: Caller = caller_for(person)
    gateway_id, token = await add_gateway(services, doctor)
    scales = []
    for number in range(PATIENTS):
        patient, _ = await services.patients.create(doctor, make_draft())
        follow_up = await make_follow_up(services, doctor, patient, limits=[make_limit()])
        name = f"urn:serial|SCALE-{number}"
        worn = await equip(services, doctor, follow_up, identifier=name, gateway_id=gateway_id)
        scales.append(Scale(worn.device_id, worn.token, name, patient.id, services.clock.now()))
    return doctor, Gateway(token, scales)
