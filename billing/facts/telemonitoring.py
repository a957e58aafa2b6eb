"""What billing knows of a month of télésurveillance: the payload of `telemonitoring.month_ended`, without identity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Self
from uuid import UUID, uuid5

from billing.facts import reading
from billing.facts.biller import Biller
from billing.facts.kinds import ActKind, Part
from billing.facts.reading import FactsError
from telemed.kernel.clock import require_aware
from telemed.kernel.period import DayRange, add_months

VERSION = 1
EVENT = "telemonitoring.month_ended"
"""Left in the outbox by the télésurveillance of a patient, once for each month of his that is over."""


def find_month_id(follow_up_id: UUID, month: int) -> UUID:
    """The act that a month of a follow-up is: always the same, so that a month sent twice is billed once."""
    return uuid5(follow_up_id, f"month {month}")


def find_month(started_on: date, month: int) -> tuple[date, date]:
    """First and last day of the n-th month of a follow-up, from 1: counted from its start, not by the calendar.

    Months follow one another without gap: from 31 January the first ends on 28 February, the second begins on
    1 March and the third on 31 March (trap 34). Raises ValueError on a month before the first.
    """
    if month < 1:
        raise ValueError("the first month is 1")
    return add_months(started_on, month - 1), add_months(started_on, month) - timedelta(days=1)


@dataclass(frozen=True)
class DataReturn:
    """How many transmissions of data were expected in a month of the follow-up, and how many were received."""

    month: int
    expected: int
    received: int

    def __post_init__(self) -> None:
        if self.month < 1 or self.expected < 1 or self.received < 0:
            raise FactsError("data_returns: a month from 1, at least one transmission expected, none negative")


@dataclass(frozen=True)
class Increase:
    """The doctor asks for the increased forfait of `level` 1 or 2, on `grounds` (codes, never free text).

    `months_before`: months already billed increased, without interruption, for this patient and pathway;
    `is_renewed`: has a doctor decided to go on after the first term?
    """

    level: int
    grounds: tuple[str, ...]
    months_before: int
    is_renewed: bool

    def __post_init__(self) -> None:
        if self.level not in (1, 2) or self.months_before < 0:
            raise FactsError("increase: level 1 or 2, and months_before is not negative")


@dataclass(frozen=True)
class TelemonitoringFacts:
    """One month of one patient's follow-up on one pathway, sent after its end.

    `started_on` is the first day of the follow-up and `month` counts from it. `closed_at` is the instant at which the
    month was closed: a month is billed once it is over. Of `prescription`, `consent`, `usage_data_consent`,
    `ars_declaration`, `convention` and `dmn_listing`, None says that there is none. `dmn` is the code or the brand name
    under which the device is listed. `suspensions` are stays in hospital and the like. `is_only_follow_up`: is it the
    only one of this patient on this pathway in that month?
    """

    act_id: UUID
    revision: int
    kind: ActKind
    patient_id: UUID
    operator: Biller
    follow_up_id: UUID
    pathway: str
    started_on: date
    month: int
    closed_at: datetime
    prescription: DayRange | None
    is_prescriber_qualified: bool
    consent: DayRange | None
    usage_data_consent: DayRange | None
    ars_declaration: DayRange | None
    convention: DayRange | None
    dmn: str
    dmn_listing: DayRange | None
    is_only_follow_up: bool
    is_tiers_payant: bool
    data_returns: tuple[DataReturn, ...] = ()
    suspensions: tuple[DayRange, ...] = ()
    increase: Increase | None = None

    def __post_init__(self) -> None:
        require_aware(self.closed_at)
        if self.revision < 1 or self.month < 1:
            raise FactsError("revision and month: the first one is 1")
        if self.act_id != find_month_id(self.follow_up_id, self.month):
            raise FactsError("act_id: not that of this month of this follow-up")
        if len({one.month for one in self.data_returns}) < len(self.data_returns):
            raise FactsError("data_returns: a month is counted once")

    @property
    def first_day(self) -> date:
        return find_month(self.started_on, self.month)[0]

    @property
    def last_day(self) -> date:
        return find_month(self.started_on, self.month)[1]

    @property
    def closed_on(self) -> date:
        """The civil day of the closing, where the operator practises."""
        return self.operator.civil_day(self.closed_at)

    @property
    def parts(self) -> tuple[Part, ...]:
        return (Part.ACT,)

    def biller_of(self, part: Part) -> Biller:
        return self.operator

    def day_of(self, part: Part) -> date:
        """The last day of the month: the forfait is due at its end."""
        return self.last_day

    def to_payload(self) -> dict[str, Any]:
        """The JSON-ready payload of the outbox event; `from_payload` gives the same facts back."""
        return {
            "version": VERSION,
            "act_id": str(self.act_id),
            "revision": self.revision,
            "kind": self.kind.value,
            "patient_id": str(self.patient_id),
            "operator": self.operator.to_payload(),
            "follow_up_id": str(self.follow_up_id),
            "pathway": self.pathway,
            "started_on": self.started_on.isoformat(),
            "month": self.month,
            "closed_at": self.closed_at.isoformat(),
            "prescription": _write_range(self.prescription),
            "is_prescriber_qualified": self.is_prescriber_qualified,
            "consent": _write_range(self.consent),
            "usage_data_consent": _write_range(self.usage_data_consent),
            "ars_declaration": _write_range(self.ars_declaration),
            "convention": _write_range(self.convention),
            "dmn": self.dmn,
            "dmn_listing": _write_range(self.dmn_listing),
            "is_only_follow_up": self.is_only_follow_up,
            "is_tiers_payant": self.is_tiers_payant,
            "data_returns": [_write_return(one) for one in self.data_returns],
            "suspensions": [_write_range(one) for one in self.suspensions],
            "increase": None if self.increase is None else _write_increase(self.increase),
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        """Read a payload strictly. Raises FactsError on another version, an unknown or missing field, a wrong value."""
        return reading.read_as(cls, payload, _READERS, version=VERSION)


def _write_range(days: DayRange | None) -> dict[str, str | None] | None:
    if days is None:
        return None
    return {
        "first_day": days.first_day.isoformat(),
        "last_day": None if days.last_day is None else days.last_day.isoformat(),
    }


def _write_return(one: DataReturn) -> dict[str, int]:
    return {"month": one.month, "expected": one.expected, "received": one.received}


def _write_increase(increase: Increase) -> dict[str, Any]:
    return {
        "level": increase.level,
        "grounds": list(increase.grounds),
        "months_before": increase.months_before,
        "is_renewed": increase.is_renewed,
    }


def _days(raw: Mapping[str, Any]) -> DayRange:
    return DayRange(**reading.read_part(raw, {"first_day": reading.day, "last_day": reading.optional_day}, "days"))


def _optional_days(raw: Any) -> DayRange | None:
    return None if raw is None else _days(raw)


def _data_returns(raw: object) -> tuple[DataReturn, ...]:
    readers = {"month": reading.whole, "expected": reading.whole, "received": reading.whole}
    return tuple(DataReturn(**reading.read_part(one, readers, "data_returns")) for one in _list(raw, "data_returns"))


def _increase(raw: Any) -> Increase | None:
    readers: reading.Readers = {
        "level": reading.whole,
        "grounds": reading.texts,
        "months_before": reading.whole,
        "is_renewed": reading.flag,
    }
    return None if raw is None else Increase(**reading.read_part(raw, readers, "increase"))


def _list(raw: object, place: str) -> list[Any]:
    if not isinstance(raw, list):
        raise FactsError(f"{place} is a list")
    return raw


_READERS: reading.Readers = {
    "act_id": reading.identifier,
    "revision": reading.whole,
    "kind": reading.only_kind(ActKind.TELEMONITORING),
    "patient_id": reading.identifier,
    "operator": Biller.from_payload,
    "follow_up_id": reading.identifier,
    "pathway": reading.text,
    "started_on": reading.day,
    "month": reading.whole,
    "closed_at": reading.instant,
    "prescription": _optional_days,
    "is_prescriber_qualified": reading.flag,
    "consent": _optional_days,
    "usage_data_consent": _optional_days,
    "ars_declaration": _optional_days,
    "convention": _optional_days,
    "dmn": reading.text,
    "dmn_listing": _optional_days,
    "is_only_follow_up": reading.flag,
    "is_tiers_payant": reading.flag,
    "data_returns": _data_returns,
    "suspensions": lambda raw: tuple(_days(one) for one in _list(raw, "suspensions")),
    "increase": _increase,
}
