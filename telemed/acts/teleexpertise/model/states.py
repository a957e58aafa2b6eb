"""The one table of a case: its states, who owns each, what is due, and who may move it where (decision 0061)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class State(StrEnum):
    """Where a case stands. `sent`: it left, and nobody holds an offer; `answered`: the opinion is signed.

    `queued`: a line has the case and none of its members is on duty.
    """

    DRAFT = "draft"
    SENT = "sent"
    QUEUED = "queued"
    OFFERED = "offered"
    SEEN = "seen"
    MORE_INFORMATION = "more_information"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    ANSWERED = "answered"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Owner(StrEnum):
    """Whose turn it is."""

    REQUERANT = "requerant"
    REQUIS = "requis"
    LINE = "line"


class Actor(StrEnum):
    """Who moves a case: one of its two sides, its patient by a consent taken back, or time."""

    REQUERANT = "requerant"
    REQUIS = "requis"
    PATIENT = "patient"
    CLOCK = "clock"


class Due(StrEnum):
    """What the owner of a state owes, and by when.

    `sending`: finish or drop the draft; `finding`: say who of the line takes it; `offer`: take it before the offer
    lapses; `answer`: what is left of the delay of the answer (R-24); `reading`: acknowledge the opinion.
    """

    SENDING = "sending"
    FINDING = "finding"
    OFFER = "offer"
    ANSWER = "answer"
    READING = "reading"


@dataclass(frozen=True)
class Standing:
    """Who owes what in a state."""

    owner: Owner
    due: Due


STANDINGS: Mapping[State, Standing | None] = MappingProxyType(
    {
        State.DRAFT: Standing(Owner.REQUERANT, Due.SENDING),
        State.SENT: Standing(Owner.REQUERANT, Due.ANSWER),
        State.QUEUED: Standing(Owner.LINE, Due.FINDING),
        State.OFFERED: Standing(Owner.REQUIS, Due.OFFER),
        State.SEEN: Standing(Owner.REQUIS, Due.OFFER),
        State.MORE_INFORMATION: Standing(Owner.REQUERANT, Due.ANSWER),
        State.ACCEPTED: Standing(Owner.REQUIS, Due.ANSWER),
        State.REFUSED: Standing(Owner.REQUERANT, Due.ANSWER),
        State.ANSWERED: Standing(Owner.REQUERANT, Due.READING),
        State.CLOSED: None,
        State.WITHDRAWN: None,
        State.EXPIRED: None,
    }
)
"""Each state with its owner and what is due; None at the end, and only there."""

END_STATES = frozenset(state for state, standing in STANDINGS.items() if standing is None)


class Step(StrEnum):
    """What moves a case.

    `inform` gives what was asked to those who hold an offer, `resume` to the one who accepted. `decline` is a refusal
    while others still hold the case, `refuse` that of the last one. `forward` asks the next of the cascade, `queue`
    leaves the case to a line, `look` searches it again for who came on duty, `return` gives it back to the requérant.
    `hand_over` proposes an accepted case to a colleague, `take_over` is his acceptance. `stop` follows a consent taken
    back.
    """

    EDIT = "edit"
    SEND = "send"
    OFFER = "offer"
    QUEUE = "queue"
    LOOK = "look"
    SEE = "see"
    ASK = "ask"
    INFORM = "inform"
    RESUME = "resume"
    ACCEPT = "accept"
    DECLINE = "decline"
    REFUSE = "refuse"
    FORWARD = "forward"
    LAPSE = "lapse"
    RETURN = "return"
    HAND_OVER = "hand_over"
    TAKE_OVER = "take_over"
    ANSWER = "answer"
    CORRECT = "correct"
    CLOSE = "close"
    WITHDRAW = "withdraw"
    STOP = "stop"
    ESCALATE = "escalate"
    EXPIRE = "expire"


_ASKER, _EXPERT, _PATIENT, _CLOCK = Actor.REQUERANT, Actor.REQUIS, Actor.PATIENT, Actor.CLOCK
_HELD = (State.OFFERED, State.SEEN, State.MORE_INFORMATION)
_UNANSWERED = (State.SENT, *_HELD, State.ACCEPTED, State.REFUSED)
_TIMED = (State.OFFERED, State.SEEN)
_GIVEN_UP = (State.MORE_INFORMATION, State.ACCEPTED)
_WAITS_FOR_ASKER = (State.SENT, State.MORE_INFORMATION, State.REFUSED)

MOVES: Mapping[tuple[State, Step], tuple[State, frozenset[Actor]]] = MappingProxyType(
    {
        (start, step): (end or start, frozenset(actors))
        for step, starts, end, actors in (
            (Step.EDIT, (State.DRAFT,), None, (_ASKER,)),
            (Step.SEND, (State.DRAFT,), State.SENT, (_ASKER,)),
            (Step.OFFER, (State.SENT, State.REFUSED), State.OFFERED, (_ASKER,)),
            (Step.OFFER, (State.QUEUED,), State.OFFERED, (_ASKER, _EXPERT, _CLOCK)),
            (Step.QUEUE, (State.SENT, State.REFUSED), State.QUEUED, (_ASKER,)),
            (Step.QUEUE, _TIMED, State.QUEUED, (_EXPERT, _CLOCK)),
            (Step.QUEUE, _GIVEN_UP, State.QUEUED, (_EXPERT,)),
            (Step.LOOK, (State.QUEUED,), None, (_CLOCK,)),
            (Step.RETURN, (State.QUEUED,), State.SENT, (_CLOCK,)),
            (Step.SEE, _TIMED, State.SEEN, (_EXPERT,)),
            (Step.ASK, (State.OFFERED, State.SEEN, State.ACCEPTED), State.MORE_INFORMATION, (_EXPERT,)),
            (Step.INFORM, (State.MORE_INFORMATION,), State.SEEN, (_ASKER,)),
            (Step.RESUME, (State.MORE_INFORMATION,), State.ACCEPTED, (_ASKER,)),
            (Step.ACCEPT, (*_HELD, State.SENT, State.QUEUED, State.REFUSED), State.ACCEPTED, (_EXPERT,)),
            (Step.DECLINE, (*_HELD, State.ACCEPTED), None, (_EXPERT,)),
            (Step.REFUSE, (*_HELD, State.ACCEPTED), State.REFUSED, (_EXPERT,)),
            (Step.FORWARD, _TIMED, State.OFFERED, (_EXPERT, _CLOCK)),
            (Step.FORWARD, _GIVEN_UP, State.OFFERED, (_EXPERT,)),
            (Step.LAPSE, _TIMED, State.SENT, (_CLOCK,)),
            (Step.LAPSE, (State.ACCEPTED,), None, (_CLOCK,)),
            (Step.HAND_OVER, (State.ACCEPTED,), None, (_EXPERT,)),
            (Step.TAKE_OVER, (State.ACCEPTED,), None, (_EXPERT,)),
            (Step.ANSWER, (State.ACCEPTED,), State.ANSWERED, (_EXPERT,)),
            (Step.CORRECT, (State.ANSWERED, State.CLOSED), None, (_EXPERT,)),
            (Step.CLOSE, (State.ANSWERED,), State.CLOSED, (_ASKER, _CLOCK)),
            (Step.WITHDRAW, (State.DRAFT, State.QUEUED, *_UNANSWERED), State.WITHDRAWN, (_ASKER,)),
            (Step.STOP, (State.QUEUED, *_UNANSWERED), State.WITHDRAWN, (_PATIENT,)),
            (Step.ESCALATE, _UNANSWERED, None, (_CLOCK,)),
            (Step.EXPIRE, (State.DRAFT, *_WAITS_FOR_ASKER, State.ACCEPTED), State.EXPIRED, (_CLOCK,)),
        )
        for start in starts
    }
)
"""From a state, by a step: the next state, and who may take it."""


def find_move(state: State, step: Step, actor: Actor) -> State | None:
    """The state after a step that `actor` takes; None if the table does not hold it."""
    end, actors = MOVES.get((state, step), (state, frozenset()))
    return end if actor in actors else None
