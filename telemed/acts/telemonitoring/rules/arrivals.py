"""What becomes of an observation, beside what is already kept of the same measure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from telemed.acts.telemonitoring.model.arrival import Arrival, Kept, Taken
from telemed.acts.telemonitoring.model.hands import find_hand
from telemed.acts.telemonitoring.model.observation import Observation, ObservationStatus, Quarantine
from telemed.acts.telemonitoring.model.receipt import Issue, IssueKind, IssueSeverity

TOLERANCE = timedelta(minutes=10)
"""How far ahead of ours a device's clock may be. Ours: no text says."""

DRIFT = timedelta(minutes=1)
"""From how far ahead on a device is told. Ours too."""


def check_clock(observation: Observation, received_at: datetime, place: str = "") -> Issue | None:
    """What is wrong with the instant of a measure that came at `received_at`: the future, beyond the tolerance."""
    if observation.measured_at <= received_at + TOLERANCE:
        return None
    text = "Cette mesure est datée de l'avenir : réglez l'horloge du dispositif."
    return Issue(IssueSeverity.ERROR, IssueKind.BUSINESS_RULE, "time.future", text, place)


def find_drift(place: str = "") -> Issue:
    """What is told of a measure that is ahead of our clock by more than `DRIFT`, within the tolerance: it is taken."""
    text = "L'horloge du dispositif avance : réglez-la avant que ses mesures ne soient refusées."
    return Issue(IssueSeverity.WARNING, IssueKind.BUSINESS_RULE, "time.ahead", text, place)


def settle(arrival: Arrival, versions: Sequence[Kept]) -> tuple[Taken, Kept | None]:
    """What it is, and the version to keep; None where it says nothing new. `versions` are those kept, in order."""
    if _is_known(arrival, versions) or (arrival.is_conditional and versions):
        return Taken.DUPLICATE, None
    if not versions:
        return Taken.NEW, _kept(arrival, 0)
    last = find_current(versions)
    if arrival.is_correction or last.observation.status is ObservationStatus.PRELIMINARY:
        return Taken.CORRECTED, _kept(arrival, len(versions))
    aside = replace(arrival, observation=replace(arrival.observation, quarantine=Quarantine.CONFLICT))
    return Taken.CONFLICT, _kept(aside, len(versions))


def _is_known(arrival: Arrival, versions: Sequence[Kept]) -> bool:
    """Was this said before? A device may send a correction twice; a person who corrects back says it anew."""
    same = [one for one in versions if _content(one.observation) == _content(arrival.observation)]
    if not same or not arrival.is_correction or find_hand(arrival.follow_up_id, arrival.device_id) is None:
        return bool(same)
    current = find_current(versions)
    return any(one is current or one.arrival_id == arrival.arrival_id for one in same)


def find_current(versions: Sequence[Kept]) -> Kept:
    """Of the versions of one measure, in order, the one that stands."""
    return next((one for one in reversed(versions) if not _is_conflict(one)), versions[-1])


def _is_conflict(kept: Kept) -> bool:
    return kept.observation.quarantine is Quarantine.CONFLICT


def _kept(arrival: Arrival, version: int) -> Kept:
    return Kept(
        arrival.follow_up_id,
        arrival.device_id,
        arrival.arrival_id,
        arrival.received_at,
        version,
        arrival.observation,
    )


def _content(observation: Observation) -> tuple[object, ...]:
    """What two copies of one message share, whatever was made of them."""
    return (
        observation.status,
        observation.value,
        observation.answer,
        observation.absent,
        observation.comparator,
        observation.started_at,
    )
