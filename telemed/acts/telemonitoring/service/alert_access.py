"""The one audited way to reach an alert, and who somebody is beside it."""

from __future__ import annotations

from uuid import UUID

from telemed.acts.telemonitoring.model.alert import AlertActor, AlertState, AlertStep, find_alert_move
from telemed.acts.telemonitoring.model.rights import Right
from telemed.acts.telemonitoring.model.triage import HELD_STATES, Alert
from telemed.acts.telemonitoring.service.care_access import require_right
from telemed.acts.telemonitoring.store.alerts import AlertStore
from telemed.kernel.caller import Caller, Role
from telemed.kernel.errors import Conflict, Forbidden, NotFound
from telemed.storage.uow import UnitOfWork
from telemed.trace.service import Journal

_ABSENT = "Cette alerte n'existe pas ou n'est pas de votre cabinet."
_BY_HOLDER = frozenset((AlertStep.FILTER, AlertStep.ACT, AlertStep.CLOSE))
_BY_DOCTOR = frozenset((AlertStep.INTERPRET, AlertStep.DECIDE))
_REFUSED = {
    step: (code, text)
    for step, code, text in (
        (AlertStep.TAKE, "telemonitoring.alert_taken", "Cette alerte est déjà prise en charge."),
        (
            AlertStep.RELEASE,
            "telemonitoring.alert_not_taken",
            "On ne rend qu'une alerte prise, et pas encore interprétée.",
        ),
        (
            AlertStep.FILTER,
            "telemonitoring.alert_not_taken",
            "Une alerte s'écarte une fois prise, avant d'être interprétée.",
        ),
        (AlertStep.INTERPRET, "telemonitoring.alert_not_taken", "Une alerte se prend, puis s'interprète une fois."),
        (
            AlertStep.DECIDE,
            "telemonitoring.alert_not_interpreted",
            "Une alerte s'interprète avant que la conduite soit décidée.",
        ),
        (
            AlertStep.ACT,
            "telemonitoring.alert_not_decided",
            "Un médecin décide de la conduite avant qu'elle soit faite.",
        ),
        (AlertStep.CLOSE, "telemonitoring.alert_not_decided", "Un médecin décide de la conduite avant la clôture."),
    )
}


def actor_of(caller: Caller) -> AlertActor:
    return AlertActor.DOCTOR if caller.has_role(Role.DOCTOR) else AlertActor.TEAM


async def reach_alert(
    uow: UnitOfWork, journal: Journal, caller: Caller, alert_id: UUID, action: str, *, lock: bool = True
) -> Alert:
    """The alert, locked, if the caller may do `action` on it; noted in the trace either way.

    Raises NotFound for one that is absent or of another practice.
    """
    alert = await AlertStore(uow.session).find(alert_id, lock=lock)
    patient_id = alert.patient_id if alert else None
    journal.note(uow, caller, f"telemonitoring.{action}", patient_id=patient_id, resource=f"alert:{alert_id}")
    require_right(caller, Right.READ)
    if alert is None or alert.practice_id != caller.practice_id:
        raise NotFound(_ABSENT)
    return alert


def require_hand(alert: Alert, caller: Caller, step: AlertStep) -> None:
    """Is it the caller's to do? A doctor may do all; what is in a colleague's hands is his to finish.

    Raises Forbidden, or Conflict where the colleague must let it go first.
    """
    if step in _BY_DOCTOR:
        require_right(caller, Right.DECIDE)
    is_held = alert.state in HELD_STATES and alert.holder_id != caller.id
    if step in _BY_HOLDER and is_held and not caller.has_role(Role.DOCTOR):
        raise Conflict("Cette alerte est entre les mains d'un collègue.", code="telemonitoring.alert_held")


def may_act(alert: Alert, caller: Caller) -> bool:
    """Is there something to do, and is it the caller's?"""
    return AlertStep.ACT in steps_open_to(alert, caller)


def refuse_step(alert: Alert, step: AlertStep) -> Conflict:
    """Why the table does not hold this step here."""
    if alert.state is AlertState.CLOSED:
        return Conflict("Cette alerte est close.", code="telemonitoring.alert_closed")
    code, text = _REFUSED[step]
    return Conflict(text, code=code)


def steps_open_to(alert: Alert, caller: Caller) -> frozenset[AlertStep]:
    """What the caller may do next; the same as what is accepted."""
    found = set()
    for step in _REFUSED:
        try:
            require_hand(alert, caller, step)
        except (Forbidden, Conflict):
            continue
        if find_alert_move(alert.state, step, actor_of(caller)) is not None:
            found.add(step)
    return frozenset(found)
