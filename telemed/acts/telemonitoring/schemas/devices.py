"""Devices, who wears them and their credentials, as JSON. How a hospital names its patient goes in and not out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from telemed.acts.telemonitoring.model.devices import (
    LONGEST_CREDENTIAL,
    MOST_ALIASES,
    Assignment,
    Credential,
    CredentialKind,
    DeviceContent,
    DeviceKind,
    DeviceStanding,
)
from telemed.acts.telemonitoring.service.devices import Issued

_DAYS = LONGEST_CREDENTIAL.days
Written = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f]*\S[^\x00-\x1f]*$")]
Name = Annotated[str, Field(min_length=1, max_length=300, pattern=r"^[!-~](?:[ -~]*[!-~])?$")]
SignalName = Annotated[str, Field(max_length=80, pattern=r"^[a-z][a-z0-9_]*$")]
Days = Annotated[int, Field(ge=1, le=_DAYS, description="How long it is valid.")]
Thumbprint = Annotated[str, Field(pattern=r"^[0-9a-fA-F]{64}$", description="SHA-256 of the certificate, hexadecimal.")]


class DeviceIn(BaseModel):
    """A device or a gateway. `identifier` is `system|value` as its messages write it, or another name of theirs."""

    model_config = ConfigDict(extra="forbid")

    identifier: Name
    model: Written
    label: Written
    kind: DeviceKind = DeviceKind.DEVICE
    signals: Annotated[list[SignalName], Field(max_length=60)] = []
    aliases: Annotated[list[Name], Field(max_length=MOST_ALIASES)] = []
    gateway_id: UUID | None = None

    def to_content(self) -> DeviceContent:
        return DeviceContent(
            identifier=self.identifier,
            model=self.model,
            label=self.label,
            signals=frozenset(self.signals),
            kind=self.kind,
            aliases=tuple(dict.fromkeys(self.aliases)),
            gateway_id=self.gateway_id,
        )


class AssignmentIn(BaseModel):
    """Whom a device is given to; `subject` is how its messages name the patient, if not by our own names."""

    model_config = ConfigDict(extra="forbid")

    follow_up_id: UUID
    subject: Annotated[str, Field(max_length=300, pattern=r"^(?:[!-~](?:[ -~]*[!-~])?)?$")] = ""


class TokenIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    days: Days = _DAYS


class CertificateIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    thumbprint: Thumbprint
    days: Days = _DAYS


class AssignmentOut(BaseModel):
    """Since when somebody has the device. `names_subject`: do its messages name the patient their own way?"""

    id: UUID
    follow_up_id: UUID
    assigned_at: datetime
    names_subject: bool

    @classmethod
    def of(cls, one: Assignment) -> AssignmentOut:
        return cls(
            id=one.id, follow_up_id=one.follow_up_id, assigned_at=one.assigned_at, names_subject=bool(one.subject)
        )


class CredentialOut(BaseModel):
    id: UUID
    kind: CredentialKind
    issued_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    thumbprint: str | None

    @classmethod
    def of(cls, one: Credential) -> CredentialOut:
        return cls(
            id=one.id,
            kind=one.kind,
            issued_at=one.issued_at,
            expires_at=one.expires_at,
            revoked_at=one.revoked_at,
            thumbprint=one.thumbprint,
        )


class IssuedOut(BaseModel):
    """A credential that was just made; the token is shown this once."""

    credential: CredentialOut
    token: str | None

    @classmethod
    def of(cls, issued: Issued) -> IssuedOut:
        return cls(credential=CredentialOut.of(issued.credential), token=issued.token)


class DeviceOut(BaseModel):
    id: UUID
    identifier: str
    model: str
    label: str
    kind: DeviceKind
    signals: list[str]
    aliases: list[str]
    gateway_id: UUID | None
    created_at: datetime
    retired_at: datetime | None
    assignment: AssignmentOut | None
    credentials: list[CredentialOut]

    @classmethod
    def of(cls, standing: DeviceStanding) -> DeviceOut:
        device, content = standing.device, standing.device.content
        return cls(
            id=device.id,
            identifier=content.identifier,
            model=content.model,
            label=content.label,
            kind=content.kind,
            signals=sorted(content.signals),
            aliases=list(content.aliases),
            gateway_id=content.gateway_id,
            created_at=device.created_at,
            retired_at=device.retired_at,
            assignment=AssignmentOut.of(standing.assignment) if standing.assignment else None,
            credentials=[CredentialOut.of(one) for one in standing.credentials],
        )


class DevicesOut(BaseModel):
    """The devices that a patient has now: a handful."""

    devices: list[DeviceOut]
