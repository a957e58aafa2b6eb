"""The life of alerts in any order: one open per patient and cause, always owned and due, nothing lost."""

from __future__ import annotations

from pathlib import Path

from telemed.security.keyring import Keyring
from telemed.settings import Settings
from tests.integration.acts.telemonitoring.triage.machine import AlertMachine
from tests.stories import play, postgresql_shelf, sqlite_shelf

_STEPS = 25


def test_alerts_live_on_sqlite(settings: Settings, sqlite_template: Path, tmp_path: Path, keyring: Keyring) -> None:
    shelf = sqlite_shelf(sqlite_template, tmp_path, keyring)
    assert play(AlertMachine, settings, shelf, stories=4, steps=_STEPS) >= 4


def test_alerts_live_on_postgresql(settings: Settings, postgres_server: str, keyring: Keyring) -> None:
    shelf = postgresql_shelf(postgres_server, keyring)
    assert play(AlertMachine, settings, shelf, stories=2, steps=_STEPS) >= 2
