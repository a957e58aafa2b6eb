"""Who asks: the identity that every use case receives first, and that the trace keeps."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """What a signed-in person may do in a practice; one person may hold several.

    `health_professional` is every profession of health but doctors: nurse, midwife, dentist, pharmacist…
    """

    DOCTOR = "doctor"
    HEALTH_PROFESSIONAL = "health_professional"
    SECRETARY = "secretary"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class CallerKind(StrEnum):
    PROFESSIONAL = "professional"
    PATIENT = "patient"
    DEVICE = "device"
    SYSTEM = "system"


@dataclass(frozen=True)
class Caller:
    """An authenticated caller.

    `id` is the professional's or the patient's; `practice_id` bounds what a professional sees; `act_id` is the
    one act that a patient's link opens; `rpps` is set for health professionals; `factors` counts what a session
    was opened with (R-2 asks for two).
    """

    kind: CallerKind
    id: UUID | None = None
    practice_id: UUID | None = None
    roles: frozenset[Role] = frozenset()
    rpps: str | None = None
    act_id: UUID | None = None
    session_id: UUID | None = None
    factors: int = 0

    def has_role(self, *roles: Role) -> bool:
        """Does the caller hold at least one of these roles?"""
        return not self.roles.isdisjoint(roles)


SYSTEM = Caller(kind=CallerKind.SYSTEM)
