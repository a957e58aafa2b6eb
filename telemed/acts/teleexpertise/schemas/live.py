"""JSON of the synchronous mode."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field

from telemed.acts.teleexpertise.model import Urgency
from telemed.acts.teleexpertise.model.live import (
    MOST_RUNG,
    CallEnd,
    CallState,
    LedgerLine,
    LiveCall,
    RingOutcome,
)
from telemed.acts.teleexpertise.ports import RoomPass
from telemed.acts.teleexpertise.schemas.incoming import Input, TargetIn
from telemed.acts.teleexpertise.schemas.outgoing import CaseAndWarnings, PersonOut
from telemed.acts.teleexpertise.service.ringing import RingView


class CallIn(Input):
    """Whom to ring: these colleagues, or whoever of the specialty is there.

    `fallback`: whom to ask in writing when nobody answers; a draft needs it. A case that colleagues hold already goes
    on with them.
    """

    colleague_ids: Annotated[list[UUID], Field(max_length=MOST_RUNG, default_factory=list)]
    fallback: TargetIn | None = None


class RingOut(BaseModel):
    """At whom it rings or rang."""

    professional_id: UUID
    outcome: RingOutcome
    settled_at: datetime | None


class CallOut(BaseModel):
    """A try to talk at once. `end` says why it is over; without an answer the case goes on in writing."""

    id: UUID
    case_id: UUID
    state: CallState
    started_at: datetime
    ring_until: datetime
    rings: list[RingOut]
    requis_id: UUID | None
    opened_at: datetime | None
    ended_at: datetime | None
    end: CallEnd | None

    @classmethod
    def of(cls, call: LiveCall) -> Self:
        rings = [
            RingOut(professional_id=one.to.professional_id, outcome=one.outcome, settled_at=one.settled_at)
            for one in call.rings
        ]
        return cls(
            id=call.id,
            case_id=call.case_id,
            state=call.state,
            started_at=call.started_at,
            ring_until=call.ring_until,
            rings=rings,
            requis_id=call.requis_id,
            opened_at=call.opened_at,
            ended_at=call.ended_at,
            end=call.end,
        )


class AnsweredOut(CaseAndWarnings):
    """The open call, and the case that is now in one's hands."""

    call: CallOut


class IncomingRing(BaseModel):
    """What rings at one's own, null when nothing does: who asks and how soon, nothing of the patient."""

    call_id: UUID | None = None
    until: datetime | None = None
    asker: PersonOut | None = None
    urgency: Urgency | None = None
    specialty_code: str | None = None
    skill: str = ""

    @classmethod
    def of(cls, view: RingView | None) -> Self:
        if view is None:
            return cls()
        return cls(
            call_id=view.call.id,
            until=view.call.ring_until,
            asker=PersonOut.of(view.asker, view.practice),
            urgency=view.case.content.urgency,
            specialty_code=view.case.content.specialty_code,
            skill=view.case.content.skill,
        )


class CallPassOut(BaseModel):
    """A signed token for one seat, to be shown in the first frame of the socket at `socket_path`."""

    token: str
    room: str
    seat: str
    socket_path: str
    expires_at: datetime

    @classmethod
    def of(cls, issued: RoomPass) -> Self:
        return cls(
            token=issued.token,
            room=issued.room,
            seat=issued.seat,
            socket_path=issued.socket_path,
            expires_at=issued.expires_at,
        )


class LedgerLineOut(BaseModel):
    """One line of the ledger: `source` is the server, or the seat that reports with its own clock (`seat_at`)."""

    seat: str
    kind: str
    source: str
    at: datetime
    seat_at: datetime | None
    details: dict[str, str | int | float | bool]


class LedgerOut(BaseModel):
    """What happened in the room of the last call, in order."""

    entries: list[LedgerLineOut]

    @classmethod
    def of(cls, lines: list[LedgerLine]) -> Self:
        return cls(
            entries=[
                LedgerLineOut(
                    seat=line.seat,
                    kind=line.kind,
                    source=line.source,
                    at=line.at,
                    seat_at=line.seat_at,
                    details=dict(line.details),
                )
                for line in lines
            ]
        )
