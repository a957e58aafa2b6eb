"""A year of acts, corrections, decisions, lots and returns in any order: the ledger equals what is counted again."""

from __future__ import annotations

from pathlib import Path

from telemed.security.keyring import Keyring
from telemed.settings import Settings
from tests.integration.billing.year.opinions import WholeYear
from tests.stories import play, postgresql_shelf, sqlite_shelf


def test_a_year_on_sqlite(settings: Settings, sqlite_template: Path, tmp_path: Path, keyring: Keyring) -> None:
    assert play(WholeYear, settings, sqlite_shelf(sqlite_template, tmp_path, keyring), stories=12, steps=30) >= 12


def test_a_year_on_postgresql(settings: Settings, postgres_server: str, keyring: Keyring) -> None:
    assert play(WholeYear, settings, postgresql_shelf(postgres_server, keyring), stories=4, steps=30) >= 4
