"""The one audited way to reach a follow-up, and what somebody may do with it."""

from __future__ import annotations

from uuid import UUID

from telemed.acts.telemonitoring.model.care import FollowUp
from telemed.acts.telemonitoring.model.follow_up import FollowUpActor, FollowUpState, FollowUpStep, find_follow_up_move
from telemed.acts.telemonitoring.model.rights import CLINICAL, Right, has_right
from telemed.acts.telemonitoring.store.follow_ups import FollowUpStore
from telemed.kernel.caller import Caller, CallerKind
from telemed.kernel.errors import Conflict, Forbidden, NotFound
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal

ABSENT = "Ce suivi n'existe pas ou n'est pas de votre cabinet."
_DROPPED = "Cette inscription a été abandonnée, ou a expiré faute d'être terminée : commencez-en une autre."
_NO_RIGHT = {
    Right.DECIDE: "Cette décision revient à un médecin.",
    Right.EXPORT: "L'export d'un suivi revient à un médecin.",
}
_STEP_REFUSED = {
    step: (code, text)
    for step, code, text in (
        (FollowUpStep.EDIT, "telemonitoring.already_started", "Ce suivi a commencé : ce n'est plus un brouillon."),
        (FollowUpStep.START, "telemonitoring.already_started", "Ce suivi a déjà commencé, ou n'existe plus."),
        (FollowUpStep.DROP, "telemonitoring.already_started", "Ce suivi a commencé : arrêtez-le plutôt."),
        (FollowUpStep.SUSPEND, "telemonitoring.not_running", "Ce suivi n'est pas en cours : rien à suspendre."),
        (FollowUpStep.RESUME, "telemonitoring.not_suspended", "Ce suivi n'est pas suspendu."),
        (FollowUpStep.KEEP, "telemonitoring.not_flagged", "Ce suivi n'attend pas de décision."),
        (FollowUpStep.RENEW, "telemonitoring.over", "Ce suivi n'a pas commencé ou est terminé : rien à renouveler."),
        (FollowUpStep.STOP, "telemonitoring.over", "Ce suivi n'a pas commencé ou est déjà terminé."),
    )
}


def require_right(caller: Caller, right: Right) -> UUID:
    """The id of somebody who may. Raises Forbidden: a role, an RPPS or a second factor that is missing (R-2)."""
    if caller.kind is not CallerKind.PROFESSIONAL or caller.id is None or not has_right(caller, right):
        raise Forbidden(_NO_RIGHT.get(right, "La télésurveillance est réservée à l'équipe de soins du cabinet."))
    if right in CLINICAL and caller.rpps is None:
        raise Forbidden("Aucun numéro RPPS n'est enregistré.", code="professional.rpps_missing")
    if right in CLINICAL and caller.factors < 2:
        text = "Reconnectez-vous avec deux facteurs pour suivre des patients à distance."
        raise Forbidden(text, code="professional.two_factors_needed")
    return caller.id


async def open_follow_up(
    uow: UnitOfWork,
    journal: Journal,
    caller: Caller,
    follow_up_id: UUID,
    action: str,
    *,
    right: Right = Right.READ,
    lock: bool = False,
) -> FollowUp:
    """A follow-up of the caller's practice; noted in the trace either way. Raises Forbidden, NotFound."""
    follow_up = await FollowUpStore(uow.session).find(follow_up_id, lock=lock)
    patient_id = follow_up.patient_id if follow_up else None
    resource = f"follow_up:{follow_up_id}"
    journal.note(uow, caller, f"telemonitoring.{action}", patient_id=patient_id, resource=resource)
    require_right(caller, right)
    if follow_up is None or follow_up.practice_id != caller.practice_id:
        raise NotFound(ABSENT)
    return follow_up


def require_move(follow_up: FollowUp, step: FollowUpStep, actor: FollowUpActor) -> FollowUpState:
    """The state after a step. Raises Conflict if the table does not hold it, Forbidden if it is a doctor's."""
    state = find_follow_up_move(follow_up.state, step, actor)
    if state is not None:
        return state
    if find_follow_up_move(follow_up.state, step, FollowUpActor.DOCTOR) is not None:
        raise Forbidden(_NO_RIGHT[Right.DECIDE])
    if follow_up.state is FollowUpState.DROPPED:
        raise Conflict(_DROPPED, code="telemonitoring.over")
    code, text = _STEP_REFUSED.get(step, ("conflict", Conflict.title))
    raise Conflict(text, code=code)
