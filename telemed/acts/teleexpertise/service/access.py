"""The one audited way to reach a case, and who somebody is in it."""

from __future__ import annotations

from uuid import UUID

from telemed.acts.teleexpertise.model import Actor, Case, Outcome, State, Step, find_move
from telemed.acts.teleexpertise.store import CaseStore
from telemed.kernel.caller import Caller, CallerKind, Role
from telemed.kernel.errors import Conflict, Forbidden, NotFound
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal

CARERS = (Role.DOCTOR, Role.HEALTH_PROFESSIONAL)
_ABSENT = "Cette demande n'existe pas ou n'est pas la vôtre."
_STEP_REFUSED = {
    step: (code, text)
    for step, code, text in (
        (
            Step.EDIT,
            "teleexpertise.already_sent",
            "Cette demande est déjà partie : écrivez au confrère dans le dossier.",
        ),
        (Step.SEND, "teleexpertise.already_sent", "Cette demande est déjà partie."),
        (Step.OFFER, "teleexpertise.not_waiting", "Cette demande n'attend pas de confrère."),
        (Step.QUEUE, "teleexpertise.not_waiting", "Cette demande n'attend pas d'équipe."),
        (Step.HAND_OVER, "teleexpertise.not_accepted", "On ne transmet qu'une demande acceptée et sans réponse."),
        (Step.TAKE_OVER, "teleexpertise.over", "Cette demande n'est plus à reprendre."),
        (Step.FORWARD, "teleexpertise.over", "Cette demande ne peut plus être refusée."),
        (Step.SEE, "teleexpertise.over", "Cette demande n'est plus à prendre."),
        (Step.ASK, "teleexpertise.over", "Cette demande n'attend plus de question."),
        (Step.INFORM, "teleexpertise.nothing_asked", "Aucune information n'est demandée."),
        (Step.RESUME, "teleexpertise.nothing_asked", "Aucune information n'est demandée."),
        (Step.ACCEPT, "teleexpertise.taken", "Cette demande est déjà acceptée, ou n'est plus à prendre."),
        (Step.DECLINE, "teleexpertise.over", "Cette demande ne peut plus être refusée."),
        (Step.REFUSE, "teleexpertise.over", "Cette demande ne peut plus être refusée."),
        (
            Step.ANSWER,
            "teleexpertise.not_accepted",
            "Acceptez la demande avant d'y répondre ; elle est peut-être close.",
        ),
        (
            Step.CORRECT,
            "teleexpertise.not_answered",
            "Cet avis n'est pas encore signé : modifiez-le.",
        ),
        (
            Step.CLOSE,
            "teleexpertise.not_answered",
            "Cette demande n'a pas encore de réponse à lire, ou elle est close.",
        ),
        (Step.WITHDRAW, "teleexpertise.over", "Cette demande ne peut plus être retirée."),
    )
}
_GONE = {
    outcome: (code, text)
    for outcome, code, text in (
        (Outcome.OVERTAKEN, "teleexpertise.taken", "Un confrère a accepté cette demande avant vous."),
        (Outcome.HANDED_OVER, "teleexpertise.handed_over", "Vous avez transmis cette demande à un confrère."),
        (Outcome.LAPSED, "teleexpertise.lapsed", "Le délai pour prendre cette demande est passé."),
        (Outcome.CANCELLED, "teleexpertise.over", "Cette demande est close : son auteur l'a retirée ou elle a expiré."),
    )
}  # fmt: skip


def require_carer(caller: Caller) -> UUID:
    """The id of a health professional with an RPPS, signed in with two factors (R-2). Raises Forbidden."""
    if caller.kind is not CallerKind.PROFESSIONAL or caller.id is None or not caller.has_role(*CARERS):
        raise Forbidden("La téléexpertise est réservée aux professionnels de santé.")
    if caller.rpps is None:
        raise Forbidden("Aucun numéro RPPS n'est enregistré.", code="professional.rpps_missing")
    if caller.factors < 2:
        text = "Reconnectez-vous avec deux facteurs pour demander ou donner un avis."
        raise Forbidden(text, code="professional.two_factors_needed")
    return caller.id


async def open_case(
    uow: UnitOfWork, journal: Journal, caller: Caller, case_id: UUID, action: str, *, lock: bool = True
) -> tuple[Case, Actor]:
    """A case and the caller's side of it; noted in the trace either way.

    The requérant reaches what he asked; a requis what is or was in his hands and was not lost since. Raises Forbidden,
    NotFound for a case that is absent or another's, Conflict for one that was offered to him and is gone.
    """
    case = await CaseStore(uow.session).find(case_id, lock=lock)
    patient_id = case.patient_id if case else None
    resource = f"teleexpertise:{case_id}"
    journal.note(uow, caller, f"teleexpertise.{action}", patient_id=patient_id, resource=resource)
    require_carer(caller)
    if case is None:
        raise NotFound(_ABSENT)
    return case, side_of(caller, case)


def side_of(caller: Caller, case: Case) -> Actor:
    """Whose side the caller is on. Raises NotFound when on none, Conflict for an offer that is gone."""
    if caller.id == case.requerant.professional_id:
        return Actor.REQUERANT
    if case.offer_of(caller.id) is not None:
        return Actor.REQUIS
    own = [offer for offer in case.offers if offer.to.professional_id == caller.id and offer.outcome in _GONE]
    if own:
        code, text = _GONE[own[-1].outcome]
        raise Conflict(text, code=code)
    raise NotFound(_ABSENT)


def require_side(actor: Actor, wanted: Actor) -> None:
    """Raises Forbidden when this is the other side's to do."""
    if actor is not wanted:
        who = "au requérant" if wanted is Actor.REQUERANT else "au confrère sollicité"
        raise Forbidden(f"Cette action revient {who}.", code="teleexpertise.other_side")


def require_step(case: Case, step: Step, actor: Actor) -> State:
    """The state after a step. Raises Conflict if the table does not hold it."""
    state = find_move(case.state, step, actor)
    if state is None:
        raise _refuse_step(step)
    return state


def _refuse_step(step: Step) -> Conflict:
    """Why a step is not in the table for the state of the case."""
    code, text = _STEP_REFUSED.get(step, ("conflict", Conflict.title))
    return Conflict(text, code=code)
