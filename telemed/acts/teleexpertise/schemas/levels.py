"""Service levels as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel

from telemed.acts.teleexpertise.model.levels import Levels


class LevelsOut(BaseModel):
    """How a line answers. Minutes run from the sending to the answer; ratios are null of nothing.

    `late` are past their deadline, answered or not, out of `due`; `left` went on to others or ended before.
    """

    line_id: UUID
    since: datetime
    until: datetime
    asked: int
    answered: int
    waiting: int
    missed: int
    left: int
    refusals: int
    lapses: int
    due: int
    late: int
    avoided: int
    median_minutes: int | None
    p90_minutes: int | None
    late_ratio: float | None
    refusal_ratio: float | None
    avoided_ratio: float | None

    @classmethod
    def of(cls, levels: Levels) -> Self:
        return cls(**{name: getattr(levels, name) for name in cls.model_fields})
