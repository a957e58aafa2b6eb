"""Where a measure that was taken can be read: its key, written as a FHIR id, which needs no table to be found again."""

from __future__ import annotations

import binascii
import hashlib
from base64 import b32decode, b32encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from telemed.acts.telemonitoring.model.observation import Observation

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_KEY_CHARS = 40
_NAME_CHARS = 23


@dataclass(frozen=True)
class Address:
    """The device, the instant, and the name of the signal (of the first, in a panel) or the digest of another code."""

    device_id: UUID
    measured_at: datetime
    name: str


def write_id(device_id: UUID, observation: Observation) -> str:
    """At most 64 characters, as FHIR wants."""
    micros = (observation.measured_at - _EPOCH) // _MICROSECOND
    key = b32encode(b"\x01" + device_id.bytes + micros.to_bytes(8, "big")).decode()
    return f"{key}.{name_of_measure(observation)}"


def name_of_measure(observation: Observation) -> str:
    if observation.signal is not None and len(observation.signal) <= _NAME_CHARS:
        return observation.signal.replace("_", "-")
    said = f"{observation.code} {observation.component}".encode()
    return f"x{hashlib.sha256(said).hexdigest()[:20]}"


def parse_id(text: str) -> Address | None:
    """None where it is none of ours."""
    key, mark, name = text.partition(".")
    try:
        raw = b32decode(key) if len(key) == _KEY_CHARS and mark else b""
        if raw[:1] != b"\x01" or not name:
            return None
        measured_at = _EPOCH + int.from_bytes(raw[17:], "big") * _MICROSECOND
    except (binascii.Error, OverflowError, ValueError):
        return None
    return Address(UUID(bytes=raw[1:17]), measured_at, name)
