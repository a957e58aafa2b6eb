"""Where a measure that was taken can be read: its key, written as a FHIR id, which needs no table to be found again."""

from __future__ import annotations

import binascii
import hashlib
from base64 import b32decode, b32encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from uuid import UUID

from telemed.acts.telemonitoring.model.observation import Observation

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DEVICE_CHARS, _INSTANT_CHARS = 28, 14
_PADDING = "===="
_NAME_CHARS = 21


@dataclass(frozen=True)
class Address:
    """The device, the instant, and the name of the signal (of the first, in a panel) or the digest of another code."""

    device_id: UUID
    measured_at: datetime
    name: str


def write_id(device_id: UUID, observation: Observation) -> str:
    """At most 64 characters, as FHIR wants. One is written for every measure: the device's part is remembered."""
    micros = (observation.measured_at - _EPOCH) // _MICROSECOND
    return f"{_device(device_id)}{micros:014x}.{name_of_measure(observation)}"


@lru_cache(maxsize=2**14)
def _device(device_id: UUID) -> str:
    return b32encode(b"\x01" + device_id.bytes).decode().rstrip("=")


def name_of_measure(observation: Observation) -> str:
    if observation.signal is not None and len(observation.signal) <= _NAME_CHARS:
        return observation.signal.replace("_", "-")
    said = f"{observation.code} {observation.component}".encode()
    return f"x{hashlib.sha256(said).hexdigest()[:20]}"


def parse_id(text: str) -> Address | None:
    """None where it is none of ours."""
    key, mark, name = text.partition(".")
    if len(key) != _DEVICE_CHARS + _INSTANT_CHARS or not mark or not name:
        return None
    try:
        device = b32decode(key[:_DEVICE_CHARS] + _PADDING)
        measured_at = _EPOCH + int(key[_DEVICE_CHARS:], 16) * _MICROSECOND
    except (binascii.Error, OverflowError, ValueError):
        return None
    return Address(UUID(bytes=device[1:]), measured_at, name) if device[:1] == b"\x01" else None
