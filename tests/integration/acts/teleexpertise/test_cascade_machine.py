"""The cascade in any order: at most one acceptance, quota never over, every case ends; on both databases."""

from __future__ import annotations

from pathlib import Path

from telemed.security.keyring import Keyring
from telemed.settings import Settings
from tests.integration.acts.teleexpertise.cascade.machine import CascadeMachine
from tests.stories import play, postgresql_shelf, sqlite_shelf

_STEPS = 12


def test_the_cascade_on_sqlite(settings: Settings, sqlite_template: Path, tmp_path: Path, keyring: Keyring) -> None:
    shelf = sqlite_shelf(sqlite_template, tmp_path, keyring)
    assert play(CascadeMachine, settings, shelf, stories=8, steps=_STEPS) >= 8


def test_the_cascade_on_postgresql(settings: Settings, postgres_server: str, keyring: Keyring) -> None:
    shelf = postgresql_shelf(postgres_server, keyring)
    assert play(CascadeMachine, settings, shelf, stories=4, steps=_STEPS) >= 4
