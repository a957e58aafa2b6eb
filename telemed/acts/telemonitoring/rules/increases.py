"""Which increased forfait a month asks for, and for how long without a break (R-32)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from telemed.acts.telemonitoring.model.care import IncreaseAsked


@dataclass(frozen=True)
class MonthIncrease:
    """What a month asks for. `months_before`: those just before it that asked too, without a break."""

    level: int
    grounds: tuple[str, ...]
    months_before: int
    is_renewed: bool


def find_increase(asked: Sequence[IncreaseAsked], month: int) -> MonthIncrease | None:
    """What a month of a follow-up asks for; `asked` in the order of writing. None: the plain forfait."""
    own = _in_force(asked, month)
    if own is None:
        return None
    before = 0
    while before + 1 < month and _in_force(asked, month - before - 1) is not None:
        before += 1
    run = [one for one in asked if month - before <= one.from_month <= month]
    return MonthIncrease(own.level, own.grounds, before, any(one.is_renewal for one in run))


def _in_force(asked: Sequence[IncreaseAsked], month: int) -> IncreaseAsked | None:
    last = next((one for one in reversed(asked) if one.from_month <= month), None)
    return last if last is not None and last.level else None
