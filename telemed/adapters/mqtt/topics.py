"""Where devices write, and where they are answered: `telemed/devices/{device}/observations` and `…/outcomes`."""

from __future__ import annotations

from uuid import UUID

_ROOT = "telemed/devices"
EVERY_DEVICE = f"{_ROOT}/+/observations"


def observations_of(device_id: UUID) -> str:
    return f"{_ROOT}/{device_id}/observations"


def outcomes_of(device_id: UUID) -> str:
    return f"{_ROOT}/{device_id}/outcomes"


def find_device(topic: str) -> UUID | None:
    """Whose observations are sent there; None where the topic is none of ours."""
    found = topic.removeprefix(f"{_ROOT}/").removesuffix("/observations")
    try:
        device_id = UUID(found)
    except ValueError:
        return None
    return device_id if topic == observations_of(device_id) else None
