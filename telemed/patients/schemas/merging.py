"""Merges of records as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from telemed.patients.model import Merge, MergeChange


class MergeIn(BaseModel):
    """Which record is taken into this one."""

    model_config = ConfigDict(extra="forbid")

    absorbed_id: UUID
    is_confirmed: bool = Field(
        default=False, description="A person has compared both records and read what the rules warn of."
    )


class MergeUndoIn(BaseModel):
    """Which record is parted from this one."""

    model_config = ConfigDict(extra="forbid")

    absorbed_id: UUID


class MergeOut(BaseModel):
    """One line of the history. Acts, documents and consents stay under the id of the absorbed record."""

    id: UUID
    kept_id: UUID
    absorbed_id: UUID
    change: MergeChange
    at: datetime
    by: UUID | None

    @classmethod
    def of(cls, merge: Merge) -> Self:
        return cls(
            id=merge.id,
            kept_id=merge.kept_id,
            absorbed_id=merge.absorbed_id,
            change=merge.change,
            at=merge.at,
            by=merge.by,
        )
