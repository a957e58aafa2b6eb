"""What the callers of this slice, and of the acts, must be."""

from __future__ import annotations

from uuid import UUID

from telemed.kernel.caller import Caller, CallerKind, Role
from telemed.kernel.errors import Forbidden
from telemed.professionals.rules import check_act_professional


def require_act_professional(caller: Caller) -> UUID:
    """The id of a doctor with an RPPS and two factors (R-2). Raises Forbidden with the reason's code."""
    decision = check_act_professional(caller)
    if not decision.is_allowed or caller.id is None:
        first = decision.refusals[0]
        raise Forbidden(first.text, code=first.code)
    return caller.id


def require_practice(caller: Caller, *roles: Role) -> UUID:
    """The practice of a signed-in professional who holds one of `roles` (any role if none). Raises Forbidden."""
    if caller.kind is not CallerKind.PROFESSIONAL or caller.practice_id is None:
        raise Forbidden("Cette action est réservée aux professionnels du cabinet.")
    if roles and not caller.has_role(*roles):
        raise Forbidden("Votre rôle ne permet pas cette action.")
    return caller.practice_id


def require_self(caller: Caller) -> UUID:
    """The id of a signed-in professional. Raises Forbidden."""
    if caller.kind is not CallerKind.PROFESSIONAL or caller.id is None:
        raise Forbidden("Cette action est réservée aux professionnels du cabinet.")
    return caller.id
