"""What the ledger of a room says went wrong while the two sides talked (R-9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from telemed.acts.teleexpertise.model.live import LedgerLine

SHORTEST_LOSS = timedelta(seconds=3)
_ENDS = {
    "dropped": frozenset({"resumed", "joined"}),
    "media_interrupted": frozenset({"media_restored", "media_connected", "first_frame", "joined"}),
}
_ALWAYS = frozenset({"device_failed"})


@dataclass(frozen=True)
class Loss:
    """Something lost by a seat, from when and for how long; None: until the end."""

    seat: str
    kind: str
    at: datetime
    duration: timedelta | None


def losses(lines: Sequence[LedgerLine]) -> tuple[Loss, ...]:
    """What was lost for three seconds or more, in order; a device that failed counts whatever it lasted."""
    found = []
    for place, line in enumerate(lines):
        if line.kind in _ENDS:
            duration = _until_back(line, lines[place + 1 :])
            if duration is None or duration >= SHORTEST_LOSS:
                found.append(Loss(line.seat, line.kind, line.at, duration))
        elif line.kind in _ALWAYS:
            found.append(Loss(line.seat, line.kind, line.at, None))
    return tuple(found)


def _until_back(line: LedgerLine, later: Sequence[LedgerLine]) -> timedelta | None:
    ends = (one.at for one in later if one.seat == line.seat and one.kind in _ENDS[line.kind])
    end = next(ends, None)
    return None if end is None else end - line.at
