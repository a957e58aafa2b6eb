"""What every question to billing says."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

Codes = Annotated[list[Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{1,40}$")]], Field(max_length=20)]


class Asking(BaseModel):
    """Common to every question. Without `patient_id` the quota and the cap are not looked at."""

    model_config = ConfigDict(extra="forbid")

    professional_id: UUID
    patient_id: UUID | None = None
    act_id: UUID | None = Field(
        default=None, description="The act, if it is done: its own place is not held against it."
    )
