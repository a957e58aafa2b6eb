"""What a patient's page may do: the order of its steps."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from telemed.acts.teleconsultation.model import State


class VisitStep(StrEnum):
    """The one task that a patient's page shows."""

    CONSENT = "consent"
    IDENTITY = "identity"
    DEVICES = "devices"
    WAITING = "waiting"
    CALL = "call"
    END = "end"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class VisitProgress:
    """What is done so far on the patient's side."""

    state: State
    has_consented: bool
    has_confirmed_traits: bool
    has_given_place: bool
    has_checked_devices: bool


def next_step(progress: VisitProgress) -> VisitStep:
    """The first thing still to do, in the order of the step line."""
    if progress.state in (State.FINISHED, State.CLOSED):
        return VisitStep.END
    if progress.state is State.CANCELLED:
        return VisitStep.CANCELLED
    if not progress.has_consented:
        return VisitStep.CONSENT
    if progress.state is State.IN_CALL:
        return VisitStep.CALL
    if not (progress.has_confirmed_traits and progress.has_given_place):
        return VisitStep.IDENTITY
    if not progress.has_checked_devices:
        return VisitStep.DEVICES
    return VisitStep.WAITING
