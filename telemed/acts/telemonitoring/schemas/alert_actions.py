"""Actions and mutes in."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from telemed.acts.telemonitoring.model.triage import ActionKind
from telemed.acts.telemonitoring.schemas.alerts import MaybeWords, Words
from telemed.acts.telemonitoring.service.alert_actions import ActionDraft
from telemed.kernel.messages import Channel
from telemed.kernel.period import Interval

Minutes = Annotated[int, Field(ge=5, le=120)]
Tolerance = Annotated[
    int, Field(ge=0, le=10**15, description="How much worse, in millionths of the unit, is not yet worse.")
]


class AlertSlotIn(BaseModel):
    """A time: its start, with an offset, and its length."""

    model_config = ConfigDict(extra="forbid")

    starts_at: AwareDatetime
    minutes: Minutes = 15

    def to_interval(self) -> Interval:
        return Interval(self.starts_at, self.starts_at + timedelta(minutes=self.minutes))


class AlertActionIn(BaseModel):
    """What is done. The rest is for a teleconsultation: with whom (else whoever decided), when (else the next free
    time), and how the patient gets his link."""

    model_config = ConfigDict(extra="forbid")

    kind: ActionKind
    words: MaybeWords = ""
    professional_id: UUID | None = None
    slot: AlertSlotIn | None = None
    send_link: Channel | None = None

    @model_validator(mode="after")
    def _check_booking(self) -> Self:
        asked = (self.professional_id, self.slot, self.send_link)
        if self.kind is not ActionKind.TELECONSULTATION and asked != (None, None, None):
            raise ValueError("only a teleconsultation has a doctor, a time and a link")
        return self

    def to_draft(self) -> ActionDraft:
        slot = self.slot.to_interval() if self.slot else None
        return ActionDraft(self.kind, self.words, self.professional_id, slot, self.send_link)


class MuteIn(BaseModel):
    """Until when not to be told, unless it grows worse, and why."""

    model_config = ConfigDict(extra="forbid")

    until: AwareDatetime
    reason: Words
    tolerance: Tolerance = 0
