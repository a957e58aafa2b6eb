"""Who must be in the team of a follow-up."""

from __future__ import annotations

from collections.abc import Iterable

from telemed.acts.telemonitoring.model.care import TeamMember, TeamRole
from telemed.kernel.decision import ALLOWED, Decision, Reason, refuse

_MISSING = Reason(
    "telemonitoring.responsible_missing",
    "Un médecin de l'équipe doit répondre de ce suivi.",
    "CSP, art. R. 6316-1 ; CSS, art. L. 162-50",
)


def find_responsible(members: Iterable[TeamMember]) -> TeamMember | None:
    """The doctor who answers for it now."""
    return next((one for one in members if one.role is TeamRole.RESPONSIBLE and one.until is None), None)


def check_team(members: Iterable[TeamMember]) -> Decision:
    """Does somebody answer for it?"""
    return ALLOWED if find_responsible(members) is not None else refuse(_MISSING)
