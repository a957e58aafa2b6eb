"""Opens the door of MQTT: our own endpoint, or the broker that the settings name."""

from __future__ import annotations

import asyncio
import ipaddress
import resource
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from telemed.acts.telemonitoring.service.doors import DoorService
from telemed.adapters.mqtt.address import Broker, parse_broker
from telemed.adapters.mqtt.bridge import Bridge
from telemed.adapters.mqtt.doors import TelemonitoringDoor
from telemed.adapters.mqtt.endpoint import Endpoint
from telemed.adapters.mqtt.limits import Limits
from telemed.app.background import end_tasks
from telemed.settings import Settings, SettingsError
from telemed.storage.leadership import Seat, lead

log = structlog.get_logger("mqtt")
_OTHER_FILES = 4_000


@asynccontextmanager
async def receiving(settings: Settings, doors: DoorService) -> AsyncIterator[None]:
    """Devices may come by MQTT until the block ends. Raises SettingsError, and OSError where a port that was asked for
    is taken."""
    if url := settings.mqtt_url.get_secret_value():
        bridge = Bridge(TelemonitoringDoor(doors), read_broker(settings, url))
        task = asyncio.create_task(_bridge_while_leading(settings.database, bridge), name="mqtt bridge")
        try:
            yield
        finally:
            await end_tasks([task])
    elif settings.mqtt_listening_port is not None:
        async with _listening(settings, settings.mqtt_listening_port, doors):
            yield
    else:
        yield


def read_broker(settings: Settings, url: str) -> Broker:
    """The broker of the settings. Raises SettingsError: tokens cross no network in the clear."""
    try:
        broker = parse_broker(url, _client_context(settings))
    except ValueError as error:
        raise SettingsError(f"TELEMED_MQTT_URL: {error}") from None
    if broker.tls is None and settings.is_production and not _is_loopback(broker.host):
        raise SettingsError("TELEMED_MQTT_URL: in production a broker elsewhere is reached by mqtts://")
    return broker


@asynccontextmanager
async def _listening(settings: Settings, port: int, doors: DoorService) -> AsyncIterator[None]:
    tls = make_server_context(settings)
    endpoint = Endpoint(TelemonitoringDoor(doors))
    _allow_open_files()
    try:
        await endpoint.listen(settings.mqtt_host, port, tls)
    except OSError:
        if settings.has_chosen_mqtt_port:
            raise
        log.warning("mqtt.port_taken", port=port)
        yield
        return
    watching = asyncio.create_task(endpoint.watch(), name="mqtt endpoint")
    try:
        yield
    finally:
        await endpoint.close()
        await end_tasks([watching])


async def _bridge_while_leading(database_url: str, bridge: Bridge) -> None:
    """One process of the installation has the broker's session; another takes it up when that one is lost."""
    while True:
        try:
            async with lead(database_url, Seat.MQTT) as leadership:
                working = asyncio.create_task(bridge.run())
                lost = asyncio.create_task(leadership.lost.wait())
                try:
                    await asyncio.wait((working, lost), return_when=asyncio.FIRST_COMPLETED)
                finally:
                    await end_tasks([working])
                    lost.cancel()
        except (OSError, ConnectionError):
            log.warning("mqtt.database_away")
        await asyncio.sleep(1)


def _allow_open_files() -> None:
    """A connection is an open file; the shell's usual thousand is a bound for programs that leak them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = Limits().connections + _OTHER_FILES
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))


def make_server_context(settings: Settings) -> ssl.SSLContext | None:
    """With an authority, a device may show a certificate of it in place of a token. Raises SettingsError."""
    if settings.mqtt_certificate is None or settings.mqtt_key is None:
        if _is_loopback(settings.mqtt_host):
            return None
        raise SettingsError("TELEMED_MQTT_HOST: beyond this machine, devices need TELEMED_MQTT_CERTIFICATE and _KEY")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(settings.mqtt_certificate, settings.mqtt_key)
    if settings.mqtt_authority is not None:
        context.load_verify_locations(settings.mqtt_authority)
        context.verify_mode = ssl.CERT_OPTIONAL
    return context


def _client_context(settings: Settings) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=settings.mqtt_authority)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if settings.mqtt_certificate is not None and settings.mqtt_key is not None:
        context.load_cert_chain(settings.mqtt_certificate, settings.mqtt_key)
    return context


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
