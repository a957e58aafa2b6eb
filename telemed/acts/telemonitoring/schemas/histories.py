"""Files of past measures, as JSON: counts and faults, never a measure."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from telemed.acts.telemonitoring.model.history import History, HistoryState


class FaultOut(BaseModel):
    """A line that is not taken, by its number in the file."""

    line: int
    code: str
    text: str


class HistoryOut(BaseModel):
    """A file: what it would bring, or brought. The first faults are told one by one, all are counted. Of the accepted
    lines, known ones say what is here already, conflicting ones another value for the same instant. `done_count`: of
    how many measures what is under way (`keeping`, `undoing`) is done."""

    id: UUID
    state: HistoryState
    at: datetime
    settled_at: datetime | None
    accepted_count: int
    doubtful_count: int
    rejected_count: int
    known_count: int
    conflicting_count: int
    done_count: int
    first_at: datetime | None
    last_at: datetime | None
    signals: list[str]
    faults: list[FaultOut]

    @classmethod
    def of(cls, one: History) -> HistoryOut:
        return cls(
            id=one.id,
            state=one.state,
            at=one.at,
            settled_at=one.settled_at,
            accepted_count=one.count.accepted,
            doubtful_count=one.count.doubtful,
            rejected_count=one.count.rejected,
            known_count=one.count.known,
            conflicting_count=one.count.conflicting,
            done_count=one.done,
            first_at=one.count.first_at,
            last_at=one.count.last_at,
            signals=list(one.count.signals),
            faults=[FaultOut(line=fault.line, code=fault.code, text=fault.text) for fault in one.faults],
        )
