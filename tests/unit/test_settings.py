"""Settings: typed, complete, and never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from telemed.settings import Settings, SettingsError, make_key, parse_keys


def test_the_environment_is_read(tmp_path: Path) -> None:
    settings = Settings.from_environment({"TELEMED_PORT": "9000", "TELEMED_DATA_DIR": str(tmp_path), "HOME": "/x"})
    assert settings.port == 9000
    assert settings.database == f"sqlite:///{tmp_path / 'telemed.db'}"


@pytest.mark.parametrize("name", ["TELEMED_PRT", "TELEMED_DATABASE"])
def test_an_unknown_name_is_refused_by_its_name(name: str) -> None:
    with pytest.raises(SettingsError, match=name):
        Settings.from_environment({name: "x"})


def test_a_wrong_value_is_refused_without_being_shown() -> None:
    with pytest.raises(SettingsError, match="TELEMED_PORT") as refused:
        Settings.from_environment({"TELEMED_PORT": "secret"})
    assert "secret" not in str(refused.value)


def test_production_makes_no_keys_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="TELEMED_ENCRYPTION_KEYS"):
        Settings.from_environment({"TELEMED_ENVIRONMENT": "production", "TELEMED_DATA_DIR": str(tmp_path)})


def test_elsewhere_keys_are_made_once_and_kept_private(tmp_path: Path) -> None:
    first = Settings(data_dir=tmp_path).with_keys()
    second = Settings(data_dir=tmp_path).with_keys()
    assert first.encryption_keys == second.encryption_keys
    assert (tmp_path / "keys.json").stat().st_mode & 0o077 == 0
    assert first.encryption_keys.get_secret_value() not in repr(first)


def test_keys_are_read_in_order() -> None:
    one, two = make_key(), make_key()
    assert list(parse_keys(f"{one},{two}")) == [one.split(":")[0], two.split(":")[0]]


@pytest.mark.parametrize("text", ["a:short", "no-colon", ":AAAA", "a:***"])
def test_a_malformed_key_is_refused(text: str) -> None:
    with pytest.raises(SettingsError):
        parse_keys(text)


def test_a_public_address_is_an_address() -> None:
    with pytest.raises(SettingsError, match="TELEMED_PUBLIC_URL"):
        Settings.from_environment({"TELEMED_PUBLIC_URL": "localhost"})
