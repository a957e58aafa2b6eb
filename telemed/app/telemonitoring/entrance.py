"""Builds the way in of measures: devices, their credentials, and the doors of every protocol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from telemed.acts.telemonitoring.model.observation import Catalogue
from telemed.acts.telemonitoring.model.pathway import Pathway
from telemed.acts.telemonitoring.routes import devices as device_routes
from telemed.acts.telemonitoring.routes import doors as door_routes
from telemed.acts.telemonitoring.routes import fhir_reading as reading_routes
from telemed.acts.telemonitoring.routes import histories as history_routes
from telemed.acts.telemonitoring.routes import quarantine as quarantine_routes
from telemed.acts.telemonitoring.service.bearing import DeviceBearing
from telemed.acts.telemonitoring.service.devices import DeviceService
from telemed.acts.telemonitoring.service.door_keys import DoorKeys
from telemed.acts.telemonitoring.service.doors import DoorService
from telemed.acts.telemonitoring.service.fhir_reading import FhirReading
from telemed.acts.telemonitoring.service.histories import HistoryService
from telemed.acts.telemonitoring.service.ingestion import Ingestion
from telemed.acts.telemonitoring.service.quarantine import QuarantineService
from telemed.acts.telemonitoring.store.rows import RowWriter
from telemed.api.bodies import Bodies
from telemed.api.devices import DOOR, DeviceDoor
from telemed.app.ground import Ground, common
from telemed.experts.routes.keys import FHIR_TAKERS, FhirTaker
from telemed.kernel.caller import CallerKind
from telemed.security.device_tokens import DeviceTokens
from telemed.settings import Settings

_BODIES_AT_ONCE = 4


@dataclass(frozen=True)
class Entrance:
    """Who comes in, and by where."""

    devices: DeviceService
    keys: DoorKeys
    doors: DoorService
    bearing: DeviceBearing
    quarantine: QuarantineService
    histories: HistoryService
    reading: FhirReading
    settings: Settings


def build_entrance(
    ground: Ground, catalogue: Catalogue, pathways: Mapping[str, Pathway], ingestion: Ingestion
) -> Entrance:
    keys, tokens = DoorKeys(database=ground.database), DeviceTokens(ground.database.keyring)
    return Entrance(
        devices=DeviceService(**common(ground), catalogue=catalogue, pathways=pathways, tokens=tokens),
        keys=keys,
        doors=DoorService(
            clock=ground.clock,
            catalogue=catalogue,
            keys=keys,
            tokens=tokens,
            ingestion=ingestion,
            base=_fhir_base(ground.settings),
        ),
        bearing=DeviceBearing(clock=ground.clock),
        quarantine=QuarantineService(**common(ground), ingestion=ingestion, writer=RowWriter(catalogue)),
        reading=FhirReading(**common(ground), catalogue=catalogue),
        histories=HistoryService(**common(ground), ingestion=ingestion, catalogue=catalogue),
        settings=ground.settings,
    )


def give_entrance(app: web.Application, entrance: Entrance) -> None:
    """Its services, under the keys by which the routes find them, and devices to those who ask who calls."""
    settings = entrance.settings
    app[device_routes.DEVICES] = entrance.devices
    app[door_routes.DOORS] = entrance.doors
    app[reading_routes.READING] = entrance.reading
    app[history_routes.HISTORIES] = entrance.histories
    app[quarantine_routes.QUARANTINE] = entrance.quarantine
    largest = settings.device_body_limit_bytes
    app[door_routes.BODIES] = Bodies(largest=largest, most=_BODIES_AT_ONCE * largest)
    app[door_routes.FHIR_BASE] = _fhir_base(settings)
    proxies = frozenset(filter(None, settings.trusted_proxies.split(",")))
    app[DOOR] = DeviceDoor(entrance.doors, settings.device_certificate_header, proxies)
    takers: dict[CallerKind, FhirTaker] = {CallerKind.DEVICE: door_routes.take_device_bundle}
    app[FHIR_TAKERS] = takers


def _fhir_base(settings: Settings) -> str:
    return f"{settings.public_url}/fhir"
