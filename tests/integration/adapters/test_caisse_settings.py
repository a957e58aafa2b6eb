"""A caisse is named with everything that it takes, or not at all; what is wrong stops the start."""

from __future__ import annotations

from pathlib import Path

import pytest

from telemed.adapters.caisse.client import CaisseClient
from telemed.app.caisse import open_caisse
from telemed.kernel.clock import SystemClock
from telemed.security.certificates import CertificateAuthority
from telemed.settings import Settings, SettingsError


@pytest.fixture
def named(tmp_path: Path) -> dict[str, object]:
    files = CertificateAuthority("Autorité d'essai", SystemClock().now()).write_client(tmp_path, "telemed")
    return {
        "caisse_url": "https://caisse.invalid/v1",
        "caisse_certificate": files.certificate,
        "caisse_key": files.key,
        "caisse_authority": files.authority,
    }


def test_without_an_address_there_is_none(named: dict[str, object]) -> None:
    assert open_caisse(Settings()) is None
    assert open_caisse(Settings.model_validate(named | {"caisse_url": ""})) is None


def test_with_all_of_it_there_is_one(named: dict[str, object]) -> None:
    assert isinstance(open_caisse(Settings.model_validate(named)), CaisseClient)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"caisse_url": "http://caisse.invalid/v1"}, "https://"),
        ({"caisse_certificate": None}, "CAISSE_CERTIFICATE"),
        ({"caisse_key": None}, "CAISSE_KEY|_KEY"),
        ({"caisse_authority": None}, "_AUTHORITY"),
        ({"caisse_key": Path("nowhere.key")}, "cannot be read"),
        ({"caisse_certificate": Path(__file__)}, "cannot be read"),
        ({"caisse_authority": Path(__file__)}, "cannot be read"),
    ],
)
def test_what_is_missing_or_wrong_stops_the_start(
    named: dict[str, object], change: dict[str, object], said: str
) -> None:
    with pytest.raises(SettingsError, match=said) as refused:
        open_caisse(Settings.model_validate(named | change))
    assert "caisse.invalid" not in str(refused.value)


def test_a_key_of_another_certificate_stops_the_start(named: dict[str, object], tmp_path: Path) -> None:
    other = CertificateAuthority("Autre", SystemClock().now()).write_client(tmp_path, "autre")
    with pytest.raises(SettingsError, match="cannot be read"):
        open_caisse(Settings.model_validate(named | {"caisse_key": other.key}))
