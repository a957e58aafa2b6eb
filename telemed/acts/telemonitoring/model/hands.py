"""Who keys a measure or an answer in: a hand is the device of what it keys, one for each follow-up."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID, uuid5


class Hand(StrEnum):
    """The patient on the page of his link, or somebody of the team, such as a nurse on the phone with him."""

    PATIENT = "patient"
    TEAM = "team"


def hand_of(follow_up_id: UUID, hand: Hand) -> UUID:
    """The device id of what this hand keys for this follow-up; always the same, and never that of a real device."""
    return uuid5(follow_up_id, hand.value)


def find_hand(follow_up_id: UUID, device_id: UUID) -> Hand | None:
    """Whose hand a device id is; None for a device."""
    return next((hand for hand in Hand if hand_of(follow_up_id, hand) == device_id), None)
