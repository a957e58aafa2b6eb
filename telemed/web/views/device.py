"""One device of a patient: by what it is let in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from telemed.web.views.frame import Badge, Form


@dataclass(frozen=True)
class CredentialLine:
    """One credential; `revoke_address` while it opens. A certificate has a thumbprint, a subject if it was shown."""

    key: str
    what: str
    state: Badge
    issued_at: datetime
    until: datetime
    revoked_at: datetime | None = None
    subject: str = ""
    thumbprint: str = ""
    revoke_address: str = ""


@dataclass(frozen=True)
class DeviceView:
    base: str
    home: str
    patient: str
    label: str
    what: str
    supplies: str
    sent_at: datetime | None
    lines: tuple[CredentialLine, ...]
    form: Form
    may_change: bool
