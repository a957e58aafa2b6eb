"""The one audited way to reach a teleconsultation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from telemed.acts.teleconsultation.model import Step, Teleconsultation, next_state
from telemed.acts.teleconsultation.store import ActStore
from telemed.kernel.caller import Caller, CallerKind, Role
from telemed.kernel.errors import Conflict, Forbidden, NotFound
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal

_STEP_REFUSED = {
    Step.MOVE: "Seul un rendez-vous à venir peut être déplacé.",
    Step.CANCEL: "Cette téléconsultation ne peut plus être annulée.",
    Step.RESTORE: "Ce rendez-vous n'est pas annulé.",
    Step.ARRIVE: "Cette téléconsultation n'attend plus de patient.",
    Step.ADMIT: "Ce patient n'est pas en salle d'attente, ou il est déjà entré.",
    Step.FINISH: "Aucun appel n'est en cours pour cette téléconsultation.",
    Step.RESUME: "Cette téléconsultation ne peut plus être reprise.",
    Step.CLOSE: "La téléconsultation doit être terminée avant que son compte rendu soit signé.",
    Step.MARK_ABSENT: "Cette téléconsultation ne peut pas être notée comme absence.",
}


async def open_act(
    uow: UnitOfWork,
    journal: Journal,
    caller: Caller,
    act_id: UUID,
    action: str,
    *,
    roles: frozenset[Role],
    lock: bool = True,
    details: dict[str, Any] | None = None,
) -> Teleconsultation:
    """The act, if the caller may do `action` on it; noted in the trace either way.

    A doctor reaches his own acts, a secretary those of the practice, a patient the one of the link.
    Raises NotFound for an act that is absent or another's, Forbidden when the role is not one of `roles`.
    """
    act = await ActStore(uow.session).find(act_id, lock=lock)
    journal.note(
        uow,
        caller,
        f"teleconsultation.{action}",
        patient_id=act.patient_id if act else None,
        resource=f"teleconsultation:{act_id}",
        purpose="care" if caller.kind is not CallerKind.SYSTEM else "operation",
        details=details,
    )
    if act is None or not may_see(caller, act):
        raise NotFound("Cette téléconsultation n'existe pas ou n'est pas la vôtre.")
    if caller.kind is CallerKind.PROFESSIONAL and not caller.has_role(*roles):
        raise Forbidden("Votre rôle ne permet pas cette action.")
    return act


def may_see(caller: Caller, act: Teleconsultation) -> bool:
    """Is this act one of the caller's?"""
    match caller.kind:
        case CallerKind.SYSTEM:
            return True
        case CallerKind.PATIENT:
            return caller.act_id == act.id and caller.id == act.patient_id
        case CallerKind.PROFESSIONAL:
            is_own = caller.has_role(Role.DOCTOR) and caller.id == act.professional_id
            return is_own or (caller.has_role(Role.SECRETARY) and caller.practice_id == act.practice_id)
        case CallerKind.DEVICE:
            return False


def require_own_doctor(caller: Caller, act: Teleconsultation) -> None:
    """Only the doctor of the act, with his RPPS and two factors, opens and ends it (R-2). Raises Forbidden."""
    is_own = caller.has_role(Role.DOCTOR) and caller.id == act.professional_id
    if not is_own or caller.rpps is None or caller.factors < 2:
        raise Forbidden(
            "Seul le médecin de cette téléconsultation, authentifié, peut faire cela.", code="not_the_doctor"
        )


def take_step(act: Teleconsultation, step: Step, **changes: Any) -> Teleconsultation:
    """The act after a step of the table, with other changes. Raises Conflict if the table does not hold it."""
    state = next_state(act.state, step)
    if state is None:
        raise Conflict(_STEP_REFUSED[step], code=f"state.{step.value}")
    return replace(act, state=state, **changes)
