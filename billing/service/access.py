"""Who may see what of billing: who bills his own, secretary and administrator what was done in their practice."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from billing.model import Claim
from billing.store import BillingStore
from telemed.kernel.caller import Caller, Role
from telemed.kernel.errors import Forbidden, NotFound

PROFESSIONALS = (Role.DOCTOR, Role.HEALTH_PROFESSIONAL)
"""Who bills acts of his own: a requérant or a nurse as well as a doctor."""
BILLERS = (*PROFESSIONALS, Role.SECRETARY)
READERS = (*BILLERS, Role.ADMINISTRATOR)


def require_claim_reader(caller: Caller) -> None:
    """Raises Forbidden unless the caller's role has something to do with claims."""
    if not caller.has_role(*READERS):
        raise Forbidden("La facturation se consulte par qui facture, son secrétariat et l'administrateur du cabinet.")


def may_read_claim(caller: Caller, claim: Claim) -> bool:
    """His own act; or an act of the practice, for its secretary and its administrator."""
    if caller.has_role(*PROFESSIONALS) and claim.biller.professional_id == caller.id:
        return True
    return caller.has_role(Role.SECRETARY, Role.ADMINISTRATOR) and claim.biller.practice_id == caller.practice_id


@dataclass(frozen=True)
class ClaimScope:
    """Whose claims a list holds: of one professional, of one practice, or of one in the other."""

    professional_id: UUID | None
    practice_id: UUID | None


def claim_scope(caller: Caller, professional_id: UUID | None) -> ClaimScope:
    """The claims that the caller may list when he asks for one professional's, or for all (None).

    Raises Forbidden for a role without claims, NotFound for a professional who is not the caller's.
    """
    require_claim_reader(caller)
    if caller.has_role(*PROFESSIONALS) and caller.id == professional_id:
        return ClaimScope(professional_id, None)
    if not caller.has_role(Role.SECRETARY, Role.ADMINISTRATOR):
        if professional_id is not None:
            raise NotFound("Ce professionnel est introuvable.")
        return ClaimScope(caller.id, None)
    if caller.practice_id is None:
        raise Forbidden("Votre compte n'est rattaché à aucun cabinet.")
    return ClaimScope(professional_id, caller.practice_id)


async def require_cap_reader(caller: Caller, professional_id: UUID, store: BillingStore) -> str:
    """The RPPS of the doctor whose cap is asked for: the cap is one person's, wherever he works (R-15).

    He sees it, and so does the administrator of a practice in which he has billed an act. Raises Forbidden for
    a role without the cap, NotFound for a doctor who is not one's own.
    """
    if not caller.has_role(Role.DOCTOR, Role.ADMINISTRATOR):
        raise Forbidden("Le plafond se consulte par le médecin concerné et l'administrateur du cabinet.")
    rpps = caller.rpps if caller.has_role(Role.DOCTOR) and caller.id == professional_id else None
    if rpps is None and caller.has_role(Role.ADMINISTRATOR) and caller.practice_id is not None:
        rpps = await store.find_rpps(professional_id, caller.practice_id)
    if rpps is None:
        raise NotFound("Ce professionnel est introuvable.")
    return rpps
