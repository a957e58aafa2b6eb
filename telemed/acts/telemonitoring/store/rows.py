"""Between observations and their rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, TypeVar
from uuid import UUID

from telemed.acts.telemonitoring.model.arrival import Kept
from telemed.acts.telemonitoring.model.observation import (
    Catalogue,
    Comparator,
    Observation,
    ObservationStatus,
    Precision,
    Quarantine,
)
from telemed.acts.telemonitoring.tables import ObservationRow

T = TypeVar("T")

COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "device_id": "uuid",
        "signal": "varchar",
        "component": "varchar",
        "measured_at": "timestamptz",
        "version": "integer",
        "follow_up_id": "uuid",
        "arrival_id": "uuid",
        "received_at": "timestamptz",
        "status": "varchar",
        "is_known": "boolean",
        "value": "bigint",
        "answer": "varchar",
        "absent": "varchar",
        "comparator": "varchar",
        "started_at": "timestamptz",
        "is_day": "boolean",
        "code": "varchar",
        "raw": "varchar",
        "quarantine": "varchar",
    }
)
"""Each column of a row, in order, with its type on PostgreSQL."""


class RowWriter:
    """Makes rows, leaving out what the catalogue says already: the usual code, and the value as it is kept."""

    def __init__(self, catalogue: Catalogue) -> None:
        first = {signal.name: signal.codings[0] for signal in catalogue}
        self._codes = {name: f"{coding.system}|{coding.code}" for name, coding in first.items()}
        self._units = {signal.name: f" {signal.unit}" for signal in catalogue if signal.unit}

    def values(self, kept: Kept) -> tuple[Any, ...]:
        """The values of a row, in the order of `COLUMNS`."""
        observation = kept.observation
        signal = observation.signal
        is_usual = signal is not None and observation.code == self._codes.get(signal)
        is_plain = (
            signal is not None and observation.quarantine is None and observation.raw.endswith(self._unit(signal))
        )
        return (
            kept.device_id,
            observation.code if signal is None else signal,
            observation.component if signal is None else "",
            observation.measured_at,
            kept.version,
            kept.follow_up_id,
            kept.arrival_id,
            kept.received_at,
            observation.status.value,
            signal is not None,
            observation.value,
            observation.answer,
            observation.absent,
            observation.comparator.value if observation.comparator else None,
            observation.started_at,
            observation.precision is Precision.DAY,
            None if is_usual else f"{observation.code} {observation.component}".strip(),
            None if is_plain or not observation.raw else observation.raw,
            observation.quarantine.value if observation.quarantine else None,
        )

    def read(self, row: ObservationRow) -> Kept:
        """The observation back. Device and subject are ours: the names that came with it led to them."""
        return self.read_values([getattr(row, name) for name in COLUMNS])

    def read_values(self, values: Sequence[Any]) -> Kept:
        """The same, from the values of a row in the order of `COLUMNS`, each of its Python type."""
        (
            device_id, name, component, measured_at, version, follow_up_id, arrival_id, received_at, status, is_known,
            value, answer, absent, comparator, started_at, is_day, said_code, raw, quarantine,
        ) = values  # fmt: skip
        code, _, part = (said_code or self._codes.get(name, name)).partition(" ")
        observation = Observation(
            device="",
            subject="",
            code=code,
            component=part or component,
            measured_at=measured_at,
            status=ObservationStatus(status),
            signal=name if is_known else None,
            value=value,
            answer=answer,
            absent=absent,
            comparator=_optional(Comparator, comparator),
            started_at=started_at,
            precision=Precision.DAY if is_day else Precision.INSTANT,
            raw=raw or "",
            quarantine=_optional(Quarantine, quarantine),
        )
        return Kept(follow_up_id, device_id, arrival_id, received_at, version, observation)

    def _unit(self, signal: str) -> str:
        return self._units.get(signal, "")


def _optional(kind: Callable[[str], T], value: str | None) -> T | None:
    return None if value is None else kind(value)


def as_sqlite(value: Any) -> Any:
    """A value as SQLAlchemy's own types would store it there."""
    if isinstance(value, datetime):
        value = value if value.tzinfo is UTC else value.astimezone(UTC)
        return value.replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
    return value.hex if isinstance(value, UUID) else value
