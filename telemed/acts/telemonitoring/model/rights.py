"""Who may do what in télésurveillance: one table, by role in the practice."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from telemed.acts.telemonitoring.model.follow_up import FollowUpActor
from telemed.kernel.caller import Caller, Role


class Right(StrEnum):
    """`list`: which follow-ups there are and where they stand, without a measure or a limit; `read`: measures, limits,
    words; `enrol`: write a draft, start, suspend, stop; `decide`: what only a doctor does (thresholds, renewal, keeping
    a patient who sends little, interpretation); `manage`: papers and hours of the practice; `export`: everything."""

    LIST = "list"
    READ = "read"
    ENROL = "enrol"
    DECIDE = "decide"
    MANAGE = "manage"
    EXPORT = "export"


_DOCTOR, _CARER = Role.DOCTOR, Role.HEALTH_PROFESSIONAL

RIGHTS: Mapping[Right, frozenset[Role]] = MappingProxyType(
    {
        Right.LIST: frozenset((_DOCTOR, _CARER, Role.SECRETARY)),
        Right.READ: frozenset((_DOCTOR, _CARER)),
        Right.ENROL: frozenset((_DOCTOR, _CARER)),
        Right.DECIDE: frozenset((_DOCTOR,)),
        Right.MANAGE: frozenset((_DOCTOR, _CARER, Role.SECRETARY, Role.ADMINISTRATOR)),
        Right.EXPORT: frozenset((_DOCTOR,)),
    }
)
"""All of them within one's own practice."""

CLINICAL = frozenset((Right.READ, Right.ENROL, Right.DECIDE, Right.EXPORT))
"""What asks for a professional with an RPPS, signed in with two factors (R-2)."""


def has_right(caller: Caller, right: Right) -> bool:
    return caller.has_role(*RIGHTS[right])


def find_actor(caller: Caller) -> FollowUpActor:
    """In whose name a professional moves a follow-up."""
    return FollowUpActor.DOCTOR if caller.has_role(Role.DOCTOR) else FollowUpActor.TEAM
