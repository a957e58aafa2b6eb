"""What goes wrong with devices, put into what they send. Nothing of it is random: chance is the caller's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby
from random import Random

from telemed.demo.devices.messages import Message, Resource

Fault = Callable[[Random, list[Message]], list[Message]]
_MOST_IN_A_BATCH = 500
_POUNDS, _MILLIMOLES = 0.45359237, 18.0156


def silence(chance: Random, sent: list[Message]) -> list[Message]:
    """One patient in three says nothing for a fifth of the time: nothing was measured then."""
    if chance.random() > 1 / 3:
        return sent
    first, last = _window(chance, sent, 0.2)
    return [one for one in sent if not first <= one.sent_at < last]


def bursts(chance: Random, sent: list[Message]) -> list[Message]:
    """One patient in two has no network for a tenth of the time: what was measured then comes at its end, at once."""
    if chance.random() > 1 / 2:
        return sent
    first, last = _window(chance, sent, 0.1)
    held = [part for one in sent if first <= one.sent_at < last for part in one.resources]
    batches = [held[start : start + _MOST_IN_A_BATCH] for start in range(0, len(held), _MOST_IN_A_BATCH)]
    late = [Message(last, tuple(batch), "burst") for batch in batches]
    return _in_order([*(one for one in sent if not first <= one.sent_at < last), *late])


def drift(chance: Random, sent: list[Message]) -> list[Message]:
    """One clock in four goes wrong, a little more each day; far enough ahead, measures are refused."""
    if chance.random() > 1 / 4 or not sent:
        return sent
    a_day, begun = timedelta(minutes=chance.choice((-3, 1, 4))), sent[0].sent_at
    return [_shifted(one, a_day * ((one.sent_at - begun) / timedelta(days=1))) for one in sent]


def duplicates(chance: Random, sent: list[Message]) -> list[Message]:
    """One message in ten is sent again, a little later."""
    again = [
        replace(one, sent_at=one.sent_at + timedelta(seconds=chance.randint(1, 7200)), fault="duplicate")
        for one in sent
        if chance.random() < 0.1
    ]
    return _in_order([*sent, *again])


def units(chance: Random, sent: list[Message]) -> list[Message]:
    """One message in twenty is in another unit: rightly (pounds, mmol/L), or in one that is none, and refused."""
    return [_in_other_units(one, is_wrong=chance.random() < 0.4) if chance.random() < 0.05 else one for one in sent]


FAULTS: Mapping[str, Fault] = {
    "silence": silence,
    "bursts": bursts,
    "drift": drift,
    "duplicates": duplicates,
    "units": units,
}


def spoil(names: Sequence[str], chance: Random, sent: list[Message]) -> list[Message]:
    """Put these faults in, in the order of `FAULTS`."""
    for name, fault in FAULTS.items():
        if name in names:
            sent = fault(chance, sent)
    return sent


def by_hour(sent: Sequence[Message]) -> list[Message]:
    """Sent at the end of each hour, as sensors do that measure often."""
    gathered = []
    for hour, group in groupby(sent, key=lambda one: one.sent_at.replace(minute=0, second=0, microsecond=0)):
        parts = tuple(part for one in group for part in one.resources)
        gathered.append(Message(hour + timedelta(hours=1), parts))
    return gathered


def _window(chance: Random, sent: Sequence[Message], part: float) -> tuple[datetime, datetime]:
    if not sent:
        return datetime.min, datetime.min  # noqa: DTZ901 - compared with nothing
    begun, length = sent[0].sent_at, sent[-1].sent_at - sent[0].sent_at
    first = begun + length * chance.uniform(0.1, 0.9 - part)
    return first, first + length * part


def _in_order(sent: list[Message]) -> list[Message]:
    return sorted(sent, key=lambda one: one.sent_at)


def _shifted(message: Message, by: timedelta) -> Message:
    moved = tuple(
        {**part, "effectiveDateTime": (datetime.fromisoformat(part["effectiveDateTime"]) + by).isoformat()}
        for part in message.resources
    )
    return replace(message, resources=moved, fault="drift")


def _in_other_units(message: Message, *, is_wrong: bool) -> Message:
    parts = tuple(_other_unit(part, is_wrong=is_wrong) for part in message.resources)
    changed = parts != message.resources
    return replace(message, resources=parts, fault="wrong unit" if is_wrong else "other unit") if changed else message


def _other_unit(part: Resource, *, is_wrong: bool) -> Resource:
    amount = part.get("valueQuantity")
    if amount is None:
        return part
    if is_wrong:
        return {**part, "valueQuantity": {**amount, "code": f"[{amount['code']}]"}}
    others = {"kg": ("[lb_av]", 1 / _POUNDS), "mg/dL": ("mmol/L", 1 / _MILLIMOLES)}
    unit, factor = others.get(amount["code"], (amount["code"], 1.0))
    return {
        **part,
        "valueQuantity": {**amount, "code": unit, "unit": unit, "value": round(amount["value"] * factor, 4)},
    }
