"""What the continuity ledger proves: did video take place (R-10), for how long, and what went wrong (R-9)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from telemed.acts.teleconsultation.model import ContinuityEntry, Seat

_STARTS = {
    "joined": "present",
    "resumed": "present",
    "media_connected": "media",
    "media_restored": "media",
    "video_on": "video",
}
_STOPS = {
    "dropped": ("present",),
    "left": ("present", "media", "video"),
    "media_interrupted": ("media",),
    "video_off": ("video",),
}
_CAUSES = {
    "dropped": "connexion perdue",
    "media_interrupted": "image et son interrompus",
    "device_failed": "caméra ou micro en panne",
    "phone_fallback": "poursuite par téléphone",
}
# What ends a loss: a new connection of the media has no “restored”, it connects and shows its first frame.
_ENDS = {
    "dropped": frozenset({"resumed", "joined"}),
    "media_interrupted": frozenset({"media_restored", "media_connected", "first_frame", "joined"}),
}
_WHO = {Seat.DOCTOR.value: "côté médecin", Seat.PATIENT.value: "côté patient"}
SHORTEST_INCIDENT = timedelta(seconds=3)


@dataclass(frozen=True)
class Incident:
    """One technical incident: its kind, whose, from when, and until when (None: until the end)."""

    kind: str
    seat: str
    started_at: datetime
    ended_at: datetime | None

    @property
    def duration(self) -> timedelta | None:
        return None if self.ended_at is None else self.ended_at - self.started_at

    @property
    def fact(self) -> str:
        """French: what happened, and on which side."""
        cause = _CAUSES.get(self.kind, self.kind).capitalize()
        return cause if self.kind == "phone_fallback" else f"{cause} {_WHO.get(self.seat, self.seat)}"

    @property
    def sentence(self) -> str:
        """The fact with its duration."""
        if self.kind == "phone_fallback":
            return self.fact
        length = "jusqu'à la fin" if self.duration is None else f"pendant {_seconds(self.duration)}"
        return f"{self.fact}, {length}"


@dataclass(frozen=True)
class SeatTimes:
    """How many seconds a seat was in the room, and had its camera on."""

    seat: str
    present_seconds: int
    video_seconds: int


@dataclass(frozen=True)
class ContinuitySummary:
    """`video_established`: at least one end decoded the other's picture while both were in the room (R-10).

    `both_ways`: each end did. `media_seconds`: both ends connected at the same time; `interruptions` counts the
    losses of either side; `by_phone`: the act went on by telephone.
    """

    video_established: bool
    both_ways: bool
    first_frame_at: datetime | None
    media_seconds: int
    interruptions: int
    by_phone: bool
    incidents: tuple[Incident, ...]
    seats: tuple[SeatTimes, ...]


def summarize(entries: Iterable[ContinuityEntry], *, until: datetime) -> ContinuitySummary:
    """Read a ledger from its first line to `until` (the end of the call, or now)."""
    ordered = sorted((e for e in entries if e.at <= until), key=lambda e: (e.at, e.sequence))
    frames = [entry for entry in ordered if entry.kind == "first_frame"]
    incidents = _incidents(ordered)
    return ContinuitySummary(
        video_established=bool(frames),
        both_ways={entry.seat for entry in frames} >= {Seat.DOCTOR.value, Seat.PATIENT.value},
        first_frame_at=min((entry.at for entry in frames), default=None),
        media_seconds=int(_shared(_spans(ordered, "media", until)).total_seconds()),
        interruptions=sum(entry.kind in ("dropped", "media_interrupted") for entry in ordered),
        by_phone=any(entry.kind == "phone_fallback" for entry in ordered),
        incidents=incidents,
        seats=_seat_times(ordered, until),
    )


def _seat_times(entries: Sequence[ContinuityEntry], until: datetime) -> tuple[SeatTimes, ...]:
    present, video = _spans(entries, "present", until), _spans(entries, "video", until)
    return tuple(SeatTimes(seat.value, _total(present[seat.value]), _total(video[seat.value])) for seat in Seat)


def _total(spans: Sequence[tuple[datetime, datetime]]) -> int:
    return int(sum((end - start for start, end in spans), timedelta()).total_seconds())


def _spans(
    entries: Sequence[ContinuityEntry], what: str, until: datetime
) -> dict[str, list[tuple[datetime, datetime]]]:
    """For each seat, when it was present or its media connected."""
    open_since: dict[str, datetime] = {}
    spans: dict[str, list[tuple[datetime, datetime]]] = {seat.value: [] for seat in Seat}
    for entry in entries:
        if _STARTS.get(entry.kind) == what:
            open_since.setdefault(entry.seat, entry.at)
        elif what in _STOPS.get(entry.kind, ()) and entry.seat in open_since:
            spans.setdefault(entry.seat, []).append((open_since.pop(entry.seat), entry.at))
    for seat, since in open_since.items():
        spans.setdefault(seat, []).append((since, max(since, until)))
    return spans


def _shared(spans: dict[str, list[tuple[datetime, datetime]]]) -> timedelta:
    """How long both seats were connected together."""
    total = timedelta()
    for start, end in spans[Seat.DOCTOR.value]:
        for other_start, other_end in spans[Seat.PATIENT.value]:
            total += max(min(end, other_end) - max(start, other_start), timedelta())
    return total


def _incidents(entries: Sequence[ContinuityEntry]) -> tuple[Incident, ...]:
    """Losses with their end; those under three seconds are noise, and one loss seen twice is one incident."""
    found = [_incident(entry, entries[place:]) for place, entry in enumerate(entries) if entry.kind in _CAUSES]
    lasting = [incident for incident in found if not _is_noise(incident)]
    return tuple(one for place, one in enumerate(lasting) if not _is_told_by_another(one, place, lasting))


def _incident(entry: ContinuityEntry, later: Sequence[ContinuityEntry]) -> Incident:
    """What began with `entry`, with its end if there is one in `later`; what does not last ends as it starts."""
    ends = _ENDS.get(entry.kind)
    if ends is None:
        return Incident(entry.kind, entry.seat, entry.at, entry.at)
    ended_at = next((e.at for e in later if e.seat == entry.seat and e.kind in ends), None)
    return Incident(entry.kind, entry.seat, entry.at, ended_at)


def _is_noise(incident: Incident) -> bool:
    lasts = incident.duration
    return incident.kind in _ENDS and lasts is not None and lasts < SHORTEST_INCIDENT


def _is_told_by_another(incident: Incident, place: int, all_of_them: Sequence[Incident]) -> bool:
    """Is it the same loss as another's: seen again by its seat, or as the picture that the lost side took along?"""
    if incident.kind not in _ENDS:
        return False
    for other_place, other in enumerate(all_of_them):
        if other_place == place or other.kind not in _ENDS or not _overlap(incident, other):
            continue
        if other.kind == "dropped" and incident.kind == "media_interrupted":
            return True
        if other.kind == incident.kind and other.seat == incident.seat and other_place < place:
            return True
    return False


def _overlap(one: Incident, other: Incident) -> bool:
    """Do they share a moment, the last second of a loss included?"""
    return (other.ended_at is None or one.started_at <= other.ended_at) and (
        one.ended_at is None or other.started_at <= one.ended_at
    )


def _seconds(length: timedelta) -> str:
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    return f"{minutes} min {seconds:02d} s" if minutes else f"{seconds} s"
