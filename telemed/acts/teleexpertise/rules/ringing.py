"""What becomes of a call: pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from telemed.acts.teleexpertise.model import Case, State, Wish
from telemed.acts.teleexpertise.model.live import (
    LONGEST_CALL,
    RING,
    CallEnd,
    CallState,
    LiveCall,
    Ring,
    RingOutcome,
)

_TO_TAKE = frozenset({State.SENT, State.QUEUED, State.OFFERED, State.SEEN, State.MORE_INFORMATION, State.REFUSED})
_IN_HANDS = frozenset({State.ACCEPTED, State.MORE_INFORMATION})
_TALKING = _IN_HANDS | {State.ANSWERED}
"""Signing the opinion interrupts nobody."""


def may_ring(case: Case) -> bool:
    """Is there somebody to ring for this case: whoever may take it, or the one who has it?"""
    return case.state in _TO_TAKE | _IN_HANDS


def wish_of_ring(case: Case, now: datetime, *, but_rpps: frozenset[str], present: tuple[UUID, ...]) -> Wish:
    """What is looked for among those who are there. An offer in writing that somebody holds is no reason against."""
    return Wish(
        patient_id=case.patient_id,
        requerant=case.requerant,
        specialty_code=case.content.specialty_code,
        skill=case.content.skill,
        territory=case.requerant.territory,
        line_id=None,
        now=now,
        before=case.deadline or now + RING,
        but_rpps=but_rpps,
        present=present,
    )


def start_call(call_id: UUID, case: Case, rings: Sequence[Ring], now: datetime) -> LiveCall:
    """It rings, or is over at once where there is nobody."""
    call = LiveCall(call_id, case.id, case.requerant.professional_id, CallState.RINGING, now, now + RING, tuple(rings))
    return call if rings else stop(call, CallEnd.NOBODY_THERE, now)


def answer(call: LiveCall, ring: Ring, room: str, now: datetime) -> LiveCall:
    """The first one answered: the room opens, the others stop ringing."""
    rings = tuple(
        _settle(one, RingOutcome.ANSWERED, now) if one.id == ring.id else _settle(one, RingOutcome.STOPPED, now)
        for one in call.rings
    )
    return replace(call, state=CallState.OPEN, rings=rings, room=room, requis_id=ring.to.professional_id, opened_at=now)


def decline(call: LiveCall, ring: Ring, now: datetime) -> LiveCall:
    """One of them cannot; the last one ends the call."""
    rings = tuple(_settle(one, RingOutcome.DECLINED, now) if one.id == ring.id else one for one in call.rings)
    declined = replace(call, rings=rings)
    return declined if declined.ringing else stop(declined, CallEnd.DECLINED, now)


def stop(call: LiveCall, end: CallEnd, now: datetime) -> LiveCall:
    """Over, for everybody whom it rings."""
    outcome = RingOutcome.MISSED if end is CallEnd.UNANSWERED else RingOutcome.STOPPED
    rings = tuple(_settle(one, outcome, now) for one in call.rings)
    return replace(call, state=CallState.ENDED, rings=rings, ended_at=now, end=end)


def end_by_time(call: LiveCall, now: datetime) -> CallEnd | None:
    """What time does to a call at `now`; the end of the ringing is excluded from it."""
    if call.state is CallState.RINGING and now >= call.ring_until:
        return CallEnd.UNANSWERED
    if call.state is CallState.OPEN and call.opened_at is not None and now >= call.opened_at + LONGEST_CALL:
        return CallEnd.TOO_LONG
    return None


def end_by_case(call: LiveCall, case: Case) -> CallEnd | None:
    """What the case's own move does to its call: an acceptance in writing, an end, another requis."""
    requis = case.requis.professional_id if case.requis else None
    if call.state is CallState.OPEN:
        return None if case.state in _TALKING and requis == call.requis_id else CallEnd.CASE_OVER
    if not may_ring(case):
        return CallEnd.CASE_OVER
    rung = {ring.to.professional_id for ring in call.ringing}
    return None if requis is None or rung == {requis} else CallEnd.TAKEN


def _settle(ring: Ring, outcome: RingOutcome, now: datetime) -> Ring:
    return replace(ring, outcome=outcome, settled_at=now) if ring.is_ringing else ring
