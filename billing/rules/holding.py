"""May this conventioned act be booked or invoiced under the cap? Urgent care always may, and an override says why."""

from __future__ import annotations

from dataclasses import dataclass

from billing.rules.levels import TEXTS, Level, Verdict
from billing.rules.rates import Regime
from telemed.kernel.decision import ALLOWED, Decision, Reason, refuse, warn

LONGEST_REASON = 300


@dataclass(frozen=True)
class Asked:
    """The téléconsultation in question, and what the doctor says of it."""

    is_own_patient: bool
    is_urgent: bool = False
    override_reason: str | None = None


def check_holding(asked: Asked, verdict: Verdict, regime: Regime) -> Decision:
    """Refused at the level `hold`, unless the act does not count, is urgent, or the doctor says why he goes on.

    The visit itself is never refused: only its booking under the convention, and its invoice.
    """
    if verdict.level is not Level.HOLD or (regime is Regime.B and asked.is_own_patient):
        return ALLOWED
    if asked.is_urgent:
        return warn(Reason("cap.urgent", "Plafond dépassé, soins urgents : l'acte n'est pas retenu.", TEXTS[regime]))
    if asked.override_reason is not None and asked.override_reason.strip():
        text = "Plafond dépassé : vous passez outre, et votre motif est gardé dans la trace."
        return warn(Reason("cap.overridden", text, TEXTS[regime]))
    return refuse(_held(verdict, regime))


def _held(verdict: Verdict, regime: Regime) -> Reason:
    why = verdict.reasons[0]
    text = (
        f"{why.text} Le rendez-vous conventionné et la facture sont retenus. Si les soins sont urgents, dites-le ; "
        "sinon, indiquez pourquoi vous passez outre : ce motif est gardé dans la trace."
    )
    return Reason("cap.held", text, TEXTS[regime], why.compared)
