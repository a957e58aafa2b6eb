"""Typed settings, read once from the environment; every name is listed in docs/reference/settings.md."""

from __future__ import annotations

import json
import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

PREFIX = "TELEMED_"


class SettingsError(Exception):
    """A setting is missing, unknown or wrong; the message names it and never shows its value."""


class Environment(StrEnum):
    """`production` refuses test identifiers (R-8) and keys of its own making; the others allow them."""

    PRODUCTION = "production"
    DEMO = "demo"
    TEST = "test"


class Settings(BaseModel):
    """Everything that an installation may choose. Keys are `id:base64url` pairs, the current one first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    environment: Environment = Environment.DEMO
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    public_url: str = "http://localhost:8080"
    data_dir: Path = Path(".data")
    database_url: str = ""
    files: Path | None = None
    clamd_url: str = ""
    log_level: str = "info"
    encryption_keys: SecretStr = SecretStr("")
    index_key: SecretStr = SecretStr("")
    room_keys: SecretStr = SecretStr("")
    signing_key_file: Path | None = None
    smtp_url: SecretStr = SecretStr("")
    mail_from: str = "ne-pas-repondre@telemed.invalid"
    sms_url: str = ""
    sms_token: SecretStr = SecretStr("")
    caisse_url: str = ""
    caisse_certificate: Path | None = None
    caisse_key: Path | None = None
    caisse_authority: Path | None = None
    mqtt_url: SecretStr = SecretStr("")
    mqtt_host: str = "127.0.0.1"
    mqtt_port: int = Field(default=1883, ge=0, le=65535)
    mqtt_certificate: Path | None = None
    mqtt_key: Path | None = None
    mqtt_authority: Path | None = None
    stun_urls: str = ""
    turn_urls: str = ""
    turn_secret: SecretStr = SecretStr("")
    trusted_proxies: str = ""
    device_certificate_header: str = ""
    device_body_limit_bytes: int = Field(default=16_777_216, ge=1024)
    body_limit_bytes: int = Field(default=1_048_576, ge=1024)
    requests_per_minute: int = Field(default=600, ge=1)
    session_idle_minutes: int = Field(default=60, ge=1)
    session_max_hours: int = Field(default=12, ge=1)
    quota_scope: Literal["biller", "patient"] = "biller"

    @field_validator("public_url")
    @classmethod
    def _without_trailing_slash(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        return value.rstrip("/")

    @property
    def is_production(self) -> bool:
        return self.environment is Environment.PRODUCTION

    @property
    def uses_https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def database(self) -> str:
        """The database's URL: `sqlite:///path` or `postgresql://…`; SQLite in the data folder by default."""
        return self.database_url or f"sqlite:///{self.data_dir / 'telemed.db'}"

    @property
    def files_dir(self) -> Path:
        """Where attachments are kept, encrypted; in the data folder by default."""
        return self.files or self.data_dir / "files"

    @property
    def has_chosen_mqtt_port(self) -> bool:
        """Was the port asked for, or is it the one that any broker on this machine may have taken already?"""
        return "mqtt_port" in self.model_fields_set

    @property
    def mqtt_listening_port(self) -> int | None:
        """Where devices come by MQTT; None: nowhere. In tests only where they ask for it."""
        is_asked = self.has_chosen_mqtt_port or self.environment is not Environment.TEST
        return self.mqtt_port if self.mqtt_port and is_asked else None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read TELEMED_* variables. Raises SettingsError on an unknown name or a wrong value."""
        found = {
            name.removeprefix(PREFIX).lower(): value
            for name, value in (os.environ if environment is None else environment).items()
            if name.startswith(PREFIX) and name != f"{PREFIX}SHARED"
        }
        try:
            return cls.model_validate(found).with_keys()
        except ValidationError as err:
            problems = "; ".join(f"{PREFIX}{str(e['loc'][0]).upper()}: {e['msg']}" for e in err.errors())
            raise SettingsError(problems) from None

    def with_keys(self) -> Settings:
        """The same with every key present: outside production, missing ones are made once and kept in the data folder.

        Raises SettingsError in production when a key is missing: a key that appears by itself is lost by itself.
        """
        missing = [name for name in ("encryption_keys", "index_key", "room_keys") if not _secret(self, name)]
        if not missing:
            return self
        if self.is_production:
            names = ", ".join(PREFIX + name.upper() for name in missing)
            raise SettingsError(f"production needs {names} (make one with: telemed make-key)")
        kept = _kept_keys(self.data_dir / "keys.json")
        return self.model_copy(update={name: SecretStr(kept[name]) for name in missing})


def make_key() -> str:
    """A new key with its id, as the settings take it."""
    return f"k{secrets.token_hex(3)}:{urlsafe_b64encode(secrets.token_bytes(32)).decode()}"


def parse_keys(text: str) -> dict[str, bytes]:
    """`id:base64url[,id:base64url…]` as an ordered mapping. Raises SettingsError on a malformed or short key."""
    keys: dict[str, bytes] = {}
    for part in filter(None, text.split(",")):
        key_id, _, encoded = part.strip().partition(":")
        try:
            keys[key_id] = urlsafe_b64decode(encoded)
        except ValueError:
            raise SettingsError(f"the key {key_id!r} is not base64url") from None
        if len(keys[key_id]) != 32 or not 0 < len(key_id) < 33:
            raise SettingsError(f"the key {key_id!r} needs an id and 32 bytes")
    return keys


def _secret(settings: Settings, name: str) -> str:
    value: SecretStr = getattr(settings, name)
    return value.get_secret_value()


def _kept_keys(path: Path) -> dict[str, str]:
    """The keys of an installation that makes its own, created with mode 0600 on first use."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = {name: make_key() for name in ("encryption_keys", "index_key", "room_keys")}
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        kept: dict[str, str] = json.loads(path.read_text("utf-8"))
        return kept
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(fresh, file)
    return fresh
