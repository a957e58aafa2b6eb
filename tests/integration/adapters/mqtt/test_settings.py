"""What the settings may not ask of MQTT."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from telemed.app import build_services
from telemed.app.telemonitoring.mqtt import make_server_context, read_broker, receiving
from telemed.settings import Environment, Settings, SettingsError
from tests.fixtures.postgres import free_port

SETTINGS = Settings(environment=Environment.TEST)


@pytest.mark.parametrize("url", ["mqtt://broker.example", "http://broker.example", "mqtts://broker.example/path", "x"])
def test_tokens_cross_no_network_in_the_clear(url: str) -> None:
    with pytest.raises(SettingsError):
        read_broker(SETTINGS.model_copy(update={"environment": Environment.PRODUCTION}), url)
    assert read_broker(SETTINGS, "mqtts://us:secret@broker.example").port == 8883
    assert "secret" not in repr(read_broker(SETTINGS, "mqtts://us:secret@broker.example"))


def test_beyond_this_machine_an_endpoint_needs_a_certificate() -> None:
    assert make_server_context(SETTINGS) is None
    with pytest.raises(SettingsError):
        make_server_context(SETTINGS.model_copy(update={"mqtt_host": "192.0.2.1"}))


@pytest.mark.asyncio
async def test_a_port_that_is_taken_stops_only_who_asked_for_it(tmp_path: Path) -> None:
    """The default one is that of any broker that runs on this machine already."""
    chosen = Settings(environment=Environment.TEST, data_dir=tmp_path, mqtt_port=free_port()).with_keys()
    default = Settings.model_construct({"environment"}, **dict(chosen) | {"environment": Environment.DEMO})
    doors = build_services(chosen).telemonitoring.doors
    assert (SETTINGS.mqtt_listening_port, default.mqtt_listening_port) == (None, chosen.mqtt_port)
    async with receiving(chosen, doors):
        with pytest.raises(OSError, match="address already in use"):
            async with receiving(chosen, doors):
                pass
        async with receiving(default, doors):
            pass


@pytest.mark.asyncio
async def test_a_broker_that_is_away_keeps_nobody_from_starting(tmp_path: Path) -> None:
    away = SecretStr(f"mqtt://127.0.0.1:{free_port()}")
    settings = Settings(environment=Environment.TEST, data_dir=tmp_path, mqtt_url=away).with_keys()
    has_started = False
    async with receiving(settings, build_services(settings).telemonitoring.doors):
        has_started = True
    assert has_started
