"""The one table of a follow-up: its states, who owes what in each, and who may move it where (decision 0071)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class FollowUpState(StrEnum):
    """Where a follow-up stands.

    `suspended`: the patient is cared for elsewhere, in hospital; `flagged`: too few data came back in a checked month
    (R-33); `lapsed`: the prescription is over, nothing is billed, and data still come in.
    """

    DRAFT = "draft"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    FLAGGED = "flagged"
    LAPSED = "lapsed"
    ENDED = "ended"
    DROPPED = "dropped"


class FollowUpActor(StrEnum):
    """Who moves a follow-up: any professional of its team, a doctor of it, the patient, or time."""

    TEAM = "team"
    DOCTOR = "doctor"
    PATIENT = "patient"
    CLOCK = "clock"


class FollowUpStep(StrEnum):
    """What moves a follow-up. `keep`: a doctor goes on although few data come; `lapse`: the prescription is over;
    `withdraw`: the patient takes his consent back; `close`: nobody renewed a lapsed one."""

    EDIT = "edit"
    START = "start"
    DROP = "drop"
    SUSPEND = "suspend"
    RESUME = "resume"
    FLAG = "flag"
    KEEP = "keep"
    RENEW = "renew"
    LAPSE = "lapse"
    STOP = "stop"
    WITHDRAW = "withdraw"
    CLOSE = "close"


class FollowUpDue(StrEnum):
    """What is owed next: finish the enrolment, renew the prescription, say that the patient is back, or decide."""

    ENROLMENT = "enrolment"
    RENEWAL = "renewal"
    RETURN = "return"
    DECISION = "decision"


@dataclass(frozen=True)
class FollowUpStanding:
    """Who owes what in a state."""

    owner: FollowUpActor
    due: FollowUpDue


_TEAM, _DOCTOR, _PATIENT, _CLOCK = FollowUpActor

FOLLOW_UP_STANDINGS: Mapping[FollowUpState, FollowUpStanding | None] = MappingProxyType(
    {
        FollowUpState.DRAFT: FollowUpStanding(_TEAM, FollowUpDue.ENROLMENT),
        FollowUpState.ACTIVE: FollowUpStanding(_DOCTOR, FollowUpDue.RENEWAL),
        FollowUpState.SUSPENDED: FollowUpStanding(_TEAM, FollowUpDue.RETURN),
        FollowUpState.FLAGGED: FollowUpStanding(_DOCTOR, FollowUpDue.DECISION),
        FollowUpState.LAPSED: FollowUpStanding(_DOCTOR, FollowUpDue.RENEWAL),
        FollowUpState.ENDED: None,
        FollowUpState.DROPPED: None,
    }
)
"""Each state with its owner and what is due; None at the end, and only there."""

_PRESCRIBED = (FollowUpState.ACTIVE, FollowUpState.SUSPENDED, FollowUpState.FLAGGED)
TAKES_DATA = frozenset((*_PRESCRIBED, FollowUpState.LAPSED))
"""Where data are kept and read by rules: everywhere between the start and the end."""

FOLLOW_UP_MOVES: Mapping[tuple[FollowUpState, FollowUpStep], tuple[FollowUpState, frozenset[FollowUpActor]]] = (
    MappingProxyType(
        {
            (start, step): (end or start, frozenset(actors))
            for step, starts, end, actors in (
                (FollowUpStep.EDIT, (FollowUpState.DRAFT,), None, (_TEAM, _DOCTOR)),
                (FollowUpStep.START, (FollowUpState.DRAFT,), FollowUpState.ACTIVE, (_TEAM, _DOCTOR)),
                (FollowUpStep.DROP, (FollowUpState.DRAFT,), FollowUpState.DROPPED, (_TEAM, _DOCTOR, _CLOCK)),
                (
                    FollowUpStep.SUSPEND,
                    (FollowUpState.ACTIVE, FollowUpState.FLAGGED),
                    FollowUpState.SUSPENDED,
                    (_TEAM, _DOCTOR),
                ),
                (FollowUpStep.RESUME, (FollowUpState.SUSPENDED,), FollowUpState.ACTIVE, (_TEAM, _DOCTOR)),
                (FollowUpStep.FLAG, (FollowUpState.ACTIVE,), FollowUpState.FLAGGED, (_CLOCK,)),
                (FollowUpStep.KEEP, (FollowUpState.FLAGGED,), FollowUpState.ACTIVE, (_DOCTOR,)),
                (FollowUpStep.RENEW, _PRESCRIBED, None, (_DOCTOR,)),
                (FollowUpStep.RENEW, (FollowUpState.LAPSED,), FollowUpState.ACTIVE, (_DOCTOR,)),
                (FollowUpStep.LAPSE, _PRESCRIBED, FollowUpState.LAPSED, (_CLOCK,)),
                (FollowUpStep.STOP, tuple(TAKES_DATA), FollowUpState.ENDED, (_TEAM, _DOCTOR)),
                (FollowUpStep.WITHDRAW, tuple(TAKES_DATA), FollowUpState.ENDED, (_PATIENT,)),
                (FollowUpStep.CLOSE, (FollowUpState.LAPSED,), FollowUpState.ENDED, (_CLOCK,)),
            )
            for start in starts
        }
    )
)
"""From a state, by a step: the next state, and who may take it."""


def find_follow_up_move(state: FollowUpState, step: FollowUpStep, actor: FollowUpActor) -> FollowUpState | None:
    """The state after a step that `actor` takes; None if the table does not hold it."""
    end, actors = FOLLOW_UP_MOVES.get((state, step), (state, frozenset()))
    return end if actor in actors else None
