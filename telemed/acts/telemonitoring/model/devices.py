"""Devices given to patients, who wears which, and the credentials by which they are known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

MOST_ALIASES = 8
MOST_DEVICES_BEHIND = 20_000
LONGEST_CREDENTIAL = timedelta(days=366)
"""A prescription lasts a year at most; whoever renews it renews the credential too. Ours: no text says."""


class DeviceKind(StrEnum):
    """`gateway`: the server of an operator, or a hub at home, that speaks for the devices behind it."""

    DEVICE = "device"
    GATEWAY = "gateway"


class CredentialKind(StrEnum):
    """A signed token, or the certificate that the other end of a TLS connection shows."""

    TOKEN = "token"  # noqa: S105 - the kind of a credential, not one
    CERTIFICATE = "certificate"


@dataclass(frozen=True)
class DeviceContent:
    """What is known of a device. `identifier` is `system|value`, as its messages write it; `aliases` are other names
    under which they do. `signals` are those that it supplies; `gateway_id` that of the gateway before it."""

    identifier: str
    model: str
    label: str
    signals: frozenset[str] = frozenset()
    kind: DeviceKind = DeviceKind.DEVICE
    aliases: tuple[str, ...] = ()
    gateway_id: UUID | None = None


@dataclass(frozen=True)
class Device:
    """One device of a practice; once retired it sends nothing any more, and what it sent stays."""

    id: UUID
    practice_id: UUID
    content: DeviceContent
    created_at: datetime
    retired_at: datetime | None = None


@dataclass(frozen=True, repr=False)
class Assignment:
    """A device with a follow-up. `subject` is how its messages name the patient, where they do it their own way."""

    id: UUID
    device_id: UUID
    follow_up_id: UUID
    assigned_at: datetime
    subject: str = ""
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Credential:
    """By what a device is known. It is bound to the device and, unless that is a gateway, to its assignment. `subject`
    is what a certificate says of itself, where somebody showed it whole."""

    id: UUID
    device_id: UUID
    assignment_id: UUID | None
    kind: CredentialKind
    issued_at: datetime
    expires_at: datetime
    thumbprint: str | None = None
    revoked_at: datetime | None = None
    subject: str = ""


@dataclass(frozen=True)
class DeviceStanding:
    """A device with who wears it now, and its credentials, the latest first."""

    device: Device
    assignment: Assignment | None = None
    credentials: tuple[Credential, ...] = ()
