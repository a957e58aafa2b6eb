"""The quality of alerts out of their sums: shares, the median and the ninth decile of the nearest rank, the whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain

from telemed.acts.telemonitoring.model.quality import Fired, Quality, QualityPlace


def find_page(lines: Sequence[Fired], after: QualityPlace | None, limit: int) -> list[Fired]:
    """What fired most first, then by key; from the line after a place."""
    ordered = sorted(lines, key=_order)
    if after is not None:
        ordered = [one for one in ordered if _order(one) > (-after.fired, after.key)]
    return ordered[:limit]


def judge(line: Fired, muted: Mapping[str, int]) -> Quality:
    """One line, with what was muted of it."""
    return _judge(line, muted.get(line.key, 0))


def judge_all(lines: Sequence[Fired], muted: Mapping[str, int]) -> Quality:
    """All lines as one, with all that was muted."""
    whole = Fired(
        key="",
        label="",
        fired=sum(one.fired for one in lines),
        actionable=sum(one.actionable for one in lines),
        false=sum(one.false for one in lines),
        technical=sum(one.technical for one in lines),
        repeats=sum(one.repeats for one in lines),
        silences=sum(one.silences for one in lines),
        minutes=list(chain.from_iterable(one.minutes for one in lines)),
    )
    return _judge(whole, sum(muted.values()))


def _order(line: Fired) -> tuple[int, str]:
    return -line.fired, line.key


def _judge(line: Fired, muted: int) -> Quality:
    minutes = sorted(line.minutes)
    closed = len(minutes)
    return Quality(
        key=line.key,
        label=line.label,
        fired=line.fired,
        actionable=line.actionable,
        false=line.false,
        technical=line.technical,
        still_open=line.fired - line.actionable - line.false - line.technical,
        repeats=line.repeats,
        silences=line.silences,
        muted=muted,
        median_minutes=minutes[(closed + 1) // 2 - 1] if closed else None,
        p90_minutes=minutes[(closed * 9 + 9) // 10 - 1] if closed else None,
    )
