"""An observation as it came in: whose device sent it, when; and what became of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from telemed.acts.telemonitoring.model.observation import Observation, ObservationStatus

CORRECTIONS = frozenset((ObservationStatus.AMENDED, ObservationStatus.CORRECTED, ObservationStatus.ENTERED_IN_ERROR))


class Taken(StrEnum):
    """What became of an observation that came in; whatever it is, what was sent is kept.

    `conflict`: the same measure was kept with another value, and this one, no correction, is set aside.
    """

    NEW = "new"
    DUPLICATE = "duplicate"
    CORRECTED = "corrected"
    CONFLICT = "conflict"


class Arrival(msgspec.Struct, frozen=True, gc=False):
    """One observation for a follow-up, from a device that was let in; `arrival_id` names what it came in with.

    `is_conditional`: it is to be created where nothing is kept of its measure yet, and else to be left.
    """

    follow_up_id: UUID
    device_id: UUID
    arrival_id: UUID
    received_at: datetime
    observation: Observation
    is_conditional: bool = False

    @property
    def key(self) -> tuple[UUID, str, str, datetime]:
        """Two arrivals with the same key are of the same measure."""
        observation = self.observation
        if observation.signal is not None:
            return self.device_id, observation.signal, "", observation.measured_at
        return self.device_id, observation.code, observation.component, observation.measured_at

    @property
    def is_correction(self) -> bool:
        return self.observation.status in CORRECTIONS


class Kept(msgspec.Struct, frozen=True, gc=False):
    """An observation as it is kept; `version` counts from 0, and grows with each correction."""

    follow_up_id: UUID
    device_id: UUID
    arrival_id: UUID
    received_at: datetime
    version: int
    observation: Observation
